"""The three networks: text head, image encoder, and the denoiser of the motion field."""

import math

import torch
import torch.nn.functional as F
from torch import nn

CLASS_COUNT = 13
FIELD_CHANNELS = 15
CAMERA_SIZE = 8
PROGRAM_SIZE = 24
CONTEXT_SIZE = 128
FEATURE_CHANNELS = 32
SIGMA_DATA = 0.5
FIELD_SIGMA_DATA = 0.25  # of moving parts, averaged over 2 x 2 cells


# ---- text ---------------------------------------------------------------------------------------

class TextBlock(nn.Module):
    """Pre-norm transformer block with an explicit attention (exports to plain ONNX operators)."""

    def __init__(self, width, heads, hidden):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, width))

    def forward(self, x, bias):
        """x [b, n, width]; bias [b, 1, 1, n], 0 for words and -1e4 for padding."""
        b, n, width = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(b, n, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        attention = (q @ k.transpose(-1, -2) / math.sqrt(width // self.heads) + bias).softmax(-1)
        x = x + self.out((attention @ v).transpose(1, 2).reshape(b, n, width))
        return x + self.mlp(self.norm2(x))


class TextHead(nn.Module):
    """Token ids -> context and motion program. Padding has no influence on either."""

    def __init__(self, word_count, width=CONTEXT_SIZE, layers=3):
        super().__init__()
        self.words = nn.Embedding(word_count + 1, width)
        self.position = nn.Parameter(torch.randn(32, width) * 0.02)
        self.summary = nn.Parameter(torch.randn(1, 1, width) * 0.02)
        self.blocks = nn.ModuleList(TextBlock(width, 4, 3 * width) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.program = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, PROGRAM_SIZE))
        nn.init.normal_(self.words.weight, std=0.3)

    def forward(self, token_ids):
        """token_ids int64 [b, n<=32], 0 = padding -> context [b, n, 128] (0 at padding), raw program [b, 24]."""
        b, n = token_ids.shape
        present = (token_ids > 0).float()
        bias = (torch.cat([torch.ones_like(present[:, :1]), present], 1)[:, None, None] - 1) * 1e4
        x = self.words(token_ids) + self.position[:n]
        x = torch.cat([self.summary.expand(b, -1, -1), x], 1)
        for block in self.blocks:
            x = block(x, bias)
        x = self.norm(x)
        return x[:, 1:] * present[..., None], self.program(x[:, 0])


def clean_program(raw):
    """Raw regression [b, 24] -> program: tiny values become exactly 0, directions unit vectors."""
    amplitude = raw[:, :12].clamp(0, 2)
    # the grammar asks for 0.4 of a named class at least (`captions.GENTLE`): less is a rest of the regression
    amplitude = torch.where(amplitude < 0.3, torch.zeros_like(amplitude), amplitude)
    direction = raw[:, 12:14]
    length = direction.square().sum(1, keepdim=True).add(1e-6).sqrt()
    direction = torch.where(length < 0.5, torch.zeros_like(direction), direction / length)
    camera = raw[:, 14:22].clamp(-1.6, 1.6)
    # so is an axis below 0.15, or below a quarter of the strongest one
    least = (camera.abs().amax(1, keepdim=True) / 4).clamp(min=0.15)
    camera = torch.where(camera.abs() < least, torch.zeros_like(camera), camera)
    asked = (amplitude.amax(1, keepdim=True) > 0).float()
    return torch.cat([amplitude, direction, camera, asked, torch.zeros_like(asked)], 1)


# ---- image --------------------------------------------------------------------------------------

def norm(channels):
    return nn.GroupNorm(8, channels)


class ConvBlock(nn.Module):
    """Residual block of two 3x3 convolutions; `conditioning` adds a scale and shift (FiLM)."""

    def __init__(self, channels_in, channels, conditioning=0, dilation=1):
        super().__init__()
        self.norm1, self.norm2 = norm(channels_in), norm(channels)
        self.conv1 = nn.Conv2d(channels_in, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=dilation, dilation=dilation)
        self.skip = nn.Conv2d(channels_in, channels, 1) if channels_in != channels else nn.Identity()
        self.film = nn.Linear(conditioning, 2 * channels) if conditioning else None
        nn.init.normal_(self.conv2.weight, std=0.01)

    def forward(self, x, embedding=None):
        h = self.norm2(self.conv1(F.silu(self.norm1(x))))
        if self.film is not None:
            scale, shift = self.film(embedding)[:, :, None, None].chunk(2, 1)
            h = h * (1 + scale) + shift
        return self.skip(x) + self.conv2(F.silu(h))


class GridAttention(nn.Module):
    """Self-attention over the cells of a small feature map."""

    def __init__(self, channels, heads=4):
        super().__init__()
        self.heads = heads
        self.norm, self.qkv, self.out = norm(channels), nn.Conv2d(channels, 3 * channels, 1), nn.Conv2d(channels, channels, 1)
        nn.init.zeros_(self.out.weight)

    def forward(self, x):
        b, c, h, w = x.shape
        q, k, v = self.qkv(self.norm(x)).view(b, 3, self.heads, c // self.heads, h * w).transpose(-1, -2).unbind(1)
        mixed = (q / math.sqrt(c // self.heads) @ k.transpose(-1, -2)).softmax(-1) @ v
        return x + self.out(mixed.transpose(-1, -2).reshape(b, c, h, w))


class ImageEncoder(nn.Module):
    """Photo -> features, segmentation, depth, sway; plus a flow head that only training uses."""

    def __init__(self, widths=(24, 64, 128, 192)):
        super().__init__()
        w0, w1, w2, w3 = widths
        self.stem = nn.Conv2d(12 + 2, w0, 3, padding=1)
        self.down1 = nn.Sequential(ConvBlock(w0, w0), nn.Conv2d(w0, w1, 2, stride=2))
        self.down2 = nn.Sequential(ConvBlock(w1, w1), nn.Conv2d(w1, w2, 2, stride=2))
        self.down3 = nn.Sequential(ConvBlock(w2, w2), nn.Conv2d(w2, w3, 2, stride=2))
        self.middle = nn.Sequential(ConvBlock(w3, w3), GridAttention(w3), ConvBlock(w3, w3), GridAttention(w3))
        self.up2 = nn.Conv2d(w3, w2, 1)
        self.block2 = ConvBlock(w2, w2)
        self.up1 = nn.Conv2d(w2, w1, 1)
        self.block1 = ConvBlock(w1, w1)
        self.features = nn.Conv2d(w1, FEATURE_CHANNELS, 1)
        self.flow = nn.Conv2d(FEATURE_CHANNELS, 2, 1)
        self.up0 = nn.Conv2d(w1, w0, 1)
        self.block0 = ConvBlock(w0, w0)
        self.heads = nn.Sequential(norm(w0), nn.SiLU(), nn.Conv2d(w0, CLASS_COUNT + 2, 1))
        lines = torch.linspace(-1, 1, 64)
        self.register_buffer("place", torch.stack([lines[:, None].expand(64, 64), lines[None].expand(64, 64)])[None].contiguous())

    def forward(self, image):
        """image [b, 3, 128, 128] in 0..1 -> features [b,32,32,32], class logits [b,13,64,64], depth logit, sway logit, flow [b,2,32,32]."""
        x = torch.cat([F.pixel_unshuffle((image - 0.45) * 4, 2), self.place.to(image.dtype).expand(image.shape[0], -1, -1, -1)], 1)
        s0 = self.down1[0](self.stem(x))
        s1 = self.down2[0](self.down1[1](s0))
        s2 = self.down3[0](self.down2[1](s1))
        h = self.middle(self.down3[1](s2))
        h = self.block2(s2 + F.interpolate(self.up2(h), scale_factor=2.0, mode="nearest"))
        h = self.block1(s1 + F.interpolate(self.up1(h), scale_factor=2.0, mode="nearest"))
        features = torch.tanh(self.features(h))
        flow = self.flow(features)
        h = self.block0(s0 + F.interpolate(self.up0(h), scale_factor=2.0, mode="nearest"))
        out = self.heads(h)
        return features, out[:, :CLASS_COUNT], out[:, CLASS_COUNT:CLASS_COUNT + 1], out[:, CLASS_COUNT + 1:], flow


# ---- denoiser -----------------------------------------------------------------------------------

class SpectralBlock(nn.Module):
    """Residual block on the cosine transform of a square feature map: a wave or a gust is a few of its numbers, noise is all of them."""

    def __init__(self, channels, side):
        super().__init__()
        self.norm = norm(channels)
        self.enter, self.leave = nn.Conv2d(channels, channels, 1), nn.Conv2d(channels, channels, 1)
        self.gain = nn.Parameter(torch.ones(1, channels, side, side))
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)
        rows, columns = torch.arange(side)[:, None], torch.arange(side)[None]
        basis = torch.cos(math.pi * (columns + 0.5) * rows / side) * math.sqrt(2 / side)
        basis[0] /= math.sqrt(2)
        self.register_buffer("basis", basis)  # orthonormal DCT-II: frequencies x places

    def forward(self, x):
        basis = self.basis.to(x.dtype)
        h = basis @ self.enter(self.norm(x)) @ basis.T
        h = F.silu(h * self.gain)
        return x + self.leave(basis.T @ h @ basis)


PLANT_WAVES = [(kx, ky) for kx in (-1.3, -1.0, -0.75, -0.5, -0.3, 0.3, 0.5, 0.75, 1.0, 1.3) for ky in (-0.5, -0.25, 0.0, 0.25, 0.5)]  # of the slowest swing
SEA_WAVES = [[k * 2.378 ** f for k in (0.42, 0.57, 0.72, 0.87, 1.05)] for f in range(3)]  # cycles per frame at the lower edge, per swing
SEA_HEADINGS = (-1.2, -0.8, -0.4, 0.0, 0.4, 0.8, 1.2)
WAVE_SIZE = 0.35  # typical companded amplitude
RESTORED = 0.8  # share of the way from a sampled size to the expected one, on a logarithmic scale


def matched_waves(cosine, sine, where, theta, sigma):
    """What a swing looks like if it is one wave of a bank: the mean over the bank and over free phases, given noise of size sigma.

    The likelihood of a wave is that of the matched filter: its correlation with the swing, whatever its phase.
    cosine, sine, where [b,f,n] (f swings, n places), theta [b,f,n,k] phases of the k waves, sigma [b,1,1] -> cosine and sine part [b,f,n].
    """
    c, s = theta.cos(), theta.sin()
    p, q = (cosine * where).unsqueeze(2), (sine * where).unsqueeze(2)
    real, imaginary = (p @ c - q @ s).squeeze(2), (-(p @ s) - q @ c).squeeze(2)
    length = (real.square() + imaginary.square() + 1e-6).sqrt()
    evidence = WAVE_SIZE * length / sigma.square()
    # One wind, one swell: what speaks for a wave in one swing speaks, half as loud, for its fellows in the others.
    together = 0.5 * evidence + 0.5 * evidence.sum(1, keepdim=True)
    weight = together.softmax(-1) * evidence / (1 + evidence) / length
    real, imaginary = (weight * real).unsqueeze(-1), (weight * imaginary).unsqueeze(-1)
    scale = WAVE_SIZE * where
    return (c @ real - s @ imaginary).squeeze(-1) * scale, -(c @ imaginary + s @ real).squeeze(-1) * scale


class WaveBank(nn.Module):
    """Hints for the denoiser: the gusts over plants and the swell of the sea that the noisy field most likely holds (no weights)."""

    def __init__(self):
        super().__init__()
        self.register_buffer("plants", torch.tensor(PLANT_WAVES).T.contiguous())
        headings = torch.tensor(SEA_HEADINGS)
        self.register_buffer("sea", torch.stack([torch.stack([torch.outer(torch.tensor(k), f(headings)).flatten() for k in SEA_WAVES]) for f in (torch.cos, torch.sin)]))
        self.register_buffer("quicker", (2.0 ** torch.arange(3)).pow(0.7)[None, :, None, None])
        self.register_buffer("earlier", torch.ones(16, 16).tril())

    def forward(self, coarse, sigma, segmentation, program, depth):
        """coarse field [b,15,16,16] with noise sigma [b], segmentation [b,13,32,32], depth [b,1,32,32] -> hints [b,12,16,16]."""
        b = coarse.shape[0]
        segmentation, depth = F.avg_pool2d(segmentation, 2), F.avg_pool2d(depth, 2)
        asked = segmentation[:, 1:] * (program[:, :12] * 4).clamp(max=1)[:, :, None, None]
        sigma = sigma[:, None, None]
        lines = (torch.arange(16, device=coarse.device) + 0.5) / 16
        swings = coarse[:, 2:14].reshape(b, 3, 4, 256)  # cos dx, cos dy, sin dx, sin dy
        every = lambda a: a.reshape(b, 1, 256).expand(-1, 3, -1)
        xs, ys = (lines[None] - 0.5).expand(16, 16).reshape(1, 1, 256, 1), lines[:, None].expand(16, 16).reshape(1, 1, 256, 1)

        nearness = (1.4 - 0.6 * depth).reshape(b, 1, 256, 1)
        theta = 2 * math.pi * self.quicker * (xs * nearness * self.plants[0] + ys * self.plants[1])
        plants = asked[:, 3:5].sum(1) + asked[:, 8]
        gusts = matched_waves(swings[:, :, 0], swings[:, :, 2], every(plants), theta, sigma)

        # The perspective of motion.py: the horizon is where the sea begins.
        sea = asked[:, 1]
        begun = ((sea.amax(2) > 0.3).to(sea.dtype)[:, None] * self.earlier).amax(2)
        first = 1 - begun.mean(1)
        horizon = torch.where(first < 0.05, first * 0 - 0.4, first - 0.02)[:, None, None, None]
        reach = 1.35 - horizon
        scale = reach / ((ys - horizon).clamp(min=0) + 0.35)
        theta = 2 * math.pi * (2 * reach * scale.sqrt() * self.sea[0][None, :, None] - xs * scale * self.sea[1][None, :, None])
        swell = matched_waves(swings[:, :, 1], swings[:, :, 3], every(sea), theta, sigma)
        return torch.cat([*gusts, *swell], 1).reshape(b, 12, 16, 16)


class Denoiser(nn.Module):
    """U-Net over the motion field at half its resolution, with the camera vector as a second, jointly noised input.

    Fields are smooth (see `low_pass`), so 16 x 16 places carry them: the noisy field is averaged over 2 x 2 cells first, which
    halves its noise, and attention between all places lets far ones agree on one wave. Borders come from the conditions.
    """

    def __init__(self, widths=(128, 152)):
        super().__init__()
        w0, w1 = widths
        self.embedding_size = 192
        e = self.embedding_size
        # features, segmentation, segmentation x amplitude, direction x flowing, depth, sway, sway x amplitude, place
        conditions = FEATURE_CHANNELS + CLASS_COUNT + 12 + 2 + 1 + 1 + 1 + 2
        self.embed = nn.Sequential(nn.Linear(33 + CAMERA_SIZE + PROGRAM_SIZE + 1, e), nn.SiLU(), nn.Linear(e, e), nn.SiLU())
        self.see = nn.Conv2d(conditions, w0, 2, stride=2)
        self.stem = nn.Conv2d(FIELD_CHANNELS, w0, 3, padding=1)
        self.block0 = ConvBlock(w0, w0, e)
        self.down = nn.Conv2d(w0, w1, 2, stride=2)
        self.block1 = ConvBlock(w1, w1, e)
        self.attention1 = GridAttention(w1)
        self.block2 = ConvBlock(w1, w1, e)
        self.up = nn.Conv2d(w1, w0, 1)
        self.attention0 = GridAttention(w0)
        self.block3 = ConvBlock(w0, w0, e)
        self.block4 = ConvBlock(w0, w0, e)
        self.out = nn.Sequential(norm(w0), nn.SiLU(), nn.Conv2d(w0, 4 * FIELD_CHANNELS, 3, padding=1), nn.PixelShuffle(2))
        self.camera = nn.Sequential(nn.Linear(e + w1, 128), nn.SiLU(), nn.Linear(128, CAMERA_SIZE))
        self.spectral = SpectralBlock(w0, 16)
        self.bank = WaveBank()
        self.hint = nn.Conv2d(12, w0, 3, padding=1)
        nn.init.zeros_(self.hint.weight)
        # How far things swing follows from the picture and the words alone: two axes of three swings, from the conditions, without noise.
        self.sizes = nn.Sequential(nn.SiLU(), nn.Conv2d(w0, 48, 1), nn.SiLU(), nn.Conv2d(48, 48, 3, padding=1), nn.SiLU(), nn.Conv2d(48, 24, 3, padding=1), nn.PixelShuffle(2))
        nn.init.normal_(self.out[-2].weight, std=0.01)
        lines = torch.linspace(-1, 1, 32)
        self.register_buffer("place", torch.stack([lines[:, None].expand(32, 32), lines[None].expand(32, 32)])[None].contiguous())
        self.register_buffer("frequencies", torch.exp(torch.linspace(math.log(0.25), math.log(8.0), 16)))

    def forward(self, field, camera, sigma, program, known, features, segmentation, depth, sway):
        """x0 predictions of field and camera with EDM preconditioning, and the sizes of the swings [b,6,32,32] (x and y of each).

        field [b,15,32,32], camera [b,8], sigma [b], program [b,24],
        known [b] (1 = prompt given, 0 = unconditional), features [b,32,32,32],
        segmentation [b,13,32,32], depth and sway [b,1,32,32].
        Source: Karras et al. 2022, Table 1 (EDM).
        """
        b = field.shape[0]
        known = known[:, None]
        program = program * known
        precondition = lambda s, data: (data ** 2 / (s.square() + data ** 2), s * data / (s.square() + data ** 2).sqrt(), 1 / (s.square() + data ** 2).sqrt())
        amplitude = program[:, :12]
        asked = segmentation[:, 1:] * amplitude[:, :, None, None]
        flowing = segmentation[:, [1, 2, 3, 8, 11]].sum(1, keepdim=True)
        direction = flowing * program[:, 12:14][:, :, None, None]
        # Nobody said where the clouds drift: the noise itself decides, but one way for the whole sky.
        told = (program[:, 12:14].square().sum(1) > 0.25).to(field.dtype)[:, None, None, None]
        cloudy = segmentation[:, 1:2]
        side = ((field[:, :1] * cloudy).sum((2, 3), keepdim=True) > 0).to(field.dtype) * 2 - 1
        direction = direction + torch.cat([cloudy * side * (1 - told), torch.zeros_like(cloudy)], 1)
        conditions = torch.cat([features, segmentation, asked, direction, depth, sway, sway * asked.sum(1, keepdim=True), self.place.expand(b, -1, -1, -1)], 1)
        coarse = F.avg_pool2d(field, 2)
        c_skip, c_out, c_in = (c[:, None, None, None] for c in precondition(sigma / 2, FIELD_SIGMA_DATA))
        camera_skip, camera_out, camera_in = (c[:, None] for c in precondition(sigma, SIGMA_DATA))
        noise = (sigma.log() / 4)[:, None]
        e = self.embed(torch.cat([noise, (noise * self.frequencies).sin(), (noise * self.frequencies).cos(), camera * camera_in, program, known], 1))
        hints = self.bank(coarse, sigma / 2, segmentation, program, depth)
        seen = self.see(conditions)
        s0 = self.spectral(self.block0(self.stem(coarse * c_in) + seen + self.hint(hints), e))
        h = self.block2(self.attention1(self.block1(self.down(s0), e)), e)
        view = self.camera(torch.cat([e, h.mean((2, 3))], 1))
        h = self.attention0(s0 + F.interpolate(self.up(h), scale_factor=2.0, mode="nearest"))
        h = self.block4(self.block3(h, e), e)
        field_out = c_skip * F.interpolate(coarse, scale_factor=2.0, mode="bilinear", align_corners=False) + c_out * self.out(h)
        return field_out, camera_skip * camera + camera_out * view, self.sizes(seen)


# Which classes may use the velocity, oscillation and flicker channels (rows of classes 1-12).
MAY_FLOW = [1, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0]
MAY_OSCILLATE = [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0]
MAY_FLICKER = [0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]


def motion_gate(segmentation, program):
    """Where motion may be at all: 1 inside the asked classes, 0 elsewhere, soft at the border.

    segmentation [b,13,32,32], program [b,24] -> [b,15,32,32]. The sea flows only when a direction is given.
    """
    asked = segmentation[:, 1:] * (program[:, :12] * 4).clamp(max=1)[:, :, None, None]
    told = (program[:, 12:14].square().sum(1) > 0.25).to(program.dtype)[:, None, None, None]
    rows = asked.new_tensor([MAY_FLOW, MAY_OSCILLATE, MAY_FLICKER])[:, :, None, None]
    groups = F.conv2d(asked, rows)
    groups = torch.cat([groups[:, :1] - asked[:, 1:2] * (1 - told), groups[:, 1:]], 1)
    t = ((F.max_pool2d(groups, 3, 1, 1) - 0.2) / 0.35).clamp(0, 1)
    t = t * t * (3 - 2 * t)
    return torch.cat([t[:, :1].expand(-1, 2, -1, -1), t[:, 1:2].expand(-1, 12, -1, -1), t[:, 2:]], 1)


def low_pass(field, gate):
    """Smooths maps [b,c,32,32] inside their gate (5-tap binomial, normalised): motion varies slowly over cells."""
    channels = int(field.shape[1])
    taps = field.new_tensor([1.0, 4.0, 6.0, 4.0, 1.0]) / 16
    kernel = (taps[:, None] * taps[None])[None, None].expand(channels, 1, 5, 5)
    blur = lambda a: F.conv2d(F.pad(a, (2, 2, 2, 2), mode="replicate"), kernel, groups=channels)
    return blur(field * gate) / (blur(gate) + 1e-3) * gate


def swing_sizes(field):
    """Companded field [b,15,32,32] -> lengths of (cosine, sine) of x and y of each swing [b,6,32,32]."""
    b = field.shape[0]
    return (field[:, 2:14].reshape(b, 3, 2, 2, 32, 32).square().sum(2) + 1e-8).sqrt().reshape(b, 6, 32, 32)


def restore_sizes(field, sizes, sigma):
    """Brings swings towards their expected sizes as the noise goes: where phases were undecided, their mean is too small.

    field [b,15,32,32] companded, sizes [b,6,32,32] as of `swing_sizes`, sigma [b].
    """
    b = field.shape[0]
    sizes = sizes.clamp(min=0)
    trust = (RESTORED / (1 + (sigma / 0.5).square()))[:, None, None, None]
    factor = ((sizes + 1e-3) / torch.maximum(swing_sizes(field), 0.2 * sizes + 1e-3)).clamp(min=0.5).pow(trust)
    swings = field[:, 2:14].reshape(b, 3, 2, 2, 32, 32) * factor.reshape(b, 3, 1, 2, 32, 32)
    return torch.cat([field[:, :2], swings.reshape(b, 12, 32, 32), field[:, 14:]], 1)


def believe_words(segmentation, program):
    """The words say what the photo shows: named classes become likelier, the more the fewer are named."""
    asked = (program[:, :12] > 0).to(segmentation.dtype)
    factor = 1 + asked * 4 / asked.sum(1, keepdim=True).clamp(min=1)
    weighted = segmentation * torch.cat([torch.ones_like(factor[:, :1]), factor], 1)[:, :, None, None]
    return weighted / weighted.sum(1, keepdim=True)


class GuidedDenoiser(nn.Module):
    """The exported graph: both guidance branches as one batch, guided, rescaled, gated. At a guidance of 1 the free branch is left out."""

    def __init__(self, denoiser):
        super().__init__()
        self.denoiser = denoiser

    def forward(self, field, camera, sigma, program, features, segmentation, depth, sway, guidance):
        """Interface of denoiser.onnx; segmentation, depth, sway at 64 x 64."""
        segmentation = believe_words(segmentation, program)
        segmentation, depth, sway = (F.avg_pool2d(a, 2) for a in (segmentation, depth, sway))
        b = field.shape[0]
        rows = b + b * (guidance > 1).any().long()
        twice = lambda a: torch.cat([a, a])[:rows]
        known = torch.cat([torch.ones_like(sigma), torch.zeros_like(sigma)])[:rows]
        fields, cameras, sizes = self.denoiser(twice(field), twice(camera), twice(sigma), twice(program), known, twice(features), twice(segmentation), twice(depth), twice(sway))
        conditional, free = fields[:b], fields[-b:]
        gate = motion_gate(segmentation, program)
        conditional, free = low_pass(conditional, gate), low_pass(free, gate)
        guided = free + guidance * (conditional - free)
        # Keep the energy of the conditional prediction (Lin et al. 2023): guidance must steer, not amplify.
        energy = lambda a: a.square().mean((1, 2, 3), keepdim=True).add(1e-8).sqrt()
        guided = guided * (energy(conditional) / energy(guided))
        guided = restore_sizes(guided, low_pass(sizes[:b], gate[:, 2:8]), sigma)
        # The camera follows the words exactly: no guidance, and axes that were not asked for stay 0.
        asked = (program[:, 14:22].abs() > 0.1).to(camera.dtype)
        return guided, cameras[:b] * asked
