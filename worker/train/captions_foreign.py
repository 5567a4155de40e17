"""The caption grammar in German, Spanish, French and Japanese, and prompts that mix languages."""

from captions import CAMERA, DRIFTERS, INDEX, NOUNS, PROGRAM_SIZE, STRONG, VERBS, WEAK, WIND_PROGRAM, Caption, empty_program, scramble
from words_foreign import LANGUAGES, conjugate, entries

CODES = ["de", "es", "fr", "ja"]
VERY = ("sehr", "ganz", "muy", "très", "とても", "extrem", "poco a poco")
ARTICLES = {"de": ["die ", "der ", "das ", "den ", "dem ", ""], "es": ["el ", "la ", "las ", "los ", ""], "fr": ["le ", "la ", "les ", "l'", ""], "ja": [""]}
AND = {"de": " und ", "es": " y ", "fr": " et ", "ja": "と"}
BUT = {"de": [", aber ", " aber ", ", ", " und ", ", während "], "es": [", pero ", " pero ", ", ", " y ", ", mientras "], "fr": [", mais ", " mais ", ", ", " et ", " alors que "], "ja": ["が、", "、しかし", "、", "けど、", "、"]}
MEANING = {canonical.replace(" ", "_"): value for canonical, value in WEAK + STRONG}
NOUN, VERB, NEUTRAL, ADVERB = {}, {}, {}, {}
for code in CODES:
    spoken = LANGUAGES[code]
    NOUN[code] = {group: [form for form, _, _ in entries(text)] for group, text in spoken["nouns"].items()}
    NEUTRAL[code] = [form for form, _, _ in entries(spoken["neutral"])]
    VERB[code] = {}
    for group, text in spoken["verbs"].items():
        factors = dict(VERBS[group])
        VERB[code][group] = [(conjugate(code, form), factors.get(meaning.replace(" ", "_"), 1.0)) for form, meaning, _ in entries(text)]
    for name, like in (("water", "sea"), ("grass", "foliage"), ("flower", "foliage")):
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
        place = self.pick(language["places"]) if rng.random() < 0.3 else ""
        if "{V}" not in template:
            factor = 1.0
        if rng.random() < 0.05:  # the noun alone
            template, factor = "{A} {N} {D}", 0.9
        self.ask(amplitudes, factor * (strength if "{A}" in template else 1.0))
        return self.fill(template, N=noun, V=self.pick(forms), A=words, D=direction, P=place)

    def foreign_camera(self, sideways=False):
        families = LANGUAGES[self.code]["camera"]
        vector, phrases = self.pick([f for f in families if "panX" in f[0]] if sideways else families)
        template = self.pick(phrases)
        words, strength = self.manner("S" if "{S}" in template else "A")
        if "{S}" not in template and "{A}" not in template:
            strength = 1.0
        target = self.with_article(self.pick(NEUTRAL[self.code])) if self.rng.random() < 0.55 else self.thing()[1]
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
    code = code or rng.choice(CODES)
    language, c, roll = LANGUAGES[code], ForeignCaption(rng, code), rng.random()
    if roll < 0.015:
        return rng.choice(language["alive"]), empty_program()
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
        _, noun, amplitudes = c.thing()
        c.ask(amplitudes)
        text = c.fill(rng.choice(language["only"]), N=noun)
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
            text += rng.choice([", " if code != "ja" else "、", BUT[code][0]]) + rng.choice(language["nothing"])
    if code != "ja" and rng.random() < 0.06:
        text = scramble(text, rng)
    return text, c.program()
