"""Names as aliases of a vocabulary that is already trained: `words_names_english.py` and `words_names_foreign.py`, less what would say something else.

A name is left out where the vocabulary already knows the word or reads it the same way; a word of the five languages is
never taken from what it meant before; only `MISTAKEN` ones are taken from the rules for endings.
"""

from text import Tokenizer, is_japanese, normalise, split_words
from words_names_english import ENGLISH
from words_names_foreign import FOREIGN_NAMES

# said in two ways, and trained on one of them far more often, or seen as the other: a geyser is falling water
ALIKE = {"anti": "counter", "geyser": "fountain"}
# names that the rules for endings mistake for a verb or another word ("driver" for "drive", "bees" for "be")
MISTAKEN = set(
    "bees driver painter engineer porter potter ranger rower walker wanderer trainer traveler traveller writer stranger officer villager gardener sweeper "
    "swimmers shopper angler archer biker fisher poster freezer dresser blazer everest andes burger ganges dingo stags herring maid earring rags boulders "
    "biene bienen buche buchen dachs greis villen nachen kanne kannen arbeiter musiker dampfer canes singes tombes reina rastas larche larchen "
    "faehren autofaehren saeulen braenden floeten jockey jockeys sources boars quellen".split()
)


def forms():
    """Every name as the tokeniser sees it -> the words that it stands for, languages in the order of `words_foreign.py`."""
    out = {}
    for names in (ENGLISH, *FOREIGN_NAMES.values()):
        for canonical, text in names.items():
            for name in text.split():
                shape = normalise(name) if is_japanese(name[0]) else " ".join(split_words(name.replace("_", " ")))
                out.setdefault(shape, canonical.replace("_", " "))
    return out


def clashes(tokenizer):
    """Names that the vocabulary knows by another meaning and keeps -> (that meaning, the one of the list)."""
    out = {}
    names = {ids: word for word, ids in tokenizer.words.items()}
    for form, meaning in forms().items():
        known = None if is_japanese(form[0]) and form not in tokenizer.lemmas else tokenizer.inflected(form)
        if known is not None and form not in MISTAKEN and known != [tokenizer.words[word] for word in meaning.split()]:
            out[form] = (" ".join(names[i] for i in known), meaning)
    return out


def with_names(tokenizer):
    """The tokeniser that ships: `tokenizer` with every name that it does not already read as it should, and with `ALIKE`.

    A trained tokeniser comes in, without names; or one that shipped, whose names are made anew.
    """
    words, lemmas, names = tokenizer.words, tokenizer.lemmas, {}
    trained, named = Tokenizer(words, lemmas), Tokenizer(words, lemmas)
    for form, meaning in sorted(forms().items(), key=lambda entry: len(entry[0])):
        if form in lemmas or form in words or (form not in MISTAKEN and not is_japanese(form[0]) and trained.inflected(form) is not None):
            continue
        if is_japanese(form[0]) or form in MISTAKEN or named.inflected(form) != [words[word] for word in meaning.split()]:
            names[form] = named.aliases[form] = meaning
    same = {word: words[other] for word, other in ALIKE.items() if word in words and other in words}
    return Tokenizer({**words, **same}, lemmas, names)
