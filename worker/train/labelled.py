"""Real photographs with labels drawn by hand (labels-*.json): polygons -> class, depth, and a random crop in the format of a drawn scene.

The photographs are not in this repository: they come from Debian packages under free licences (`photographs.py --fetch`).
Without them training goes on with drawn scenes alone.
"""

import glob
import json
import os
import zlib

import cv2
import numpy as np

from canvas import ID, POOL, SIZE

LONG_SIDE_PX = 512
LEAST_AREA = 0.004  # a class that fills less of a photo is not looked for in it
HELD_OUT_SHARE = 0.12
UNKNOWN = 255


def polygon_mask(points, height, width):
    """Corner points in 0..1 -> uint8 mask [height, width] of 0 and 1."""
    mask = np.zeros((height, width), np.uint8)
    cv2.fillPoly(mask, [np.int32(np.array(points) * [width, height] * 16)], 1, lineType=cv2.LINE_8, shift=4)
    return mask


def snap(image, mask):
    """Moves the border of a hand-drawn mask to the picture's own edge, within a narrow band (GrabCut; Rother et al. 2004)."""
    reach = max(3, round(0.022 * max(mask.shape)))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    inner, outer = cv2.erode(mask, kernel, borderValue=1), cv2.dilate(mask, kernel)
    if inner.sum() < 60 or (1 - outer).sum() < 60:
        return mask
    hint = np.where(mask > 0, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    hint[inner > 0] = cv2.GC_FGD
    hint[outer == 0] = cv2.GC_BGD
    # colours far from the border say nothing about it
    wide = cv2.dilate(mask, kernel, iterations=3) - cv2.erode(mask, kernel, iterations=3, borderValue=1)
    ys, xs = np.nonzero(wide)
    box = slice(ys.min(), ys.max() + 1), slice(xs.min(), xs.max() + 1)
    try:
        part = hint[box].copy()
        cv2.grabCut(np.ascontiguousarray(image[box]), part, None, np.zeros((1, 65)), np.zeros((1, 65)), 2, cv2.GC_INIT_WITH_MASK)
    except cv2.error:  # one of the two sides has no pixel in the box
        return mask
    out = mask.copy()
    out[box] = (part == cv2.GC_FGD) | (part == cv2.GC_PR_FGD)
    return out


def paste_sky(rng, image, alpha):
    """A plain drawn sky behind a cut-out panorama; image BGR uint8, alpha 0..1."""
    h, w = alpha.shape
    top, low = (np.array(c, np.float32) for c in (rng.uniform([120, 60, 20], [255, 190, 170]), rng.uniform([170, 150, 120], [255, 245, 250])))
    ramp = np.linspace(0, 1, h, dtype=np.float32)[:, None, None]
    cloud = cv2.resize(POOL.textures[3.0][int(rng.integers(5))][:256, :256], (w, h))[..., None]
    sky = top + (low - top) * ramp + np.clip(cloud, 0, 2) * rng.uniform(0, 60)
    return np.uint8(np.clip(image * alpha[..., None] + sky * (1 - alpha[..., None]), 0, 255))


def load_photo(folder, entry):
    """One labelled photo -> image RGB uint8, label, depth uint8 (0 far .. 255 near), all at LONG_SIDE_PX."""
    image = cv2.imread(os.path.join(folder, entry["path"]), cv2.IMREAD_UNCHANGED)
    if image is None:
        return None
    if image.ndim == 2:
        image = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
    if image.dtype == np.uint16:
        image = np.uint8(image >> 8)
    if "crop" in entry:
        (x0, y0, x1, y1), (h, w) = entry["crop"], image.shape[:2]
        image = image[int(y0 * h):int(y1 * h), int(x0 * w):int(x1 * w)]
    scale = min(1, LONG_SIDE_PX / max(image.shape[:2]))
    image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    alpha = None
    if image.shape[2] == 4:
        alpha, image = image[..., 3].astype(np.float32) / 255, np.ascontiguousarray(image[..., :3])
    h, w = image.shape[:2]
    label, depth = np.zeros((h, w), np.uint8), np.zeros((h, w), np.uint8)
    ys = np.arange(h, dtype=np.float32)[:, None]
    for area in entry["areas"]:
        mask = polygon_mask(area["points"], h, w)
        if not mask.any():
            continue
        if area.get("snap"):
            mask = snap(image, mask)
        rows = np.nonzero(mask.any(1))[0]
        top, bottom = (rows[0], rows[-1] + 1) if len(rows) else (0, h)
        far, near = area.get("depth", [0.3, 0.6])
        ramp = np.clip(far + (near - far) * np.clip((ys - top) / max(1, bottom - top), 0, 1), 0, 1) * 255
        label[mask > 0] = ID[area["class"]]
        depth[mask > 0] = np.broadcast_to(ramp, (h, w))[mask > 0]
    if alpha is not None:
        image = paste_sky(np.random.default_rng(zlib.crc32(entry["path"].encode())), image, alpha)
        label[alpha < 0.5], depth[alpha < 0.5] = ID["sky"], 0
    areas = {int(k): float((label == k).mean()) for k in np.unique(label)}
    return {"path": entry["path"], "crop": entry.get("crop"), "image": image[..., ::-1].copy(), "label": label, "depth": depth, "areas": areas}


class PhotoStore:
    """All labelled photos of a folder; `sample` gives random crops as make_scene would. Grows when labels are added."""

    def __init__(self, folder, labels=os.path.join(os.path.dirname(os.path.abspath(__file__)), "labels-*.json")):
        self.folder, self.labels, self.photos, self.held_out, self.names = folder, labels, [], [], set()
        self.refresh()

    def refresh(self):
        for path in sorted(glob.glob(self.labels)):
            with open(path) as file:
                entries = json.load(file)["photos"]
            for entry in entries:
                key = json.dumps(entry, sort_keys=True)
                if key in self.names:
                    continue
                self.names.add(key)
                photo = load_photo(self.folder, entry)
                if photo is None:
                    continue
                both = [p for p in self.photos + self.held_out if (p["path"], p["crop"]) == (photo["path"], photo["crop"])]
                for old in both:  # its labels were corrected
                    old.update(photo)
                if not both:
                    out = zlib.crc32(entry["path"].encode()) / 2 ** 32 < HELD_OUT_SHARE
                    (self.held_out if out else self.photos).append(photo)

    def sample_class(self, rng):
        """As `sample`, but every class except static and sky has the same chance, and the crop is one where it counts."""
        found = []
        while not found:
            kind = int(rng.integers(2, len(ID)))
            found = [p for p in self.photos if p["areas"].get(kind, 0) >= LEAST_AREA]
        photo = found[int(rng.integers(len(found)))]
        ys, xs = np.nonzero(photo["label"] == kind)
        i = int(rng.integers(len(ys)))
        nearest = min(1.0, max(0.25, 1.4 * photo["areas"][kind] ** 0.5))  # a compact thing would fill half of the crop
        share = float(rng.uniform(nearest, min(1.0, 2 * nearest)))
        return self.sample(rng, photo, share=share, around=(int(ys[i]), int(xs[i])))

    def sample(self, rng, photo=None, whole=False, share=None, around=None):
        """image u8 [160,160,3], label, depth, sway (UNKNOWN = 255 everywhere), flow (0 = unknown).

        `share` of the photo's sides that the crop takes, by chance if not given; `around` a pixel (y, x) that it holds.
        """
        photo = photo or self.photos[int(rng.integers(len(self.photos)))]
        h, w = photo["label"].shape
        if share is None:
            share = 1.0 if whole else float(rng.choice([1.0, rng.uniform(0.45, 1.0)], p=[0.3, 0.7]))
        stretch = 1.0 if whole else float(np.exp(rng.normal(0, 0.12)))
        side = share * min(h, w) if rng.random() < 0.5 and not whole else None
        cw, ch = (int(w * share), int(h * share)) if side is None else (int(min(w, side * stretch)), int(min(h, side / stretch)))
        first, last = (0, 0), (h - ch, w - cw)
        if around is not None:
            first, last = ((max(0, c - size + 1), min(side - size, c)) for c, size, side in zip(around, (ch, cw), (h, w)))
            first, last = zip(first, last)
        y, x = (int(rng.integers(low, high + 1)) for low, high in zip(first, last))
        cut = slice(y, y + ch), slice(x, x + cw)
        half = SIZE // 2
        return {
            "image": cv2.resize(photo["image"][cut], (SIZE, SIZE), interpolation=cv2.INTER_AREA),
            "label": cv2.resize(photo["label"][cut], (SIZE, SIZE), interpolation=cv2.INTER_NEAREST),
            "depth": cv2.resize(photo["depth"][cut], (half, half), interpolation=cv2.INTER_AREA),
            "sway": np.full((half, half), UNKNOWN, np.uint8),
            "flow": np.zeros((SIZE // 4, SIZE // 4, 2), np.int8),
        }
