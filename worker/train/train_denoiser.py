"""Trains the denoiser of motion fields: python train_denoiser.py --minutes 60 --scenes DIR --out DIR.

What it sees is what the engine will give it: classes, depth and sway as the encoder guesses them. What it learns to draw is
the motion of the true labels. So it learns where the encoder errs, and takes from the features what the classes leave open
(the course of a river, what belongs together). Words reach it only as the motion program, so that the text head can be
trained on its own at any time. Needs encoder.pt in --out, or an exported image.onnx (--encoder); a newer encoder.pt is
taken up while this runs.
"""

import argparse
import os
import random
import time

import numpy as np
import torch
import torch.nn.functional as F

from labelled import PhotoStore
from motion import FOLIAGE, GRASS, RIVER, SEA, synthesise
from networks import CLASS_COUNT, Denoiser, ImageEncoder, believe_words, low_pass, motion_gate, swing_sizes
from restore import restore_weights
from train_encoder import SceneStore

PROGRAMS_PER_SCENE = 3
NOISES_PER_BATCH = 3  # updates that share scenes and motions, with new noise: drawing them costs half as much as learning from them
TRUE_LABELS = 0.1  # share of scenes that are shown with their true labels instead of the encoder's
NO_FEATURES = 0.15
NO_PROGRAM = 0.1  # share that trains the unconditional branch of the guidance
MOVING_SIZE = 0.3  # typical companded size where something moves
# The engine raises the odds of named classes before the graph sees them (worker/engines/motion.ts, believeWords).
NAMED_ODDS, NAMED_SKY_ODDS, MAX_NAMED = 5.0, 1.5, 5


def load_average(network, path):
    """Running average of a checkpoint, frozen."""
    saved = torch.load(path, map_location="cpu")
    network.load_state_dict({k.removeprefix("module."): v for k, v in saved["average"].items() if k != "n_averaged"})
    return network.eval().requires_grad_(False)


def draw_program(rng, present):
    """A motion program [24] as the text head would give it. present [13]: shares of the classes in the picture."""
    program = [0.0] * 24
    strength = rng.choice([0.35, 0.5, 0.5, 1, 1, 1, 1, 1, 1.6, 2]) * rng.uniform(0.9, 1.1)
    if rng.random() < 0.1:
        program[:12] = [strength] * 12
    elif rng.random() < 0.92:
        there = [k for k in range(12) if present[k + 1] > 0.01]
        for k in there:
            if rng.random() < (0.9 if len(there) == 1 else 0.6):
                program[k] = strength if rng.random() < 0.7 else rng.uniform(0.3, 2.0)
        if rng.random() < 0.2:
            program[rng.randrange(12)] = strength
        for a, b in ((SEA, RIVER), (FOLIAGE, GRASS)):  # one word often names both
            if max(program[a], program[b]) > 0 and rng.random() < 0.4:
                program[a] = program[b] = max(program[a], program[b])
    if rng.random() < 0.35:
        angle = rng.choice([0, 0, 0.5, 0.5, 0.25, 0.75]) * 2 * np.pi if rng.random() < 0.75 else rng.uniform(0, 2 * np.pi)
        program[12], program[13] = float(np.cos(angle)), float(np.sin(angle))
    if rng.random() < 0.4:
        for axis in rng.sample(range(8), rng.choice([1, 1, 2])):
            program[14 + axis] = rng.choice([-1, 1]) * rng.uniform(0.25, 1.6)
        program[21] = abs(program[21])
    program[22] = float(any(program[:12]))
    return program


def raise_odds(segmentation, program, odds, sky_odds):
    """Named classes become likelier, as in the engine. segmentation [b,13,h,w], program [b,24], odds and sky_odds [b]."""
    named = (program[:, :12] > 0).to(segmentation.dtype)
    few = (named.sum(1, keepdim=True) <= MAX_NAMED).to(segmentation.dtype)
    per_class = torch.cat([sky_odds[:, None], odds[:, None].expand(-1, 11)], 1)
    factor = 1 + named * few * (per_class - 1)
    weighted = segmentation * torch.cat([torch.ones_like(factor[:, :1]), factor], 1)[:, :, None, None]
    return weighted / weighted.sum(1, keepdim=True)


class Conditions:
    """Draws scenes with programs and turns both into what the denoiser sees and what it should draw."""

    def __init__(self, folder, scenes, encoder, device, photos=None):
        self.folder, self.exported, self.device = folder, encoder, device
        self.store = SceneStore(scenes) if isinstance(scenes, str) else scenes
        self.photos = PhotoStore(photos) if photos else None
        self.encoder = None
        self.refresh()

    def refresh(self):
        """Takes the newest encoder and scenes (both may still be in the making)."""
        path = f"{self.folder}/encoder.pt"
        if os.path.exists(path):
            self.encoder = load_average(ImageEncoder(), path).to(self.device)
        elif self.encoder is None:
            start = (torch.zeros(1, 3, 128, 128),)
            self.encoder = restore_weights(ImageEncoder(), self.exported, "encoder.", start, absent=("flow.",)).eval().requires_grad_(False).to(self.device)
        if self.store.folder:
            self.store.refresh()
        if self.photos:
            self.photos.refresh()

    @torch.no_grad()
    def batch(self, seed, scene_count, held_out=False, per_scene=PROGRAMS_PER_SCENE):
        """Everything for one update: field, camera, program, known, features, segmentation, depth, sway; see `Denoiser.forward`."""
        rng, choices = np.random.default_rng(seed), random.Random(str(seed))
        n = per_scene
        photo_share = min(0.25, 0.004 * len(self.photos.photos)) if self.photos and not held_out else 0
        image, label, depth, sway, flow = (a.to(self.device) for a in self.store.batch(rng, scene_count, held_out, self.photos if photo_share else None, photo_share))
        true = F.one_hot(label, CLASS_COUNT).permute(0, 3, 1, 2).float()
        with torch.autocast(image.device.type, dtype=torch.bfloat16):
            features, logits, depth_logit, sway_logit, _ = (a.float() for a in self.encoder(image))
        sway = torch.where(sway < 0, sway_logit.sigmoid(), sway)  # photos come without
        cheat = torch.tensor(rng.random(scene_count) < TRUE_LABELS, device=self.device)[:, None, None, None]
        seen = torch.where(cheat, true, logits.softmax(1))
        depth_seen, sway_seen = torch.where(cheat, depth, depth_logit.sigmoid()), torch.where(cheat, sway, sway_logit.sigmoid())
        features = features * torch.tensor(rng.random(scene_count) > NO_FEATURES, device=self.device)[:, None, None, None]
        present = true.mean((2, 3)).tolist()
        program = torch.tensor([draw_program(choices, present[i // n]) for i in range(scene_count * n)], dtype=torch.float32, device=self.device)
        known = torch.tensor([float(choices.random() > NO_PROGRAM) for _ in program], device=self.device)
        usual = torch.tensor([choices.random() < 0.6 for _ in program], device=self.device)
        other = lambda high: torch.tensor([choices.uniform(1, high) for _ in program], device=self.device)
        odds = torch.where(usual, torch.tensor(NAMED_ODDS, device=self.device), other(8))
        sky_odds = torch.where(usual, torch.tensor(NAMED_SKY_ODDS, device=self.device), other(2.5))
        each = lambda a: a.repeat_interleave(n, 0)
        seen = believe_words(raise_odds(each(seen), program, odds, sky_odds), program)
        half = lambda a: F.avg_pool2d(a, 2)
        field, camera = synthesise(each(half(true)), each(half(depth)), each(half(sway)), each(flow), program)
        return field, camera, program, known, each(features), half(seen), each(half(depth_seen)), each(half(sway_seen))


def denoising_loss(model, field, camera, program, known, features, segmentation, depth, sway):
    """EDM loss on field and camera, plain regression of the sizes of the swings; the conditional branch is judged behind the motion gate."""
    b = field.shape[0]
    # Fields are smooth: 1024 cells agree on them, so their coarse shape is decided at noise far above their own size.
    sigma = (torch.randn(b, device=field.device) * 1.3 + 0.55).exp().clamp(0.03, 60)
    noisy = field + sigma[:, None, None, None] * torch.randn_like(field)
    noisy_camera = camera + sigma[:, None] * torch.randn_like(camera)
    with torch.autocast(field.device.type, dtype=torch.bfloat16):
        got, got_camera, sizes = model(noisy, noisy_camera, sigma, program, known, features, segmentation, depth, sway)
    got, got_camera = got.float(), got_camera.float()
    gate = torch.where(known[:, None, None, None] > 0, motion_gate(segmentation, program), torch.ones_like(got))
    # EDM's weight for the true size of a moving field, capped: what remains at little noise is only what the smoothing takes away.
    weight = (1 + (MOVING_SIZE / sigma).square()).clamp(max=4) / MOVING_SIZE ** 2
    active = 1 + 2 * (field.abs().amax(1, keepdim=True) > 0.05).float()
    field_loss = ((low_pass(got, gate) - field).square() * active).mean((1, 2, 3)) * weight
    camera_loss = (got_camera - camera).square().mean(1) * weight
    size_loss = ((sizes.float() * gate[:, 2:3] - swing_sizes(field)).square() * active).mean((1, 2, 3)) / MOVING_SIZE ** 2
    return field_loss.mean(), camera_loss.mean(), size_loss.mean()


@torch.no_grad()
def sample(guided, conditions, seed=0, steps=12, guidance=2.0, sigma_max=40.0, sigma_min=0.05):
    """DPM-Solver++ (2M) in EDM time, as the engine runs it -> field, camera.

    conditions: program, features, segmentation, depth, sway; seed: a number, or one per row.
    """
    program, features, segmentation, depth, sway = conditions
    b = program.shape[0]
    seeds = [seed] * b if isinstance(seed, int) else list(seed)
    generators = [torch.Generator().manual_seed(s + 7919 * i * isinstance(seed, int)) for i, s in enumerate(seeds)]
    rho = 7
    ramp = torch.linspace(0, 1, steps)
    sigmas = (sigma_max ** (1 / rho) + ramp * (sigma_min ** (1 / rho) - sigma_max ** (1 / rho))) ** rho
    x = torch.cat([torch.randn(1, 15, 32, 32, generator=g) for g in generators]) * sigmas[0]
    c = torch.cat([torch.randn(1, 8, generator=g) for g in generators]) * sigmas[0]
    old = None
    for i in range(steps):
        clean = guided(x, c, sigmas[i].expand(b), program, features, segmentation, depth, sway, torch.tensor([guidance]))
        if i == steps - 1:
            return clean
        h = (sigmas[i] / sigmas[i + 1]).log()
        if old is None:
            direction = clean
        else:
            r = (sigmas[i - 1] / sigmas[i]).log() / h
            direction = tuple((1 + 1 / (2 * r)) * now - 1 / (2 * r) * before for now, before in zip(clean, old))
        x = sigmas[i + 1] / sigmas[i] * x - (-h).expm1() * direction[0]
        c = sigmas[i + 1] / sigmas[i] * c - (-h).expm1() * direction[1]
        old = clean


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", default="/var/tmp/train")
    parser.add_argument("--scenes", default="/var/tmp/train/scenes")
    parser.add_argument("--photos", help="folder with the unpacked packages that labels-*.json name; without it, drawn scenes alone")
    parser.add_argument("--encoder", default=f"{here}/../models/motion/image.onnx", help="used as long as --out holds no encoder.pt")
    parser.add_argument("--start", help="an exported denoiser.onnx to go on from when --out holds no checkpoint")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--batch-scenes", type=int, default=16)
    parser.add_argument("--rate", type=float, default=1.2e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--until", help="stop at this clock time, HH:MM, instead of after --minutes")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    conditions = Conditions(options.out, options.scenes, options.encoder, device, options.photos)
    model = Denoiser()
    path, step, spent_s = f"{options.out}/denoiser.pt", 0, 0.0
    if options.start and not os.path.exists(path):
        restore_weights(model, options.start, "denoiser.", empty_inputs())
    model = model.to(device, memory_format=torch.channels_last)
    average = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.997))
    optimizer = torch.optim.AdamW(model.parameters(), lr=options.rate, weight_decay=0.01, betas=(0.9, 0.98))
    if os.path.exists(path):
        saved = torch.load(path, map_location=device)
        model.load_state_dict(saved["model"])
        average.load_state_dict(saved["average"])
        optimizer.load_state_dict(saved["optimizer"])
        step, spent_s = saved["step"], saved["spent_s"]
    begun, seen, batch = time.time(), None, None
    limit_s = options.minutes * 60
    if options.until:
        hour, minute = map(int, options.until.split(":"))
        now = time.localtime()
        limit_s = ((hour - now.tm_hour) * 60 + minute - now.tm_min) * 60 - now.tm_sec

    def save():
        torch.save({"model": model.state_dict(), "average": average.state_dict(), "optimizer": optimizer.state_dict(), "step": step, "spent_s": spent_s + time.time() - begun, "samples": step * options.batch_scenes * PROGRAMS_PER_SCENE}, path + ".part")
        os.replace(path + ".part", path)

    while time.time() - begun < limit_s:
        torch.manual_seed(options.seed * 1_000_003 + step)
        if step % NOISES_PER_BATCH == 0 or batch is None:
            batch = conditions.batch([options.seed, 77, step // NOISES_PER_BATCH], options.batch_scenes)
        progress = (time.time() - begun) / limit_s
        for group in optimizer.param_groups:
            group["lr"] = options.rate * min(1, (step + 1) / 150) * max(0.02, 1 - progress)
        field_loss, camera_loss, size_loss = denoising_loss(model, *batch)
        loss = field_loss + 0.1 * camera_loss + size_loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        average.update_parameters(model)
        now = torch.tensor([field_loss.item(), camera_loss.item(), size_loss.item()])
        seen = now if seen is None else 0.98 * seen + 0.02 * now
        step += 1
        if step % 25 == 0:
            print(f"step {step} field {seen[0]:.4f} camera {seen[1]:.4f} sizes {seen[2]:.4f} minutes {(spent_s + time.time() - begun) / 60:.1f}", flush=True)
        if step % 100 == 0:
            save()
            conditions.refresh()
    save()


def empty_inputs():
    """Inputs of the right shapes for one call of `Denoiser`."""
    zeros = torch.zeros
    return (zeros(1, 15, 32, 32), zeros(1, 8), torch.ones(1), zeros(1, 24), zeros(1), zeros(1, 32, 32, 32), zeros(1, CLASS_COUNT, 32, 32), zeros(1, 1, 32, 32), zeros(1, 1, 32, 32))


if __name__ == "__main__":
    main()
