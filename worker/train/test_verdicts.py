"""Tests the paired bootstrap: python test_verdicts.py. Ends with an error where one fails."""

import unittest

import numpy as np

from verdicts import judge, lines


class Verdicts(unittest.TestCase):
    def test_what_is_clear_is_said(self):
        random = np.random.default_rng(1)
        truth = random.normal(1, 0.3, 100)
        far, near = truth + 0.2 + random.normal(0, 0.1, 100), truth - 0.05 + random.normal(0, 0.1, 100)
        self.assertEqual(judge("any", truth, far, near)[1], "better")
        self.assertEqual(judge("any", truth, near, far)[1], "behind")
        self.assertEqual(judge("any", truth, near, near)[1], "even")

    def test_lower_lines_do_not_ask_for_the_truth(self):
        truth, high, low = np.full(50, 0.5), np.linspace(0.4, 0.6, 50), np.linspace(0.1, 0.3, 50)
        self.assertEqual(judge("leak", truth, high, low)[1], "better")
        self.assertEqual(judge("moved inside", truth, high, low)[1], "behind")

    def test_chance_alone_is_seldom_more_than_even(self):
        random = np.random.default_rng(2)
        verdicts = [judge("leak", np.zeros(40), random.normal(0, 1, 40), random.normal(0, 1, 40), seed)[1] for seed in range(200)]
        self.assertTrue(180 <= verdicts.count("even") <= 199, verdicts.count("even"))

    def test_scenes_without_all_three_values_do_not_count(self):
        rows = {"truth": [{"leak": 0.0}, {"leak": 0.0, "x": 1.0}], "control": [{"leak": 0.4}, {"x": 1.0}], "settled": [{"leak": 0.3}, {"leak": 0.3, "x": 1.0}]}
        table = lines(rows)
        self.assertEqual((table["leak"][0], table["x"][0]), (1, 1))
        self.assertTrue(np.allclose(table["leak"][1], [0, 0.4, 0.3]))


if __name__ == "__main__":
    unittest.main()
