"""Smooth phases and even sizes for a sampled swing; the twins are worker/parts/smooth-phase.ts and even-sizes.ts."""

import math

import torch

from motion import CELLS, SEA

FAINT = 1e-4  # swing, in shares of the frame, below which nobody can see its phase


def shifted(maps, dy, dx):
    """maps(p + d) for every cell p, 0 outside the picture."""
    h, w = maps.shape[-2:]
    out = torch.zeros_like(maps)
    out[..., max(0, -dy):h - max(0, dy), max(0, -dx):w - max(0, dx)] = maps[..., max(0, dy):h + min(0, dy), max(0, dx):w + min(0, dx)]
    return out


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


def far_waves(sea, how):
    """Factors on phase steps [n,32,32]: 1 on land, larger at sea towards the horizon, as in the perspective of motion.py."""
    rows = torch.arange(CELLS, dtype=sea.dtype)
    first = (torch.where(sea.amax(2) > 0.3, rows, float(CELLS)).amin(1) / CELLS)[:, None, None]
    horizon = torch.where(first < 0.05, torch.full_like(first, -0.4), first - 0.02)
    scale = (1.35 - horizon) / (((rows[:, None] + 0.5) / CELLS - horizon).clamp(min=0) + 0.35)
    usual = (sea * scale.log()).sum((1, 2), keepdim=True) / (sea.sum((1, 2), keepdim=True) + 1e-9)
    return (how.far * sea * (scale.log() - usual)).exp()


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
    perspective = far_waves(shares[:, SEA], how)
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
        sharper = (1 + (how.sea_waves[f] - 1) * shares[:, SEA]) * perspective
        sharp = solve(*edges, 1e-6, gain(wanted[0] * sharper, wanted[1] * sharper), how.rounds)
        common, own = unit(rest) * turn(sharp)[:, None], swing / (swing.abs() + FAINT) * turn(sharp - phase)[:, None]
        out.append(swing.abs() * unit((1 - how.kept[f]) * common + how.kept[f] * own))
    return torch.stack(out, 1)


def even_sizes(waves, shares, how):
    """Swings [n,3,2,32,32] whose sizes differ less from cell to cell of a class; the same phases."""
    sizes = waves.abs().square().sum(2).sqrt()
    total, mean = (kin_mean(maps, shares, how.even_radius, how.even_sigma) for maps in (torch.ones_like(sizes[:, :1]), sizes))
    factors = ((mean / (total + 1e-9) + FAINT / 10) / (sizes + FAINT / 10)) ** (how.even * (1 - shares[:, SEA:SEA + 1] * (1 - shares.new_tensor(how.even_sea)[:, None, None])))
    return waves * factors.clamp(how.even_least, how.even_most)[:, :, None]
