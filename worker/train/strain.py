"""Limits on how far a motion may stretch and squeeze the picture: from a strain of 1 on it folds, and shows things twice.

Displacements are in grid units, half a picture is 1, so that their gradient over the picture has no unit.
"""
import math

import torch
import torch.nn.functional as F

from maps import box, widest

MAX_STRAIN_EVER = 0.8
TIMES = 16  # of the slowest swing; the quickest one has four of them


def strain_of(displacement):
    """The norm of the gradient of all components together: [n, c, h, w] to [n, 1, h, w]."""
    h, w = displacement.shape[2], displacement.shape[3]
    steps_x = (displacement[:, :, :, 2:] - displacement[:, :, :, :-2]) * 0.5
    steps_y = (displacement[:, :, 2:, :] - displacement[:, :, :-2, :]) * 0.5
    # one pixel is 2 / w wide in these units
    gx = F.pad(steps_x * (w * 0.5), (1, 1, 0, 0), mode="replicate")
    gy = F.pad(steps_y * (h * 0.5), (0, 0, 1, 1), mode="replicate")
    # cosine and sine of one frequency never peak together: root of the sum of squares is their joint amplitude
    return ((gx * gx + gy * gy).sum(1, keepdim=True) + 1e-12).sqrt()


def limit_strain(displacement, limit, around=8, blur=6):
    """Lowers amplitudes where the strain exceeds `limit`, and up to `around` pixels from there."""
    factor = (limit / strain_of(displacement)).clamp(max=1)
    factor = -widest(-factor, around)
    return displacement * box(box(box(factor, blur), blur), blur)


def swings_limited(waves, limits, around, blur):
    """Each of n swings limited by itself, so that short ripples give way before a long swell does.

    waves [1, 4 * n, h, w]: x and y of the cosine part, then of the sine part, of n swings with 1, 2, 4, ... periods per clip; limits: n.
    """
    return torch.cat([limit_strain(waves[:, 4 * k:4 * k + 4], limit, around, blur) for k, limit in enumerate(limits)], 1)


def unfolded(waves, around, blur, drift=None):
    """The same waves lowered where they would fold: what counts is the strain of all swings together, at any time.

    They start from the photo and so go up to twice as far as their amplitude. What is left over by the slow swings is for the quick ones: else
    whoever asks for a storm would see less than who asks for a breeze, for ripples strain most and move least.
    drift [1, 2, h, w]: how far the layer flows meanwhile.
    """
    count = waves.shape[1] // 4
    h, w = waves.shape[-2], waves.shape[-1]
    turns = torch.arange(1, TIMES).float().view(-1, 1) / TIMES
    moved = 0 if drift is None else turns.view(-1, 1, 1, 1) * drift
    before = torch.zeros_like(waves[:, 0:1]) if drift is None else strain_of(drift)
    parts = []
    for k in range(count):
        angles = 2 * math.pi * 2 ** k * turns
        swing = waves[:, 4 * k:4 * k + 4]
        at_times = torch.mm(torch.cat([angles.cos() - 1, angles.sin()], 1), swing.view(2, 2 * h * w)).view(TIMES - 1, 2, h, w)
        with_it = strain_of(moved + at_times).amax(0, keepdim=True)
        # the strain is convex: this share of the swing adds at most this share of the difference
        share = ((MAX_STRAIN_EVER - before) / (with_it - before).clamp(min=1e-4)).clamp(0, 1)
        share = box(box(box(-widest(-share, around), blur), blur), blur)
        parts.append(swing * share)
        moved = moved + at_times * share
        before = strain_of(moved).amax(0, keepdim=True)
    return torch.cat(parts, 1)
