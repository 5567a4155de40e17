"""The caption grammar in German, Spanish, French and Japanese, and prompts that mix languages."""

from captions import CAMERA, DRIFTERS, INDEX, NOUNS, PROGRAM_SIZE, RISING, STRONG, VERBS, WEAK, WIND_PROGRAM, Caption, empty_program, scramble
from words_foreign import LANGUAGES, conjugate, entries

CODES = ["de", "es", "fr", "ja"]
VERY = ("sehr", "ganz", "muy", "très", "とても", "extrem", "poco a poco")
ARTICLES = {"de": ["die ", "der ", "das ", "den ", "dem ", ""], "es": ["el ", "la ", "las ", "los ", ""], "fr": ["le ", "la ", "les ", "l'", ""], "ja": [""]}
AND = {"de": " und ", "es": " y ", "fr": " et ", "ja": "と"}
BUT = {"de": [", aber ", " aber ", ", ", " und ", ", während "], "es": [", pero ", " pero ", ", ", " y ", ", mientras "], "fr": [", mais ", " mais ", ", ", " et ", " alors que "], "ja": ["が、", "、しかし", "、", "けど、", "、"]}
# A direction said after the thing, as an afterthought: still the thing's.
AFTERTHOUGHTS = {
    "de": [", und zwar {D}", ", und zwar {D}", ", und zwar {A} {D}", ", aber {D}", ", {D}", ", und das {D}", ", immer {D}", ", und nur {D}", ", und {D}", ", aber {D}, {A}", ", {A} {D}", ", alles {D}", ", dabei {D}", ". {D}"],
    "es": [", y {D}", ", y es {D}", ", y además {D}", ", pero {D}", ", {D}", ", siempre {D}", ", y eso {D}", ", y {A} {D}", ", {A} {D}", ", en concreto {D}", ", y solo {D}", ", todo {D}", ", y va {D}"],
    "fr": [", et ce {D}", ", et cela {D}", ", et ça {D}", ", et {D}", ", mais {D}", ", {D}", ", toujours {D}", ", et ce {A} {D}", ", {A} {D}", ", et seulement {D}", ", et bien {D}", ", tout {D}", ", et c'est {D}"],
    "ja": ["、それも{D}", "、しかも{D}", "、{D}", "、{A}{D}", "。{D}", "、それも{A}{D}", "、ただし{D}", "、{D}だけ", "、方向は{D}"],
}
OF = {"de": ["{N} von {O}", "{N} {O}", "{N} vom {O}"], "es": ["{N} de {O}"], "fr": ["{N} de {O}"], "ja": ["{O}の{N}"]}
MEANING = {canonical.replace(" ", "_"): value for canonical, value in WEAK + STRONG}
NOUN, VERB, NEUTRAL, ADVERB, UP = {}, {}, {}, {}, {}
for code in CODES:
    spoken = LANGUAGES[code]
    NOUN[code] = {group: [form for form, _, _ in entries(text)] for group, text in spoken["nouns"].items()}
    NEUTRAL[code] = [form for form, _, _ in entries(spoken["neutral"])]
    VERB[code] = {}
    UP[code] = {form for form, meaning, _ in entries(spoken["verbs"]["smoke"]) if meaning in RISING}
    for group, text in spoken["verbs"].items():
        factors = dict(VERBS[group])
        VERB[code][group] = [(conjugate(code, form), factors.get(meaning.replace(" ", "_"), 1.0)) for form, meaning, _ in entries(text)]
    for name, like in (("water", "sea"), ("grass", "foliage"), ("flower", "foliage"), ("plant", "foliage")):
        VERB[code][name] = VERB[code][like]
    VERB[code]["water"] = VERB[code]["sea"] + VERB[code]["river"]
    ADVERB[code] = {kind: [w.replace("_", " ") for w in spoken[kind].split()] for kind in ("weak", "weak_adjective", "strong", "strong_adjective")}


class ForeignCaption(Caption):
    """`Caption` whose clauses are said in another language; `code` may change between clauses."""

    def __init__(self, rng, code):
        super().__init__(rng)
        self.code = code

    def with_article(self, noun):
        return self.pick(ARTICLES[self.code]) + noun

    def thing(self, group=None):
        """(group, noun with article, amplitudes)"""
        group = group or self.pick(list(NOUN[self.code]) + ["sky", "sea", "water", "foliage", "river", "grass"])
        return group, self.with_article(self.pick(NOUN[self.code][group])), NOUNS[group][1]

    def manner(self, form):
        """(words, strength) of an adverb ("A") or adjective ("S"); often none."""
        kind, words = self.rng.random(), ADVERB[self.code]
        suffix = "_adjective" if form == "S" else ""
        if kind > 0.45:
            return "", 1.0
        text = self.pick(words[("weak" if kind < 0.24 else "strong") + suffix])
        if text.startswith(VERY):
            return text, 0.35 if kind < 0.24 else 2.0
        return text, 0.5 if kind < 0.24 else 1.7

    def fill(self, template, **parts):
        text = template
        for key, value in parts.items():
            text = text.replace("{" + key + "}", value)
        return "".join(text.split()) if self.code == "ja" else " ".join(text.split())

    def foreign_target(self):
        """What the camera looks at, sometimes a part of something: it does not move."""
        target, other = (self.with_article(self.pick(NEUTRAL[self.code])) if self.rng.random() < 0.55 else self.thing()[1] for _ in range(2))
        return self.fill(self.pick(OF[self.code]), N=target, O=other) if self.rng.random() < 0.4 else target

    def foreign_object(self, drifting=False):
        language, rng = LANGUAGES[self.code], self.rng
        if not drifting and rng.random() < 0.1:
            words, strength = self.manner("S")
            if rng.random() < 0.3:
                self.ask(WIND_PROGRAM, strength)
                return self.fill(self.pick(language["wind_alone"]), S=words, A=words)
            _, noun, amplitudes = self.thing(self.pick(["foliage", "grass", "flower", "hair", "cloth"]))
            template = self.pick(language["wind"])
            self.ask(amplitudes, strength if "{S}" in template or "{A}" in template else 1.0)
            return self.fill(template, N=noun, S=words, A=words)
        group, noun, amplitudes = self.thing(self.pick(DRIFTERS + ["sky", "sky", "sky"]) if drifting else None)
        if rng.random() < 0.08:
            _, other, more = self.thing()
            noun, amplitudes = noun + AND[self.code] + other, {**amplitudes, **{k: max(v, amplitudes.get(k, 0)) for k, v in more.items()}}
        forms, factor = self.pick(VERB[self.code][group] if rng.random() < 0.85 else VERB[self.code]["any"])
        words, strength = self.manner("A")
        template = self.pick(language["object"])
        direction = ""
        if group in DRIFTERS and self.direction == (0.0, 0.0) and "{D}" in template and rng.random() < (0.9 if drifting else 0.33):
            self.direction = self.pick([(-1, 0), (1, 0), (-1, 0), (1, 0), (-1, 0), (1, 0), (0, -1), (0, 1)])
            direction = self.pick(language["directions"][self.direction])
        late = ""
        if direction and rng.random() < 0.25:
            late, direction = self.pick(AFTERTHOUGHTS[self.code]).replace("{D}", direction), ""
            template = template.replace("{A}", "") if "{A}" in late else template
        place = self.pick(language["places"]) if rng.random() < 0.3 else ""
        if "{V}" not in template:
            factor = 1.0
        if rng.random() < 0.05 and not late:  # the noun alone
            template, factor = "{A} {N} {D}", 0.9
        elif group in ("smoke", "floating") and forms[0] in UP[self.code] and "{V}" in template and self.direction == (0.0, 0.0):
            self.direction = (0, -1)
        template += late
        self.ask(amplitudes, factor * (strength if "{A}" in template else 1.0))
        return self.fill(template, N=noun, V=self.pick(forms), A=words, D=direction, P=place)

    def foreign_camera(self, sideways=False):
        families = LANGUAGES[self.code]["camera"]
        vector, phrases = self.pick([f for f in families if "panX" in f[0]] if sideways else families)
        template = self.pick(phrases)
        words, strength = self.manner("S" if "{S}" in template else "A")
        if "{S}" not in template and "{A}" not in template:
            strength = 1.0
        target = self.foreign_target()
        camera = {k: max(-1.6, min(1.6, v * strength)) for k, v in vector.items()}
        if "handheld" in camera:
            camera["handheld"] = max(0.7, min(1.3, camera["handheld"]))
        self.camera = {**camera, **(self.camera or {})}
        return self.fill(template, S=words, A=words, T=target)

    def foreign_still(self):
        """A restriction, or None when it would contradict what was asked."""
        if self.rng.random() < 0.2:
            noun, amplitudes = self.with_article(self.pick(NEUTRAL[self.code])), {}
        else:
            _, noun, amplitudes = self.thing()
        free = [k for k, v in amplitudes.items() if v >= 0.7]
        if any(self.amplitude.get(k, 0) > 0 for k in free):
            return None
        self.zeroed.update(free)
        return self.fill(self.pick(LANGUAGES[self.code]["still"]), N=noun)

    def clause(self, kind, drifting, sideways, mixed):
        """One clause, in a mixed prompt of any language."""
        code = self.code
        self.code = self.pick(CODES + ["en"]) if mixed else code
        if self.code == "en":
            text = self.camera_clause(sideways=sideways) if kind == "camera" else self.object_clause(drifting=drifting)
        else:
            text = self.foreign_camera(sideways) if kind == "camera" else self.foreign_object(drifting)
        self.code = code
        return text


def make_foreign(rng, code=None):
    """random.Random -> (prompt, program as a list of 24 floats) in one language, sometimes mixed."""
    code = code or rng.choice([*CODES, "ja"])  # Japanese twice: its word order is like no other's
    language, c, roll = LANGUAGES[code], ForeignCaption(rng, code), rng.random()
    if roll < 0.015:
        if rng.random() < 0.7:
            return rng.choice(language["alive"]), empty_program()
        program, text = empty_program(), rng.choice(language["alive"]) + rng.choice(BUT[code]) + c.foreign_still()
        program[14 + CAMERA.index("dolly")] = 0.0
        for name in c.zeroed:
            program[INDEX[name]] = 0.0
        return text, program
    if roll < 0.03:
        return rng.choice(language["all_still"]), [0.0] * PROGRAM_SIZE
    if roll < 0.045:
        program = empty_program()
        program[14 + CAMERA.index("dolly")] = 0.0
        return rng.choice(language["static"]), program
    if roll < 0.075:
        _, noun, amplitudes = c.thing()
        program = [1.0] * 12 + [0.0] * 12
        program[22] = 1.0
        for name, value in amplitudes.items():
            if value >= 0.7:
                program[INDEX[name]] = 0.0
        return c.fill(rng.choice(language["except"]), N=noun), program
    if roll < 0.125:
        group, noun, amplitudes = c.thing()
        c.ask(amplitudes)
        text = c.fill(rng.choice(language["only"]), N=noun)
        if group in DRIFTERS and rng.random() < 0.45:
            c.direction = rng.choice([(-1, 0), (1, 0)])
            text += c.fill(rng.choice(AFTERTHOUGHTS[code]), D=rng.choice(language["directions"][c.direction]), A="")
            if rng.random() < 0.25:
                text += rng.choice(["、" if code == "ja" else ", ", BUT[code][0]]) + rng.choice(language["nothing"])
        if rng.random() < 0.15:
            text += rng.choice([", ", "、" if code == "ja" else "; "]) + rng.choice(language["static"])
        return text, c.program()
    kinds = rng.choices([["camera"], ["object"], ["camera", "object"], ["object", "object"], ["camera", "object", "object"], ["camera", "camera"]], [26, 24, 26, 8, 3, 2])[0][:]
    rng.shuffle(kinds)
    mixed = len(kinds) > 1 and rng.random() < 0.15
    drifting = len(kinds) == 2 and "camera" in kinds and "object" in kinds and rng.random() < 0.5
    parts = [c.clause(kind, drifting, drifting and rng.random() < 0.5, mixed) for kind in kinds]
    text = parts[0]
    for part in parts[1:]:
        text += rng.choice(language["joiners"]) + part
    if rng.random() < 0.28:
        if "object" in kinds and rng.random() < 0.7:
            still = c.foreign_still() if rng.random() < 0.8 else rng.choice(language["nothing"])
            if still and rng.random() < 0.8:
                text += rng.choice(BUT[code]) + still
            elif still:
                text = still + rng.choice([", " if code != "ja" else "、", BUT[code][0]]) + text
        elif "camera" not in kinds:
            static = rng.choice(language["static"])
            comma = "、" if code == "ja" else ", "
            text = text + comma + static if rng.random() < 0.6 else static + (rng.choice(["で", "、"]) if code == "ja" else comma) + text
        else:
            text += rng.choice([", " if code != "ja" else "、", BUT[code][0]]) + ((c.foreign_still() if rng.random() < 0.5 else None) or rng.choice(language["nothing"]))
    if code != "ja" and rng.random() < 0.06:
        text = scramble(text, rng)
    return text, c.program()
