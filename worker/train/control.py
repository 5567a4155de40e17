"""The control without diffusion, and what tells the two apart.

The control gives the same guessed classes, depth and sway and the same program to the generator of motion.py, behind the same
gate and smoothing as the diffusion model, whose fields are settled (settle.py). Both are compared with the generator on the true labels ("truth").

    python control.py --train DIR --scenes DIR                      table on held-out drawn scenes
    python control.py ... --photos DIR                              ... on photos without labels
    python control.py ... --samplers                                ... of numbers of steps and guidance
    python control.py --photo P --program foliage,sky --seed 3 --folder DIR [--draw control|diffusion]
        a copy of the repository whose denoiser.onnx always answers with one field of the control, so that
        `npm run clip` in DIR renders it: the engine itself knows no control
    python control.py --photos DIR --sheet FILE.png                 fields of both as pictures
"""

import argparse
import glob
import json
import hashlib
import os
import random
import shutil

import cv2
import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper

from captions import CLASSES
from export import ImageGraph
from motion import CLOTH, FOLIAGE, GRASS, HAIR, RIVER, SEA, SKY, SMOKE, compand, decompand, synthesise
from networks import CLASS_COUNT, Denoiser, GuidedDenoiser, ImageEncoder, believe_words, low_pass, motion_gate
from renderer import in_phase
from restore import restore_weights
from settle import draw_numbers, settle_field
from train_denoiser import NAMED_ODDS, NAMED_SKY_ODDS, empty_inputs, load_average, raise_odds, sample
from train_encoder import SceneStore

SWAYING = [FOLIAGE, GRASS, CLOTH, HAIR]
PACE = 0.14  # as in worker/engines/motion.ts
MOVING_PX = 0.002  # shares of the frame below which a cell counts as at rest
STILL = 1e-5  # ... and below which a swing is too small for its phase to mean anything
half = lambda a: F.avg_pool2d(a, 2)


def load_networks(train, models):
    """The encoder and the guided denoiser: checkpoints of `train` where there are any, else the shipped graphs."""
    path = f"{train}/encoder.pt"
    start = (torch.zeros(1, 3, 128, 128),)
    encoder = load_average(ImageEncoder(), path) if os.path.exists(path) else restore_weights(ImageEncoder(), f"{models}/image.onnx", "encoder.", start, absent=("flow.",))
    path = f"{train}/denoiser.pt"
    denoiser = load_average(Denoiser(), path) if os.path.exists(path) else restore_weights(Denoiser(), f"{models}/denoiser.onnx", "denoiser.", empty_inputs())
    return ImageGraph(encoder.eval()), GuidedDenoiser(denoiser).eval()


def see(image_graph, images, program):
    """What the engine hands to the denoiser for images [b,3,128,128]: program, features, segmentation, depth, sway."""
    features, segmentation, depth, sway = image_graph(images)
    b = images.shape[0]
    segmentation = raise_odds(segmentation, program, torch.full((b,), NAMED_ODDS), torch.full((b,), NAMED_SKY_ODDS))
    return program, features, segmentation, depth, sway


def repeat(conditions, n):
    return tuple(c.repeat_interleave(n, 0) for c in conditions)


def draw_control(conditions, seed):
    """The generator on the guessed labels, behind the gate and the smoothing of the exported graph -> field, camera."""
    program, _, segmentation, depth, sway = conditions
    shares = half(believe_words(segmentation, program))
    generator = torch.Generator().manual_seed(seed)
    field, camera = synthesise(shares, half(depth), half(sway), torch.zeros(len(program), 2, 32, 32), program, generator)
    return low_pass(field, motion_gate(shares, program)), camera * (program[:, 14:22].abs() > 0.1)


def as_rendered(field, segmentation, seeds):
    """What prepare.onnx makes of fields [n,15,32,32]: swinging in phase (renderer.in_phase), each seed with a pace of its own."""
    motion = decompand(field)
    generators = [torch.Generator().manual_seed(seed) for seed in seeds]
    pace = torch.stack([(PACE * torch.randn((), generator=g).clamp(-2, 2)).exp() for g in generators]).view(-1, 1, 1, 1)
    return compand(torch.cat([motion[:, 0:2] * pace, in_phase(motion[:, 2:14], half(segmentation), 0.5) * pace, motion[:, 14:15]], 1))


def draw_diffusion(guided, conditions, seeds, options):
    """Sampled and settled as the engine does it, one row per seed -> field, camera."""
    field, camera = sample(guided, conditions, seeds, options.steps, options.guidance, options.sigma_max[0])
    program, _, segmentation, _, _ = conditions
    if not options.unsettled:
        field = settle_field(field, program, segmentation, draw_numbers(seeds))
    return (as_rendered(field, segmentation, seeds) if options.rendered else field), camera


def draw_truth(label, depth, sway, flow, program, seed):
    """The generator on the true labels -> field. label [b,64,64], depth and sway [b,1,64,64], flow [b,2,32,32]."""
    shares = half(F.one_hot(label, CLASS_COUNT).permute(0, 3, 1, 2).float())
    return synthesise(shares, half(depth), half(sway), flow, program, torch.Generator().manual_seed(seed))[0]


# ---- what a field looks like --------------------------------------------------------------------

def parts(field):
    """Displacements of a companded field [n,15,32,32]: velocity [n,2,32,32], oscillation complex [n,3,2,32,32], flicker [n,32,32]."""
    motion = decompand(field)
    waves = motion[:, 2:14].view(-1, 3, 2, 2, 32, 32)  # frequency, cos or sin, x or y
    return motion[:, :2], torch.complex(waves[:, :, 0].contiguous(), -waves[:, :, 1].contiguous()), motion[:, 14]


def speed(field):
    """Joint length of flow and oscillation per cell, shares of the frame."""
    velocity, waves, _ = parts(field)
    return (velocity.square().sum(1) + waves.abs().square().sum((1, 2))).sqrt()


def main_axis(waves):
    """[n,3,2,32,32] -> [n,3,32,32]: the axis, x or y, along which most of a field swings."""
    along_y = (waves[:, :, 1].abs().sum((1, 2, 3)) > waves[:, :, 0].abs().sum((1, 2, 3)))[:, None, None, None]
    return torch.where(along_y, waves[:, :, 1], waves[:, :, 0])


def steps(waves, gap, dim):
    """Phase steps between cells `gap` apart: products of one with the conjugate of the other."""
    a, b = waves.narrow(dim, gap, waves.shape[dim] - gap), waves.narrow(dim, 0, waves.shape[dim] - gap)
    return a * b.conj()


def coherence(waves, where):
    """0..1 per frequency: how well neighbours two cells apart inside `where` [n,32,32] keep one smooth phase (locally constant step)."""
    out = []
    for dim, window in ((2, (1, 0)), (3, (0, 1))):
        step = steps(waves, 2, dim)
        inside = where.narrow(dim - 1, 2, 30) * where.narrow(dim - 1, 0, 30)
        step = step * inside[:, None]
        mean = F.avg_pool2d(torch.view_as_real(step).permute(0, 1, 4, 2, 3).flatten(1, 2), 5, 1, 2)
        size = F.avg_pool2d(step.abs(), 5, 1, 2)
        mean = mean.view(len(step), 3, 2, *step.shape[2:]).square().sum(2).sqrt()
        out.append((mean * inside[:, None]).sum((2, 3)) / (size * inside[:, None]).sum((2, 3)).clamp(min=1e-12))
    return (out[0] + out[1]) / 2


def vortices(waves, where):
    """Points per 100 cells inside `where` [n,32,32] round which the phase winds once [n,3]: a swing that no wave or wind explains."""
    turn = lambda a, b: (b * a.conj()).angle()
    a, b, c, d = waves[..., :-1, :-1], waves[..., :-1, 1:], waves[..., 1:, 1:], waves[..., 1:, :-1]
    winding = (turn(a, b) + turn(b, c) + turn(c, d) + turn(d, a)).abs() > np.pi
    where = where[:, None] * (waves.abs() > STILL)  # what stands still has no phase
    inside = where[..., :-1, :-1] * where[..., :-1, 1:] * where[..., 1:, 1:] * where[..., 1:, :-1]
    return 100 * (winding * inside).sum((2, 3)) / inside.sum((2, 3)).clamp(min=1)


def unevenness(waves, where):
    """Coefficient of variation of the size of each swing inside `where` [n,32,32] -> [n,3]."""
    size, inside = waves.abs(), where[:, None]
    mean = (size * inside).sum((2, 3)) / inside.sum((2, 3)).clamp(min=1)
    square = (size.square() * inside).sum((2, 3)) / inside.sum((2, 3)).clamp(min=1)
    return (square - mean.square()).clamp(min=0).sqrt() / mean.clamp(min=1e-9)


def wave_number(waves, where, rows=slice(0, 32)):
    """Mean wavenumber in cycles per frame [n,3] inside `where`, from phase steps between neighbouring cells."""
    total = 0
    for dim in (2, 3):
        step = steps(waves, 1, dim)
        inside = (where.narrow(dim - 1, 1, 31) * where.narrow(dim - 1, 0, 31))[:, None] * step.abs()
        mask = torch.zeros(32)
        mask[rows] = 1
        inside = inside * (mask[:31] if dim == 2 else mask)[:, None]
        angle = step.angle().abs()
        total = total + ((angle * inside).sum((2, 3)) / inside.sum((2, 3)).clamp(min=1e-12)).square()
    return total.sqrt() * 32 / (2 * np.pi)


def spectrum(field, gate):
    """Radial power spectrum (log10, 8 bands from 1 to 16 cycles per frame) of the moving part of a field, normalised to its power."""
    power = torch.fft.fft2(field[:, :14] * gate).abs().square().sum(1)
    f = torch.fft.fftfreq(32) * 32
    radius = (f[:, None].square() + f[None].square()).sqrt()
    edges = [0.5, 1.5, 2.5, 3.5, 5, 7, 9, 12, 16.5]
    bands = torch.stack([power[:, (radius >= a) & (radius < b)].sum(1) for a, b in zip(edges, edges[1:])], 1)
    return (bands / bands.sum(1, keepdim=True).clamp(min=1e-12)).clamp(min=1e-7).log10()


def energy_score(draws, truth):
    """Energy score (Gneiting and Raftery 2007) of draws [k,d] for outcomes truth [m,d]: lower is better, proper."""
    k = len(draws)
    return (torch.cdist(draws, truth).mean() - 0.5 * torch.cdist(draws, draws).sum() / (k * (k - 1))).item()


def shape(field):
    """A field without its free phases [n,d]: flow, amplitude of each swing, and the phase steps between cells two apart; 16 x 16."""
    velocity, waves, flicker = parts(field)
    root = lambda a: a.sign() * a.abs().sqrt()
    main = main_axis(waves)
    unit = main / (main.abs() + 1e-3)
    turns = [F.avg_pool2d(torch.view_as_real(F.pad(steps(unit, 2, d), (0, 2, 0, 0) if d == 3 else (0, 0, 0, 2))).permute(0, 1, 4, 2, 3).flatten(1, 2), 2) for d in (2, 3)]
    return torch.cat([F.avg_pool2d(root(velocity), 2).flatten(1), F.avg_pool2d(waves.abs().square().sum(2).sqrt().sqrt(), 2).flatten(1), F.avg_pool2d(root(flicker)[:, None], 2).flatten(1), *(0.1 * t.flatten(1) for t in turns)], 1)


# ---- tables -------------------------------------------------------------------------------------

def describe(label, field, program, sway, flow):
    """Measures of fields [k,15,32,32] drawn for one scene with known labels (label [64,64], sway [1,64,64], flow [2,32,32])."""
    out = {}
    shares = half(F.one_hot(label, CLASS_COUNT).permute(2, 0, 1)[None].float())[0]
    k = len(field)
    velocity, waves, _ = parts(field)
    moved = speed(field)
    asked = (shares[1:] * (program[:12] > 0)[:, None, None]).sum(0)
    inside, outside = asked > 0.9, asked < 0.1
    if inside.sum() > 20:
        out["moved inside"] = moved[:, inside].mean().item()
    if inside.sum() > 20 and outside.sum() > 20:
        out["leak"] = (moved[:, outside].mean() / moved[:, inside].mean().clamp(min=1e-6)).item()
    # neighbours outside the asked area, within two cells of its border
    border = (F.max_pool2d(inside[None].float(), 5, 1, 2)[0] > 0) & outside
    if border.sum() > 10 and inside.sum() > 20:
        out["leak at borders"] = (moved[:, border].mean() / moved[:, inside].mean().clamp(min=1e-6)).item()
    swings = (shares[1:][[SEA, FOLIAGE, GRASS, CLOTH, HAIR]] * (program[[SEA, FOLIAGE, GRASS, CLOTH, HAIR]] > 0)[:, None, None]).amax(0) > 0.9
    if swings.sum() > 60:
        main = main_axis(waves)
        where = swings.float()[None].expand(k, -1, -1)
        for f, v in zip((1, 2, 4), coherence(main, where).mean(0)):
            out[f"coherence f={f}"] = v.item()
        for f, v, u in zip((1, 2), vortices(main, where).mean(0), unevenness(main, where).mean(0)):
            out[f"vortices per 100 cells f={f}"], out[f"unevenness of the swing f={f}"] = v.item(), u.item()
    sea = shares[1 + SEA] * (program[SEA] > 0) > 0.9
    if sea.sum() > 150:
        main, where = waves[:, :, 1], sea.float()[None].expand(k, -1, -1)
        number = wave_number(main, where).mean(0)
        out["sea: cycles per frame, slow swing"] = number[0].item()
        out["sea: wavenumber x2 / x1"] = (number[1] / number[0].clamp(min=1e-3)).item()
        rows = sea.any(1).nonzero()[:, 0]
        if len(rows) > 12:
            middle = (int(rows[0]) + int(rows[-1])) // 2
            far, near = (wave_number(main, where, s)[:, 1].mean() for s in (slice(int(rows[0]), middle), slice(middle, int(rows[-1]) + 1)))
            out["sea: wavenumber far / near"] = (far / near.clamp(min=1e-3)).item()
    plants = (shares[1:][SWAYING] * (program[SWAYING] > 0)[:, None, None]).amax(0) > 0.9
    anchor = half(sway[None])[0, 0]
    if plants.sum() > 60 and anchor[plants].std() > 0.08:
        size = waves.abs().square().sum((1, 2)).sqrt()[:, plants].mean(0)
        out["sway: correlation with anchors"] = torch.corrcoef(torch.stack([size, anchor[plants]]))[0, 1].item() if size.std() > 1e-7 else 0.0
    river = (shares[1 + RIVER] * (program[RIVER] > 0) > 0.9) & (flow.square().sum(0) > 0.5) & (program[12:14].square().sum() < 0.25)
    if river.sum() > 25:
        v = velocity[:, :, river]
        cos = (v * flow[:, river]).sum(1) / (v.norm(dim=1) * flow[:, river].norm(dim=0)).clamp(min=1e-6)
        out["river: degrees off its course"] = cos.clamp(-1, 1).arccos().mul(180 / np.pi).mean().item()
    return out


def variety(field, program, segmentation):
    """Variety over the seeds of one scene: fields [k,15,32,32]."""
    out = {}
    velocity, waves, _ = parts(field)
    motion = decompand(field)
    active = speed(field).mean(0) > MOVING_PX
    if active.sum() < 40:
        return out
    ratio = motion.std(0)[:, active].mean(1) / motion.abs().mean(0)[:, active].mean(1).clamp(min=1e-6)
    size = motion.abs().mean(0)[:, active].mean(1)
    if size[2:14].mean() > 3e-4:
        out["swing: std / mean size over seeds"] = (ratio[2:14] * size[2:14]).sum().item() / size[2:14].sum().item()
        main = main_axis(waves)[:, :, active]
        unit = main / main.abs().clamp(min=1e-9)
        weight = main.abs().mean(0)
        common = (unit * weight).sum(2, keepdim=True)
        unit = unit * (common / common.abs().clamp(min=1e-9)).conj()  # the free phase of the whole scene does not count
        spread = 1 - unit.mean(0).abs()
        for i, f in enumerate((1, 2)):
            out[f"phase pattern: spread over seeds f={f}"] = ((spread[i] * weight[i]).sum() / weight[i].sum().clamp(min=1e-9)).item()
        out["swing: spread of sizes over seeds"] = (main.abs().mean(2).std(0) / main.abs().mean((0, 2)).clamp(min=1e-9))[:2].mean().item()
    sky = half(segmentation[None])[0, 1] > 0.7
    if program[SKY] > 0 and program[12:14].square().sum() < 0.25 and sky.sum() > 60:
        mean = velocity[:, :, sky].mean(2)
        out["_sky side"] = (mean[:, 0] > 0).float().mean().item()
        angle = torch.atan2(mean[:, 1], mean[:, 0].abs())
        out["sky: std of the drift's slope over seeds (degrees)"] = angle.std().item() * 180 / np.pi
        out["sky: shear (std of flow in space / mean)"] = (velocity[:, :, sky].std(2).norm(dim=1) / mean.norm(dim=1).clamp(min=1e-6)).mean().item()
    return out


def collect(rows):
    """Lists of dicts -> name: (mean, count)."""
    names = list(dict.fromkeys(n for r in rows for n in r))
    return {n: (float(np.mean([r[n] for r in rows if n in r])), sum(n in r for r in rows)) for n in names}


def present_program(present, rng, one_class=False):
    """A plain program: things that are there move normally, nothing is said about directions."""
    program = torch.zeros(24)
    there = [k for k in range(12) if present[k + 1] > 0.05]
    if one_class and there:
        there = [rng.choice(there)]
    program[there] = 1.0
    program[22] = float(bool(there))
    return program


def held_out(store, count, seed=11):
    return store.batch(np.random.default_rng(seed), count, held_out=True)


def compare_drawn(image_graph, guided, store, options):
    """Prints the table on held-out drawn scenes."""
    image, label, depth, sway, flow = held_out(store, options.count)
    rng = random.Random(5)
    rows = {name: [] for name in ("truth", "control", "diffusion")}
    scores = {name: [] for name in ("truth", "control", "diffusion")}
    shapes = {name: [] for name in ("truth", "control", "diffusion")}
    sizes = {name: [] for name in ("truth", "control", "diffusion")}
    obeyed = {name: {"moves": [], "selective": [], "direction": []} for name in rows}
    k = options.seeds
    for i in range(options.count):
        present = F.one_hot(label[i], CLASS_COUNT).float().mean((0, 1))
        program = present_program(present, rng)
        if not program[22] or options.half not in (None, i % 2):
            continue
        one = slice(i, i + 1)
        true = lambda p, n, seed: draw_truth(*(a.expand(n, *a.shape[1:]) for a in (label[one], depth[one], sway[one], flow[one], p[None])), seed=seed)
        reference = true(program, 8, 5000 + i)
        conditions = repeat(see(image_graph, image[one], program[None]), k)
        drawn = {"truth": true(program, k, 9000 + i), "control": draw_control(conditions, 100 + i)[0], "diffusion": draw_diffusion(guided, conditions, [1000 * i + s for s in range(k)], options)[0]}
        expected = speed(reference).mean(0)
        for name, field in drawn.items():
            rows[name].append({**describe(label[i], field, program, sway[i], flow[i]), **variety(field, program, conditions[2][0])})
            scores[name].append(energy_score(field.flatten(1), reference.flatten(1)))
            shapes[name].append(energy_score(shape(field), shape(reference)))
            sizes[name].append((speed(field).mean(0) - expected).abs().mean().item() / expected.mean().clamp(min=1e-4).item())
            rows[name][-1]["spectrum, mean |log10| difference to truth"] = (spectrum(field, 1.0).mean(0) - spectrum(reference, 1.0).mean(0)).abs().mean().item()
        # prompt-following: one thing named, a direction said
        program = present_program(present, rng, one_class=True)
        angle = rng.choice([0, 1, 2, 3]) * np.pi / 2
        program[12], program[13] = float(np.round(np.cos(angle))), float(np.round(np.sin(angle)))
        conditions = see(image_graph, image[one], program[None])
        named = int(program[:12].argmax())
        shares = half(F.one_hot(label[one], CLASS_COUNT).permute(0, 3, 1, 2).float())[0]
        inside, outside = shares[1 + named] > 0.9, shares[1 + named] < 0.1
        drawn = {"truth": true(program, 1, i), "control": draw_control(conditions, i)[0], "diffusion": draw_diffusion(guided, conditions, [i], options)[0]}
        for name, field in drawn.items():
            moved = speed(field)[0]
            light = named == 11
            if inside.sum() > 20 and outside.sum() > 20 and not light:
                obeyed[name]["moves"].append(float(moved[inside].mean() > 0.004))
                obeyed[name]["selective"].append(float(moved[inside].mean() > 2 * moved[outside].mean()))
            if named in (SKY, RIVER, SMOKE) and inside.sum() > 20:
                v = decompand(field)[0, :2, inside].mean(1)
                if v.norm() > 0.002:
                    obeyed[name]["direction"].append(float((v * program[12:14]).sum() / v.norm() > 0.7))
    print(f"\n{options.count} held-out drawn scenes, {k} seeds, {options.steps} steps, guidance {options.guidance}")
    table({name: {**collect(rows[name]), "energy score of the field": (float(np.mean(scores[name])), len(scores[name])), "energy score without free phases": (float(np.mean(shapes[name])), len(shapes[name])), "error of the expected size, relative": (float(np.mean(sizes[name])), len(sizes[name])), **{f"prompt: {q}": (float(np.mean(v)), len(v)) for q, v in obeyed[name].items() if v}} for name in rows}, rows)


def compare_samplers(image_graph, guided, store, options):
    """Prints how the quality depends on steps, noise range and guidance, on held-out drawn scenes."""
    image, label, depth, sway, flow = held_out(store, options.count, seed=21)
    rng, cases = random.Random(8), []
    for i in range(options.count):
        program = present_program(F.one_hot(label[i], CLASS_COUNT).float().mean((0, 1)), rng)
        if program[22]:
            one = slice(i, i + 1)
            reference = draw_truth(*(a.expand(8, *a.shape[1:]) for a in (label[one], depth[one], sway[one], flow[one], program[None])), seed=5000 + i)
            cases.append((i, program, reference, repeat(see(image_graph, image[one], program[None]), options.seeds)))
    columns = {}
    settings = [(n, m, g) for m in options.sigma_max for g in options.guidance_list for n in options.steps_list]
    for name, draw in {"control": None, **{f"{n} steps, sigma {m:g}, guidance {g:g}": (n, g, m) for n, m, g in settings}}.items():
        rows = []
        for i, program, reference, conditions in cases:
            field = draw_control(conditions, 100 + i)[0] if draw is None else sample(guided, conditions, [1000 * i + s for s in range(options.seeds)], *draw)[0]
            row = describe(label[i], field, program, sway[i], flow[i])
            row = {n: row[n] for n in row if n.startswith(("vortices", "unevenness")) or n == "moved inside"}
            row["energy score of the field"] = energy_score(field.flatten(1), reference.flatten(1))
            row["energy score without free phases"] = energy_score(shape(field), shape(reference))
            row["spectrum, mean |log10| difference to truth"] = (spectrum(field, 1.0).mean(0) - spectrum(reference, 1.0).mean(0)).abs().mean().item()
            rows.append(row)
        columns[name] = collect(rows)
    names = ["energy score of the field", "energy score without free phases", "vortices per 100 cells f=1", "vortices per 100 cells f=2", "unevenness of the swing f=1", "moved inside", "spectrum, mean |log10| difference to truth"]
    print(f"\n{len(cases)} held-out drawn scenes, {options.seeds} seeds\n| sampler | " + " | ".join(names) + " |\n|---|" + "---|" * len(names))
    for column, values in columns.items():
        print(f"| {column} | " + " | ".join(f"{values[n][0]:.3f}" for n in names) + " |")


def table(columns, rows=None):
    """Prints a markdown table of name -> measure -> (value, count)."""
    if rows:
        for name, column in columns.items():
            sides = [r["_sky side"] for r in rows[name] if "_sky side" in r]
            if sides:
                column["sky: scenes that drift both ways over the seeds"] = (float(np.mean([0 < s < 1 for s in sides])), len(sides))
    names = [n for n in next(iter(columns.values())) if not n.startswith("_")]
    print("| measure | n | " + " | ".join(columns) + " |\n|---|---|" + "---|" * len(columns))
    for n in names:
        got = [c.get(n, (float("nan"), 0)) for c in columns.values()]
        print(f"| {n} | {got[0][1]} | " + " | ".join(f"{v:.3f}" for v, _ in got) + " |")


def load_photos(folder, count, seed=3):
    """Random photos of a folder as [n,3,128,128] in 0..1 (squeezed, as the engine does), and their paths."""
    paths = sorted(p for e in ("jpg", "png", "jpeg") for p in glob.glob(f"{folder}/*.{e}"))
    random.Random(seed).shuffle(paths)
    images = [cv2.resize(cv2.imread(p)[..., ::-1], (128, 128), interpolation=cv2.INTER_AREA) for p in paths[:count]]
    return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).float() / 255, paths[:count]


def compare_photos(image_graph, guided, store, options):
    """Prints the table on photos without labels: variety, smoothness, how motion follows the photo's own edges."""
    images, _ = load_photos(options.photos, options.count)
    rows = {"control": [], "diffusion": []}
    spectra = {name: [] for name in rows}
    rng = random.Random(5)
    k = options.seeds
    _, plain, _, _ = image_graph(images)
    for i in range(len(images)):
        program = present_program(plain[i].mean((1, 2)), rng)
        if not program[22]:
            continue
        conditions = repeat(see(image_graph, images[i:i + 1], program[None]), k)
        drawn = {"control": draw_control(conditions, 100 + i)[0], "diffusion": draw_diffusion(guided, conditions, [1000 * i + s for s in range(k)], options)[0]}
        colour = F.avg_pool2d(images[i:i + 1], 4)[0]
        edge_y, edge_x = (colour.diff(dim=d).square().sum(0).sqrt() for d in (1, 2))
        for name, field in drawn.items():
            row = variety(field, program, conditions[2][0])
            _, waves, _ = parts(field)
            moved = speed(field)
            where = (moved.mean(0) > MOVING_PX).float()[None].expand(k, -1, -1)
            if where[0].sum() > 60 and waves.abs().mean() > 1e-4:
                for f, v in zip((1, 2, 4), coherence(main_axis(waves), where).mean(0)):
                    row[f"coherence f={f}"] = v.item()
                for f, v, u in zip((1, 2), vortices(main_axis(waves), where).mean(0), unevenness(main_axis(waves), where).mean(0)):
                    row[f"vortices per 100 cells f={f}"], row[f"unevenness of the swing f={f}"] = v.item(), u.item()
            size = moved.mean(0).sqrt()
            change = torch.cat([size.diff(dim=0).abs().flatten(), size.diff(dim=1).abs().flatten()])
            edges = torch.cat([edge_y.flatten(), edge_x.flatten()])
            if change.std() > 1e-5:
                row["borders: correlation of motion's edges with the photo's"] = torch.corrcoef(torch.stack([change, edges]))[0, 1].item()
            rows[name].append(row)
            spectra[name].append(spectrum(field, 1.0).mean(0))
    for name in rows:
        rows[name][0]["mean power spectrum: |log10| difference to truth on drawn scenes"] = (torch.stack(spectra[name]).mean(0) - options.truth_spectrum).abs().mean().item()
    print(f"\n{len(rows['control'])} photos of {options.photos}, {k} seeds, {options.steps} steps")
    table({name: collect(r) for name, r in rows.items()}, rows)


def true_spectrum(store, count):
    """Mean spectrum of the generator on the true labels of held-out scenes."""
    _, label, depth, sway, flow = held_out(store, count, seed=12)
    rng = random.Random(6)
    program = torch.stack([present_program(F.one_hot(l, CLASS_COUNT).float().mean((0, 1)), rng) for l in label])
    field = draw_truth(label, depth, sway, flow, program, 1)
    return spectrum(field[program[:, 22] > 0], 1.0).mean(0)


# ---- pictures and clips -------------------------------------------------------------------------

def colours(x, y, gain=1.4):
    """Vectors or complex amplitudes -> BGR: hue = angle, brightness = size."""
    hsv = np.stack([(np.arctan2(y, x) / (2 * np.pi) * 180) % 180, np.full_like(x, 255), np.clip(np.hypot(x, y) * gain, 0, 1) * 255], -1)
    return cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2BGR)


def tiles(field, side=112):
    """One companded field [15,32,32] -> flow, three swings (phase along the main axis), flicker, side by side."""
    f = field.numpy()
    out = [colours(f[0], f[1])]
    for k in range(3):
        cx, cy, sx, sy = f[2 + 4 * k:6 + 4 * k]
        out.append(colours(cx, sx) if np.hypot(cx, sx).sum() > np.hypot(cy, sy).sum() else colours(cy, sy))
    out.append(np.repeat((np.clip(f[14], 0, 1) * 255)[..., None], 3, -1).astype(np.uint8))
    return np.hstack([cv2.resize(o, (side, side), interpolation=cv2.INTER_NEAREST) for o in out])


def sheet(image_graph, guided, options):
    """Photos, guessed classes, and per row one field of the control and two of the diffusion model."""
    from scenes import PALETTE

    images, _ = load_photos(options.photos, options.count, options.seed + 3)
    _, plain, _, _ = image_graph(images)
    rng, rows = random.Random(5), []
    for i in range(len(images)):
        program = present_program(plain[i].mean((1, 2)), rng)
        conditions = repeat(see(image_graph, images[i:i + 1], program[None]), 2)
        control = draw_control(conditions, i)[0]
        field = draw_diffusion(guided, conditions, [2 * i, 2 * i + 1], options)[0]
        photo = np.uint8(images[i].permute(1, 2, 0).numpy()[..., ::-1] * 255)
        classes = PALETTE[plain[i].argmax(0).numpy()][..., ::-1]
        rows.append(np.hstack([*(cv2.resize(np.ascontiguousarray(a), (112, 112), interpolation=cv2.INTER_NEAREST) for a in (photo, classes)), tiles(control[0])[:, :448], np.zeros((112, 6, 3), np.uint8), tiles(field[0])[:, :448], np.zeros((112, 6, 3), np.uint8), tiles(field[1])[:, :448]]))
    cv2.imwrite(options.sheet, np.vstack(rows))


def constant_graph(field, camera, path):
    """An ONNX graph with the inputs of denoiser.onnx that always answers with this field [1,15,32,32] and camera [1,8]."""
    shapes = {"field": [1, 15, 32, 32], "camera": [1, 8], "sigma": [1]}
    inputs = [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in shapes.items()]
    outputs = [helper.make_tensor_value_info("field_denoised", TensorProto.FLOAT, [1, 15, 32, 32]), helper.make_tensor_value_info("camera_denoised", TensorProto.FLOAT, [1, 8])]
    constants = [numpy_helper.from_array(v.numpy().astype(np.float32), n) for n, v in (("answer_field", field), ("answer_camera", camera))]
    nodes = [helper.make_node("Identity", ["answer_field"], ["field_denoised"]), helper.make_node("Identity", ["answer_camera"], ["camera_denoised"])]
    model = helper.make_model(helper.make_graph(nodes, "control", inputs, outputs, constants), opset_imports=[helper.make_opsetid("", 18)])
    model.ir_version = 9
    onnx.checker.check_model(model)
    onnx.save(model, path)


def write_models(image_graph, guided, options):
    """Copies the repository to --folder, with one fixed field in place of the denoiser."""
    photo = cv2.imread(options.photo)[..., ::-1]
    h, w = photo.shape[:2]
    factor = min(w / options.aspect, h)
    cw, ch = int(factor * options.aspect), int(factor)
    photo = photo[(h - ch) // 2:(h - ch) // 2 + ch, (w - cw) // 2:(w - cw) // 2 + cw]
    image = torch.from_numpy(cv2.resize(np.ascontiguousarray(photo), (128, 128), interpolation=cv2.INTER_AREA)).permute(2, 0, 1)[None].float() / 255
    program = torch.zeros(1, 24)
    for name in options.program.split(","):
        program[0, CLASSES.index(name) - 1] = 1
    program[0, 22] = 1
    conditions = see(image_graph, image, program)
    field, camera = draw_control(conditions, options.seed) if options.draw == "control" else draw_diffusion(guided, conditions, [options.seed], options)
    here = os.path.dirname(os.path.abspath(__file__))
    root = os.path.dirname(os.path.dirname(here))
    shutil.copytree(root, options.folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules", ".git", "data"))
    if not os.path.lexists(f"{options.folder}/node_modules"):
        os.symlink(f"{root}/node_modules", f"{options.folder}/node_modules")
    target = f"{options.folder}/worker/models/motion"
    constant_graph(field, camera, f"{target}/denoiser.onnx")
    with open(f"{target}/files.json") as file:
        files = json.load(file)
    for entry in files:
        with open(f"{target}/{entry['path']}", "rb") as file:
            data = file.read()
        entry.update(bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
    with open(f"{target}/files.json", "w") as file:
        json.dump(files, file, indent=2)


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser()
    parser.add_argument("--train", default="/var/tmp/train")
    parser.add_argument("--models", default=f"{here}/../models/motion")
    parser.add_argument("--scenes", default="/var/tmp/train/scenes")
    parser.add_argument("--photos", help="folder of photos to compare on (or to draw with --sheet)")
    parser.add_argument("--count", type=int, default=80)
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--guidance", type=float, default=2.0)
    numbers = lambda text: [float(v) for v in text.split(",")]
    parser.add_argument("--samplers", action="store_true", help="compare numbers of steps instead")
    parser.add_argument("--steps-list", type=lambda t: [int(v) for v in t.split(",")], default=[4, 8, 12, 30])
    parser.add_argument("--sigma-max", type=numbers, default=[40.0])
    parser.add_argument("--guidance-list", type=numbers, default=[2.0])
    parser.add_argument("--unsettled", action="store_true", help="fields as they were sampled, without settle.py")
    parser.add_argument("--rendered", action="store_true", help="fields as prepare.onnx smooths them")
    parser.add_argument("--half", type=int, choices=[0, 1], help="only every second drawn scene; settle.py's numbers were chosen on half 0")
    parser.add_argument("--sheet")
    parser.add_argument("--photo")
    parser.add_argument("--program", default="sky", help="classes that move, separated by commas")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--aspect", type=float, default=16 / 9)
    parser.add_argument("--draw", choices=["control", "diffusion"], default="control")
    parser.add_argument("--folder")
    options = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    with torch.no_grad():
        image_graph, guided = load_networks(options.train, options.models)
        if options.folder:
            write_models(image_graph, guided, options)
        elif options.samplers:
            compare_samplers(image_graph, guided, SceneStore.only_held_out(options.scenes), options)
        elif options.sheet:
            sheet(image_graph, guided, options)
        else:
            store = SceneStore.only_held_out(options.scenes)
            if not options.photos:
                compare_drawn(image_graph, guided, store, options)
            else:
                options.truth_spectrum = true_spectrum(store, 200)
                compare_photos(image_graph, guided, store, options)


if __name__ == "__main__":
    main()
