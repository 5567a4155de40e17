"""Turns a prompt into token ids; the same few lines exist in TypeScript and must agree exactly.

The tokeniser, step by step (this docstring is the specification):

1. Lower-case the text, normalise to Unicode NFKD, drop combining marks (general category Mn).
2. Every character that is not a-z or 0-9 becomes a space, except `, . ; !`, which become
   " , " and so on (they stand alone as tokens).
3. Split at spaces. Each piece is looked up with `look_up`; a piece without an id is dropped.
4. Keep the first `maxTokens` ids and fill up with `pad` (0) at the end.

`look_up(word)`:
 a. `words[word]` when present.
 b. `words[lemmas[word]]` when `lemmas` holds the word.
 c. For each ending of `ENDINGS` in order: when the word ends with it and at least 3 characters
    remain (the stem), try in this order: stem, stem + "e", the stem without its last letter when
    its last two letters are equal, the stem with a final "i" replaced by "y". First hit wins.
 d. When the word has at least 5 characters and holds no digit: among the vocabulary words of at
    least 4 characters at optimal-string-alignment distance exactly 1 (insert, delete, replace, or
    swap two neighbours), the one with the smallest id.
 e. Otherwise the word is dropped.
"""

import json
import unicodedata

MAX_TOKENS = 32
PAD_ID = 0
PUNCTUATION = ",.;!"
ENDINGS = ["s", "es", "ing", "ed", "d", "ly", "er", "est", "y", "like"]


def split_words(text):
    """Steps 1-3 of the specification: text -> list of pieces (words and clause punctuation)."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    out = []
    for character in decomposed:
        if unicodedata.category(character) == "Mn":
            continue
        if ("a" <= character <= "z") or ("0" <= character <= "9"):
            out.append(character)
        elif character in PUNCTUATION:
            out.append(f" {character} ")
        else:
            out.append(" ")
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
    """Holds `words` (word -> id, ids from 1 up) and `lemmas` (irregular form -> word)."""

    def __init__(self, words, lemmas):
        self.words = words
        self.lemmas = lemmas
        self.cache = {}

    def look_up(self, word):
        """The id of one piece, or None when nothing in the vocabulary is close enough."""
        if word not in self.cache:
            self.cache[word] = self._look_up(word)
        return self.cache[word]

    def _look_up(self, word):
        if word in self.words:
            return self.words[word]
        if word in self.lemmas:
            return self.words[self.lemmas[word]]
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
                        return self.words[candidate]
        if len(word) >= 5 and word.isalpha():
            close = [i for known, i in self.words.items() if len(known) >= 4 and one_edit_apart(word, known)]
            if close:
                return min(close)
        return None

    def encode(self, text):
        """text -> list of `MAX_TOKENS` ids, padded with 0."""
        ids = [i for i in map(self.look_up, split_words(text)) if i is not None][:MAX_TOKENS]
        return ids + [PAD_ID] * (MAX_TOKENS - len(ids))

    def to_json(self):
        """The part of vocabulary.json that the tokeniser needs."""
        return {"maxTokens": MAX_TOKENS, "pad": PAD_ID, "words": self.words, "lemmas": self.lemmas}

    @staticmethod
    def load(path):
        """Reads a vocabulary.json."""
        with open(path) as file:
            data = json.load(file)
        return Tokenizer(data["words"], data["lemmas"])
