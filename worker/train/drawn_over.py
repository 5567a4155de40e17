"""Composites: a crop of a labelled photograph with a drawn thing over it; the surroundings stay real, so that only the thing itself tells.

Smoke, fire, falling water, breakers, still ponds, lights at night, sails and scarves are rare among the labelled photographs.
`python drawn_over.py --sheet FILE [--kind KIND]` draws a contact sheet.
"""

import argparse

import cv2
import numpy as np

from canvas import ID, SIZE
from drawn_over_cloth import Cloth
from drawn_over_water import Falls

UNKNOWN = 255
KINDS = {  # kind -> (weight, class that the photo must show, least and greatest share of it, only out of doors)
    "smoke": (4.0, None, 0, 1, False),
    "plume": (2.4, "sky", 0.2, 0.85, True),
    "steam": (2.2, None, 0, 1, False),
    "flames": (3.0, None, 0, 1, False),
    "candles": (0.7, None, 0, 1, False),
    "falls": (2.2, "static", 0.25, 1, True),
    "cascade": (1.4, "foliage", 0.2, 1, True),
    "fountain": (0.9, "static", 0.2, 0.95, True),
    "breaker": (1.6, "sky", 0.2, 0.9, True),
    "surf": (1.2, "sea", 0.15, 0.9, True),
    "pond": (2.2, "foliage", 0.08, 1, True),
    "moat": (1.0, "static", 0.25, 0.95, True),
    "night": (2.4, "static", 0.2, 0.95, True),
    "sails": (1.6, "sea", 0.12, 0.9, True),
    "spinnakers": (1.0, "sky", 0.25, 0.9, True),
    "scarf": (2.4, "hair", 0.01, 0.3, False),
    "veil": (0.9, None, 0, 1, False),
    "washing": (0.6, None, 0, 1, False),
    "reef": (0.8, None, 0, 1, False),
}


def out_of_doors(areas):
    """Shares of the classes of a photo -> does it show a landscape or a town, and nobody near?"""
    near = areas.get(ID["body"], 0) + areas.get(ID["hair"], 0)
    return near < 0.12 and sum(areas.get(ID[name], 0) for name in ("sky", "sea", "river", "foliage", "grass")) > 0.08


class Over(Falls, Cloth):
    """A canvas that begins with a crop of a photograph."""

    def __init__(self, rng, crop):
        super().__init__(rng)
        self.rgb = crop["image"].astype(np.float32) / 255
        self.label = crop["label"].copy()
        self.depth = cv2.resize(crop["depth"].astype(np.float32) / 255, (SIZE, SIZE))
        self.sway = np.full((SIZE, SIZE), -1, np.float32)  # -1 = unknown: a photograph tells nothing of it
        sky = self.label == ID["sky"]
        self.sky_low = self.rgb[sky].mean(0) if sky.mean() > 0.02 else self.rgb.mean((0, 1)) * 0.5 + 0.35
        bright = np.percentile(self.rgb.reshape(-1, 3), 85, axis=0).astype(np.float32)
        self.light_tint = np.clip(bright * 1.1, 0.15, 1.05)

    def crop(self, crop):
        """The result in the format of `crop`."""
        half = SIZE // 2
        known = cv2.resize((self.sway >= 0).astype(np.float32), (half, half), interpolation=cv2.INTER_AREA) > 0.99
        sway, depth = (cv2.resize(np.clip(a, 0, 1), (half, half), interpolation=cv2.INTER_AREA) for a in (self.sway, self.depth))
        flow = cv2.resize(np.clip(self.flow, -1, 1), (SIZE // 4, SIZE // 4), interpolation=cv2.INTER_AREA)
        return {
            "image": np.uint8(np.clip(self.rgb, 0, 1) * 255),
            "label": self.label,
            "depth": np.uint8(depth * 255),
            "sway": np.where(known, np.uint8(sway * (UNKNOWN - 1)), UNKNOWN).astype(np.uint8),
            "flow": np.int8(flow * 127),
        }


def draw_over(rng, crop, kind):
    """Draws a thing of `kind` over a crop as PhotoStore.sample gives it -> a new crop, or None where there is no place for it."""
    over = Over(rng, crop)
    if getattr(over, kind)() is False:
        return None
    if over.chance(0.4):
        over.rgb = cv2.GaussianBlur(over.rgb, (0, 0), over.u(0.3, 0.8))
    return over.crop(crop)


def composite(rng, photos, kind=None):
    """A crop of a random photo of the store with a random thing over it, in the format of PhotoStore.sample."""
    names = list(KINDS)
    odds = np.float64([KINDS[name][0] for name in names])
    crop = None
    while crop is None:
        chosen = kind or names[int(rng.choice(len(names), p=odds / odds.sum()))]
        _, needs, least, most, outside = KINDS[chosen]
        found = [p for p in photos.photos if (not needs or least <= p["areas"].get(ID[needs], 0) <= most) and (not outside or out_of_doors(p["areas"]))]
        photo = found[int(rng.integers(len(found)))]
        crop = draw_over(rng, photos.sample(rng, photo, share=float(rng.uniform(0.55, 1.0))), chosen)
    return crop


if __name__ == "__main__":
    from labelled import PhotoStore
    from scenes import PALETTE

    parser = argparse.ArgumentParser()
    parser.add_argument("--photos", default="/var/tmp/photos")
    parser.add_argument("--sheet", required=True)
    parser.add_argument("--kind", choices=list(KINDS))
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    store, rows = PhotoStore(options.photos), []
    for i in range(4):
        crops = [composite(np.random.default_rng([options.seed, 10 * i + j]), store, options.kind) for j in range(10)]
        rows += [np.hstack([c["image"] for c in crops]), np.hstack([PALETTE[c["label"]] for c in crops])]
    cv2.imwrite(options.sheet, np.vstack(rows)[..., ::-1])
