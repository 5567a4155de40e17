"""Synthesises motion fields from labels, depth, sway, flow and a program: the target of the denoiser.

A field has 15 channels on 32 x 32 cells, all companded so that "active" is about 0.6:
0,1 steady velocity (x, y) per loop; 2..13 oscillation at 1, 2, 4 cycles per loop, for each the
amplitudes cos dx, cos dy, sin dx, sin dy; 14 flicker. Decompanding (see `decompand`):
    displacement in units of sqrt(width * height) = scale * sign(v) * max(|v| - deadZone, 0) ** 2
"""

import math

import torch
import torch.nn.functional as F

VELOCITY_SCALE = 0.22  # |v| = 0.6 -> 0.06 of the frame per loop of one clip
OSCILLATION_SCALE = 0.036  # |v| = 0.6 -> 0.010 of the frame
FLICKER_SCALE = 0.85  # |v| = 0.6 -> 0.24 of the brightness
DEAD_ZONE = 0.07
DECODE = {"velocityScale": VELOCITY_SCALE, "oscillationScale": OSCILLATION_SCALE, "flickerScale": FLICKER_SCALE, "deadZone": DEAD_ZONE}

SKY, SEA, RIVER, FOLIAGE, GRASS, CLOTH, FIRE, SMOKE, HAIR, BODY, FLOATING, LIGHT = range(12)
CELLS = 32


def decompand(field):
    """Companded field [b,15,32,32] -> displacement (units of sqrt(width*height)) and flicker."""
    scale = torch.tensor([VELOCITY_SCALE] * 2 + [OSCILLATION_SCALE] * 12 + [FLICKER_SCALE], device=field.device)
    return scale[:, None, None] * field.sign() * (field.abs() - DEAD_ZONE).clamp(min=0).square()


def compand(motion):
    """The inverse of `decompand` outside the dead zone; exact zeros stay zero."""
    scale = torch.tensor([VELOCITY_SCALE] * 2 + [OSCILLATION_SCALE] * 12 + [FLICKER_SCALE], device=motion.device)[:, None, None]
    size = (motion.abs() / scale).sqrt()
    return motion.sign() * (size + DEAD_ZONE * (1 - torch.exp(-size * 12)))


def smooth_noise(b, channels, cells, device, generator=None):
    """Random fields [b, channels, 32, 32] of deviation about 1 that vary over `cells` cells."""
    coarse = torch.randn(b, channels, cells, cells, device=device, generator=generator)
    return F.interpolate(coarse, size=(CELLS, CELLS), mode="bicubic", align_corners=True) * 1.15


def synthesise(shares, depth, sway, flow, program, generator=None):
    """One random motion that the program allows.

    shares [b,13,32,32] class shares per cell, depth and sway [b,1,32,32], flow [b,2,32,32] unit
    vectors where known, program [b,24] -> companded field [b,15,32,32], camera [b,8].
    """
    b, device = shares.shape[0], shares.device
    rand = lambda *shape: torch.rand(*shape, device=device, generator=generator)
    normal = lambda *shape: torch.randn(*shape, device=device, generator=generator)
    one = lambda v: v.view(b, 1, 1, 1)
    ys = torch.linspace(0, 1, CELLS, device=device)[None, None, :, None]
    xs = torch.linspace(0, 1, CELLS, device=device)[None, None, None, :]
    share = lambda k: shares[:, k + 1:k + 2]
    amount = lambda k: one(program[:, k])
    velocity = torch.zeros(b, 2, CELLS, CELLS, device=device)
    waves = torch.zeros(b, 3, 4, CELLS, CELLS, device=device)  # frequency, (cos dx, cos dy, sin dx, sin dy)

    direction = program[:, 12:14]
    told = (direction.square().sum(1) > 0.25).float()
    side = torch.where(rand(b) < 0.5, -1.0, 1.0)
    random_direction = torch.stack([side, 0.12 * normal(b)], 1)
    drift = torch.where(told[:, None] > 0, direction, random_direction)
    drift_map = drift[:, :, None, None]

    # Sky: one drift, nearer (higher) clouds faster, a little turbulence.
    height = 0.75 + 0.5 * (1 - ys)
    turbulence = 0.1 * smooth_noise(b, 2, 4, device, generator)
    velocity = velocity + share(SKY) * amount(SKY) * 0.058 * height * (drift_map + turbulence)
    # River and waterfall: along the known course, else along the given direction, else towards the viewer.
    course = torch.where(flow.square().sum(1, keepdim=True) > 0.1, flow, torch.tensor([0.0, 1.0], device=device)[:, None, None].expand_as(flow))
    course = torch.where(one(told) > 0, drift_map.expand_as(course), course)
    near = 0.45 + 0.8 * depth
    velocity = velocity + share(RIVER) * amount(RIVER) * 0.06 * near * (course + 0.5 * turbulence)
    # Sea: gentle steady drift only when a direction is given.
    velocity = velocity + share(SEA) * amount(SEA) * 0.025 * one(told) * near * drift_map
    # Smoke and fire rise (or go where told).
    rise = torch.stack([0.35 * normal(b), -torch.ones(b, device=device)], 1)
    rise = torch.where(told[:, None] > 0, direction, rise)[:, :, None, None]
    velocity = velocity + share(SMOKE) * amount(SMOKE) * 0.055 * (rise + 2 * turbulence)
    velocity = velocity + share(FIRE) * amount(FIRE) * 0.03 * torch.tensor([0.0, -1.0], device=device)[:, None, None] * (0.4 + sway)

    def add(frequency, weight, dx, dy, phase):
        """weight x (dx, dy) x cos(2 pi frequency t + phase), accumulated as cos and sin amplitudes."""
        c, s = torch.cos(phase), -torch.sin(phase)
        waves[:, frequency] += torch.cat([weight * dx * c, weight * dy * c, weight * dx * s, weight * dy * s], 1)

    turn = lambda: one(rand(b) * 2 * math.pi)
    # Sea: travelling waves, longer and higher towards the viewer.
    far = (1.15 - depth.clamp(0, 1))
    for frequency, size in ((0, 0.5), (1, 1.0), (2, 0.35)):
        k = (2.5 + 1.25 * frequency) * far.clamp(min=0.3)
        angle = one((rand(b) - 0.5) * 1.0)
        phase = 2 * math.pi * k * (ys * torch.cos(angle) + xs * torch.sin(angle)) + turn() + 0.6 * smooth_noise(b, 1, 4, device, generator)
        weight = share(SEA) * amount(SEA) * 0.0085 * size * (0.3 + 1.0 * depth)
        add(frequency, weight, one(0.45 * side), torch.ones_like(ys), phase)
        add(frequency, share(RIVER) * amount(RIVER) * 0.003 * size * (0.3 + depth), one(0.3 * side), torch.ones_like(ys), phase)

    # Wind: plants share one smooth phase; low frequencies carry most.
    gust = 0.9 * smooth_noise(b, 1, 3, device, generator)
    for kind, size, grain, lift in ((FOLIAGE, 0.0085, 4, 0.25), (GRASS, 0.0095, 5, 0.12), (HAIR, 0.008, 4, 0.3), (BODY, 0.0030, 3, 1.0), (FLOATING, 0.0075, 2, 1.0)):
        start = turn()
        for frequency, part in ((0, 1.0), (1, 0.7), (2, 0.3)):
            phase = start * (frequency + 1) + gust * (1 + 0.7 * frequency) + 0.35 * (1 + frequency) * smooth_noise(b, 1, grain, device, generator)
            anchored = 0.25 + 0.75 * sway
            if kind in (BODY, FLOATING):
                phase, anchored = start * (frequency + 1) + 0.1 * gust, 0.4 + 0.6 * sway
            weight = share(kind) * amount(kind) * size * part * anchored
            across = torch.full_like(ys, 0.25) * one(side) if kind == BODY else one(side) * (0.35 if kind == FLOATING else 1.0) * torch.ones_like(ys)
            add(frequency, weight, across, lift * torch.ones_like(ys), phase)
    # Cloth: a wave travelling from the anchor to the free end.
    for frequency, part in ((0, 0.4), (1, 1.0), (2, 0.5)):
        phase = turn() - 2 * math.pi * (0.8 + 0.5 * frequency) * sway + 0.25 * gust
        add(frequency, share(CLOTH) * amount(CLOTH) * 0.010 * part * (0.12 + 0.88 * sway), 0.6 * one(side), torch.ones_like(ys), phase)
    # Fire licks, smoke curls.
    for frequency, part in ((1, 0.7), (2, 1.0)):
        add(frequency, share(FIRE) * amount(FIRE) * 0.008 * part * (0.25 + sway), one(side), 0.6 * torch.ones_like(ys), turn() + 1.3 * smooth_noise(b, 1, 6, device, generator))
        add(frequency, share(SMOKE) * amount(SMOKE) * 0.004 / part * 0.6, one(side), 0.5 * torch.ones_like(ys), turn() + smooth_noise(b, 1, 5, device, generator))

    flicker = 0.24 * (share(LIGHT) * amount(LIGHT) + 0.9 * share(FIRE) * amount(FIRE) + 0.12 * share(SEA) * amount(SEA)) * (1 + 0.25 * smooth_noise(b, 1, 5, device, generator)).clamp(min=0.2)

    motion = torch.cat([velocity, waves.flatten(1, 2), flicker], 1)
    camera = program[:, 14:22] * (1 + 0.05 * normal(b, 8))
    return compand(motion), camera
