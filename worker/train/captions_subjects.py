"""Sentences about who moves: things that go around, past or away from others, things that cannot move, and moves of the camera along something.

The rule they teach: a camera moves when the words speak of a camera or of camera work, or name a move without a thing
as its subject. Whatever a thing does, around, past or towards whatever, is no move of the camera.
"""

from captions import AFTERTHOUGHTS, DRIFTERS, FILLER_AFTER, FILLER_BEFORE, NEUTRAL, NOTHING_ELSE, NOUNS, STATIC_CAMERA, STRONG, VERBS, WEAK, WIND, WIND_ADJECTIVES, Caption, inflect, scramble
from words_subjects import ALONG, AND_SIDEWAYS, BARE_MOVES, CAMERA_GOES, CIRCLE, GOING, HAND, HELD_STILL, MOVER_VERBS, MOVERS, NOWHERE, OWNERS, PARTS, PATHS, PRONOUNS, SIDES, SIDEWAYS, SIMILES, SLOWLY, THING_SIMILES, WIND_PUSHES

# Said like a noun, known to no vocabulary: whatever it is, nothing else moves in its place.
UNKNOWN = "qzxj"
WHO = ["the camera"] * 5 + ["camera", "camera", "the shot", "the cam", "the view", "the drone", "the lens", "the cameraman"]
MORE_JOINERS = [" while ", " and ", ", ", " as ", ", and ", "; ", ". ", ", while ", " when "]
LIKE = {"grass": "foliage", "flower": "foliage", "plant": "foliage"}
AMPLITUDES = {noun: amplitudes for nouns, amplitudes in NOUNS.values() for noun in nouns}
SOLID = [noun for noun in NEUTRAL if noun not in ("background", "foreground", "rest", "thing", "things", "object", "objects", "horizon", "snow")]
RISING = ["rise", "rise_up", "ascend", "climb", "go_up", "climb_up"]


def ways(caption, template):
    """A path with everything filled in."""
    while "{T}" in template:
        template = template.replace("{T}", caption.beside(), 1)
    return template


class SubjectCaption(Caption):
    """`Caption` with a subject that decides."""

    def __init__(self, rng):
        super().__init__(rng)
        self.mentioned = []  # nouns that the subject belongs to or goes around: often what must stay still

    def beside(self):
        """A thing that is only passed, with an article: it does not move."""
        rng, roll = self.rng, self.rng.random()
        noun = self.pick(NEUTRAL) if roll < 0.45 else self.pick(MOVERS) if roll < 0.5 else self.noun()[1]
        self.mentioned.append(noun)
        return self.article(self.adjective() + noun) if rng.random() < 0.93 else self.pick(["the ", "the old ", "the little ", "the big "]) + noun

    def held_still(self):
        """A thing, two things or a pronoun that must not move, or None when it would contradict what was asked."""
        roll, rng = self.rng.random(), self.rng
        free = []
        if self.mentioned and rng.random() < 0.4:
            noun = self.pick(self.mentioned)
            free = [k for k, v in AMPLITUDES.get(noun, {}).items() if v >= 0.7]
            text = "the " + noun + self.pick(["", "", " itself"])
        elif roll < 0.3:
            text = self.pick(PRONOUNS)
        else:
            parts = []
            for _ in range(1 if roll < 0.7 else 2):
                if rng.random() < 0.3:
                    parts.append(self.article(self.pick(NEUTRAL + MOVERS)))
                    continue
                _, noun, amplitudes = self.noun()
                free += [k for k, v in amplitudes.items() if v >= 0.7]
                parts.append(self.article(noun))
            text = self.pick([" and ", " and ", ", ", " or "]).join(parts)
        if any(self.amplitude.get(k, 0) > 0 for k in free):
            return None
        self.zeroed.update(free)
        return self.pick(HELD_STILL).replace("{N}", text)

    def manner(self):
        """(words, factor) of an adverb; mostly none."""
        roll = self.rng.random()
        return self.pick(WEAK) if roll < 0.2 else self.pick(STRONG) if roll < 0.32 else ("", 1.0)

    def verb_form(self, verb):
        """A verb as the predicate of a thing."""
        roll = self.rng.random()
        return inflect(verb, "s") if roll < 0.38 else inflect(verb, "") if roll < 0.62 else inflect(verb, "ing") if roll < 0.86 else self.pick(["is ", "are "]) + inflect(verb, "ing")

    def thing(self):
        """(group, words, amplitudes) of a subject that can move; sometimes a part of something."""
        if self.rng.random() < 0.13:
            name = self.pick(list(PARTS))
            part, owner = self.pick(PARTS[name]), self.pick(OWNERS)
            self.mentioned.append(owner)
            text = f"the {owner}'s {part}" if self.rng.random() < 0.6 else f"the {part} of {self.pick(['the', 'the', 'her', 'his', 'an'])} {owner}" if self.rng.random() < 0.8 else f"{owner}s {part}"
            return name, text, NOUNS[name][1] if name == "plant" else {name: 1}
        group, noun, amplitudes = self.noun()
        return group, self.article(self.adjective() + noun), amplitudes

    def goes(self):
        """A thing that moves, mostly around, past or through another."""
        rng = self.rng
        group, subject, amplitudes = self.thing()
        if rng.random() < 0.1:
            subject = self.pick(["only ", "just "]) + subject
        family = "sea" if group == "water" else LIKE.get(group, group)
        if group == "water" and rng.random() < 0.5:
            family = "river"
        going = GOING.get(family, GOING["body"])
        verb, factor = (self.pick(going), 1.0) if rng.random() < 0.5 else self.pick(VERBS[group])
        adverb, strength = self.manner()
        way = ways(self, self.pick(PATHS)) if rng.random() < 0.78 else self.pick(NOWHERE)
        side, steep = "", way not in NOWHERE and way.startswith(("down ", "up "))
        if group in ("smoke", "floating") and verb in ("rise", "ascend", "climb") and self.direction == (0.0, 0.0):
            self.direction = (0, -1)
        elif group in DRIFTERS and self.direction == (0.0, 0.0) and (steep or rng.random() < 0.06):
            if not steep:
                side = self.pick(["up", "down", "down", "upwards", "downwards", "straight down", "straight up"])
            self.direction = (0, 1) if "down" in (side or way) else (0, -1)
        elif rng.random() < 0.2:
            sign = self.pick([-1, 1])
            side = self.pick(SIDES[sign])
            if group in DRIFTERS and self.direction == (0.0, 0.0):
                self.direction = (sign, 0)
        self.ask(amplitudes, factor * strength)
        late = ""
        if side and rng.random() < 0.15:
            late, side = rng.choice(AFTERTHOUGHTS).replace("{D}", side), ""
        rest = [side, way] if rng.random() < 0.6 else [way, side]
        if adverb:
            rest.insert(rng.randrange(3), adverb)
        made = rng.random() < 0.06 and " and " not in subject
        if not adverb and way not in NOWHERE and rng.random() < 0.12:  # "waves on the sea"
            return " ".join(p for p in (subject, *rest) if p) + late
        if rng.random() < 0.12:  # the same thing does something else as well
            more = self.pick(going if rng.random() < 0.6 else [v for v, _ in VERBS[group]])
            rest.append(f"and {self.verb_form(more)} {ways(self, self.pick(PATHS)) if rng.random() < 0.4 else self.pick(NOWHERE)}")
        parts = [self.pick(["let", "make", "have"]), subject, inflect(verb, ""), *rest] if made else [subject, self.verb_form(verb), *rest]
        if way not in NOWHERE and rng.random() < 0.1:  # "the water around the boat moves"
            parts = [subject, way, self.verb_form(verb), adverb, side]
        elif rng.random() < 0.05:
            parts[-1] = f"{parts[-1]}, {self.pick(THING_SIMILES)}" if rng.random() < 0.6 else f"{parts[-1]} {self.pick(THING_SIMILES)}"
        elif rng.random() < 0.06 and adverb:
            parts = [adverb, subject, self.verb_form(verb), *[r for r in rest if r != adverb]]
        return " ".join(p for p in parts if p) + late

    def rises(self):
        """Smoke or a balloon that rises: up is where it goes."""
        group = self.pick(["smoke", "smoke", "floating"])
        _, noun, amplitudes = self.noun(group)
        adverb, strength = self.manner()
        self.direction = (0, -1)
        self.ask(amplitudes, strength)
        way = self.pick(["", "", "from {T}", "out of {T}", "above {T}", "over {T}", "behind {T}", "into the sky", "into the air", "high above {T}"])
        return " ".join(p for p in (self.article(noun), self.verb_form(self.pick(RISING[:2] + RISING)), adverb, ways(self, way)) if p)

    def cannot(self):
        """A thing that cannot move does something: nothing is asked for."""
        noun = UNKNOWN if self.rng.random() < 0.25 else self.pick(MOVERS if self.rng.random() < 0.8 else SOLID)
        subject = self.article(self.adjective() + noun)
        if noun == UNKNOWN and self.rng.random() < 0.6:
            return self.pick(["only {N} {V}", "only {N} {V}", "just {N} {V}", "only {N}, nothing else", "nothing moves but {N}", "let {N} move", "{N} {V}, everything else stays still"]).replace("{N}", subject).replace("{V}", self.pick(["moves", "move", "moving", "sways", "flutters", "flows", "drifts", "swings"]))
        if self.rng.random() < 0.12:
            subject = self.pick(["two ", "three ", "both ", "all ", "many "]) + subject.split(" ", 1)[-1]
        way = ways(self, self.pick(PATHS)) if self.rng.random() < 0.5 else self.pick(NOWHERE)
        side = self.pick(SIDES[self.pick([-1, 1])]) if self.rng.random() < 0.15 else ""
        return " ".join(p for p in (subject, self.verb_form(self.pick(MOVER_VERBS)), self.manner()[0], side, way) if p)

    def pushed(self):
        """The wind moves a thing, sometimes to a side."""
        wind, factor = self.pick(WIND)
        if self.rng.random() < 0.4:
            adjective, scale = self.pick(WIND_ADJECTIVES)
            wind, factor = f"{adjective} {wind}", min(2.0, factor * scale)
        group, noun, amplitudes = self.noun(self.pick(["sky", "sky", "smoke", "smoke", "water", "sea", "foliage", "grass", "cloth", "hair", "floating", "floating"]))
        self.ask(amplitudes, factor)
        text = self.pick(WIND_PUSHES).replace("{W}", wind).replace("{N}", self.article(noun))
        if self.rng.random() < 0.55:
            if group in DRIFTERS and self.rng.random() < 0.75:
                sign = self.pick([-1, 1])
                self.direction = (sign, 0)
                return f"{text} {self.pick(SIDES[sign])}"
            return f"{text} {self.pick(['away', 'away', 'around', 'back and forth', ways(self, self.pick(PATHS))])}"
        return text

    # ---- the camera ----

    def look(self, vector, factor=1.0):
        self.camera = {k: max(-1.6, min(1.6, v * factor)) for k, v in vector.items()}

    def circling(self):
        """The camera circles something, to a side or not."""
        sign = self.pick([-1, 1, 1, 0])
        side = self.pick(SIDES[sign]) if sign else ""
        adverb, factor = self.manner()
        target = self.beside()
        around = self.pick(["around {T}"] * 6 + ["round {T}", "all the way around {T}", "in a circle around {T}"]).replace("{T}", target)
        who, verb = self.pick(WHO), self.pick(CIRCLE)
        if verb in ("circle", "orbit") and self.rng.random() < 0.3:
            around = target
        self.look({"orbit": sign or 1}, factor)
        comma = self.pick([", ", " ", " ", " "])
        order = self.rng.random()
        rest = f"{around}{comma}{side}" if order < 0.6 else f"{side} {around}"
        form = self.rng.random()
        if form < 0.5:
            text = f"{who} {adverb} {inflect(verb, self.pick(['s', 's', 'ing']))} {rest}"
        elif form < 0.75:
            text = f"{self.pick([verb, verb, inflect(verb, 'ing')])} {rest} {adverb}"
        else:
            text = f"{adverb} {self.pick(['orbit', 'circle', 'arc', 'circling', 'orbiting', 'walk', 'arc shot', 'orbit shot'])} {rest}"
        return " ".join(text.split()).rstrip(",")

    def passing(self):
        """The camera passes something on its way to a side, forward or back."""
        adverb, factor = self.manner()
        if self.rng.random() < 0.5:
            sign = self.pick([-1, 1])
            self.look({"panX": sign}, factor)
            way = ways(self, self.pick(["past {T}", "past {T}", "along {T}", "along {T}", "over {T}", "across {T}", "by {T}", "between {T}", "under {T}", "above {T}", "in front of {T}", "with {T}"]))
            side, verb = self.pick(SIDES[sign]), self.pick(SIDEWAYS)
            tail = f"{way} {side}" if self.rng.random() < 0.6 else f"{side} {way}"
        else:
            vector, verbs, templates = self.pick(CAMERA_GOES)
            self.look(vector, factor)
            verb, tail = self.pick(verbs), ways(self, self.pick(templates))
        verb = inflect(verb, self.pick(["s", "s", "s", "ing"]))
        return " ".join(f"{self.pick(WHO)} {adverb} {verb} {tail}".split()) if self.rng.random() < 0.6 else " ".join(f"{self.pick(WHO)} {verb} {tail} {adverb}".split())

    def along(self):
        """Camera work in its own words, along something."""
        vector, openings, templates = self.pick(ALONG)
        adverb, factor = self.manner()
        self.look(vector, factor)
        text = f"{self.pick(openings)} {ways(self, self.pick(templates))}"
        if self.rng.random() < 0.1:
            text += self.pick([", ", " "]) + self.pick(SIMILES)
        return " ".join((f"{adverb} {text}" if self.rng.random() < 0.3 else f"{text} {adverb}").split())

    def bare(self):
        """A move with no subject at all."""
        vector, phrases = self.pick(BARE_MOVES)
        phrase, adverb = ways(self, self.pick(phrases)), self.pick(SLOWLY) if self.rng.random() < 0.6 else ""
        factors = dict(WEAK + STRONG)
        self.look(vector, factors.get(adverb, 1.0))
        comma = ", " if adverb and self.rng.random() < 0.25 else " "
        return (f"{adverb} {phrase}" if self.rng.random() < 0.6 else f"{phrase}{comma}{adverb}").strip()

    def by_hand(self):
        self.look({"handheld": self.pick([1.0, 1.0, 0.9])})
        text = self.pick(HAND)
        if self.rng.random() < 0.35:
            text += self.pick([", ", " and ", " "]) + self.pick(["a bit wobbly", "a little shaky", "slightly unsteady", "a bit shaky", "wobbly", "rather shaky", "shaky", "a little unsteady", "very shaky"])
        return text

    def both(self):
        """A camera move and one to a side, the second without its own subject."""
        vector, openings, _ = self.pick([a for a in ALONG if "panX" not in a[0]])
        sign = self.pick([-1, 1])
        self.look({**vector, "panX": sign})
        text = f"{self.pick(openings)} {self.pick(['and', 'and', 'while you', 'and then', ','])} {self.pick(AND_SIDEWAYS)} {self.pick(SIDES[sign][:2])}"
        return text.replace(" ,", ",") + self.pick(["", "", " at the same time", " together", " slowly"])

    def camera_work(self):
        """One clause about the camera beside one about a thing: never without a subject, which would be the thing's."""
        return self.pick([self.circling, self.passing, self.along, self.along, self.by_hand])()


def make_subject(rng):
    """random.Random -> (prompt, program as a list of 24 floats), English."""
    c, roll = SubjectCaption(rng), rng.random()
    if roll < 0.36:
        text = c.goes()
        if rng.random() < 0.2:
            text += rng.choice(MORE_JOINERS) + (c.goes() if rng.random() < 0.6 else c.object_clause(allow_direction=False))
        text = with_still(c, text)
        if rng.random() < 0.08:
            text += rng.choice([", ", "; ", " and ", ", but "]) + rng.choice(STATIC_CAMERA)
    elif roll < 0.47:
        text = c.cannot()
        if rng.random() < 0.12:
            text += rng.choice(MORE_JOINERS) + c.goes()
    elif roll < 0.53:
        text = with_still(c, c.pushed())
    elif roll < 0.57:
        text = c.rises()
    elif roll < 0.82:
        text = rng.choice([c.circling, c.circling, c.passing, c.along, c.along, c.bare, c.bare, c.by_hand, c.both])()
        if rng.random() < 0.07:
            text += rng.choice([", ", " "]) + rng.choice(SIMILES)
    elif roll < 0.95:
        parts = [c.camera_work() if rng.random() < 0.6 else c.camera_clause(), c.goes() if rng.random() < 0.75 else c.object_clause()]
        rng.shuffle(parts)
        text = with_still(c, rng.choice(MORE_JOINERS).join(parts)) if rng.random() < 0.5 else rng.choice(MORE_JOINERS).join(parts)
    else:
        still = c.object_clause()
        text = with_still(c, still, always=True)
    if rng.random() < 0.05:
        text = rng.choice(FILLER_BEFORE) + " " + text
    if rng.random() < 0.07:
        text += rng.choice([", ", " ", "; "]) + rng.choice(FILLER_AFTER)
    if rng.random() < 0.1:
        text = scramble(text, rng)
    return text, c.program()


def with_still(caption, text, always=False):
    """`text`, sometimes with something that must stay still."""
    rng = caption.rng
    if always or rng.random() < 0.28:
        still = caption.held_still() if rng.random() < 0.8 else rng.choice(NOTHING_ELSE)
        if still:
            return text + rng.choice([", ", ", ", ", ", ", but ", " but ", " and ", "; ", " while ", ", and "]) + still
    return text
