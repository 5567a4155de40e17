"""What a motion field looks like: motion asked for and elsewhere, phases, sizes, variety over the seeds."""

import numpy as np
import torch
import torch.nn.functional as F

from motion import CLOTH, FOLIAGE, GRASS, HAIR, LIGHT, RIVER, SEA, SKY, SMOKE, decompand
from networks import CLASS_COUNT

SWAYING = [FOLIAGE, GRASS, CLOTH, HAIR]
MOVING_PX = 0.002  # shares of the frame below which a cell counts as at rest
STILL = 1e-5  # ... and below which a swing is too small for its phase to mean anything
SEA_CELLS, RIVER_CELLS = 150, 25  # a scene counts for the measures of the sea and of rivers from as many of 32 x 32 cells on
half = lambda a: F.avg_pool2d(a, 2)


def class_shares(label):
    """label [64,64] -> shares of the classes [13,32,32]."""
    return half(F.one_hot(label, CLASS_COUNT).permute(2, 0, 1)[None].float())[0]


def sea_cells(shares, program):
    """Cells [32,32] of the sea, where it was asked to move."""
    return shares[1 + SEA] * (program[SEA] > 0) > 0.9


def river_cells(shares, program, flow):
    """Cells [32,32] of a river whose course [2,32,32] is known, where it was asked to flow and nobody said whither."""
    return (shares[1 + RIVER] * (program[RIVER] > 0) > 0.9) & (flow.square().sum(0) > 0.5) & (program[12:14].square().sum() < 0.25)


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


def describe(label, field, program, sway, flow):
    """Measures of fields [k,15,32,32] drawn for one scene with known labels (label [64,64], sway [1,64,64], flow [2,32,32])."""
    out = {}
    shares = class_shares(label)
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
    sea = sea_cells(shares, program)
    if sea.sum() > SEA_CELLS:
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
    river = river_cells(shares, program, flow)
    if river.sum() > RIVER_CELLS:
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
        out["sky: scenes that drift both ways over the seeds"] = float(0 < (mean[:, 0] > 0).float().mean().item() < 1)
        angle = torch.atan2(mean[:, 1], mean[:, 0].abs())
        out["sky: std of the drift's slope over seeds (degrees)"] = angle.std().item() * 180 / np.pi
        out["sky: shear (std of flow in space / mean)"] = (velocity[:, :, sky].std(2).norm(dim=1) / mean.norm(dim=1).clamp(min=1e-6)).mean().item()
    return out


def measure(label, field, program, sway, flow, segmentation, reference):
    """All measures of fields [k,15,32,32] drawn for one scene -> name: value; those that do not apply are absent.

    segmentation [13,64,64] as guessed, reference [r,15,32,32] drawn by the formulas on the true labels.
    """
    expected = speed(reference).mean(0)
    return {
        **describe(label, field, program, sway, flow),
        **variety(field, program, segmentation),
        "spectrum, mean log10 difference to truth": (spectrum(field, 1.0).mean(0) - spectrum(reference, 1.0).mean(0)).abs().mean().item(),
        "energy score of the field": energy_score(field.flatten(1), reference.flatten(1)),
        "energy score without free phases": energy_score(shape(field), shape(reference)),
        "error of the expected size, relative": (speed(field).mean(0) - expected).abs().mean().item() / expected.mean().clamp(min=1e-4).item(),
    }


def follow(label, field, program):
    """How a field [1,15,32,32] follows a program that names one class and a direction -> name: 0 or 1."""
    out = {}
    named = int(program[:12].argmax())
    share = class_shares(label)[1 + named]
    inside, outside = share > 0.9, share < 0.1
    moved = speed(field)[0]
    if inside.sum() > 20 and outside.sum() > 20 and named != LIGHT:
        out["prompt: moves"] = float(moved[inside].mean() > 0.004)
        out["prompt: selective"] = float(moved[inside].mean() > 2 * moved[outside].mean())
    if named in (SKY, RIVER, SMOKE) and inside.sum() > 20:
        v = decompand(field)[0, :2, inside].mean(1)
        if v.norm() > 0.002:
            out["prompt: direction"] = float((v * program[12:14]).sum() / v.norm() > 0.7)
    return out
