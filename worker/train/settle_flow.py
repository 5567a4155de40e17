"""The flow and the flicker of a sampled field: as far as was asked, where it was told, less where its class is doubtful; the twin is worker/parts/settle-flow.ts."""

import torch

from motion import CELLS, FIRE, LIGHT, RIVER, SEA, SKY, SMOKE
from networks import MAY_FLOW

TOLD = 0.25  # square of the drift's length from which on a direction was said
DRIFTING = (SKY, RIVER, SMOKE)  # classes that go as one where they are told to


def ramp(x, low, high):
    """0 below `low`, 1 above `high`, with zero slope at both."""
    t = ((x - low) / (high - low)).clamp(0, 1)
    return t * t * (3 - 2 * t)


def lift_to(wanted, share, sizes, how, bounds):
    """Logarithm [n] of the factor within `bounds` that brings mean `sizes` [n,32,32] where the class is to `wanted` [n], or to less where it is doubtful."""
    weight = share.square()
    total = weight.sum((1, 2))
    mean = (weight * sizes).sum((1, 2)) / (total + 1e-9)
    sure = (total / (share.sum((1, 2)) + 1e-9) / how.sure).clamp(max=1)
    return (wanted * sure / (mean + 1e-9)).clamp(*bounds).log()


def turn_drifts(velocity, program, angles, asked):
    """Flow [n,2,32,32] whose classes go the way the words say, or, the clouds, are turned by `angles` [n] where they say none."""
    told = program[:, 12:14]
    is_told = told.square().sum(1) >= TOLD
    out = velocity
    for k in DRIFTING:
        share = asked[:, k:k + 1]
        mean = (share.square() * velocity).sum((2, 3))
        way = torch.atan2(mean[:, 0] * told[:, 1] - mean[:, 1] * told[:, 0], (mean * told).sum(1))
        angle = torch.where(is_told, way, angles * (k == SKY))[:, None, None]
        x, y = velocity.unbind(1)
        out = out + share * (torch.stack([angle.cos() * x - angle.sin() * y, angle.sin() * x + angle.cos() * y], 1) - velocity)
    return out


def run_down(velocity, program, asked, how):
    """Rivers whose course nobody told run more or less towards the viewer, as motion.py guesses; as fast as before."""
    x, y = velocity.unbind(1)
    length = (x.square() + y.square()).sqrt()
    course = torch.stack([(1 - how.downstream) * x, (1 - how.downstream) * y + how.downstream * length], 1)
    course = course * (length / ((course.square().sum(1)).sqrt() + 1e-9))[:, None]
    free = (program[:, 12:14].square().sum(1) < TOLD)[:, None, None, None]
    return velocity + asked[:, RIVER:RIVER + 1] * free * (course - velocity)


def level_flow(velocity, program, pace, asked, how):
    """Flow as far as the formulas of motion.py flow on average, less where its class is doubtful, times exp(`pace` [n]); flames have no pace."""
    lengths = velocity.square().sum(1).sqrt()
    heights = 1.3 - 0.65 * (torch.arange(CELLS, dtype=velocity.dtype)[:, None] + 0.5) / CELLS
    lift = 0
    for k, usual in how.flows.items():
        share = asked[:, k]
        high = (share.square() * heights).sum((1, 2)) / (share.square().sum((1, 2)) + 1e-9) if k == SKY else 1
        lift = lift + share * lift_to(usual * high * program[:, k] * (pace * (k != FIRE)).exp(), share, lengths, how, how.flow_bounds)[:, None, None]
    return velocity * lift[:, None].exp()


def settle_flow(velocity, program, draws, asked, how):
    """Clouds that drift together, as steeply as the seed says; the way and as far as the words say; less flow where its class is doubtful; a sea that does not stream: [n,2,32,32]."""
    clear = ramp(asked[:, SKY:SKY + 1], 0.5, 0.9)
    mean = (velocity * clear).sum((2, 3), keepdim=True) / clear.sum((2, 3), keepdim=True).clamp(min=1e-6)
    velocity = velocity + (1 - how.shear) * clear * (mean - velocity)
    velocity = turn_drifts(velocity, program, how.slope * draws[:, -1], asked)
    velocity = level_flow(run_down(velocity, program, asked, how), program, how.flow_pace * draws[:, 3], asked, how)
    flowing = (asked * asked.new_tensor(MAY_FLOW)[:, None, None]).sum(1, keepdim=True)
    sure = how.doubtful + (1 - how.doubtful) * ramp(flowing, *how.doubt)
    return velocity * sure * (1 - (1 - how.stream) * asked[:, SEA:SEA + 1])


def raise_flicker(flicker, program, asked, how):
    """Lights [n,1,32,32] that flicker at least as much as was asked for on average, less where they are doubtful."""
    share = asked[:, LIGHT]
    lift = lift_to(how.flicker * program[:, LIGHT], share, flicker[:, 0].abs(), how, (1, how.most))
    return flicker * (share * lift[:, None, None]).exp()[:, None]
