"""Trains the denoiser of motion fields: python train_denoiser.py --minutes 60 --scenes DIR --out DIR.

Needs text.pt and encoder.pt in --out (the encoder may still be training: it is re-read now and then).
"""

import argparse
import os
import random
import time

import numpy as np
import torch
import torch.nn.functional as F

from captions import make_caption
from motion import synthesise
from networks import CLASS_COUNT, SIGMA_DATA, Denoiser, ImageEncoder, TextHead, clean_program, low_pass, motion_gate
from text import Tokenizer
from train_encoder import SceneStore

CAPTIONS_PER_SCENE = 3


def load_average(network, path):
    """Running average of a checkpoint, frozen."""
    saved = torch.load(path, map_location="cpu")
    network.load_state_dict({k.removeprefix("module."): v for k, v in saved["average"].items() if k != "n_averaged"})
    return network.eval().requires_grad_(False)


class Conditions:
    """Draws scenes with captions and turns both into what the denoiser sees."""

    def __init__(self, folder, scenes, device):
        self.folder, self.device = folder, device
        self.store = SceneStore(scenes)
        self.tokenizer = Tokenizer.load(f"{folder}/words.json")
        self.text = load_average(TextHead(len(self.tokenizer.words)), f"{folder}/text.pt").to(device)
        self.refresh()

    def refresh(self):
        """Takes the newest encoder (it may be training next door)."""
        path = f"{self.folder}/encoder.pt"
        self.encoder = load_average(ImageEncoder(), path).to(self.device) if os.path.exists(path) else None
        self.store.refresh()

    def caption(self, rng, present):
        """A caption that mostly concerns classes of the scene."""
        for _ in range(8):
            text, program = make_caption(rng)
            if rng.random() < 0.15 or any(program[k] > 0 and present[k + 1] > 0.02 for k in range(12)):
                break
        if rng.random() < 0.15:  # any mixture of the present classes
            text, program = "", [0.0] * 24
            for k in range(12):
                if present[k + 1] > 0.01 and rng.random() < 0.6:
                    program[k] = rng.uniform(0.2, 2.0)
            if rng.random() < 0.4:
                angle = rng.uniform(0, 6.283)
                program[12], program[13] = np.cos(angle), np.sin(angle)
            program[22] = float(any(program[:12]))
        return text, program

    @torch.no_grad()
    def batch(self, seed, scene_count, held_out=False):
        """Everything for one update; see `Denoiser.forward` for the shapes."""
        rng, choices = np.random.default_rng(seed), random.Random(str(seed))
        n = CAPTIONS_PER_SCENE
        image, label, depth, sway, flow = (a.to(self.device) for a in self.store.batch(rng, scene_count, held_out))
        true = F.one_hot(label, CLASS_COUNT).permute(0, 3, 1, 2).float()
        seen, depth_seen, sway_seen = true, depth, sway
        features = torch.zeros(scene_count, 32, 32, 32, device=self.device)
        if self.encoder is not None:
            with torch.autocast(image.device.type, dtype=torch.bfloat16):
                features, logits, depth_logit, sway_logit, _ = (a.float() for a in self.encoder(image))
            use = torch.tensor(rng.random(scene_count) < 0.5, device=self.device)[:, None, None, None]
            seen = torch.where(use, logits.softmax(1), true)
            depth_seen, sway_seen = torch.where(use, depth_logit.sigmoid(), depth), torch.where(use, sway_logit.sigmoid(), sway)
            features = features * torch.tensor(rng.random(scene_count) > 0.25, device=self.device)[:, None, None, None]
        present = true.mean((2, 3)).tolist()
        captions = [self.caption(choices, present[i // n]) for i in range(scene_count * n)]
        program = torch.tensor([p for _, p in captions], dtype=torch.float32, device=self.device)
        ids = torch.tensor([self.tokenizer.encode(t) for t, _ in captions], device=self.device)
        context, raw = self.text(ids)
        read = torch.tensor([t != "" and choices.random() < 0.3 for t, _ in captions], device=self.device)[:, None]
        given = torch.where(read, clean_program(raw), program)
        context = context * torch.tensor([float(t != "" and choices.random() < 0.5) for t, _ in captions], device=self.device)[:, None, None]
        known = torch.tensor([float(choices.random() > 0.12) for _ in captions], device=self.device)
        half = lambda a: F.avg_pool2d(a, 2).repeat_interleave(n, 0)
        field, camera = synthesise(half(true), half(depth), half(sway), flow.repeat_interleave(n, 0), program)
        return field, camera, context, given, known, features.repeat_interleave(n, 0), half(seen), half(depth_seen), half(sway_seen)


def denoising_loss(model, field, camera, context, program, known, features, segmentation, depth, sway):
    """EDM loss on field and camera; the conditional branch is judged behind the motion gate."""
    b = field.shape[0]
    sigma = (torch.randn(b, device=field.device) * 1.5 + 0.2).exp().clamp(0.03, 60)
    noisy = field + sigma[:, None, None, None] * torch.randn_like(field)
    noisy_camera = camera + sigma[:, None] * torch.randn_like(camera)
    with torch.autocast(field.device.type, dtype=torch.bfloat16):
        got, got_camera = model(noisy, noisy_camera, sigma, context, program, known, features, segmentation, depth, sway)
    got, got_camera = got.float(), got_camera.float()
    gate = torch.where(known[:, None, None, None] > 0, motion_gate(segmentation, program), torch.ones_like(got))
    weight = (sigma.square() + SIGMA_DATA ** 2) / (sigma * SIGMA_DATA).square()
    weight = weight.clamp(max=200)
    active = 1 + 2 * (field.abs().amax(1, keepdim=True) > 0.05).float()
    field_loss = ((low_pass(got, gate) - field).square() * active).mean((1, 2, 3)) * weight
    camera_loss = (got_camera - camera).square().mean(1) * weight
    return field_loss.mean(), camera_loss.mean()


@torch.no_grad()
def sample(guided, conditions, seed=0, steps=12, guidance=2.0):
    """DPM-Solver++ (2M) in EDM time, as the engine runs it -> field, camera."""
    context, program, features, segmentation, depth, sway = conditions
    b = program.shape[0]
    generator = torch.Generator().manual_seed(seed)
    rho = 7
    ramp = torch.linspace(0, 1, steps)
    sigmas = (40 ** (1 / rho) + ramp * (0.05 ** (1 / rho) - 40 ** (1 / rho))) ** rho
    x = torch.randn(b, 15, 32, 32, generator=generator) * sigmas[0]
    c = torch.randn(b, 8, generator=generator) * sigmas[0]
    old = None
    for i in range(steps):
        clean = guided(x, c, sigmas[i].expand(b), context, program, features, segmentation, depth, sway, torch.tensor([guidance]))
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
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", default="/var/tmp/train")
    parser.add_argument("--scenes", default="/var/tmp/train/scenes")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--batch-scenes", type=int, default=8)
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--until", help="stop at this clock time, HH:MM, instead of after --minutes")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    conditions = Conditions(options.out, options.scenes, device)
    model = Denoiser().to(device)
    average = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.995))
    optimizer = torch.optim.AdamW(model.parameters(), lr=options.rate, weight_decay=0.01, betas=(0.9, 0.98))
    path, step, spent_s = f"{options.out}/denoiser.pt", 0, 0.0
    if os.path.exists(path):
        saved = torch.load(path, map_location=device)
        model.load_state_dict(saved["model"])
        average.load_state_dict(saved["average"])
        optimizer.load_state_dict(saved["optimizer"])
        step, spent_s = saved["step"], saved["spent_s"]
    begun, seen = time.time(), None
    limit_s = options.minutes * 60
    if options.until:
        hour, minute = map(int, options.until.split(":"))
        now = time.localtime()
        limit_s = ((hour - now.tm_hour) * 60 + minute - now.tm_min) * 60 - now.tm_sec

    def save():
        torch.save({"model": model.state_dict(), "average": average.state_dict(), "optimizer": optimizer.state_dict(), "step": step, "spent_s": spent_s + time.time() - begun, "samples": step * options.batch_scenes * CAPTIONS_PER_SCENE}, path + ".part")
        os.replace(path + ".part", path)

    while time.time() - begun < limit_s:
        torch.manual_seed(options.seed * 1_000_003 + step)
        batch = conditions.batch([options.seed, 77, step], options.batch_scenes)
        progress = (time.time() - begun) / limit_s
        for group in optimizer.param_groups:
            group["lr"] = options.rate * min(1, (step + 1) / 150) * max(0.02, 1 - progress)
        field_loss, camera_loss = denoising_loss(model, *batch)
        loss = field_loss + 0.1 * camera_loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        average.update_parameters(model)
        now = torch.tensor([field_loss.item(), camera_loss.item()])
        seen = now if seen is None else 0.97 * seen + 0.03 * now
        step += 1
        if step % 25 == 0:
            print(f"step {step} field {seen[0]:.4f} camera {seen[1]:.4f} minutes {(spent_s + time.time() - begun) / 60:.1f}", flush=True)
        if step % 100 == 0:
            save()
            conditions.refresh()
    save()


if __name__ == "__main__":
    main()
