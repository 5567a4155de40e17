"""Draws random scenes with known labels (photographs.py adds real cut-outs and textures where they were fetched).

A scene is painted from far to near on a 160 x 160 canvas. Every brush notes, next to the colour,
the class, the depth (0 far .. 1 near), the sway (0 anchored .. 1 free end) and the flow direction.
`python scenes.py --count 20000 --out DIR` writes shards; `--sheet FILE` draws a contact sheet.
A seed gives the same scene again for one and the same set of files below --photographs.
"""

import argparse
import os
import time

import cv2
import numpy as np

import canvas
import photographs
from canvas import SIZE
from draw_templates import Scene


def make_scene(seed):
    """seed -> dict of image u8 [160,160,3], label u8 [160,160], depth/sway u8 [80,80], flow i8 [40,40,2]."""
    scene = Scene(np.random.default_rng(seed))
    scene.compose()
    image = scene.finish()
    half = SIZE // 2
    return {
        "image": image,
        "label": scene.label,
        "depth": np.uint8(np.clip(cv2.resize(scene.depth, (half, half), interpolation=cv2.INTER_AREA), 0, 1) * 255),
        "sway": np.uint8(np.clip(cv2.resize(scene.sway, (half, half), interpolation=cv2.INTER_AREA), 0, 1) * 254),  # 255 means unknown (labelled.py)
        "flow": np.int8(np.clip(cv2.resize(scene.flow, (SIZE // 4, SIZE // 4), interpolation=cv2.INTER_AREA), -1, 1) * 127),
    }


def write_shard(path, first_seed, count):
    """Renders `count` scenes and saves them as one .npz of stacked arrays."""
    scenes = [make_scene(first_seed + i) for i in range(count)]
    np.savez(path + ".part.npz", **{k: np.stack([s[k] for s in scenes]) for k in scenes[0]})
    os.replace(path + ".part.npz", path)


PALETTE = np.array([[90, 90, 90], [120, 180, 255], [0, 0, 200], [0, 120, 200], [0, 110, 0], [130, 220, 60], [220, 0, 160], [255, 80, 0], [220, 220, 220], [120, 70, 20], [255, 190, 150], [150, 0, 60], [255, 255, 0]], np.uint8)

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", default="/var/tmp/train/scenes")
    parser.add_argument("--count", type=int, default=20000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--sheet")
    parser.add_argument("--photographs", default=photographs.FOLDER, metavar="DIR", help="where photographs.py --fetch unpacked to; '' draws everything")
    options = parser.parse_args()
    if options.photographs != photographs.FOLDER:
        canvas.BANK = photographs.Bank(options.photographs)
    if options.sheet:
        rows = []
        for i in range(6):
            scenes = [make_scene(options.first + 8 * i + j) for j in range(8)]
            rows += [np.hstack([s["image"] for s in scenes]), np.hstack([PALETTE[s["label"]] for s in scenes])]
        cv2.imwrite(options.sheet, np.vstack(rows)[..., ::-1])
    else:
        os.makedirs(options.out, exist_ok=True)
        for first in range(options.first, options.first + options.count, 500):
            path = f"{options.out}/{first:08d}.npz"
            if not os.path.exists(path):
                begun = time.time()
                write_shard(path, first, 500)
                print(path, f"{(time.time() - begun) / 500 * 1000:.1f} ms/scene", flush=True)
