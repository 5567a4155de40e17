"""Trains the image encoder on drawn scenes and labelled photos.

python train_encoder.py --minutes 60 --scenes DIR --photos DIR --out DIR [--start ../models/motion/image.onnx].
"""

import argparse
import glob
import os
import time

import cv2
import numpy as np
import torch
import torch.nn.functional as F

from drawn_over import composite
from labelled import UNKNOWN, PhotoStore
from networks import CLASS_COUNT, ImageEncoder
from restore import restore_weights

parser = argparse.ArgumentParser()
parser.add_argument("--out", default="/var/tmp/train")
parser.add_argument("--scenes", default="/var/tmp/train/scenes")
parser.add_argument("--photos", help="folder with the unpacked packages that labels-*.json name; without it, drawn scenes alone")
parser.add_argument("--photo-share", type=float, default=0.45, help="share of a batch that is cut from labelled photos")
parser.add_argument("--composites", type=float, default=0.35, help="share of the photo crops that get a drawn thing laid over them (drawn_over.py)")
parser.add_argument("--start", help="an exported image.onnx to go on from when --out holds no checkpoint")
parser.add_argument("--minutes", type=float, default=60)
parser.add_argument("--batch", type=int, default=32)
parser.add_argument("--rate", type=float, default=1.5e-3)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--until", help="stop at this clock time, HH:MM, instead of after --minutes")

MOST_PER_PHOTO = 0.0075
BY_CLASS = 0.55  # share of the photo crops that are looked for by class: hair, cloth, smoke and fire are rare, and small where they are
RARE = (3, 6, 7, 8, 9, 11, 12)
ARRAYS = ("image", "label", "depth", "sway", "flow")


def mix(rng, scene, other):
    """Pastes the pixels of some classes of `other` onto `scene` (ClassMix; Olsson et al. 2021): the place alone must not decide."""
    classes = np.unique(other["label"])
    chosen = rng.permutation(classes)[:max(1, len(classes) // 2)]
    rare = np.intersect1d(classes, RARE)
    if len(rare) and rng.random() < 0.5:
        chosen = rare
    mask = np.isin(other["label"], chosen)
    if mask.mean() > 0.7:
        mask = ~mask
    out = {}
    for name in ARRAYS:
        a, b = scene[name], other[name]
        m = cv2.resize(mask.astype(np.uint8), a.shape[1::-1], interpolation=cv2.INTER_NEAREST).astype(bool)
        out[name] = np.where(m if a.ndim == 2 else m[..., None], b, a)
    return out


def augment(rng, image, label, depth, sway, flow):
    """Random crop, flip, colour and tone. uint8 160-pixel scene -> float arrays for the network."""
    size = image.shape[0]
    if rng.random() < 0.8:
        w, h = (int(size * rng.uniform(0.62, 1.0)) // 4 * 4 for _ in range(2))
        x, y = int(rng.integers(0, size - w + 1)) // 4 * 4, int(rng.integers(0, size - h + 1)) // 4 * 4
    else:
        w, h, x, y = size, size, 0, 0
    image = cv2.resize(image[y:y + h, x:x + w], (128, 128), interpolation=cv2.INTER_AREA if w >= 128 and h >= 128 else cv2.INTER_LINEAR)
    label = cv2.resize(label[y:y + h, x:x + w], (64, 64), interpolation=cv2.INTER_NEAREST_EXACT)
    known = cv2.resize((sway[y // 2:(y + h) // 2, x // 2:(x + w) // 2] != UNKNOWN).astype(np.float32), (64, 64), interpolation=cv2.INTER_AREA)
    depth, sway = (cv2.resize(a[y // 2:(y + h) // 2, x // 2:(x + w) // 2], (64, 64), interpolation=cv2.INTER_AREA) for a in (depth, sway))
    sway = np.where(known > 0.99, sway, UNKNOWN)
    flow = cv2.resize(flow[y // 4:(y + h) // 4, x // 4:(x + w) // 4].astype(np.float32) / 127, (32, 32))
    if rng.random() < 0.5:
        image, label, depth, sway, flow = image[:, ::-1], label[:, ::-1], depth[:, ::-1], sway[:, ::-1], flow[:, ::-1] * np.array([-1, 1], np.float32)
    rgb = image.astype(np.float32) / 255
    if rng.random() < 0.8:
        gamma, gain = np.exp(rng.normal(0, 0.22)), np.exp(rng.normal(0, 0.15))
        tint = np.exp(rng.normal(0, 0.06, 3)).astype(np.float32)
        rgb = np.clip(rgb, 1e-4, 1) ** gamma * gain * tint
        grey = rgb.mean(2, keepdims=True)
        rgb = grey + (rgb - grey) * np.exp(rng.normal(0, 0.25))
        middle = rgb.mean()
        rgb = middle + (rgb - middle) * np.exp(rng.normal(0, 0.15))
    if rng.random() < 0.12:  # hue turn: colour alone must not decide
        rgb = rgb[..., rng.permutation(3)]
    if rng.random() < 0.15:
        rgb = cv2.GaussianBlur(rgb, (0, 0), rng.uniform(0.4, 1.5))
    if rng.random() < 0.2:
        rgb = rgb + rng.normal(0, rng.uniform(0.005, 0.05), rgb.shape)
    return np.clip(rgb, 0, 1).astype(np.float32), label, depth.astype(np.float32) / 255, np.where(sway == UNKNOWN, -1, sway.astype(np.float32) / 254), flow


class SceneStore:
    """Keeps the shards of a folder in memory and picks up new ones as they appear."""

    def __init__(self, folder, held_out=1):
        self.folder, self.held_out, self.shards, self.names = folder, held_out, [], set()
        self.refresh()

    def refresh(self):
        for path in sorted(glob.glob(f"{self.folder}/*.npz")):
            if path not in self.names and not path.endswith(".part.npz"):
                self.names.add(path)
                with np.load(path) as data:
                    self.shards.append({k: data[k] for k in data.files})

    @staticmethod
    def only_held_out(folder):
        """A store of the first shard alone."""
        store = SceneStore.__new__(SceneStore)
        store.folder, store.held_out, store.names, store.shards = folder, 1, set(), []
        with np.load(sorted(glob.glob(f"{folder}/*.npz"))[0]) as data:
            store.shards.append({k: data[k] for k in data.files})
        return store

    def scene(self, rng, first, last, photos, photo_share, composites):
        """One drawn scene of the shards [first, last), or a crop of a labelled photo, at times with a drawn thing over it."""
        if photos is not None and photos.photos and rng.random() < photo_share:
            if rng.random() < composites:
                return composite(rng, photos)
            return photos.sample_class(rng) if rng.random() < BY_CLASS else photos.sample(rng)
        shard = self.shards[int(rng.integers(first, last))]
        i = int(rng.integers(len(shard["image"])))
        scene = {k: shard[k][i] for k in ARRAYS}
        return {**scene, "sway": np.minimum(scene["sway"], UNKNOWN - 1)}

    def batch(self, rng, count, held_out=False, photos=None, photo_share=0.0, composites=0.0):
        """Stacked tensors: image, label, depth, sway (-1 = unknown), flow (channels first)."""
        first = 0 if held_out else min(self.held_out, len(self.shards) - 1)
        last = self.held_out if held_out else len(self.shards)
        rows = []
        for _ in range(count):
            scene = self.scene(rng, first, last, photos, photo_share, composites)
            if not held_out and rng.random() < 0.12:
                scene = mix(rng, scene, self.scene(rng, first, last, photos, photo_share, composites))
            rows.append(augment(rng, *(scene[k] for k in ARRAYS)))
        image, label, depth, sway, flow = (np.stack(a) for a in zip(*rows))
        return (torch.from_numpy(image).permute(0, 3, 1, 2), torch.from_numpy(label).long(), torch.from_numpy(depth)[:, None], torch.from_numpy(sway)[:, None], torch.from_numpy(flow).permute(0, 3, 1, 2).contiguous())


def encoder_loss(outputs, label, depth, sway, flow, weights):
    """Cross-entropy over classes + depth, sway (where something moves) and flow (where it is known)."""
    _, classes, depth_out, sway_out, flow_out = outputs
    loss = F.cross_entropy(classes.float(), label, weights, label_smoothing=0.02)
    moving = (label > 0).float()[:, None] * (sway >= 0).float()
    loss = loss + 0.5 * (torch.sigmoid(depth_out.float()) - depth).abs().mean()
    loss = loss + 0.5 * ((torch.sigmoid(sway_out.float()) - sway).abs() * moving).mean()
    known = (flow.square().sum(1, keepdim=True) > 0.25).float()
    return loss + 0.5 * ((flow_out.float() - flow).square() * known).mean()


def evaluate(model, store, device, batches=6):
    """Held-out scenes: pixel accuracy and IoU per class."""
    rng = np.random.default_rng(123)
    matrix = torch.zeros(CLASS_COUNT, CLASS_COUNT, dtype=torch.long)
    model.eval()
    with torch.no_grad():
        for _ in range(batches):
            image, label, *_ = store.batch(rng, 32, held_out=True)
            guess = model(image.to(device))[1].argmax(1).cpu()
            matrix += torch.bincount((label * CLASS_COUNT + guess).flatten(), minlength=CLASS_COUNT ** 2).view(CLASS_COUNT, CLASS_COUNT)
    model.train()
    hit = matrix.diag().float()
    iou = hit / (matrix.sum(0) + matrix.sum(1) - hit).clamp(min=1)
    return (hit.sum() / matrix.sum()).item(), iou.tolist()


def evaluate_photos(model, photos, device):
    """Labelled photos that training never sees, each as a whole: mean pixel accuracy and the number of photos."""
    if not photos.held_out:
        return float("nan"), 0
    rng = np.random.default_rng(0)
    model.eval()
    hits = []
    with torch.no_grad():
        for photo in photos.held_out:
            scene = photos.sample(rng, photo, whole=True)
            image = torch.from_numpy(cv2.resize(scene["image"], (128, 128), interpolation=cv2.INTER_AREA)).permute(2, 0, 1)[None].float() / 255
            guess = model(image.to(device))[1].argmax(1)[0].cpu().numpy()
            hits.append((guess == cv2.resize(scene["label"], (64, 64), interpolation=cv2.INTER_NEAREST_EXACT)).mean())
    model.train()
    return float(np.mean(hits)), len(hits)


def main():
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    store = SceneStore(options.scenes)
    photos = PhotoStore(options.photos) if options.photos else None
    model = ImageEncoder()
    if options.start and not os.path.exists(f"{options.out}/encoder.pt"):
        restore_weights(model, options.start, "encoder.", (torch.zeros(1, 3, 128, 128),), absent=("flow.",))
    model = model.to(device, memory_format=torch.channels_last)
    average = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.995))
    optimizer = torch.optim.AdamW(model.parameters(), lr=options.rate, weight_decay=0.02, betas=(0.9, 0.98))
    path, step, spent_s = f"{options.out}/encoder.pt", 0, 0.0
    if os.path.exists(path):
        saved = torch.load(path, map_location=device)
        model.load_state_dict(saved["model"])
        average.load_state_dict(saved["average"])
        optimizer.load_state_dict(saved["optimizer"])
        step, spent_s = saved["step"], saved["spent_s"]
    print("parameters", sum(p.numel() for p in model.parameters()), "scenes", 500 * len(store.shards), flush=True)
    # Rare classes weigh more, the two most common a little less.
    weights = torch.tensor([0.8, 0.9, 1.0, 1.4, 1.0, 1.0, 1.4, 1.6, 1.4, 1.4, 1.1, 1.6, 1.6], device=device)
    begun, seen_loss = time.time(), None
    limit_s = options.minutes * 60
    if options.until:
        hour, minute = map(int, options.until.split(":"))
        now = time.localtime()
        limit_s = (((hour - now.tm_hour) * 60 + minute - now.tm_min) * 60 - now.tm_sec) % 86400  # tomorrow, when that hour is past

    def save():
        torch.save({"model": model.state_dict(), "average": average.state_dict(), "optimizer": optimizer.state_dict(), "step": step, "spent_s": spent_s + time.time() - begun, "samples": step * options.batch}, path + ".part")
        os.replace(path + ".part", path)

    while time.time() - begun < limit_s:
        rng = np.random.default_rng([options.seed, step])
        # few photos would be learnt by heart: each may be seen in at most so many places of a batch
        photo_share = min(options.photo_share, MOST_PER_PHOTO * len(photos.photos)) if photos else 0
        image, label, depth, sway, flow = (a.to(device) for a in store.batch(rng, options.batch, photos=photos, photo_share=photo_share, composites=options.composites))
        image = image.contiguous(memory_format=torch.channels_last)
        progress = (time.time() - begun) / limit_s
        for group in optimizer.param_groups:
            group["lr"] = options.rate * min(1, (step + 1) / 150) * max(0.02, 1 - progress)
        with torch.autocast(device, dtype=torch.bfloat16):
            outputs = model(image)
        loss = encoder_loss(outputs, label, depth, sway, flow, weights)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        average.update_parameters(model)
        seen_loss = loss.item() if seen_loss is None else 0.98 * seen_loss + 0.02 * loss.item()
        step += 1
        if step % 50 == 0:
            print(f"step {step} loss {seen_loss:.4f} minutes {(spent_s + time.time() - begun) / 60:.1f}", flush=True)
            store.refresh()
            if photos is not None:
                photos.refresh()
        if step % 200 == 0:
            save()
            accuracy, iou = evaluate(average.module, store, device, 3)
            print(f"held-out accuracy {accuracy:.3f} iou " + " ".join(f"{v:.2f}" for v in iou), flush=True)
            if photos is not None:
                print("held-out photos: accuracy {:.3f} of {}; training on {}".format(*evaluate_photos(average.module, photos, device), len(photos.photos)), flush=True)
    save()
    accuracy, iou = evaluate(average.module, store, device, 15)
    print(f"final held-out accuracy {accuracy:.4f} iou " + " ".join(f"{v:.3f}" for v in iou), flush=True)


if __name__ == "__main__":
    main()
