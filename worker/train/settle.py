"""Settles a sampled motion field once after sampling, and records the numbers that hold its TypeScript twin.

The twin is worker/parts/settle-field.ts (with smooth-phase.ts); both compute in double precision. What 12 steps of sampling
leave is no wave or wind: points round which a phase winds once, neighbours out of step, one size for every seed (the
denoiser is drawn to the expected one, `restore_sizes`), sizes that differ from cell to cell, and what swings in the wind too small, because the square of an
expected root is less than the expected square. The numbers were chosen on every second of the held-out drawn scenes.

    python settle.py --record ../../test/golden/settle.json         new reference numbers
"""

import argparse
import json
import math
from dataclasses import dataclass
from dataclasses import field as default

import torch
import torch.nn.functional as F

from motion import CELLS, CLOTH, DEAD_ZONE, DECODE, FLICKER_SCALE, FOLIAGE, GRASS, HAIR, LIGHT, OSCILLATION_SCALE, SEA, SKY, VELOCITY_SCALE, decompand
from networks import MAY_FLOW, MAY_OSCILLATE, believe_words

FAINT = 1e-4  # swing, in shares of the frame, below which nobody can see its phase
SMALL = 0.002  # companded size below which values are too small to keep
TOLD = 0.25  # square of the drift's length from which on a direction was said
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
    kept: tuple = (0.15, 0.3, 0.3)  # weight of a cell's own phase against the smooth one, for each swing
    even: float = 1.0  # sizes are drawn to the mean over a window by this power; those of the sea stay, they are its perspective
    even_radius: int = 7
    even_sigma: float = 5.5
    even_least: float = 1 / 4  # bounds of what that does to a size
    even_most: float = 4.0
    sea_waves: tuple = (1.65, 1.3, 1.2)  # factors on the phase steps of the sea: the sampled waves are too long
    swell: tuple = (0.27, 0.25, 0.42)  # deviations of the logarithm of sizes, those of motion.py: the sea's swings,
    pace: float = 0.16  # the wind over the whole picture,
    gust: float = 0.22  # and in its parts
    # mean swing of a class that was asked to move normally, shares of the frame, reached by a factor of at most `most`
    least: dict = default(default_factory=lambda: {SEA: 0.005, FOLIAGE: 0.0065, GRASS: 0.006, CLOTH: 0.0065, HAIR: 0.0056})
    most: float = 2.5
    flicker: float = 0.16  # the same for lights, shares of the brightness
    sure: float = 0.85  # a class is asked for less where its shares are below this
    shear: float = 0.6  # share of the clouds' own drifts that stays beside their common one
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


def ramp(x, low, high):
    """0 below `low`, 1 above `high`, with zero slope at both."""
    t = ((x - low) / (high - low)).clamp(0, 1)
    return t * t * (3 - 2 * t)


def shifted(maps, dy, dx):
    """maps(p + d) for every cell p, 0 outside the picture."""
    h, w = maps.shape[-2:]
    out = torch.zeros_like(maps)
    out[..., max(0, -dy):h - max(0, dy), max(0, -dx):w - max(0, dx)] = maps[..., max(0, dy):h + min(0, dy), max(0, dx):w + min(0, dx)]
    return out


# ---- phases -------------------------------------------------------------------------------------

def kin_mean(maps, shares, radius, sigma):
    """Gaussian-weighted sum over a window that counts cells as far as they belong to the same class.

    maps [n,m,32,32], shares [n,12,32,32] -> [n,m,32,32] (not normalised: only angles are read from it).
    """
    total = torch.zeros_like(maps)
    for dy in range(-radius, radius + 1):
        for dx in range(-radius, radius + 1):
            kin = (shares * shifted(shares, dy, dx)).sum(1, keepdim=True)
            total = total + math.exp(-(dy * dy + dx * dx) / (2 * sigma * sigma)) * kin * shifted(maps, dy, dx)
    return total


def gain(right, lower):
    """What every cell [n,32,32] gains when `right` flows to its right neighbour and `lower` to the lower one."""
    return shifted(right, 0, -1) - right + shifted(lower, -1, 0) - lower


def solve(edge_x, edge_y, mass, right, rounds):
    """The map [n,32,32] that is even along strong edges and near right / mass elsewhere, by conjugate gradients with a diagonal preconditioner.

    edge_x [n,32,32] is how strongly a cell hangs together with its right neighbour, edge_y with the lower one.
    """
    def applied(a):
        return mass * a + gain(edge_x * (shifted(a, 0, 1) - a), edge_y * (shifted(a, 1, 0) - a))

    dot = lambda a, b: (a * b).sum((1, 2), keepdim=True)
    diagonal = edge_x + shifted(edge_x, 0, -1) + edge_y + shifted(edge_y, -1, 0) + mass
    answer, rest = torch.zeros_like(right), right
    way = rest / diagonal
    size = dot(rest, way)
    for _ in range(rounds):
        moved = applied(way)
        far = size / (dot(way, moved) + 1e-30)
        answer, rest = answer + far * way, rest - far * moved
        scaled = rest / diagonal
        before, size = size, dot(rest, scaled)
        way = scaled + size / (before + 1e-30) * way
    return answer


def smooth_phases(waves, shares, how):
    """Swings as complex amplitudes [n,3,2,32,32] -> the same sizes with smooth phases.

    The steps of the phase from cell to cell, averaged over a window, are put together again to a phase that nowhere winds
    (Ghiglia and Romero 1994, weighted least-squares phase unwrapping); what it leaves is averaged over the region.
    """
    there = shares.sum(1)
    turn = lambda angle: torch.polar(torch.ones_like(angle), angle)
    unit = lambda a: a / a.abs().clamp(min=1e-30)

    def likeness(dy, dx):
        common = (shares * shifted(shares, dy, dx)).sum(1)
        return ((common + 1e-9) / (there * shifted(there, dy, dx) + 1e-9)) ** how.apart * shifted(torch.ones_like(there), dy, dx)

    edges = likeness(0, 1), likeness(1, 0)
    mass = there / how.rest_cells ** 2 + 1e-6
    out = []
    for f, swing in enumerate(waves.unbind(1)):
        wanted = []
        for edge, dy, dx in ((edges[0], 0, 1), (edges[1], 1, 0)):
            step = edge[:, None] * (shifted(swing, dy, dx) * swing.conj()).sum(1, keepdim=True)
            step = kin_mean(step, shares, how.step_radius, how.step_sigma)[:, 0]
            wanted.append(edge * step.angle() * step.abs() / (step.abs() + FAINT ** 2))
        phase = solve(*edges, 1e-6, gain(*wanted), how.rounds)
        rest = swing * turn(-phase)[:, None]
        rest = torch.stack([torch.complex(*(solve(*edges, mass, there * part, how.rounds) for part in (r.real, r.imag))) for r in rest.unbind(1)], 1)
        sharper = 1 + (how.sea_waves[f] - 1) * shares[:, SEA]
        common, own = unit(rest) * turn(phase * sharper)[:, None], swing / (swing.abs() + FAINT) * turn(phase * (sharper - 1))[:, None]
        out.append(swing.abs() * unit((1 - how.kept[f]) * common + how.kept[f] * own))
    return torch.stack(out, 1)


# ---- sizes and flow -----------------------------------------------------------------------------

def even_sizes(waves, shares, how):
    """Swings [n,3,2,32,32] whose sizes differ less from cell to cell of a class; the same phases."""
    sizes = waves.abs().square().sum(2).sqrt()
    total, mean = (kin_mean(maps, shares, how.even_radius, how.even_sigma) for maps in (torch.ones_like(sizes[:, :1]), sizes))
    factors = ((mean / (total + 1e-9) + FAINT / 10) / (sizes + FAINT / 10)) ** (how.even * (1 - shares[:, SEA:SEA + 1]))
    return waves * factors.clamp(how.even_least, how.even_most)[:, :, None]


def size_factors(sizes, program, draws, shares, how):
    """Factors on the three swings [n,3,32,32] from their joint sizes [n,32,32] and normal numbers [n,14].

    What is asked to move moves at least as far as the formulas of motion.py move it on average, less where the class is
    doubtful; then the swell has its heights, and the wind its pace and its gusts, as the seed says.
    """
    windy = shares[:, [FOLIAGE, GRASS, CLOTH, HAIR]].sum(1, keepdim=True)
    gusts = 1.15 * F.interpolate(draws[:, 4:-1].view(-1, 1, GUSTS, GUSTS), size=(CELLS, CELLS), mode="bicubic", align_corners=True)
    swell = shares[:, SEA:SEA + 1] * draws[:, :3, None, None] * draws.new_tensor(how.swell)[:, None, None]
    lift = 0
    for k, least in how.least.items():
        share = shares[:, k]
        weight = share.square()
        total = weight.sum((1, 2))
        mean = (weight * sizes).sum((1, 2)) / (total + 1e-9)
        wanted = least * program[:, k] * (total / (share.sum((1, 2)) + 1e-9) / how.sure).clamp(max=1)
        lift = lift + share * (wanted / (mean + 1e-9)).clamp(1, how.most).log()[:, None, None]
    return (windy * (how.pace * draws[:, 3:4, None, None] + how.gust * gusts) + swell + lift[:, None]).exp()


def settle_flow(velocity, program, draws, asked, how):
    """Clouds that drift together, as steeply as the seed says, less flow where its class is doubtful, and a sea that does not stream: [n,2,32,32]."""
    sky, sea = asked[:, SKY:SKY + 1], asked[:, SEA:SEA + 1]
    clear = ramp(sky, 0.5, 0.9)
    mean = (velocity * clear).sum((2, 3), keepdim=True) / clear.sum((2, 3), keepdim=True).clamp(min=1e-6)
    velocity = velocity + (1 - how.shear) * clear * (mean - velocity)
    angle = how.slope * draws[:, -1, None, None] * (program[:, 12:14].square().sum(1) < TOLD)[:, None, None]
    x, y = velocity.unbind(1)
    velocity = velocity + sky * (torch.stack([angle.cos() * x - angle.sin() * y, angle.sin() * x + angle.cos() * y], 1) - velocity)
    flowing = (asked * asked.new_tensor(MAY_FLOW)[:, None, None]).sum(1, keepdim=True)
    sure = how.doubtful + (1 - how.doubtful) * ramp(flowing, *how.doubt)
    return velocity * sure * (1 - (1 - how.stream) * sea)


def raise_flicker(flicker, program, asked, how):
    """Lights [n,1,32,32] that flicker at least as much as was asked for on average, less where they are doubtful."""
    share = asked[:, LIGHT:LIGHT + 1]
    weight = share.square()
    total = weight.sum((2, 3), keepdim=True)
    mean = (weight * flicker.abs()).sum((2, 3), keepdim=True) / (total + 1e-9)
    wanted = how.flicker * program[:, LIGHT, None, None, None] * (total / (share.sum((2, 3), keepdim=True) + 1e-9) / how.sure).clamp(max=1)
    return flicker * (share * (wanted / (mean + 1e-9)).clamp(1, how.most).log()).exp()


def settle_field(field, program, segmentation, draws, how=Settle()):
    """field [n,15,32,32] companded, program [n,24], segmentation [n,13,64,64] as the denoiser gets it, draws [n,14] -> field."""
    before, program, segmentation, draws = (a.double() for a in (field, program, segmentation, draws))
    shares = F.avg_pool2d(believe_words(segmentation, program), 2)[:, 1:]
    asked = shares * (program[:, :12] * 4).clamp(max=1)[:, :, None, None]
    motion = decompand(before)
    parts = motion[:, 2:14].reshape(-1, 3, 2, 2, CELLS, CELLS)
    swinging = asked * asked.new_tensor(MAY_OSCILLATE)[:, None, None]
    waves = smooth_phases(torch.complex(parts[:, :, 0].contiguous(), -parts[:, :, 1].contiguous()), swinging, how)
    waves = even_sizes(waves, swinging, how)
    waves = waves * size_factors(waves.abs().square().sum((1, 2)).sqrt(), program, draws, asked, how)[:, :, None]
    parts = torch.stack([waves.real, -waves.imag], 2).reshape(-1, 12, CELLS, CELLS)
    flicker = raise_flicker(motion[:, 14:], program, asked, how)
    return recompand(torch.cat([settle_flow(motion[:, :2], program, draws, asked, how), parts, flicker], 1)).to(field.dtype)


# ---- reference numbers --------------------------------------------------------------------------

def record(path):
    """Writes two made-up fields and what becomes of them, each thinned to every 37th value."""
    cases = []
    for name, program, seed in (("waves, clouds and lights, drifting right", {0: 1, 1: 1, 11: 1, 12: 1}, 7), ("trees, grass and a flag, strongly", {3: 1.6, 4: 1.6, 5: 1.6}, 8)):
        field, segmentation = made_up(seed)
        words = torch.zeros(1, 24)
        for place, value in program.items():
            words[0, place] = value
        settled = settle_field(field, words, segmentation, draw_numbers([seed]))
        cases.append({"name": name, "seed": seed, "program": [round(v, 4) for v in words[0].tolist()], "settled": [round(v, 6) for v in settled.flatten()[::37].tolist()]})
    with open(path, "w") as file:
        json.dump({"companding": DECODE, "cases": cases}, file)
        file.write("\n")


def made_up(seed):
    """A field [1,15,32,32] and class shares [1,13,64,64] from formulas that the test knows too."""
    place = torch.arange(15 * CELLS * CELLS, dtype=torch.float64)
    field = 0.5 * (0.37 * place / CELLS + 0.11 * (place % CELLS) + seed).sin() * (0.013 * place).cos()
    place, plane = torch.arange(13 * 4096, dtype=torch.float64), torch.arange(13).repeat_interleave(4096)
    x, y = place % 64, (place % 4096 / 64).floor()
    likely = (2 * (0.9 * plane + 0.05 * x + 0.07 * y + seed).sin()).exp().view(1, 13, 64, 64)
    return field.float().view(1, 15, CELLS, CELLS), (likely / likely.sum(1, keepdim=True)).float()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--record", required=True, help="file of the reference numbers")
    record(parser.parse_args().record)
