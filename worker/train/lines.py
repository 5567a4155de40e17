"""Straight edges of a photo, and what keeps them straight when things move: masts, trunks, hulls, shores, whole buildings."""
import math

import numpy as np
import torch
import torch.nn.functional as F

from maps import box, gaussian, ramps, sample, smooth_step, widest

DIRECTIONS = 12
LYING = (0, 1, DIRECTIONS - 1)  # directions within 22 degrees of the horizon
CLEAR, FAINT = (0.04, 0.10), (0.012, 0.04)
ABRUPT, SEEN = (0.4, 0.6), (0.03, 0.06)  # share of the change over 9 pixels that happens within 2; that change
BESIDE, RIDGE = 3, (0.3, 0.5)  # pixels from a thin line to its sides; its mean contrast, in deviations of what is around
LONG, ALL_ALONG = 61, 121  # pixels of half size
MASTS = (5, 6, 7)  # directions within 22 degrees of the vertical
UPRIGHT = tuple(k for k in range(DIRECTIONS) if k not in LYING)


def line_kernels(length, count):
    """Means along straight lines through the centre, one per direction: [count, 1, length, length]."""
    half = (length - 1) / 2
    y, x = np.mgrid[0:length, 0:length] - half
    kernels = []
    for k in range(count):
        angle = math.pi * k / count
        kernel = np.clip(1 - np.abs(x * math.sin(angle) - y * math.cos(angle)), 0, None) * (np.hypot(x, y) <= half + 0.5)
        kernels.append(kernel / kernel.sum())
    return torch.from_numpy(np.stack(kernels)[:, None].astype(np.float32))


def straight_edges(luma, contrast=CLEAR, share=(0.55, 0.75)):
    """Where an edge runs straight for 1/12 of the longer side, for each of 12 directions, at half size: its middle, all of it, [1, 12, h / 2, w / 2] each.

    contrast: change of brightness across two pixels, in a neighbourhood brought to a deviation of 0.2; share: of a straight stretch that must be edge.
    """
    luma = F.avg_pool2d(luma, 2, 2)
    spread = (box(luma * luma, 10) - box(luma, 10) ** 2).clamp(min=0).sqrt()
    luma = luma * 0.2 / (gaussian(spread, 6.0, 6.0) + 0.04)  # haze has straight edges too
    length = 13
    gx = F.pad(luma[:, :, :, 2:] - luma[:, :, :, :-2], (1, 1, 0, 0))
    gy = F.pad(luma[:, :, 2:, :] - luma[:, :, :-2, :], (0, 0, 1, 1))
    angles = (math.pi / DIRECTIONS) * torch.arange(DIRECTIONS).float().view(1, -1, 1, 1)
    # an edge counts for the direction it runs in, not for those it crosses
    across, along = (gx * angles.sin() - gy * angles.cos()).abs(), (gx * angles.cos() + gy * angles.sin()).abs()
    edges = smooth_step(across - 2.5 * along, *contrast)
    lines = line_kernels(length, DIRECTIONS)
    middle = smooth_step(F.conv2d(edges, lines, padding=length // 2, groups=DIRECTIONS), *share)
    # up to its ends
    whole = smooth_step(F.conv2d(middle, lines, padding=length // 2, groups=DIRECTIONS), 0.05, 0.15) * widest(edges, 1)
    return middle, torch.maximum(middle, whole)


def masts(luma):
    """Upright thin lines that are all along darker, or all along brighter, than both their sides: masts, ropes and reeds, which have no step.

    luma [1, 1, h, w] to [1, 12, h / 2, w / 2], a map for each direction as in `straight_edges`, zero for those that are not upright.
    """
    smooth = box(luma, 1)
    beside = F.pad(smooth, (BESIDE, BESIDE, 0, 0), mode="replicate")
    across = smooth - 0.5 * (beside[:, :, :, :-2 * BESIDE] + beside[:, :, :, 2 * BESIDE:])
    # worked out as in straight_edges, so that the graph has it once
    luma = F.avg_pool2d(luma, 2, 2)
    spread = (box(luma * luma, 10) - box(luma, 10) ** 2).clamp(min=0).sqrt()
    ridges = (F.avg_pool2d(across, 2, 2) / (0.45 * spread + 0.025)).clamp(-1, 1)
    length = 13
    lines = line_kernels(length, DIRECTIONS)[list(MASTS)]
    middle = smooth_step(F.conv2d(ridges, lines, padding=length // 2).abs(), *RIDGE)
    whole = smooth_step(F.conv2d(middle, lines, padding=length // 2, groups=len(MASTS)), 0.05, 0.15) * smooth_step(ridges.abs(), 0.15, 0.35)
    found = torch.maximum(middle, whole)
    return F.pad(found, (0, 0, 0, 0, MASTS[0], DIRECTIONS - 1 - MASTS[-1]))


def crispness(luma):
    """How abruptly brightness changes where it does, 0..1 at the size of `luma`: things have such edges even in haze, and smoke has none."""
    gx = F.pad((luma[:, :, :, 2:] - luma[:, :, :, :-2]).abs(), (1, 1, 0, 0))
    gy = F.pad((luma[:, :, 2:, :] - luma[:, :, :-2, :]).abs(), (0, 0, 1, 1))
    spread = widest(luma, 4) + widest(-luma, 4)
    return smooth_step(torch.maximum(gx, gy) / (spread + 0.005), *ABRUPT) * smooth_step(spread, *SEEN)


def right_angles(straight):
    """Where straight edges of two quite different directions meet nearby, as on buildings and furniture: 0..1 at half size."""
    nearby = widest(straight, 7)
    both = torch.cat([torch.minimum(nearby, torch.roll(nearby, turn, 1)) for turn in (4, 5, 6)], 1).amax(1, keepdim=True)
    return gaussian(widest(both, 2), 2.0, 2.0)


def level_lines(straight, length=LONG):
    """Edges that lie for `length` pixels of half size, a third of the picture: far shores, horizons, quays. 0..1 at half size."""
    lying = F.max_pool2d(straight[:, LYING].amax(1, keepdim=True), (3, 1), 1, (1, 0))
    return widest(smooth_step(F.avg_pool2d(lying, (1, length), 1, (0, length // 2), count_include_pad=False), 0.45, 0.7) * lying, 2)


REACHES = (6.0, 13.0, 21.0, 30.0)  # pixels of half size to either side


def along_lines(fields, straight):
    """Fields that change evenly along straight edges, so that these shift and turn but hardly bend.

    fields [1, n, h, w], straight [1, 12, h, w] of `straight_edges`. As in line integral convolution (Cabral and Leedom 1993)
    what lies along the edge's direction takes the place of what was there: the best straight line through it, as far as the
    edge goes on that way. A mean would flatten what turns, and bend it at its ends.
    """
    angles = (2 * math.pi / DIRECTIONS) * torch.arange(DIRECTIONS).float().view(1, -1, 1, 1)
    edges = gaussian(straight, 1.5, 1.5)
    doubled = torch.cat([(edges * angles.cos()).sum(1, keepdim=True), (edges * angles.sin()).sum(1, keepdim=True)], 1)
    length = (doubled.square().sum(1, keepdim=True) + 1e-8).sqrt()
    cosine, sine = doubled[:, 0:1] / length, doubled[:, 1:2]
    # half of the doubled angle: between -90 and 90 degrees
    right, down = ((1 + cosine).clamp(min=0) / 2).sqrt(), ((1 - cosine).clamp(min=0) / 2).sqrt() * torch.where(sine < 0, -1.0, 1.0)
    x, y = ramps(fields)
    h_f, w_f = torch.as_tensor(fields.shape[-2]).float(), torch.as_tensor(fields.shape[-1]).float()
    count, first, second = 1.0, 0.0, 0.0
    total, slanted = fields, 0.0
    for side in (-1.0, 1.0):
        goes_on = 1.0
        for reach in REACHES:
            step = side * reach
            there = sample(torch.cat([fields, doubled], 1), torch.cat([x + step * right * 2 / w_f, y + step * down * 2 / h_f], 1))
            there, other = there[:, :-2], there[:, -2:]
            goes_on = goes_on * smooth_step((doubled * other).sum(1, keepdim=True) / length, 0.05, 0.3)
            count, first, second = count + goes_on, first + step * goes_on, second + step * step * goes_on
            total, slanted = total + goes_on * there, slanted + step * goes_on * there
    # the value here of the weighted least-squares line; nothing but this place leaves it as it is
    straightened = (second * total - first * slanted) / (count * second - first * first + 1e-3)
    share = smooth_step(length, 0.05, 0.3) * smooth_step(count * second - first * first, 20.0, 80.0)
    return fields + share * (straightened - fields)
