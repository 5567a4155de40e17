"""Thin things that stand before the moving air: masts, branches, cables, beams."""
import torch
import torch.nn.functional as F

from lines import line_kernels
from maps import box, rise, smooth_step, widest

IN_SMOKE = 0.5  # share of what smoke does nearby that is no evidence: what stands in it must still be told from it


def grown(seed, allowed, steps):
    """What of `allowed` hangs together with `seed`: grayscale reconstruction by dilation, Vincent 1993, 2 pixels a step."""
    for _ in range(steps):
        seed = torch.minimum(F.max_pool2d(seed, 5, 1, 2), allowed)
    return seed


def thin_things(proxy, air, solid, smoky):
    """Masts, branches, cables and beams before the air, brighter or darker than it: 0..1 on the proxy's grid.

    Thin is what an opening or a closing removes. A cloud has such details too: what counts either hangs together
    with something solid, or is a long straight line, or is much darker than the air around it.
    air, solid, smoky (how much of the air is smoke) [1, 1, h, w].
    """
    radius = 5
    closed = -widest(-widest(proxy, radius), radius)
    opened = widest(-widest(-proxy, radius), radius)
    # dark in every colour: a gap of blue between white clouds is not
    darker, brighter = (closed - proxy).amin(1, keepdim=True), (proxy - opened).mean(1, keepdim=True)
    before_air = smooth_step(widest(air, 3), 0.3, 0.6)
    # what the clouds of this photo do themselves is no evidence, nor what is done around; a tower may be taken for sky, but not for smoke
    far = smooth_step(-widest(-air, 8), 0.5, 0.8) + 1e-6
    usual = [(detail * far).sum() / far.sum() for detail in (darker, brighter)]
    nearby = [box(box(detail * far, 12), 12) / (box(box(far, 12), 12) + 0.02) for detail in (darker, brighter)]
    alone, together = ((torch.maximum(rise(darker, (3.5 * dark).clamp(min=0.05)), rise(brighter, (4.5 * bright).clamp(min=0.06))) * before_air)
                       for dark, bright in ([torch.maximum(a, share * b) for a, b in zip(usual, nearby)] for share in (1.0, IN_SMOKE * smoky)))
    length = 17
    along = F.conv2d(alone, line_kernels(length, 12), padding=length // 2).amax(1, keepdim=True)
    straight = smooth_step(along - 1.2 * box(alone, length // 2), 0.45, 0.6)
    pale = proxy.amax(1, keepdim=True)
    bright_air = -widest(-widest(pale, radius), radius)
    silhouette = smooth_step((bright_air - pale) / (bright_air + 0.05), 0.42, 0.55) * smooth_step(bright_air, 0.15, 0.3) * before_air
    hanging = grown(widest(solid, 1) * together, together, 40)
    return torch.maximum(torch.maximum(hanging, widest(straight, 2) * alone), silhouette)
