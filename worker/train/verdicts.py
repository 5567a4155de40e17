"""Whether the settled fields are nearer to the truth than the control: a paired bootstrap over the scenes.

The rule, written down before the odd half was looked at: of every line, the scenes count in which all three columns have a
value. A resample draws as many of them with replacement and takes the three means. What is compared is
|control - truth| - |settled - truth|, for lines where lower is better control - settled. A line is "better" where the middle
95 % of 1,000 resamples lie above 0, "behind" where they lie below, else "even".
"""

import numpy as np

LOWER = ("leak", "energy score", "error of", "spectrum")
RESAMPLES = 1000
MIDDLE = (2.5, 97.5)  # percentiles


def is_lower_better(name):
    return name.startswith(LOWER)


def advantage(lower, truth, control, settled):
    """By how much settled is nearer to the truth than control; means over the scenes (last axis)."""
    truth, control, settled = truth.mean(-1), control.mean(-1), settled.mean(-1)
    return control - settled if lower else abs(control - truth) - abs(settled - truth)


def judge(name, truth, control, settled, seed=0):
    """Values of the same scenes -> (low, high) of the advantage's 95 % interval, verdict."""
    columns = [np.asarray(c, float) for c in (truth, control, settled)]
    chosen = np.random.default_rng(seed).integers(0, len(truth), (RESAMPLES, len(truth)))
    low, high = np.percentile(advantage(is_lower_better(name), *(c[chosen] for c in columns)), MIDDLE)
    return (low, high), "better" if low > 0 else "behind" if high < 0 else "even"


def lines(rows):
    """{"truth" | "control" | "settled": list of dicts, one per scene} -> name: (count, the three means, interval, verdict)."""
    out = {}
    for name in dict.fromkeys(n for r in rows["truth"] for n in r):
        paired = [[r[name] for r in scene] for scene in zip(rows["truth"], rows["control"], rows["settled"]) if all(name in r for r in scene)]
        if paired:
            values = np.array(paired).T
            out[name] = (len(paired), values.mean(1), *judge(name, *values))
    return out
