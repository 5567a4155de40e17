"""Tests the composites on a crop made here: python test_drawn_over.py. Needs no photographs; ends with an error where one fails."""

import unittest
from functools import lru_cache

import cv2
import numpy as np

from canvas import ID, POOL, SIZE
from drawn_over import KINDS, UNKNOWN, Over, draw_over

THING = {
    "smoke": "smoke", "plume": "smoke", "steam": "smoke", "flames": "fire", "candles": "fire", "falls": "river", "cascade": "river", "fountain": "river",
    "breaker": "sea", "night": "light", "sails": "cloth", "spinnakers": "cloth", "scarf": "cloth", "veil": "cloth", "washing": "cloth",
}


def landscape(people=False):
    """A crop in the format of PhotoStore.sample: sky over a hill with trees, or over the sea; or a person before a wall."""
    image = np.uint8(np.clip(118 + 12 * POOL.textures[2.4][0][:SIZE, :SIZE, None] + np.zeros(3), 0, 255))
    label = np.zeros((SIZE, SIZE), np.uint8)
    label[:64], image[:64] = ID["sky"], (120, 170, 225)
    label[64:84, 80:] = ID["foliage"]
    label[120:] = ID["sea"]
    if people:
        label[:] = ID["static"]
        cv2.ellipse(label, (80, 170), (60, 70), 0, 0, 360, ID["body"], -1)
        cv2.ellipse(label, (80, 62), (30, 36), 0, 0, 360, ID["hair"], -1)
        cv2.ellipse(label, (80, 75), (24, 34), 0, 0, 360, ID["body"], -1)
    half = SIZE // 2
    return {"image": image, "label": label, "depth": np.full((half, half), 100, np.uint8), "sway": np.full((half, half), UNKNOWN, np.uint8), "flow": np.zeros((SIZE // 4, SIZE // 4, 2), np.int8)}


@lru_cache(maxsize=None)
def drawn(kind):
    """Three composites of a kind, together with the crop that they were drawn over."""
    crop, found = landscape(people=kind == "scarf"), []
    for seed in range(40):
        made = draw_over(np.random.default_rng([7, seed]), crop, kind)
        if made is not None:
            found.append((made, crop))
        if len(found) == 3:
            break
    return found


class Composites(unittest.TestCase):
    def test_every_kind_can_be_drawn(self):
        for kind in KINDS:
            with self.subTest(kind):
                self.assertEqual(len(drawn(kind)), 3)

    def test_arrays_are_those_of_a_crop_and_the_crop_stays_as_it_was(self):
        for kind in KINDS:
            before = landscape(people=kind == "scarf")
            for made, crop in drawn(kind):
                with self.subTest(kind):
                    for name, array in crop.items():
                        self.assertEqual((made[name].shape, made[name].dtype), (array.shape, array.dtype))
                        np.testing.assert_array_equal(array, before[name])

    def test_a_seed_gives_the_same_picture(self):
        for kind in KINDS:
            crop = landscape(people=kind == "scarf")
            one, two = (draw_over(np.random.default_rng([7, 3]), crop, kind) for _ in range(2))
            with self.subTest(kind):
                self.assertEqual(one is None, two is None)
                for name in one or {}:
                    np.testing.assert_array_equal(one[name], two[name])

    def test_labels_change_to_the_thing_and_where_the_picture_changes(self):
        for kind, name in THING.items():
            seen = 0
            for made, crop in drawn(kind):
                new = (made["label"] != crop["label"]) & (made["label"] == ID[name])
                change = np.abs(made["image"].astype(int) - crop["image"]).max(2)
                seen += new.sum()
                with self.subTest(kind):
                    self.assertGreater((change[new] > 3).mean() if new.any() else 1, 0.9)
            with self.subTest(kind):
                self.assertGreater(seen, 60)

    def test_sway_is_known_only_on_drawn_things(self):
        for kind in ("plume", "sails", "washing"):
            for made, crop in drawn(kind):
                known = cv2.resize((made["sway"] != UNKNOWN).astype(np.uint8), (SIZE, SIZE), interpolation=cv2.INTER_NEAREST) > 0
                with self.subTest(kind):
                    self.assertTrue(known.any())
                    self.assertTrue((made["label"] != crop["label"])[known].mean() > 0.8)

    def test_a_scarf_needs_a_head(self):
        self.assertIs(Over(np.random.default_rng(1), landscape()).scarf(), False)


if __name__ == "__main__":
    unittest.main()
