"""The renderer of the motion engine as torch modules: `Prepare` (once per clip) and `Frame` (once per frame).

Coordinates are those of GridSample with align_corners=False: x and y run from -1 to 1 over the picture's edges.
Displacements are kept in these units; motion fields arrive in units of sqrt(width * height).
Two sheets are moved separately and composed, so that a skyline never smears:
  still  everything anchored; premultiplied, G = Y - M * F, moved by the camera and by sway
  layer  sky, water, smoke and fire, F; continued behind the still sheet and past the borders, moved by its own flow and waves
A frame is G(s) + M(s) * F(r): exactly the photo wherever the two positions agree.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F

CLASSES = ["static", "sky", "sea", "river", "foliage", "grass", "cloth", "fire", "smoke", "hair", "body", "floating", "light"]
AIR = [CLASSES.index(c) for c in ("sky", "smoke")]
WATER = [CLASSES.index(c) for c in ("sea", "river")]
FIRE = [CLASSES.index("fire")]
TALL = [CLASSES.index(c) for c in ("foliage",)]
SWAYING = [CLASSES.index(c) for c in ("grass", "cloth", "hair", "body", "floating")]
LIGHT = CLASSES.index("light")
FREQUENCIES = 3
MARGIN = 0.15  # how far the layer continues past each border, in widths and heights
MAX_TRAVEL = 0.11  # of the frame: a copy of the layer that went further is faded out and starts anew
MAX_STRAIN_STILL = 0.22  # limit of the norm of the displacement's gradient: above it, stems and trunks look like jelly
MAX_STRAIN_LAYER = 0.45


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
        mean = (value * weight).mean((2, 3), keepdim=True) / (weight.mean((2, 3), keepdim=True) + 1e-6)
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


def limit_strain(displacement, limit):
    """Lowers amplitudes where the gradient of the displacement (in picture units) exceeds `limit`."""
    steps_x = (displacement[:, :, :, 2:] - displacement[:, :, :, :-2]) * 0.5
    steps_y = (displacement[:, :, 2:, :] - displacement[:, :, :-2, :]) * 0.5
    # one proxy pixel is 2 / w wide in these units
    w = displacement.shape[3]
    h = displacement.shape[2]
    gx = F.pad(steps_x * (w * 0.5), (1, 1, 0, 0), mode="replicate")
    gy = F.pad(steps_y * (h * 0.5), (0, 0, 1, 1), mode="replicate")
    # cosine and sine of one frequency never peak together: root of the sum of squares is their joint amplitude
    strain = ((gx * gx + gy * gy).sum(1, keepdim=True) + 1e-12).sqrt()
    factor = (limit / strain).clamp(max=1)
    factor = -widest(-factor, 4)
    return displacement * box(box(factor, 5), 5)


def limited(red, luma, blue):
    """Y, U, V of BT.709 in limited range (16..235, 16..240), not rounded."""
    return torch.cat([16 + 219 * luma, 128 + (224 / 1.8556) * (blue - luma), 128 + (224 / 1.5748) * (red - luma)], 1)


class Prepare(nn.Module):
    """Photo and networks' output → everything a frame needs; see the module's docstring."""

    def forward(self, photo, proxy, field, segmentation, depth, sway, decode, gate, swing, reach):
        # photo u8 [H, W, 3]; proxy f32 [1, 3, h, w]; field f32 [1, 15, 32, 32]; segmentation [1, 13, 64, 64]; depth, sway [1, 1, 64, 64]
        # decode f32 [4]: velocity scale, oscillation scale, flicker scale, dead zone; gate f32 [13]: how far each class may move
        # swing f32 [1]: amplitude of the oscillation; reach f32 [1]: how many times the field's flow the clip covers
        rgb = photo.permute(2, 0, 1).unsqueeze(0).float() * (1 / 255)
        r, g, b = rgb[:, 0:1], rgb[:, 1:2], rgb[:, 2:3]
        luma = 0.2126 * r + 0.7152 * g + 0.0722 * b
        yuv = limited(r, luma, b)
        height, width = luma.shape[-2], luma.shape[-1]
        h_f, w_f = torch.as_tensor(height).float(), torch.as_tensor(width).float()
        side = (h_f * w_f).sqrt()
        unit = torch.stack([side / w_f, side / h_f]).view(1, 2, 1, 1) * 2  # picture units → grid units

        # 1 fields: from companded to grid units
        scale = torch.cat([decode[0:1].expand(2), decode[1:2].expand(4 * FREQUENCIES), decode[2:3]]).view(1, -1, 1, 1)
        magnitude = (field.abs() - decode[3]).clamp(min=0)
        field = scale * field.sign() * magnitude * magnitude
        field = resize(field, segmentation)
        velocity = field[:, 0:2] * reach
        waves = field[:, 2:2 + 4 * FREQUENCIES] * swing
        flicker = field[:, -1:]
        allowed = segmentation * gate.view(1, -1, 1, 1)

        # 2 who is where, on the proxy: probabilities follow the picture's edges
        groups = [segmentation[:, AIR].sum(1, keepdim=True), segmentation[:, WATER].sum(1, keepdim=True), segmentation[:, FIRE].sum(1, keepdim=True)]
        inert = segmentation[:, 0:1] + segmentation[:, LIGHT:LIGHT + 1]
        p_luma = 0.2126 * proxy[:, 0:1] + 0.7152 * proxy[:, 1:2] + 0.0722 * proxy[:, 2:3]
        guide = torch.cat([p_luma, 0.7 * (proxy[:, 2:3] - proxy[:, 0:1])], 1)
        probabilities = resize(torch.cat([*groups, inert], 1), proxy)
        a0, a1, b0 = guided(probabilities, guide, 7, 1e-3)
        sharp = (a0 * guide[:, 0:1] + a1 * guide[:, 1:2] + b0).clamp(0, 1)
        air, water, fire, fixed = sharp[:, 0:1], sharp[:, 1:2], sharp[:, 2:3], sharp[:, 3:4]

        # 3 the layer's mask at full resolution, without thin dark things that stand in front of bright air
        full_guide = torch.cat([luma, 0.7 * (b - r)], 1)
        mask = (resize(a0[:, 0:3], luma) * full_guide[:, 0:1] + resize(a1[:, 0:3], luma) * full_guide[:, 1:2] + resize(b0[:, 0:3], luma))
        air_full = mask[:, 0:1]
        mask = smooth_step(mask.sum(1, keepdim=True), 0.35, 0.65)
        # dark against every colour of the air around it (a gap of blue between clouds is not), or bright with a hard edge
        brightest, p_brightest = rgb.amax(1, keepdim=True), proxy.amax(1, keepdim=True)
        closed = resize(-widest(-widest(p_brightest, 6), 6), luma)
        opened = resize(widest(-widest(-p_luma, 6), 6), luma)
        dark = smooth_step((closed - brightest) / (closed + 0.05), 0.30, 0.42) * smooth_step(closed, 0.15, 0.3)
        edge = F.max_pool2d(luma, 3, 1, 1) + F.max_pool2d(-luma, 3, 1, 1)
        bright = smooth_step(luma - opened, 0.08, 0.16) * smooth_step(widest(edge, 10), 0.28, 0.42)
        thin = torch.maximum(dark, bright) * smooth_step(air_full, 0.2, 0.5)
        thin = F.max_pool2d(thin, 3, 1, 1)
        mask = mask * (1 - thin)

        # 4 the layer, continued behind what stands in front of it
        sure = ((mask - 0.9) * 10).clamp(0, 1)
        sure = -F.max_pool2d(-sure, 3, 1, 1)
        p_yuv = limited(proxy[:, 0:1], p_luma, proxy[:, 2:3])
        p_sure = smooth_step((air + water + fire).clamp(0, 1), 0.8, 0.95) * (1 - resize(thin, proxy))
        behind = pull_push(p_yuv, p_sure, 7)
        filled = pull_push(yuv, sure, 3, floor=behind)
        premultiplied = yuv - mask * filled

        # 5 the layer's own motion: each group's continued over the others, then chosen by the sharp masks
        flow, wave_layer, total = 0, 0, 1e-4
        for members, group, where in ((AIR, groups[0], air), (WATER, groups[1], water), (FIRE, groups[2], fire)):
            free = allowed[:, members].sum(1, keepdim=True) / (group + 1e-4)
            known = smooth_step(group, 0.35, 0.8)
            moving = torch.cat([velocity, waves], 1) * free
            extended = gaussian(pull_push(moving, known, 6), 1.0, 1.0)
            share = where + 0.002 * resize(gaussian(group, 3.0, 3.0), proxy)
            extended = resize(extended, proxy) * share
            flow = flow + extended[:, 0:2]
            wave_layer = wave_layer + extended[:, 2:]
            total = total + share
        flow, wave_layer = flow / total, wave_layer / total

        # 6 sway of anchored things: coherent along trunks, zero at anchors, none on what is inert
        anchor = (0.25 + sway * 1.3).clamp(0, 1)
        tall = allowed[:, TALL].sum(1, keepdim=True)
        small = allowed[:, SWAYING].sum(1, keepdim=True)
        tall_known = segmentation[:, TALL].sum(1, keepdim=True)
        small_known = segmentation[:, SWAYING].sum(1, keepdim=True)
        tall_waves = gaussian(waves * anchor * tall, 4.0, 1.5) / (gaussian(tall_known, 4.0, 1.5) + 0.05)
        small_waves = gaussian(waves * anchor * small, 1.2, 1.2) / (gaussian(small_known, 1.2, 1.2) + 0.05)
        mix = gaussian(torch.cat([tall_known, small_known], 1), 1.0, 1.0)
        swaying = (tall_waves * mix[:, 0:1] + small_waves * mix[:, 1:2]) / (mix.sum(1, keepdim=True) + 0.02)
        wave_still = resize(swaying, proxy) * box(1 - smooth_step(fixed, 0.3, 0.8), 2)

        # 7 limits: no folds, no jelly, nothing moves at the border; picture units → grid units
        unit_waves = unit.repeat(1, 2 * FREQUENCIES, 1, 1)
        wave_layer = limit_strain(wave_layer * unit_waves, MAX_STRAIN_LAYER)
        wave_still = limit_strain(gaussian(wave_still, 2.0, 2.0) * unit_waves, MAX_STRAIN_STILL)
        flow = gaussian(flow, 2.0, 2.0) * unit
        nx, ny = ramps(proxy)
        near = torch.maximum(nx.abs(), ny.abs())
        wave_still = wave_still * (1 - smooth_step(near, 0.9, 0.995))

        # 8 light: fire everywhere, lamps and glints on water where they are bright
        bright = (smooth_step(p_luma - box(p_luma, 12), 0.02, 0.2) + smooth_step(p_luma, 0.75, 0.95)).clamp(max=1)
        lit = resize(flicker * allowed[:, FIRE].sum(1, keepdim=True), proxy) * fire
        lit = lit + resize(flicker * (allowed[:, LIGHT:LIGHT + 1] + allowed[:, WATER].sum(1, keepdim=True)), proxy) * bright
        lit = gaussian(lit, 1.5, 1.5)

        # 9 depth without steps, so that parallax bends and never tears
        d0, d1, db = guided(resize(depth, proxy), guide, 10, 4e-3)
        relief = gaussian((d0 * guide[:, 0:1] + d1 * guide[:, 1:2] + db).clamp(0, 1), 4.0, 4.0)

        # 10 how much moves, in picture units, for the caller to judge

        def peak(v, m):
            length = ((v / unit.repeat(1, v.shape[1] // 2, 1, 1)) ** 2).sum(1, keepdim=True).sqrt() * m
            return box(length, 4).amax((1, 2, 3)), length.mean((1, 2, 3))
        p_mask = (air + water + fire).clamp(0, 1)
        flow_peak, flow_mean = peak(flow, p_mask)
        layer_peak, layer_mean = peak(wave_layer, p_mask)
        still_peak, still_mean = peak(wave_still, torch.ones_like(p_mask))
        cycles = (flow_peak / MAX_TRAVEL).ceil().clamp(min=1)
        activity = torch.cat([cycles, flow_peak, layer_peak, still_peak, box(lit, 2).amax((1, 2, 3)), flow_mean, layer_mean, still_mean, lit.mean((1, 2, 3))])

        # 11 what two copies of the layer, one flow apart, have in common: fixes their contrast when cross-faded
        low = gaussian(behind[:, 0:1], 4.0, 4.0)
        detail = behind[:, 0:1] - low
        there = torch.cat([nx.expand_as(ny + nx), ny.expand_as(ny + nx)], 1)
        shifted = F.grid_sample(detail, (there - flow / cycles).permute(0, 2, 3, 1), mode="bilinear", padding_mode="border", align_corners=False)
        energy = box(detail * detail, 8)
        common = (box(detail * shifted, 8) / (0.5 * (energy + box(shifted * shifted, 8)) + 0.5)).clamp(0, 1)

        # 12 past the borders the layer is mirrored
        layer = mirror(filled[:, 0:1])
        layer_chroma = mirror(F.avg_pool2d(filled[:, 1:3], 2, 2))
        low = mirror(low)

        return (yuv[:, 0:1], F.avg_pool2d(yuv[:, 1:3], 2, 2),
                torch.cat([premultiplied[:, 0:1], mask], 1),
                torch.cat([F.avg_pool2d(premultiplied[:, 1:3], 2, 2), F.avg_pool2d(mask, 2, 2)], 1),
                layer, layer_chroma, low,
                flow, wave_layer, wave_still, lit, relief, common, activity)


def ramps(like):
    """x [1, 1, 1, w] and y [1, 1, h, 1] of the pixel centres of `like`, in grid units."""
    h, w = like.shape[-2], like.shape[-1]
    h_f, w_f = torch.as_tensor(h).float(), torch.as_tensor(w).float()
    nx = (torch.arange(w) * 2 + 1).float() / w_f - 1
    ny = (torch.arange(h) * 2 + 1).float() / h_f - 1
    return nx.view(1, 1, 1, -1), ny.view(1, 1, -1, 1)


def mirror(x):
    """The picture with mirrored margins of MARGIN on each side; sizes are rounded, positions stay exact."""
    h, w = x.shape[-2], x.shape[-1]
    grow = 1 + 2 * MARGIN
    tall = (torch.as_tensor(h).float() * grow).round().long()
    wide = (torch.as_tensor(w).float() * grow).round().long()
    nx = ((torch.arange(wide) * 2 + 1).float() / torch.as_tensor(wide).float() - 1) * grow
    ny = ((torch.arange(tall) * 2 + 1).float() / torch.as_tensor(tall).float() - 1) * grow
    grid = torch.stack([nx.view(1, -1).expand(tall, wide), ny.view(-1, 1).expand(tall, wide)], -1).unsqueeze(0)
    return F.grid_sample(x, grid, mode="bilinear", padding_mode="reflection", align_corners=False)


def sample(x, position):
    """x at `position` [1, 2, h, w] in grid units; outside, the border continues."""
    return F.grid_sample(x, position.permute(0, 2, 3, 1), mode="bilinear", padding_mode="border", align_corners=False)


class Frame(nn.Module):
    """One frame. `copies` of the layer: 0 camera and sway only, 1 the layer drifts, 2 two cross-faded copies loop."""

    def __init__(self, copies):
        super().__init__()
        self.copies = copies

    def path(self, pose, nx, ny):
        x = pose[0] * nx + (pose[1] * ny + pose[2])
        y = pose[3] * nx + (pose[4] * ny + pose[5])
        return torch.cat([x, y], 1)

    def wave(self, field, phase):
        # phase [3, 2]: cosine and sine parts of 1, 2 and 4 cycles
        h, w = field.shape[-2], field.shape[-1]
        return (field.view(FREQUENCIES, 2, 2, h, w) * phase.view(FREQUENCIES, 2, 1, 1, 1)).sum((0, 1)).unsqueeze(0)

    def forward(self, still, chroma, layer, layer_chroma, low, flow, wave_layer, wave_still, lit, relief, common,
                pose, parallax, phase, glow, travel, weight):
        # pose [6]: where the camera looks, a 2x3 matrix; parallax [3]: x, y and zoom per unit of depth
        # phase [3, 2]; glow [2]: cosine and sine parts of the flicker; travel, weight [copies]: flow times and weights of the copies
        px, py = ramps(relief)
        at = self.path(pose, px, py)

        def shifted(where):
            return sample(relief, where) * (parallax[0:2].view(1, 2, 1, 1) + parallax[2] * at)
        shift = shifted(at)
        shift = shifted(at + shift)
        source = at + shift
        parts = [self.wave(wave_still, phase), lit]
        if self.copies:
            parts += [self.wave(wave_layer, phase), flow]
        if self.copies == 2:
            parts += [common]
        fields = sample(torch.cat(parts, 1), source)
        still_shift = shift - fields[:, 0:2]
        gain = fields[:, 2:3]

        fx, fy = ramps(still)
        camera = self.path(pose, fx, fy)
        still_at = camera + resize(still_shift, still)
        half = lambda p: F.avg_pool2d(p, 2, 2)
        if self.copies == 0:
            y = sample(still, still_at)
            uv = sample(chroma, half(still_at))
        else:
            still_y = sample(still, still_at)
            still_uv = sample(chroma, half(still_at))
            wave = fields[:, 3:5]
            current = fields[:, 5:7]
            grow = 1 / (1 + 2 * MARGIN)
            copies_y, copies_uv, copies_low = 0, 0, 0
            for k in range(self.copies):
                move = shift - wave - current * travel[k]
                layer_at = (camera + resize(move, still)) * grow
                copies_y = copies_y + weight[k] * sample(layer, layer_at)
                copies_uv = copies_uv + weight[k] * sample(layer_chroma, half(layer_at))
                if self.copies == 2:
                    copies_low = copies_low + weight[k] * sample(low, (at + move) * grow)
            if self.copies == 2:
                c = fields[:, 7:8]
                w0, w1 = weight[0], weight[1]
                contrast = (w0 * w0 + w1 * w1 + 2 * w0 * w1 * c + 1e-6).rsqrt().clamp(1, 1.42)
                copies_y = resize(contrast, still) * copies_y - resize((contrast - 1) * copies_low, still)
            y = still_y[:, 0:1] + still_y[:, 1:2] * copies_y
            uv = still_uv[:, 0:2] + still_uv[:, 2:3] * copies_uv

        # flicker: patches of light breathe out of step; zero at time 0
        patches = torch.sin(at[:, 0:1] * 9 + at[:, 1:2] * 13), torch.cos(at[:, 0:1] * 9 + at[:, 1:2] * 13)
        shine = 1 + gain * (glow[0] * patches[1] + glow[1] * patches[0])
        y = 16 + (y - 16) * resize(shine, still)
        y = (y + 0.5).clamp(16, 235.9).to(torch.uint8)
        uv = (uv + 0.5).clamp(16, 240.9).to(torch.uint8)
        return torch.cat([y.reshape(-1), uv.reshape(-1)])
