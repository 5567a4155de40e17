"""`captions_subjects.py` in German, Spanish, French and Japanese, and the grammar as a whole."""

from captions import CAMERA, DRIFTERS, INDEX, make_caption, scramble
from captions_foreign import AFTERTHOUGHTS, BUT, CODES, VERB, ForeignCaption, make_foreign
from captions_subjects import UNKNOWN, make_subject, ways
from words_foreign import LANGUAGES, entries
from words_subjects import FOREIGN


class ForeignSubject(ForeignCaption):
    """`SubjectCaption` in German, Spanish, French and Japanese."""

    def beside(self):
        roll = self.rng.random()
        if roll < 0.6:
            return self.with_article(self.pick(LANGUAGE_NEUTRAL[self.code]))
        return self.with_article(self.pick(LANGUAGE_MOVERS[self.code])) if roll < 0.66 else self.thing()[1]

    def goes(self):
        """A thing around, past or away from another."""
        words, rng = FOREIGN[self.code], self.rng
        group, noun, amplitudes = self.thing()
        family = "water" if group in ("sea", "river", "water") else group
        forms = words["going"].get(family)
        if forms and rng.random() < 0.6:
            verb = self.pick(forms.split()).replace("_", " ")
        else:
            verb = self.pick(self.pick(VERB[self.code][group])[0])
        adverb, strength = self.manner("A")
        way = ways(self, self.pick(words["paths"] if rng.random() < 0.75 else words["nowhere"]))
        side = ""
        if rng.random() < 0.18:
            sign = self.pick([-1, 1])
            side = self.pick(LANGUAGES[self.code]["directions"][(sign, 0)])
            if group in DRIFTERS and self.direction == (0.0, 0.0):
                self.direction = (sign, 0)
        self.ask(amplitudes, strength)
        template = "{N}が{D}{P}{A}{V}" if self.code == "ja" else self.pick(["{N} {V} {D} {P} {A}", "{N} {V} {P} {D} {A}", "{N} {V} {A} {P} {D}", "{N} {V} {P} {A}", "{A} {V} {N} {P} {D}"] if side or rng.random() < 0.8 else ["{V} {N} {P} {A}"])
        if side and rng.random() < 0.25:
            late = self.pick(AFTERTHOUGHTS[self.code])
            template = template.replace("{D}", "").replace("{A}", "" if "{A}" in late else "{A}") + late
        elif "{D}" not in template and side:
            template += " {D}"
        elif self.code == "ja" and rng.random() < 0.4:
            template = self.pick(["{N}が{P}{A}{D}{V}", "{N}は{P}{D}{A}{V}", "{P}{N}が{A}{D}{V}", "{P}{D}{A}{V}{N}"])
        text = self.fill(template, N=noun, V=verb, A=adverb, D=side, P=way)
        if group in ("smoke", "floating") and rng.random() < 0.12 and self.direction == (0.0, 0.0):
            up = {"de": "{N} steigt auf", "es": "{N} sube", "fr": "{N} monte", "ja": "{N}が立ち上る"}[self.code]
            self.direction = (0, -1)
            text = self.fill(up + ("" if self.code == "ja" else " {P}"), N=noun, P=way if rng.random() < 0.5 else "")
        return text

    def cannot(self):
        words = FOREIGN[self.code]
        noun = self.with_article(self.pick(LANGUAGE_MOVERS[self.code]))
        if self.rng.random() < 0.3:
            return self.fill(self.pick(LANGUAGES[self.code]["only"]), N=self.with_article(UNKNOWN))
        verb = self.pick(words["verbs"].split()).replace("_", " ")
        way = ways(self, self.pick(words["paths"] if self.rng.random() < 0.5 else words["nowhere"]))
        return self.fill("{N}が{P}{A}{V}" if self.code == "ja" else "{N} {V} {A} {P}", N=noun, V=verb, A=self.manner("A")[0], P=way)

    def held(self):
        """A restriction, or None when it would contradict what was asked."""
        free, names = [], []
        for _ in range(2):
            if self.rng.random() < 0.3:
                names.append(self.with_article(self.pick(LANGUAGE_NEUTRAL[self.code])))
                continue
            _, noun, amplitudes = self.thing()
            names.append(noun)
            free.append([k for k, v in amplitudes.items() if v >= 0.7])
        template = self.pick(FOREIGN[self.code]["held"])
        names_said = names[: template.count("{")]
        kept = [k for group in free for k in group] if len(names_said) == 2 else free[0] if free and len(free) == 2 else []
        if any(self.amplitude.get(k, 0) > 0 for group in free for k in group):
            return None
        self.zeroed.update(kept)
        return self.fill(template, N=names[0], T=names[1])

    def by_hand(self):
        self.camera = {"handheld": 1.0}
        return self.pick(FOREIGN[self.code]["hand"])

    def camera_work(self):
        """A camera move without the usual words, or by hand."""
        words = FOREIGN[self.code]
        if self.rng.random() < 0.2:
            return self.by_hand()
        vector, phrases = self.pick(words["bare"])
        template = self.pick(phrases)
        adverb, strength = self.manner("A") if "{A}" in template else ("", 1.0)
        self.camera = {k: max(-1.6, min(1.6, v * strength)) for k, v in vector.items()}
        template = ways(self, template.replace("{P}", self.pick([p for p in words["paths"] if "{T}" in p])))
        return self.fill(template, A=adverb)


LANGUAGE_MOVERS = {code: [form for form, _, _ in entries(FOREIGN[code]["movers"])] for code in CODES}
LANGUAGE_NEUTRAL = {code: [form for form, _, _ in entries(LANGUAGES[code]["neutral"])] for code in CODES}


def make_foreign_subject(rng, code=None):
    """random.Random -> (prompt, program as a list of 24 floats) in one of the other languages."""
    c, roll = ForeignSubject(rng, code or rng.choice(CODES)), rng.random()
    comma = "、" if c.code == "ja" else ", "
    if roll < 0.5:
        text = c.goes()
        if rng.random() < 0.3:
            still = c.held()
            text += rng.choice([comma, BUT[c.code][0], comma]) + still if still else ""
    elif roll < 0.67:
        text = c.cannot()
    elif roll < 0.87:
        text = c.camera_work()
    else:
        parts = [c.by_hand() if rng.random() < 0.15 else c.foreign_camera(), c.goes()]
        rng.shuffle(parts)
        text = rng.choice([comma, *LANGUAGES[c.code]["joiners"]]).join(parts)
    if c.code != "ja" and rng.random() < 0.06:
        text = scramble(text, rng)
    return text, c.program()


def make_any(rng):
    """A caption of the whole grammar: three fifths English, the rest the other languages; not quite half about subjects."""
    roll = rng.random()
    return make_caption(rng) if roll < 0.3 else make_foreign(rng) if roll < 0.55 else make_subject(rng) if roll < 0.85 else make_foreign_subject(rng)


if __name__ == "__main__":
    import random

    generator = random.Random(2)
    for number in range(80):
        prompt, program = (make_subject if number < 50 else make_foreign_subject)(generator)
        camera = {name: round(program[14 + i], 2) for i, name in enumerate(CAMERA) if program[14 + i]}
        print(repr(prompt), {name: round(program[i], 2) for name, i in INDEX.items() if program[i]}, tuple(program[12:14]), camera)
