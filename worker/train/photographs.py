"""Real cut-outs and textures for the drawn scenes (cutouts.json), from Debian packages under free licences; none of them is in this repository.

`python photographs.py --fetch DIR` downloads and unpacks the packages, `--sheet FILE` shows what a group holds.
Without them every scene is drawn; for one and the same set of files a seed always gives the same scene.
"""

import argparse
import glob
import json
import os
import subprocess

import cv2
import numpy as np

from unpack import DERIVED, unpack

FOLDER = "/var/tmp/photos"
HERE = os.path.dirname(os.path.abspath(__file__))
TEXTURE_PX = 256
STAMP_PX = 224


def listed():
    """cutouts.json flattened: group name -> list of (path below the folder, settings)."""
    groups = {}
    with open(os.path.join(HERE, "cutouts.json")) as file:
        for source in json.load(file)["sources"]:
            for name, group in source["groups"].items():
                settings = {key: value for key, value in group.items() if key != "paths"}
                groups.setdefault(name, []).extend((os.path.join(source["package"], source["root"], path), settings) for path in group["paths"])
    return groups


def packages():
    """Names of all Debian packages that cutouts.json and labels-*.json draw on."""
    with open(os.path.join(HERE, "cutouts.json")) as file:
        names = {source["package"] for source in json.load(file)["sources"]}
    for path in glob.glob(os.path.join(HERE, "labels-*.json")):
        with open(path) as file:
            folders = {photo["path"].split("/")[0] for photo in json.load(file)["photos"]}
            names |= {DERIVED.get(folder, folder) for folder in folders}
    return sorted(names)


def downloaded(wanted, folder):
    try:
        return subprocess.run(["apt-get", "download", wanted], cwd=folder).returncode == 0
    except OSError:  # no apt-get
        return False


def fetch(folder):
    """Downloads the packages with apt-get and unpacks each into folder/<package>; needs no root."""
    os.makedirs(folder, exist_ok=True)
    for name in packages():
        if os.path.isdir(os.path.join(folder, name)):
            continue
        # one that the installed Debian lacks may be in another suite of apt's sources
        if not any(downloaded(wanted, folder) for wanted in (name, f"{name}/testing", f"{name}/unstable")):
            print(f"{name}: not to be had from apt-get here; unpack https://packages.debian.org/sid/{name} into {folder}/{name}")
            continue
        archive = glob.glob(os.path.join(folder, f"{name}_*.deb"))[0]
        subprocess.run(["dpkg", "-x", archive, os.path.join(folder, name)], check=True)
        os.remove(archive)
    unpack(folder)


class Bank:
    """The files of cutouts.json that are there, decoded when first asked for."""

    def __init__(self, folder=FOLDER):
        self.groups = {}
        for name, items in listed().items():
            there = [(os.path.join(folder, path), settings) for path, settings in items if os.path.exists(os.path.join(folder, path))]
            if there:
                self.groups[name] = there
        self.decoded = {}

    def has(self, *names):
        return any(name in self.groups for name in names)

    def pick(self, rng, names, halvings=0):
        """A random file of the groups -> (image, settings). Texture: RGB float32 [h,w,3]; stamp: RGBA float32 [h,w,4], cut to its outline; 0..1."""
        items = [item for name in names for item in self.groups.get(name, [])]
        path, settings = items[int(rng.integers(len(items)))]
        levels = self.decoded.setdefault(path, [])
        if not levels:
            levels.append(decode(path, settings))
        while len(levels) <= halvings and min(levels[-1].shape[:2]) >= 32:
            levels.append(cv2.resize(levels[-1], (levels[-1].shape[1] // 2, levels[-1].shape[0] // 2), interpolation=cv2.INTER_AREA))
        return levels[min(halvings, len(levels) - 1)], settings


def decode(path, settings):
    image = cv2.imread(path, cv2.IMREAD_UNCHANGED)
    if image.dtype == np.uint16:
        image = np.uint8(image >> 8)
    if image.ndim == 2:
        image = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
    if settings["kind"] == "texture":
        if "box" in settings:
            (x0, y0, x1, y1), (h, w) = settings["box"], image.shape[:2]
            image = image[int(y0 * h):int(y1 * h), int(x0 * w):int(x1 * w)]
        image = shrink(image[..., :3], TEXTURE_PX, min)
        return np.ascontiguousarray(image[..., ::-1]).astype(np.float32) / 255
    if image.shape[2] == 3:
        image = np.dstack([image, np.full(image.shape[:2], 255, np.uint8)])
    x, y, w, h = cv2.boundingRect(np.uint8(image[..., 3] > 24))
    image = image[y:y + h, x:x + w][..., [2, 1, 0, 3]].astype(np.float32) / 255
    image[..., :3] *= image[..., 3:]  # or the colour hidden behind the outline bleeds in
    image = shrink(image, STAMP_PX, max)
    image[..., :3] /= np.maximum(image[..., 3:], 0.02)
    return np.ascontiguousarray(np.clip(image, 0, 1))


def shrink(image, side_px, side):
    """Scales down so that the shorter (side=min) or longer (side=max) side has at most `side_px`."""
    scale = side_px / side(image.shape[:2])
    if scale >= 1:
        return image
    size = max(2, round(image.shape[1] * scale)), max(2, round(image.shape[0] * scale))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--fetch", metavar="DIR")
    parser.add_argument("--sheet", metavar="FILE")
    parser.add_argument("--group", default="beast")
    options = parser.parse_args()
    if options.fetch:
        fetch(options.fetch)
    if options.sheet:
        cell, columns = 128, 10
        files = [(decode(path, settings), settings) for path, settings in Bank().groups[options.group]]
        sheet = np.full((-(-len(files) // columns) * cell, columns * cell, 3), 128, np.uint8)
        for i, (image, settings) in enumerate(files):
            image = shrink(image, cell, max)
            alpha = image[..., 3:] if settings["kind"] == "stamp" else 1
            place = sheet[i // columns * cell:, i % columns * cell:][:image.shape[0], :image.shape[1]]
            place[:] = np.uint8(255 * image[..., :3] * alpha + place * (1 - alpha))
        cv2.imwrite(options.sheet, sheet[..., ::-1])
