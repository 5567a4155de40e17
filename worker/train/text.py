"""Turns a prompt into token ids; the same few lines exist in TypeScript and must agree exactly.

The vocabulary holds words (each an id, an embedding) and aliases ("lemmas", "names": a form of any language ->
the words it stands for, separated by spaces, possibly none; a form of both is in `lemmas` alone). German, Spanish, French and Japanese
share the embeddings of English this way and differ in word order only.

The tokeniser, step by step (this docstring is the specification):

0. Lower-case the text and compose it (Unicode NFC). A run of a-z, umlauts and sharp s that is an alias when spelt
   out (ae, oe, ue, ss), and holds an umlaut, is that: "Fähre" is "faehre", not "fahre".
1. Normalise to Unicode NFKD, drop combining marks (general category Mn); then
   the replacements of `LETTERS` (sharp s -> ss, Japanese comma -> comma ...).
2. Characters: a-z and 0-9 are Latin; U+3005, U+3041-U+3096, U+30A1-U+30FA, U+30FC and U+4E00-U+9FFF are
   Japanese; `, . ; !` stand alone; everything else is a space. A piece is a run of one kind.
3. From the left, the longest run of two to `PHRASE` pieces that is an alias, joined by spaces, with or without a
   final s ("sea lions"), gives the ids of that alias; else one piece does. A Japanese piece: at each place the longest alias that starts there; without one, one character is
   skipped. A Latin piece: `look_up`. Both give ids; what is unknown gives none.
4. Keep the first `maxTokens` ids and fill up with `pad` (0) at the end.

`look_up(word)`, where "known" means in `words`, else in `lemmas` or `names` (an alias):
 a. `word` when known.
 b. For each ending of `ENDINGS` in order: when the word ends with it and at least 3 characters
    remain (the stem), try in this order: stem, stem + "e", the stem without its last letter when
    its last two letters are equal, the stem with a final "i" replaced by "y". First in `words` wins.
 c. For each ending of `ALIAS_ENDINGS` in order, at least 4 characters remaining: the stem is an alias.
 d. Compound, at least 8 letters and no digit: for a tail from the longest to 4 letters that is known, and what stands
    before it, as it is or without a linking "s", "n", "en", "es" (in this order), is known and has
    at least 4 letters: the ids of both, front first. First hit wins.
 e. When the word has at least 5 characters and holds no digit: among the vocabulary words of at
    least 4 characters at optimal-string-alignment distance exactly 1 (insert, delete, replace, or
    swap two neighbours), the one with the smallest id.
 f. When it has at least 6: the first Latin form of `lemmas` (order of the file) of at least 5 characters at distance 1;
    names are too many to be guessed.
 g. Otherwise the word is dropped.
"""

import json
import re
import unicodedata

MAX_TOKENS = 32
PAD_ID = 0
PUNCTUATION = ",.;!"
LETTERS = {"ß": "ss", "œ": "oe", "æ": "ae", "ø": "o", "、": ",", "。": "."}
ALIAS_ENDINGS = ["s", "e", "n", "en", "er", "em", "es", "x", "a", "o", "as", "os"]
UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}
PHRASE = 4
LINKS = ["", "s", "n", "en", "es"]
ENDINGS = ["s", "es", "ing", "ed", "d", "ly", "er", "est", "y", "like"]


def is_japanese(character):
    """True for kana, kanji, the iteration mark and the prolonged sound mark."""
    return character in "\u3005\u30fc" or "\u3041" <= character <= "\u3096" or "\u30a1" <= character <= "\u30fa" or "\u4e00" <= character <= "\u9fff"


def normalise(text):
    """Step 1 of the specification."""
    marks_off = "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if unicodedata.category(c) != "Mn")
    return "".join(LETTERS.get(c, c) for c in marks_off)


def spell_out(text, aliases):
    """Step 0 of the specification."""

    def spell(match):
        spelt = "".join(UMLAUTS.get(c, c) for c in match[0])
        return spelt if re.search("[äöü]", match[0]) and spelt in aliases else match[0]

    return re.sub("[a-zäöüß]+", spell, unicodedata.normalize("NFC", text.lower()))


def split_words(text):
    """Steps 1-2 of the specification: text -> list of pieces (words, Japanese runs, clause punctuation)."""
    out, previous = [], " "
    for character in normalise(text):
        kind = "l" if "a" <= character <= "z" or "0" <= character <= "9" else "j" if is_japanese(character) else character if character in PUNCTUATION else " "
        if kind != previous or kind in PUNCTUATION:
            out.append(" ")
        out.append(" " if kind == " " else character)
        previous = kind
    return "".join(out).split()


def one_edit_apart(a, b):
    """True when `a` and `b` differ by exactly one insertion, deletion, replacement or neighbour swap."""
    if a == b or abs(len(a) - len(b)) > 1:
        return False
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    rest_a, rest_b = a[start:], b[start:]
    if len(a) == len(b):
        swapped = len(rest_a) > 1 and rest_a[0] == rest_b[1] and rest_a[1] == rest_b[0] and rest_a[2:] == rest_b[2:]
        return swapped or rest_a[1:] == rest_b[1:]
    return rest_a[1:] == rest_b if len(a) > len(b) else rest_a == rest_b[1:]


class Tokenizer:
    """Holds `words` (word -> id, ids from 1 up), `lemmas` and `names` (form -> words it stands for)."""

    def __init__(self, words, lemmas, names=None):
        self.words = words
        self.lemmas = lemmas
        self.names = names or {}
        self.aliases = {**self.names, **lemmas}
        self.cache = {}
        self.by_length = {}
        for form in lemmas:
            if len(form) >= 5 and not is_japanese(form[0]):
                self.by_length.setdefault(len(form), []).append(form)
        self.order = {form: i for i, form in enumerate(lemmas)}
        self.longest = max((len(form) for form in self.aliases if is_japanese(form[0])), default=0)

    def look_up(self, piece):
        """The ids of one piece; empty when nothing in the vocabulary is close enough."""
        if piece not in self.cache:
            self.cache[piece] = self._segment(piece) if is_japanese(piece[0]) else self._look_up(piece)
        return self.cache[piece]

    def _known(self, word):
        if word in self.words:
            return [self.words[word]]
        if word in self.aliases:
            return self._alias(word)
        return None

    def _alias(self, form):
        return [self.words[word] for word in self.aliases[form].split()]

    def _segment(self, run):
        """Step 3 for a Japanese run: longest match from the left."""
        ids, start = [], 0
        while start < len(run):
            for length in range(min(self.longest, len(run) - start), 0, -1):
                if run[start : start + length] in self.aliases:
                    ids += self._alias(run[start : start + length])
                    start += length
                    break
            else:
                start += 1
        return ids

    def _look_up(self, word):
        found = self.inflected(word)
        if found is not None:
            return found
        return (self._compound(word) or self._repair(word)) if word.isalpha() else []

    def inflected(self, word):
        """Rules a to c: the ids of a word that is known as it is or without its ending, else None."""
        known = self._known(word)
        if known is not None:
            return known
        for ending in ENDINGS:
            if word.endswith(ending) and len(word) - len(ending) >= 3:
                stem = word[: -len(ending)]
                candidates = [stem, stem + "e"]
                if stem[-1] == stem[-2]:
                    candidates.append(stem[:-1])
                if stem[-1] == "i":
                    candidates.append(stem[:-1] + "y")
                for candidate in candidates:
                    if candidate in self.words:
                        return [self.words[candidate]]
        for ending in ALIAS_ENDINGS:
            if word.endswith(ending) and len(word) - len(ending) >= 4 and word[: -len(ending)] in self.aliases:
                return self._alias(word[: -len(ending)])
        return None

    def _compound(self, word):
        """Rule d: the ids of both parts, or an empty list."""
        for start in range(4, len(word) - 3) if len(word) >= 8 else ():
            tail = self._known(word[start:])
            for link in LINKS if tail else ():
                front = word[: start - len(link)] if word[:start].endswith(link) else ""
                head = self._known(front) if len(front) >= 4 else None
                if head:
                    return head + tail
        return []

    def _repair(self, word):
        """Rules e and f: one typing mistake."""
        if len(word) >= 5:
            close = [i for known, i in self.words.items() if len(known) >= 4 and one_edit_apart(word, known)]
            if close:
                return [min(close)]
        if len(word) >= 6:
            alike = [form for n in (-1, 0, 1) for form in self.by_length.get(len(word) + n, ()) if one_edit_apart(word, form)]
            if alike:
                return self._alias(min(alike, key=self.order.get))
        return []

    def encode(self, text):
        """text -> list of `MAX_TOKENS` ids, padded with 0."""
        pieces, ids, start = split_words(spell_out(text, self.aliases)), [], 0
        while start < len(pieces):
            length, found = self._phrase(pieces[start : start + PHRASE])
            ids += found
            start += length
        ids = ids[:MAX_TOKENS]
        return ids + [PAD_ID] * (MAX_TOKENS - len(ids))

    def _phrase(self, pieces):
        """How many of the pieces stand for one thing, and its ids."""
        for length in range(len(pieces), 1, -1):
            phrase = " ".join(pieces[:length])
            for form in (phrase, phrase.removesuffix("s")):
                if form in self.aliases:
                    return length, self._alias(form)
        return 1, self.look_up(pieces[0])

    def to_json(self):
        """The part of vocabulary.json that the tokeniser needs."""
        grouped = {}
        for form, meaning in self.names.items():
            grouped.setdefault(meaning, []).append(form.replace(" ", "_"))
        names = {meaning: " ".join(forms) for meaning, forms in grouped.items()}
        return {"maxTokens": MAX_TOKENS, "pad": PAD_ID, "words": self.words, "lemmas": self.lemmas, **({"names": names} if names else {})}

    @staticmethod
    def load(path):
        """Reads a vocabulary.json."""
        with open(path) as file:
            data = json.load(file)
        names = {form.replace("_", " "): meaning for meaning, forms in data.get("names", {}).items() for form in forms.split()}
        return Tokenizer(data["words"], data["lemmas"], names)
