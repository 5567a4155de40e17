"""Swings of the renderer: ripples, breaths and sways in one phase, and how they are brought to their typical size.

Displacements are in picture units unless a function says otherwise: complex amplitudes of several swings, x and y of the cosine part, then of the sine part.
"""
import torch

from maps import box, gaussian, ramps, smooth_step
from strain import swings_limited

TYPICAL_BREATH = 0.0052  # share of the frame for a strength of 1, before the swing's own factor
MAX_GAIN = 6.0
SMOOTH = (3.0, 2.5, 1.5)  # deviation of the averaging of the three swings, cells of 1/64 of the picture
LEVEL_GAIN = (0.5, 8.0)  # by how much all that sways, or all of a layer's waves, is lowered or raised at most to its typical size
LEVEL_GAIN_ALL = 1.2  # ... where everything may move: then nothing in particular was asked for, and what is faint stays faint
NEARBY, MOST_RAISED = 12, 2.0  # proxy pixels, thrice; how much is raised at most in comparison with the rest
EARLY = 0.6  # share of the limits of strain that holds before swings are brought to their size
SWING = 1.75  # of worker/engines/motion.ts, by which typical sizes are multiplied


def ripples(swell, water):
    """Adds waves to the sampled swell: as in perspective they grow longer, higher and slower towards the viewer.

    swell [1, 12, h, w] in picture units: its size is kept, its phase moves the crests; water [1, 1, 64, 64] its probability.
    """
    cell_rows = (ramps(water)[1] + 1) / 2
    horizon = torch.where(water.amax(3, keepdim=True) > 0.5, cell_rows, torch.ones_like(cell_rows)).amin(2, keepdim=True)
    x, y = ramps(swell)
    rows = (y + 1) / 2
    near = ((rows - horizon) / (1.0 - horizon + 0.05)).clamp(0, 1)
    away = 0.12 + (rows - horizon).clamp(min=0)  # of the picture's height: wavelengths are proportional to it
    size = swell.square().sum(1, keepdim=True).sqrt()
    parts = [swell[:, 0:4] * (0.1 + 0.7 * near)]
    for k, (first, density, slant) in enumerate(((4, 13.0, 0.1), (8, 18.0, -0.14))):
        # smooth, and different for every seed
        bend = 1.2 * torch.tanh(gaussian(swell[:, first + 1:first + 2] / (size + 1e-6), 6.0, 6.0) * 2)
        phase = density * (away.log() + slant * x / away) + 2 * bend + 1.7 * k
        crest = size * (0.5, 0.3)[k] * (0.05 + 0.95 * near)
        cosine, sine = crest * torch.cos(phase), crest * torch.sin(phase)
        parts.append(torch.cat([0.4 * sine, cosine, -0.4 * cosine, sine], 1) + 0.3 * swell[:, first:first + 4] * near)
    return torch.cat(parts, 1)


def breathing(waves, body, strength):
    """A chest that widens and rises once per slowest swing: [1, 12, h, w] of picture units, smooth over the whole body.

    Its phase is the sampled one. body, strength [1, 1, h, w].
    """
    x, y = ramps(body)
    weight = gaussian(body, 18.0, 18.0) + 1e-3
    x, y = x + 0 * body, y + 0 * body
    from_x, from_y = x - gaussian(x * body, 18.0, 18.0) / weight, y - gaussian(y * body, 18.0, 18.0) / weight
    spread = torch.cat([(from_x / 0.25).clamp(-1, 1), (from_y / 0.5).clamp(-1, 1) * 0.3 - 0.8], 1)
    phase = (waves[:, [1, 3]] * body).sum((2, 3), keepdim=True)
    cosine, sine = phase[:, 0:1], phase[:, 1:2]
    length = (phase.square().sum(1, keepdim=True) + 1e-12).sqrt()
    size = TYPICAL_BREATH * strength / (0.2 + spread.square().sum(1, keepdim=True).sqrt())
    moved = gaussian(spread * size, 3.0, 3.0)
    return torch.cat([moved * cosine / length, moved * sine / length, torch.zeros_like(waves[:, 4:12])], 1)


def evened(displacement, where, typical):
    """Raises weak parts towards `typical` and lowers what is far above it: what was asked to move is seen in all its region."""
    length = displacement.square().sum(1, keepdim=True).sqrt()
    local = gaussian(length * where, 2.5, 2.5) / (gaussian(where, 2.5, 2.5) + 0.02)
    raised = (typical / (local + 1e-5)).clamp(1, MAX_GAIN)
    return displacement * torch.minimum(raised, 1.5 * typical / (length + 1e-6) + 1e-3)


def in_phase(waves, shares, cell=1.0):
    """Each thing swings in one smooth phase: complex amplitudes are averaged within each class, their local size is kept.

    waves [b, 12, h, w], shares [b, 13, h, w] on a grid of 64 x 64 cells times `cell`. `control.py` measures what comes out of this.
    """
    h, w = waves.shape[-2], waves.shape[-1]
    movable = shares[:, 1:]
    parts = []
    for k, width in enumerate(SMOOTH):
        sigma = width * cell
        swing = waves[:, 4 * k:4 * k + 4]
        size = swing.square().sum(1, keepdim=True)
        around = torch.cat([swing, size], 1)  # [b, 5, h, w]
        spread = (movable.unsqueeze(2) * around.unsqueeze(1)).view(-1, 12 * 5, h, w)
        total = gaussian(movable, sigma, sigma) + 1e-3
        mean = gaussian(spread, sigma, sigma).view(-1, 12, 5, h, w) / total.unsqueeze(2)
        mean = (mean * movable.unsqueeze(2)).sum(1) / (movable.sum(1, keepdim=True) + 1e-3)
        length = (mean[:, 0:4].square().sum(1, keepdim=True) + 1e-12).sqrt()
        parts.append(mean[:, 0:4] / length * torch.minimum(mean[:, 4:5].clamp(min=0).sqrt(), 3 * length))
    return torch.cat(parts, 1)


def liveliness(usual, typical):
    """How much more than normal was asked for: limits grow with it, so that gently stays less than normal, and normal less than strongly."""
    return (usual / (SWING * typical)).clamp(0.4, 2.0)


def leveled(displacement, where, most):
    """The factor, at most `most`, that brings the mean length of `displacement`, in typical sizes, to 1 over all of `where`."""
    length = ((displacement.square().sum(1, keepdim=True) + 1e-12).sqrt() * where).sum((2, 3), keepdim=True) / (where.sum((2, 3), keepdim=True) + 1.0)
    sure = smooth_step(box(where, 4).amax(), 0.4, 0.7)  # what may not be there at all is not raised
    return torch.minimum((length + 1e-4).reciprocal().clamp(min=LEVEL_GAIN[0]), LEVEL_GAIN_ALL + sure * (most - LEVEL_GAIN_ALL))


def leveled_nearby(displacement, where):
    """The same place by place, and half of it, never lowered: what was held down more than the rest is raised, and what rests at its roots still does."""
    length = (displacement.square().sum(1, keepdim=True) + 1e-12).sqrt()
    around = lambda x: box(box(box(x, NEARBY), NEARBY), NEARBY)
    nearby = around(length * where) / (around(where) + 0.02)
    return (nearby + 1e-4).rsqrt().clamp(1.0, MOST_RAISED)


def sized(waves, usual, lively, where, most, limits, around, blur):
    """Swings within their limits of strain, and in between brought to the size that was asked for over all of `where`.

    Limited first, or what is stretched at borders would count as size, and then again; each swing by itself, so that ripples that strain much do
    not hold down the swell below them. waves [1, 12, h, w] and usual, its typical size, in grid units; lively [1, 1, h, w]: what the limits grow with.
    """
    waves = swings_limited(waves, [EARLY * limit * lively for limit in limits], 8, 6)
    waves = waves * leveled(waves / usual, where, most)
    waves = waves * leveled_nearby(waves / usual, where)
    return swings_limited(waves, [limit * lively for limit in limits], around, blur)
