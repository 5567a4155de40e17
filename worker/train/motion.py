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
    """Random fields [b, channels, 32, 32] of deviation about 1 that vary over 32 / `cells` cells; cells = n or (rows, columns)."""
    rows, columns = cells if isinstance(cells, tuple) else (cells, cells)
    coarse = torch.randn(b, channels, rows, columns, device=device, generator=generator)
    return F.interpolate(coarse, size=(CELLS, CELLS), mode="bicubic", align_corners=True) * 1.15


def blur(maps, radius):
    """Mean over a square window that counts only what lies inside the picture."""
    return F.avg_pool2d(maps, 2 * radius + 1, 1, radius, count_include_pad=False)


def synthesise(shares, depth, sway, flow, program, generator=None):
    """One random motion that the program allows.

    Hidden causes are drawn once per scene and shared by everything in it: one wind (side, gusts that travel with it), one
    swell (a few wave trains, longer waves faster, in perspective towards the horizon), one drift of the clouds.
    shares [b,13,32,32] class shares per cell, depth and sway [b,1,32,32], flow [b,2,32,32] unit
    vectors where known, program [b,24] -> companded field [b,15,32,32], camera [b,8].
    """
    b, device = shares.shape[0], shares.device
    rand = lambda *shape: torch.rand(*shape, device=device, generator=generator)
    normal = lambda *shape: torch.randn(*shape, device=device, generator=generator)
    one = lambda v: v.view(b, 1, 1, 1)
    between = lambda low, high: one(low + (high - low) * rand(b))
    noise = lambda channels, cells: smooth_noise(b, channels, cells, device, generator)
    turn = lambda: one(rand(b) * 2 * math.pi)
    ys = ((torch.arange(CELLS, device=device) + 0.5) / CELLS)[None, None, :, None]
    xs = ((torch.arange(CELLS, device=device) + 0.5) / CELLS)[None, None, None, :]
    share = lambda k: shares[:, k + 1:k + 2]
    amount = lambda k: one(program[:, k])
    velocity = torch.zeros(b, 2, CELLS, CELLS, device=device)
    waves = torch.zeros(b, 3, 4, CELLS, CELLS, device=device)  # frequency, (cos dx, cos dy, sin dx, sin dy)

    def add(frequency, weight, dx, dy, phase):
        """weight x (dx, dy) x cos(2 pi frequency t + phase), accumulated as cos and sin amplitudes."""
        c, s = torch.cos(phase), -torch.sin(phase)
        waves[:, frequency] += torch.cat([weight * dx * c, weight * dy * c, weight * dx * s, weight * dy * s], 1)

    # ---- hidden causes ----
    direction = program[:, 12:14]
    told = (direction.square().sum(1) > 0.25).float()
    side = torch.where(rand(b) < 0.5, -1.0, 1.0)
    side = torch.where(direction[:, 0].abs() > 0.3, direction[:, 0].sign(), side)  # the wind blows where things are said to drift
    wind = one(side)
    spread = 0.15 * normal(b)
    drift = torch.where(told[:, None] > 0, direction, torch.stack([side * spread.cos(), spread.sin()], 1))
    drift_map = drift[:, :, None, None]
    pace = one((0.16 * normal(b)).exp())
    turbulence = noise(2, 4)

    # ---- steady flow ----
    # Sky: one drift, higher (nearer) clouds faster, shear between layers.
    height = 0.65 + 0.65 * (1 - ys)
    velocity = velocity + share(SKY) * amount(SKY) * 0.058 * pace * height * (drift_map + 0.1 * turbulence + torch.cat([0.1 * wind * noise(1, (4, 2)), torch.zeros_like(wind * (xs + ys))], 1))
    # River and waterfall: along the known course, else the given direction, else more or less towards the viewer; slow at the banks.
    bend = 0.5 * normal(b)
    guess = torch.stack([bend.sin(), bend.cos()], 1)[:, :, None, None].expand_as(flow)
    course = torch.where(flow.square().sum(1, keepdim=True) > 0.1, flow, guess)
    course = torch.where(one(told) > 0, drift_map.expand_as(course), course)
    near = 0.45 + 0.8 * depth
    stream = 0.5 + 0.6 * ((blur(share(RIVER), 2) - 0.4) / 0.6).clamp(0, 1)
    velocity = velocity + share(RIVER) * amount(RIVER) * 0.06 * pace * near * stream * (course + 0.08 * turbulence)
    # Sea: gentle steady drift only when a direction is given.
    velocity = velocity + share(SEA) * amount(SEA) * 0.025 * one(told) * near * drift_map
    # Smoke rises and leans with the wind (or goes where told); flames rise.
    lean = side * (0.25 + 0.25 * normal(b))
    rise = torch.where(told[:, None] > 0, direction, torch.stack([lean, -torch.ones(b, device=device)], 1))[:, :, None, None]
    velocity = velocity + share(SMOKE) * amount(SMOKE) * 0.055 * pace * (rise + 0.2 * turbulence)
    velocity = velocity + share(FIRE) * amount(FIRE) * 0.03 * torch.tensor([0.0, -1.0], device=device)[:, None, None] * (0.4 + sway)

    # ---- swell: a few wave trains in perspective ----
    rows = (share(SEA).amax(3) > 0.3).float()[:, 0]
    first = rows.argmax(1).float() / CELLS
    horizon = one(torch.where(first < 0.05, -0.05 - 0.85 * rand(b), first - 0.02))
    tilt = between(0.25, 0.45)
    reach = 1 - horizon + tilt
    scale = reach / ((ys - horizon).clamp(min=0) + tilt)  # 1 at the lower edge, larger towards the horizon
    # The exponent 1.5 instead of 2 of a true perspective: 32 cells cannot carry shorter waves.
    away, across = 2 * reach * scale.sqrt(), (xs - 0.5) * scale
    heading = 0.3 * normal(b)
    heading = torch.where(told > 0, direction[:, 0] * 0.9 + 0.3 * heading, heading)
    longest = 0.5 + 0.45 * rand(b)
    bob = 0
    for frequency, size in ((0, 0.55), (1, 1.0), (2, 0.4)):
        k_main = longest * (2.0 ** frequency) ** 1.25  # waves of half the period are more than twice as short: long ones run faster
        first_share = 0.6 + 0.3 * rand(b)
        for train_share in (first_share, 1 - first_share):
            k = one(k_main * (0.12 * normal(b)).exp())
            angle = one(heading + 0.3 * normal(b))
            sway_x = -angle.sin()
            # A crest is where wt + phase is 0: it comes nearer as time goes on, towards the side `heading` points to.
            phase = 2 * math.pi * k * (away * angle.cos() - across * angle.sin()) + turn() + 0.25 * noise(1, 4)
            local = k * ((scale.pow(1.5) * angle.cos()).square() + (scale * angle.sin()).square()).sqrt()
            visible = torch.exp(-(local / 5.5).square())
            weight = share(SEA) * amount(SEA) * 0.0088 * size * one(train_share) * (0.3 + depth) * visible
            add(frequency, weight, torch.zeros_like(xs), torch.ones_like(xs), phase)
            add(frequency, weight, 0.5 * wind + sway_x, torch.zeros_like(xs), phase - 0.5 * math.pi)
            if frequency == 0 and train_share is first_share:
                bob = phase
    # Ripples run down the river.
    along = blur(course, 4)
    downstream = (xs - 0.5) * along[:, :1] + (ys - 0.5) * along[:, 1:]
    for frequency, size in ((0, 0.6), (1, 1.0), (2, 0.5)):
        phase = -2 * math.pi * between(0.8, 1.6) * (2.0 ** frequency) ** 0.8 * downstream * (1.3 - 0.6 * depth) + turn() + 0.5 * noise(1, 5)
        weight = share(RIVER) * amount(RIVER) * 0.0032 * size * (0.3 + depth)
        add(frequency, weight, 0.5 * along[:, :1], 0.4 + 0.6 * along[:, 1:].abs(), phase)

    # ---- wind: gusts travel over plants; tips lag behind; each plant keeps its own time, the parts above each other the same ----
    gust = -2 * math.pi * between(0.5, 1.3) * wind * (xs - 0.5) + 2 * math.pi * between(-0.4, 0.4) * ys
    strength = (0.22 * noise(1, 3)).exp() * pace
    for kind, size, grain, lift, lag in ((FOLIAGE, 0.0092, (2, 6), 0.22, 0.5), (GRASS, 0.0100, (3, 5), 0.12, 0.7), (HAIR, 0.0085, (3, 4), 0.3, 1.4)):
        start, own = turn(), noise(1, grain)
        layers = 0.6 * torch.sin(6 * blur(depth, 2) + turn())  # what stands at another distance is another plant
        for frequency, part in ((0, 1.0), (1, 0.75), (2, 0.32)):
            f = 2.0 ** frequency
            wave = gust * (1.0 if kind == GRASS else 0.75) * f ** 0.7 * (1.4 - 0.6 * depth)
            phase = start * f + wave + f ** 0.6 * ((0.7 if kind == HAIR else 0.4) * own + (0.0 if kind == HAIR else layers)) - lag * f ** 0.5 * blur(sway, 1) + 0.15 * f ** 0.5 * noise(1, grain)
            anchored = 0.2 + 0.8 * sway
            flutter = 1.0 if frequency == 0 else (1.25 - 0.5 * depth) if frequency == 1 else 0.5 + sway  # what is near is large and slow; only tips flutter
            weight = share(kind) * amount(kind) * size * part * anchored * strength * flutter
            add(frequency, weight, wind * torch.ones_like(ys), torch.zeros_like(ys), phase)
            add(frequency, weight, torch.zeros_like(ys), lift * torch.ones_like(ys), phase + 0.6)
    # Breathing: one slow phase per scene; boats ride the swell.
    start = turn()
    for frequency, part in ((0, 1.0), (1, 0.3), (2, 0.08)):
        add(frequency, share(BODY) * amount(BODY) * 0.0036 * part * (0.4 + 0.6 * sway), 0.25 * wind, torch.ones_like(ys), start * 2.0 ** frequency + 0.1 * gust)
    mean_c, mean_s = (blur(share(FLOATING) * f(bob), 5) for f in (torch.cos, torch.sin))
    riding = torch.atan2(mean_s, mean_c + 1e-6)
    for frequency, part in ((0, 1.0), (1, 0.45), (2, 0.12)):
        phase = riding * (1 if frequency == 0 else 0) + turn() * (frequency > 0)
        add(frequency, share(FLOATING) * amount(FLOATING) * 0.0080 * part * (0.4 + 0.6 * sway), 0.35 * wind, torch.ones_like(ys), phase)
    # Cloth: a wave travelling from the anchor to the free end.
    folds, start = between(0.6, 1.1), turn()
    for frequency, part in ((0, 0.45), (1, 1.0), (2, 0.5)):
        phase = start + turn() * 0.3 - 2 * math.pi * folds * (0.7 + 0.5 * frequency) * sway + 0.25 * gust + 0.25 * noise(1, 4)
        add(frequency, share(CLOTH) * amount(CLOTH) * 0.0105 * part * strength * (0.1 + 0.9 * sway), 0.6 * wind, torch.ones_like(ys), phase)
    # Fire licks upwards, smoke curls as it rises.
    for frequency, part in ((1, 0.7), (2, 1.0)):
        lick = 2 * math.pi * between(1.2, 2.2) * frequency * ys + turn()
        add(frequency, share(FIRE) * amount(FIRE) * 0.0085 * part * (0.25 + sway), wind, 0.6 * torch.ones_like(ys), lick + 0.9 * noise(1, 6))
        add(frequency, share(SMOKE) * amount(SMOKE) * 0.0028 / part, wind, 0.5 * torch.ones_like(ys), 0.7 * lick + 0.7 * noise(1, 4))

    flicker = 0.24 * (share(LIGHT) * amount(LIGHT) + 0.9 * share(FIRE) * amount(FIRE) + 0.12 * share(SEA) * amount(SEA)) * (1 + 0.25 * noise(1, 5)).clamp(min=0.2)

    motion = torch.cat([velocity, waves.flatten(1, 2), flicker], 1)
    camera = program[:, 14:22] * (1 + 0.05 * normal(b, 8))
    return compand(motion), camera
