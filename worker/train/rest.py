"""Where moving layers come to rest: before borders at which they would be seen twice, and where nothing is known that could flow in.

A place that may go only a share of its distance from where it must rest stays on its side of the border, and is bent by no more than that share.
"""
import torch
import torch.nn.functional as F

from maps import gaussian, ramps, resize, sample, smooth_step, widest

STEP, STEPS = 2, 14  # pixels of half the proxy's size
SHARE_SMOKE, SHARE_THING, SHARE_WATER = 0.43, 0.4, 0.55  # where it was asked for normally
LEAST_ASKED, MOST_ASKED = 0.6, 1.3
REACH = 8  # proxy pixels beyond smoke or water that count as its border
THIN = 2  # proxy pixels: what is thinner hides nothing
BETWEEN, AROUND = 6, 1  # proxy pixels: half the distance of a thing's edges from each other, and how far it reaches beyond them
FRINGE = 3  # proxy pixels over which a border is looked for


def room(blocked):
    """Distance to what is blocked, [1, 1, h, w] on the proxy's grid: its pixels, up to 2 * STEP * STEPS, at half the size."""
    blocked = F.max_pool2d(blocked, 2, 2, ceil_mode=True)
    free = 0.0
    for _ in range(STEPS):
        free = free + 2 * STEP * (1 - blocked)
        blocked = widest(blocked, STEP)
    return free


def upstream(blocked, flow):
    """The same against the flow [1, 2, h, w] alone."""
    blocked, flow = F.max_pool2d(blocked, 2, 2, ceil_mode=True), F.avg_pool2d(flow, 2, 2, ceil_mode=True, count_include_pad=False)
    x, y = ramps(blocked)
    h_f, w_f = torch.as_tensor(blocked.shape[-2]).float(), torch.as_tensor(blocked.shape[-1]).float()
    step = 2 * STEP * flow / (flow.square().sum(1, keepdim=True).sqrt() + 1e-6)
    free, goes_on = 0.0, 1.0
    for k in range(STEPS):
        goes_on = goes_on * (1 - sample(blocked, torch.cat([x - k * step[:, 0:1] / w_f, y - k * step[:, 1:2] / h_f], 1)))
        free = free + 2 * STEP * goes_on
    return free


def within(displacement, free):
    """The factor, at most 1, that keeps a displacement [1, n, h, w] within `free`, [1, 1, h / 2, w / 2], both in pixels."""
    length = (displacement.square().sum(1, keepdim=True) + 1e-12).sqrt()
    return (resize(gaussian(free, 2.0, 2.0), displacement) / length).clamp(max=1)


def at_borders(flow, waves, shown, soft, smoke, water, asked, hard, rims):
    """Flow [1, 2, h, w] and waves [1, 12, h, w], shares of the picture, lowered to nothing at borders of the layer.

    shown: the layer's mask; soft: where the photo has no edge; smoke, water: probabilities; all [1, 1, h, w] on the proxy's grid.
    hard: abrupt straight edges that no smoke has; rims: those that no water has.
    asked [2]: how strongly air and water were asked to move, so that gently stays less than normal, and normal less than strongly.
    Smoke has no firm borders, and haze that thins out is shown over what rests. Water goes on below what stands in it, but what
    comes out from behind a rock is not known. Clouds are smooth enough to be continued there.
    """
    h_f, w_f = torch.as_tensor(flow.shape[-2]).float(), torch.as_tensor(flow.shape[-1]).float()
    side = (h_f * w_f).sqrt()
    hidden = smooth_step(1 + widest(-widest(shown, THIN), THIN), 0.3, 0.7)
    smoky, watery = smooth_step(widest(smoke, REACH), 0.3, 0.6), smooth_step(widest(water, REACH), 0.3, 0.6)
    fringe = smooth_step((widest(shown, FRINGE) + widest(-shown, FRINGE)) * soft, 0.3, 0.6) * (1 - watery)
    in_air, in_water = asked.clamp(LEAST_ASKED, MOST_ASKED).unbind()
    free = SHARE_SMOKE * in_air * room(torch.maximum(hidden * smoky, fringe))
    # what lies between the edges of a thing is that thing
    things = -widest(-widest(smooth_step(hard * smoky, 0.3, 0.7), BETWEEN), BETWEEN - AROUND)
    clear = SHARE_THING * in_air * room(torch.maximum(things, rims * watery))
    known = SHARE_WATER * in_water * upstream(hidden * watery, flow)
    # swings start from the photo and go up to twice as far as their amplitude
    return flow * torch.minimum(within(flow * side, torch.minimum(free, clear)), within(flow * side, known)), waves * within(2 * side * waves, free)
