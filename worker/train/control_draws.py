"""Fields for the comparison with the control: by the formulas on guessed labels (control), by diffusion (settled), by the formulas on true labels (truth)."""

import os

import torch
import torch.nn.functional as F

from export import ImageGraph
from motion import compand, decompand, synthesise
from networks import CLASS_COUNT, Denoiser, GuidedDenoiser, ImageEncoder, believe_words, low_pass, motion_gate
from waves import in_phase
from restore import restore_weights
from settle import draw_numbers, settle_field
from train_denoiser import NAMED_ODDS, NAMED_SKY_ODDS, empty_inputs, load_average, raise_odds, sample

PACE = 0.14  # as in worker/engines/motion.ts
TOGETHER = 16  # rows that are sampled at once
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
    return program, features, raise_named(segmentation, program), depth, sway


def raise_named(segmentation, program):
    """The classes [b,13,64,64] after the engine's own raise of the named ones."""
    b = len(program)
    return raise_odds(segmentation, program, torch.full((b,), NAMED_ODDS), torch.full((b,), NAMED_SKY_ODDS))


def sample_cases(image_graph, guided, cases, options):
    """Samples `seeds` fields for what moves of every case and one for its order -> list of dicts of what settling and the control take.

    The photo's networks run once per case; rows of several cases are sampled together.
    """
    out, rows = [], []
    for case in cases:
        features, plain, depth, sway = image_graph(case.image)
        seen = [(program[None], features, raise_named(plain, program[None]), depth, sway) for program in (case.program, case.order)]
        seeds = [8 * case.seed + s for s in range(options.seeds)]
        out.append({"conditions": [c[:1] + (c[1][:0],) + c[2:] for c in seen], "seeds": seeds, "fields": [], "order": []})
        rows += [(seen[0], seed, out[-1]["fields"]) for seed in seeds] + [(seen[1], seeds[0], out[-1]["order"])]
    for start in range(0, len(rows), TOGETHER):
        conditions, seeds, homes = zip(*rows[start:start + TOGETHER])
        fields, _ = sample(guided, tuple(map(torch.cat, zip(*conditions))), seeds, options.steps, options.guidance, options.sigma_max[0])
        for home, field in zip(homes, fields):
            home.append(field)
    for row in out:
        row["fields"], row["order"] = torch.stack(row["fields"]), torch.stack(row["order"])
    return out


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
    return finish(field, conditions, seeds, options), camera


def finish(field, conditions, seeds, options):
    """Sampled fields, one row per seed, settled unless asked otherwise and, where asked, as they are rendered."""
    program, _, segmentation, _, sway = conditions
    if not options.unsettled:
        field = settle_field(field, program, segmentation, sway, draw_numbers(seeds))
    return as_rendered(field, segmentation, seeds) if options.rendered else field


def draw_truth(label, depth, sway, flow, program, seed):
    """The generator on the true labels -> field. label [b,64,64], depth and sway [b,1,64,64], flow [b,2,32,32]."""
    shares = half(F.one_hot(label, CLASS_COUNT).permute(0, 3, 1, 2).float())
    return synthesise(shares, half(depth), half(sway), flow, program, torch.Generator().manual_seed(seed))[0]
