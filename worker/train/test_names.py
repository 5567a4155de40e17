"""Tests of the names that ship: python test_names.py [folder]; each one is read as its class, and no sentence of the grammar changes.

Needs no network beyond text.onnx of the folder, and no training.
"""

import os
import random
import sys
import unittest

import numpy as np
import onnxruntime

from captions import CAMERA, CLASSES, make_caption
from captions_subjects import make_subject
from text import Tokenizer
from words_named import ALIKE, clashes
from words_names_english import ENGLISH, RESTING
from words_names_foreign import FOREIGN_NAMES

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../models/motion")
MOVES = {"en": "the {} moves gently", "de": "{} bewegt sich leicht", "es": "{} se mueve un poco", "fr": "{} bouge un peu", "ja": "{}が静かに揺れる"}
STAYS = {"en": "the waves roll but the {} stays still", "de": "die Wellen rollen, aber {} bleibt still", "es": "las olas rompen, {} no se mueve", "fr": "les vagues roulent, {} ne bouge pas", "ja": "波が揺れる、{}は動かない"}
# rivers are let move with the sea, and flowers with the leaves: the grammar taught it so
WITH = [{"sea", "river"}, {"foliage", "grass"}]


class Names(unittest.TestCase):
    def setUp(self):
        self.shipped = Tokenizer.load(f"{FOLDER}/vocabulary.json")
        self.trained = Tokenizer(self.shipped.words, self.shipped.lemmas)
        self.text = onnxruntime.InferenceSession(f"{FOLDER}/text.onnx", providers=["CPUExecutionProvider"])

    def moving(self, prompts):
        """The classes that move, and whether the camera does, per prompt."""
        ids = np.array([self.shipped.encode(prompt) for prompt in prompts])
        programs = np.concatenate([self.text.run(["program"], {"token_ids": part})[0] for part in np.array_split(ids, 1 + len(ids) // 256)])
        return [({c for c, a in zip(CLASSES[1:], p) if a > 0.2}, (np.abs(p[14 : 14 + len(CAMERA)]) > 0.2).any()) for p in programs]

    def test_no_name_takes_a_word_from_the_trained_vocabulary(self):
        self.assertEqual(clashes(self.trained), {})

    def test_sentences_of_the_grammar_keep_their_tokens(self):
        rng = random.Random(5)
        prompts = [(make_caption if number % 3 else make_subject)(rng)[0] for number in range(6000)]
        changed = [prompt for prompt in prompts if self.trained.encode(prompt) != self.shipped.encode(prompt)]
        self.assertLessEqual(len(changed), 6, changed)  # misspellings that meet a name

    def test_each_name_moves_its_class_and_never_the_camera(self):
        for code, names in (("en", ENGLISH), *FOREIGN_NAMES.items()):
            entries = [(c.replace("_", " "), n.replace("_", " ")) for c, text in names.items() for n in text.split() if c not in ("", "sing")]
            plain = dict(zip(names, self.moving([MOVES["en"].format(c.replace("_", " ")) for c in names])))
            wrong = []
            for (canonical, name), (moving, camera) in zip(entries, self.moving([MOVES[code].format(n) for _, n in entries])):
                wanted = plain[canonical.replace(" ", "_")][0]
                if camera or moving - wanted and not any(moving | wanted <= pair for pair in WITH) or bool(moving) != bool(wanted):
                    wrong.append((canonical, name, moving))
            with self.subTest(code):
                self.assertLess(len(wrong), 0.01 * len(entries), wrong)

    def test_what_rests_moves_nothing_and_stays_still(self):
        prompts = [n.replace("_", " ") for text in RESTING.values() for n in text.split()]
        self.assertLess(sum(bool(moving) for moving, _ in self.moving([MOVES["en"].format(n) for n in prompts])), 0.01 * len(prompts))
        for code, names in (("en", ENGLISH), *FOREIGN_NAMES.items()):
            entries = [n.replace("_", " ") for c, text in names.items() if c != "" for n in text.split()]
            with self.subTest(code):
                moving = self.moving([STAYS[code].format(n) for n in entries])
                self.assertLess(sum(not classes <= {"sea", "river"} for classes, _ in moving), 0.01 * len(entries))

    def test_alike_words_share_their_token(self):
        for word, other in ALIKE.items():
            self.assertEqual(self.shipped.words[word], self.shipped.words[other])


if __name__ == "__main__":
    if len(sys.argv) > 1:
        FOLDER = sys.argv.pop()
    unittest.main()
