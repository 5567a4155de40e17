"""Operations on maps [n, c, h, w] that the renderer's graphs are made of; all of them export to ONNX at any height and width.

Places are those of GridSample with align_corners=False: x and y run from -1 to 1 over the picture's edges.
"""
import torch
import torch.nn.functional as F


def resize(x, like):
    """Bilinear to the height and width of `like`."""
    return F.interpolate(x, size=like.shape[-2:], mode="bilinear", align_corners=False)


def box(x, radius):
    """Mean over a square window, counting only what lies inside the picture."""
    return F.avg_pool2d(x, 2 * radius + 1, 1, radius, count_include_pad=False)


def widest(x, radius):
    """Maximum over a square window."""
    return F.max_pool2d(F.max_pool2d(x, (2 * radius + 1, 1), 1, (radius, 0)), (1, 2 * radius + 1), 1, (0, radius))


def smooth_step(x, low, high):
    t = ((x - low) / (high - low)).clamp(0, 1)
    return t * t * (3 - 2 * t)


def rise(x, low):
    """0 up to `low`, 1 from twice of it on."""
    return ((x - low) / low).clamp(0, 1)


def gaussian(x, sigma_y, sigma_x):
    """Separable Gaussian blur with replicated borders; sigmas in pixels are constants of the graph."""
    channels = x.shape[1]
    for sigma, vertical in ((sigma_y, True), (sigma_x, False)):
        radius = max(1, int(round(2.5 * sigma)))
        taps = torch.exp(-0.5 * (torch.arange(-radius, radius + 1, dtype=torch.float32) / sigma) ** 2)
        taps = taps / taps.sum()
        if vertical:
            x = F.conv2d(F.pad(x, (0, 0, radius, radius), mode="replicate"), taps.view(1, 1, -1, 1).repeat(int(channels), 1, 1, 1), groups=int(channels))
        else:
            x = F.conv2d(F.pad(x, (radius, radius, 0, 0), mode="replicate"), taps.view(1, 1, 1, -1).repeat(int(channels), 1, 1, 1), groups=int(channels))
    return x


def pull_push(value, weight, levels, floor=None):
    """Continues `value` from where `weight` is 1 into where it is 0, smoothly. Gortler et al. 1996, "The Lumigraph", section 3.4.

    `floor` fills what no level reaches; without it the coarsest mean does.
    """
    numerators, weights = [value * weight], [weight]
    for _ in range(levels):
        numerators.append(F.avg_pool2d(numerators[-1], 2, 2, ceil_mode=True, count_include_pad=False))
        weights.append(F.avg_pool2d(weights[-1], 2, 2, ceil_mode=True, count_include_pad=False))
    if floor is None:
        mean = (value * weight).mean((2, 3), keepdim=True) / (weight.mean((2, 3), keepdim=True) + 1e-9)
        filled = mean + torch.zeros_like(numerators[-1])
    else:
        filled = resize(floor, numerators[-1])
    for numerator, w in zip(reversed(numerators), reversed(weights)):
        filled = resize(filled, numerator)
        sure = (w * 4).clamp(max=1)  # a quarter of a cell is enough evidence
        filled = sure * numerator / (w + 1e-6) + (1 - sure) * filled
    return filled


def guided(target, guide, radius, eps):
    """Coefficients (a [n, 2k, h, w], b [n, k, h, w]) of the guided filter with a two-channel guide; He et al. 2010."""
    k = target.shape[1]
    g0, g1 = guide[:, 0:1], guide[:, 1:2]
    m0, m1, mt = box(g0, radius), box(g1, radius), box(target, radius)
    v00 = box(g0 * g0, radius) - m0 * m0 + eps
    v11 = box(g1 * g1, radius) - m1 * m1 + eps
    v01 = box(g0 * g1, radius) - m0 * m1
    c0 = box(g0 * target, radius) - m0 * mt
    c1 = box(g1 * target, radius) - m1 * mt
    determinant = v00 * v11 - v01 * v01
    a0 = (v11 * c0 - v01 * c1) / determinant
    a1 = (v00 * c1 - v01 * c0) / determinant
    b = mt - a0 * m0 - a1 * m1
    return box(a0, radius), box(a1, radius), box(b, radius)


def ramps(like):
    """x [1, 1, 1, w] and y [1, 1, h, 1] of the pixel centres of `like`, in grid units."""
    h, w = like.shape[-2], like.shape[-1]
    h_f, w_f = torch.as_tensor(h).float(), torch.as_tensor(w).float()
    nx = (torch.arange(w) * 2 + 1).float() / w_f - 1
    ny = (torch.arange(h) * 2 + 1).float() / h_f - 1
    return nx.view(1, 1, 1, -1), ny.view(1, 1, -1, 1)


def sample(x, position):
    """x at `position` [1, 2, h, w] in grid units; outside, the border continues."""
    return F.grid_sample(x, position.permute(0, 2, 3, 1), mode="bilinear", padding_mode="border", align_corners=False)
