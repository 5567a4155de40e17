"""Settles a sampled motion field once after sampling, and records the numbers that hold its TypeScript twin.

The twin is worker/parts/settle-field.ts; both compute in double precision. What 12 steps of sampling leave is no wave or wind:
points round which a phase winds once, neighbours out of step (settle_phase.py), one size for every seed (the denoiser is drawn to
the expected one, `restore_sizes`), sizes that differ from cell to cell, what swings in the wind too small, because the square of
an expected root is less than the expected square, and clouds as fast as it happens (settle_flow.py). The numbers were chosen on
half 0 of the drawn scenes of control_scenes.py.

    python settle.py --record ../../test/golden/settle.json         new reference numbers
"""

import argparse
import json
import math
from dataclasses import dataclass
from dataclasses import field as default

import torch
import torch.nn.functional as F

from motion import CELLS, CLOTH, DEAD_ZONE, DECODE, FIRE, FLICKER_SCALE, FLOATING, FOLIAGE, GRASS, HAIR, OSCILLATION_SCALE, RIVER, SEA, SKY, SMOKE, VELOCITY_SCALE, decompand
from networks import MAY_OSCILLATE, believe_words
from settle_flow import lift_to, raise_flicker, settle_flow
from settle_phase import even_sizes, smooth_phases

WINDY = (FOLIAGE, GRASS, CLOTH, HAIR)
ROOTED = 0.25  # at an anchor swings are 0.25 / 1.25 of what they are at a free end, as motion.py has them over plants
SMALL = 0.002  # companded size below which values are too small to keep
GUSTS = 3  # rows and columns of the map of gusts, as in motion.py
DRAWS = 3 + 1 + GUSTS * GUSTS + 1  # normal numbers that one field takes: the sea's three swings, the wind's pace, its gusts row by row, the clouds' slope


@dataclass
class Settle:
    """How strongly a field is settled; the defaults are the engine's."""

    step_radius: int = 2  # cells over which phase steps are averaged, and the deviation of the Gaussian that weighs them
    step_sigma: float = 1.5
    rest_cells: float = 12.0  # cells over which what the steps leave of the phase is averaged
    rounds: int = 40  # iterations per solution
    apart: float = 1.5  # neighbours of different classes hang together by this power of what they share
    kept: tuple = (0.15, 0.37, 0.48)  # weight of a cell's own phase against the smooth one, for each swing
    even: float = 1.0  # sizes are drawn to the mean over a window by this power,
    even_sea: tuple = (0.45, 0.2, 0.0)  # those of the sea by this share of it, for each swing: its perspective stays
    even_radius: int = 7
    even_sigma: float = 5.5
    even_least: float = 1 / 4  # bounds of what that does to a size
    even_most: float = 4.0
    sea_waves: tuple = (1.75, 1.48, 1.3)  # factors on the phase steps of the sea: the sampled waves are too long,
    far: float = 0.2  # and shortened too little towards the horizon: by this power of its perspective
    swell: tuple = (0.27, 0.25, 0.42)  # deviations of the logarithm of sizes: the sea's swings as in motion.py,
    pace: float = 0.22  # the wind over the whole picture,
    gust: float = 0.1  # and in its parts
    anchors: float = 1.5  # what swings in the wind grows towards its free ends by this power: the encoder tells them less apart than they are
    # mean swing of a class that was asked to move normally, shares of the frame, reached by a factor of at most `most`
    least: dict = default(
        default_factory=lambda: {SEA: 0.0054, RIVER: 0.003, FOLIAGE: 0.0064, GRASS: 0.0068, CLOTH: 0.0074, FIRE: 0.0075, SMOKE: 0.005, HAIR: 0.0065, FLOATING: 0.0065}
    )
    most: float = 3.5
    flicker: float = 0.16  # the same for lights, shares of the brightness
    # mean flow, within bounds of the factor either way; that of clouds is where motion.py's are as fast as they are told to be
    flows: dict = default(default_factory=lambda: {SKY: 0.064, RIVER: 0.055, FIRE: 0.026, SMOKE: 0.075})
    flow_bounds: tuple = (0.5, 2.5)
    flow_pace: float = 0.16  # deviation of its logarithm over the seeds, that of motion.py
    sure: float = 0.85  # a class is asked for less where its shares are below this
    downstream: float = 0.9  # share of towards the viewer in a river's course that nobody told
    shear: float = 0.72  # share of the clouds' own drifts that stays beside their common one
    slope: float = math.radians(5)  # deviation of the angle by which they are turned where no direction was said: the denoiser knows the expected one best
    doubtful: float = 0.35  # share of the flow that stays where what may flow has the first share of a cell; all of it from the second on
    doubt: tuple = (0.3, 0.8)
    stream: float = 0.65  # share of the sea's drift that stays


def draw_numbers(seeds):
    """The normal numbers [n,14] that the engine draws for these seeds: after the noise of field and camera and its own one."""
    out = []
    for seed in seeds:
        generator = torch.Generator().manual_seed(seed)
        for count in (15 * CELLS * CELLS, 8, 1):
            torch.randn(count, generator=generator)
        out.append(torch.randn(DRAWS, generator=generator))
    return torch.stack(out)


def recompand(motion):
    """The inverse of `decompand` for sizes from SMALL on; `compand` of motion.py loses more of what is small."""
    scale = motion.new_tensor([VELOCITY_SCALE] * 2 + [OSCILLATION_SCALE] * 12 + [FLICKER_SCALE])[:, None, None]
    size = (motion.abs() / scale).sqrt()
    return motion.sign() * (size + DEAD_ZONE * (size / SMALL).clamp(max=1))


def size_factors(sizes, program, draws, shares, how):
    """Factors on the three swings [n,3,32,32] from their joint sizes [n,32,32] and normal numbers [n,14].

    What is asked to move moves at least as far as the formulas of motion.py move it on average, less where the class is
    doubtful; then the swell has its heights, and the wind its pace and its gusts, as the seed says.
    """
    windy = shares[:, WINDY].sum(1, keepdim=True)
    gusts = 1.15 * F.interpolate(draws[:, 4:-1].view(-1, 1, GUSTS, GUSTS), size=(CELLS, CELLS), mode="bicubic", align_corners=True)
    swell = shares[:, SEA:SEA + 1] * draws[:, :3, None, None] * draws.new_tensor(how.swell)[:, None, None]
    lift = sum(shares[:, k] * lift_to(least * program[:, k], shares[:, k], sizes, how, (1, how.most))[:, None, None] for k, least in how.least.items())
    return (windy * (how.pace * draws[:, 3:4, None, None] + how.gust * gusts) + swell + lift[:, None]).exp()


def rooted(sway, shares, how):
    """Factors [n,1,32,32] on what swings in the wind: more towards the free ends (sway [n,1,32,32]), about 1 in the mean of each class."""
    shares = shares[:, WINDY]
    weight = shares.square()
    mean = (weight * sway).sum((2, 3), keepdim=True) / (weight.sum((2, 3), keepdim=True) + 1e-9)
    return (how.anchors * shares * ((ROOTED + sway) / (ROOTED + mean)).log()).sum(1, keepdim=True).exp()


def settle_field(field, program, segmentation, sway, draws, how=Settle()):
    """field [n,15,32,32] companded, program [n,24], segmentation [n,13,64,64] and sway [n,1,64,64] as the denoiser gets them, draws [n,14] -> field."""
    before, program, segmentation, sway, draws = (a.double() for a in (field, program, segmentation, sway, draws))
    shares = F.avg_pool2d(believe_words(segmentation, program), 2)[:, 1:]
    asked = shares * (program[:, :12] * 4).clamp(max=1)[:, :, None, None]
    motion = decompand(before)
    parts = motion[:, 2:14].reshape(-1, 3, 2, 2, CELLS, CELLS)
    swinging = asked * asked.new_tensor(MAY_OSCILLATE)[:, None, None]
    waves = smooth_phases(torch.complex(parts[:, :, 0].contiguous(), -parts[:, :, 1].contiguous()), swinging, how)
    waves = even_sizes(waves, swinging, how) * rooted(F.avg_pool2d(sway, 2), asked, how)[:, :, None]
    waves = waves * size_factors(waves.abs().square().sum((1, 2)).sqrt(), program, draws, asked, how)[:, :, None]
    parts = torch.stack([waves.real, -waves.imag], 2).reshape(-1, 12, CELLS, CELLS)
    flicker = raise_flicker(motion[:, 14:], program, asked, how)
    return recompand(torch.cat([settle_flow(motion[:, :2], program, draws, asked, how), parts, flicker], 1)).to(field.dtype)


# ---- reference numbers --------------------------------------------------------------------------

def record(path):
    """Writes made-up fields and what becomes of them, each thinned to every 37th value."""
    cases = []
    for name, program, seed in (("waves, clouds and lights, drifting right", {0: 1, 1: 1, 11: 1, 12: 1}, 7), ("trees, grass and a flag, strongly", {3: 1.6, 4: 1.6, 5: 1.6}, 8), ("a river, smoke and clouds, nowhere told", {0: 1, 2: 1, 7: 1}, 9)):
        field, segmentation, sway = made_up(seed)
        words = torch.zeros(1, 24)
        for place, value in program.items():
            words[0, place] = value
        settled = settle_field(field, words, segmentation, sway, draw_numbers([seed]))
        cases.append({"name": name, "seed": seed, "program": [round(v, 4) for v in words[0].tolist()], "settled": [round(v, 6) for v in settled.flatten()[::37].tolist()]})
    with open(path, "w") as file:
        json.dump({"companding": DECODE, "cases": cases}, file)
        file.write("\n")


def made_up(seed):
    """A field [1,15,32,32], class shares [1,13,64,64] and sway [1,1,64,64] from formulas that the test knows too."""
    place = torch.arange(15 * CELLS * CELLS, dtype=torch.float64)
    field = 0.5 * (0.37 * place / CELLS + 0.11 * (place % CELLS) + seed).sin() * (0.013 * place).cos()
    place, plane = torch.arange(13 * 4096, dtype=torch.float64), torch.arange(13).repeat_interleave(4096)
    x, y = place % 64, (place % 4096 / 64).floor()
    likely = (2 * (0.9 * plane + 0.05 * x + 0.07 * y + seed).sin()).exp().view(1, 13, 64, 64)
    sway = (0.5 + 0.5 * (0.05 * place[:4096] - 0.003 * (place[:4096] % 64) ** 2).sin()).float()
    return field.float().view(1, 15, CELLS, CELLS), (likely / likely.sum(1, keepdim=True)).float(), sway.view(1, 1, 64, 64)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--record", required=True, help="file of the reference numbers")
    record(parser.parse_args().record)
