"""What floats moves as a whole: one swing for a hull with all its straight edges, the water around it gives way."""
import torch
import torch.nn.functional as F

from maps import gaussian, ramps, resize, smooth_step, widest

WHOLE = 9.0  # deviation over which a hull's swing is the same, cells of 1/64 of the picture
RIM, SOFT = 3, 1.5  # pixels of half the proxy's size: of water that go along with a hull, and how softly they do
BORDER = (0.65, 1.0)  # of half the picture
ON_LAND = (0.6, 0.9)  # probability of what holds still, from which on nothing is drawn along


def inland(like):
    """1 in the middle of the picture, 0 at its borders."""
    x, y = ramps(like)
    return 1 - smooth_step(torch.maximum(x.abs(), y.abs()), *BORDER)


def as_one(swings, hulls):
    """The mean swing of each hull and its surroundings: [1, n, h, w] and the probability of hulls [1, 1, h, w], on a grid of 64 x 64 cells."""
    sums = gaussian(F.avg_pool2d(torch.cat([swings * hulls * inland(hulls), hulls], 1), 2, 2), WHOLE / 2, WHOLE / 2)
    return sums[:, :-1] / (sums[:, -1:] + 1e-3)


def drawn_along(hulls, held):
    """How far a place goes with the hull beside it, 0..1: all of the hull, less and less of the water, nothing of the land. [1, 1, h, w], at half the size."""
    hulls, held = F.avg_pool2d(hulls, 2, 2), F.avg_pool2d(held, 2, 2)
    near = gaussian(widest(hulls, RIM), SOFT, SOFT)
    # a hull that the picture cuts off rests where it is cut, and hardly bends on the way there
    near = near * inland(hulls)
    land = smooth_step(held, *ON_LAND) * (1 - hulls)
    return near * gaussian(-widest(-(1 - land), 2), 1.0, 1.0)


def afloat(swaying, swings, shares, anchored, held):
    """`swaying` [1, n, h, w] on the proxy's grid, in which hulls swing as a whole; and where they are, 0..1.

    swings [1, n, 64, 64] of what floats; shares [1, 2, 64, 64]: the part of it that was asked to move, and of all that sways;
    anchored, held [1, 1, h, w]: probabilities of what sways and of what holds still, sharp.
    """
    share = resize(shares[:, 0:1] / (shares[:, 1:2] + 0.05), anchored)
    hulls = smooth_step(anchored * share, 0.3, 0.6)
    along = resize(drawn_along(hulls, held), hulls)
    return swaying + along * (resize(as_one(swings, shares[:, 0:1]), anchored) - swaying), hulls
