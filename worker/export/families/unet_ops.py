"""Modules of diffusers' UNets and their autoencoders, rewritten to compute the same from the same weights with fewer and faster operations."""

from collections.abc import Callable
from contextlib import contextmanager

import torch
import torch.nn.functional as F
from diffusers.models.activations import GEGLU
from diffusers.models.resnet import SpatioTemporalResBlock, TemporalConvLayer
from diffusers.models.transformers.transformer_temporal import TransformerSpatioTemporalModel
from diffusers.models.upsampling import Upsample2D


class _BiasGelu(torch.autograd.Function):
    """gelu(x + bias), the exact one; the TorchScript exporter asks `symbolic` for the node."""

    @staticmethod
    def forward(ctx, x, bias):
        return F.gelu(x + bias)

    @staticmethod
    def symbolic(graph, x, bias):
        return graph.op('com.microsoft::BiasGelu', x, bias).setType(x.type())


def _linear(weight: torch.Tensor, bias: torch.Tensor | None) -> torch.nn.Linear:
    layer = torch.nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None, device='meta')
    layer.weight = torch.nn.Parameter(weight, requires_grad=False)
    if bias is not None:
        layer.bias = torch.nn.Parameter(bias, requires_grad=False)
    return layer


class SplitGeglu(torch.nn.Module):
    """GEGLU whose two halves are products of their own: cutting one wide product in two copies all of it."""

    def __init__(self, geglu: GEGLU, contrib: bool):
        super().__init__()
        (value, gate), biases = geglu.proj.weight.chunk(2), (None, None) if geglu.proj.bias is None else geglu.proj.bias.chunk(2)
        self.value, self.gate = _linear(value, biases[0]), _linear(gate, biases[1])
        self.contrib = contrib

    def forward(self, hidden_states):
        gate = self.gate
        opened = _BiasGelu.apply(F.linear(hidden_states, gate.weight), gate.bias) if self.contrib and gate.bias is not None else F.gelu(gate(hidden_states))
        return self.value(hidden_states) * opened


class FramesConv(torch.nn.Module):
    """A convolution over frames alone, [B, C, F, H*W] -> [B, C', F, H*W]: Conv3d (3, 1, 1) as the Conv2d (3, 1) that runtimes have a fast kernel for."""

    def __init__(self, conv: torch.nn.Conv3d):
        super().__init__()
        self.pad = conv.padding[0]
        self.weight = torch.nn.Parameter(conv.weight[..., 0], requires_grad=False)
        self.bias = conv.bias

    def forward(self, x):
        return F.conv2d(x, self.weight, self.bias, padding=(self.pad, 0))


class BlendedResBlock(torch.nn.Module):
    """SpatioTemporalResBlock, where a*x + (1-a)*(x + f(x)) is x + (1-a)*f(x); ONNX Runtime multiplies 1-a into f's last convolution when it loads."""

    def __init__(self, block: SpatioTemporalResBlock):
        super().__init__()
        temporal, mixer = block.temporal_res_block, block.time_mixer
        alpha = mixer.get_alpha(torch.zeros(1, 1), 3).flatten()[0]
        share = alpha if mixer.switch_spatial_to_temporal_mix else 1 - alpha
        self.register_buffer('share', share.to(temporal.conv2.weight.dtype))
        self.spatial, self.temporal = block.spatial_res_block, temporal
        self.conv1, self.conv2 = FramesConv(temporal.conv1), FramesConv(temporal.conv2)

    @staticmethod
    def fits(block: SpatioTemporalResBlock) -> bool:
        """Whether the block is of the form that all known checkpoints have."""
        return block.temporal_res_block.conv_shortcut is None

    def forward(self, hidden_states, temb=None, image_only_indicator=None):
        frames, temporal = image_only_indicator.shape[-1], self.temporal
        spatial = self.spatial(hidden_states, temb)
        count, channels, height, width = spatial.shape
        video = spatial.reshape(count // frames, frames, channels, height * width).transpose(1, 2)
        x = self.conv1(temporal.nonlinearity(temporal.norm1(video)))
        if temporal.time_emb_proj is not None:
            x = x + temporal.time_emb_proj(temporal.nonlinearity(temb.reshape(count // frames, frames, -1))).transpose(1, 2).unsqueeze(-1)
        x = video + self.share * self.conv2(temporal.nonlinearity(temporal.norm2(x)))
        return x.transpose(1, 2).reshape(count, channels, height, width)


class FlatTemporalConv(torch.nn.Module):
    """TemporalConvLayer, with the rows and columns of a frame as one axis."""

    def __init__(self, layer: TemporalConvLayer):
        super().__init__()
        parts = (layer.conv1, layer.conv2, layer.conv3, layer.conv4)
        self.norms = torch.nn.ModuleList(part[0] for part in parts)
        self.convs = torch.nn.ModuleList(FramesConv(part[-1]) for part in parts)

    def forward(self, hidden_states, num_frames=1):
        count, channels, height, width = hidden_states.shape
        video = hidden_states.reshape(-1, num_frames, channels, height * width).transpose(1, 2)
        x = video
        for norm, conv in zip(self.norms, self.convs, strict=True):
            x = conv(F.silu(norm(x)))
        return (video + x).transpose(1, 2).reshape(count, channels, height, width)


class OneTokenTransformer(torch.nn.Module):
    """TransformerSpatioTemporalModel for a context of ONE token, as SVD's is: its softmax is 1, so cross-attention adds the same to every query.

    What the token adds is computed once per clip: neither query nor key nor the norm before them has a say.
    """

    def __init__(self, model: TransformerSpatioTemporalModel):
        super().__init__()
        self.model = model

    @staticmethod
    def fits(model: TransformerSpatioTemporalModel) -> bool:
        """Whether blocks are as SVD has them: plain norms, no change of width, cross-attention that adds and nothing else."""
        spatial, temporal = list(model.transformer_blocks), list(model.temporal_transformer_blocks)
        plain = all(block.norm_type == 'layer_norm' and block.pos_embed is None and not block.only_cross_attention for block in spatial)
        crossing = [block.attn2 for block in [*spatial, *temporal]]
        alike = all(
            attn is not None and not attn.residual_connection and attn.rescale_output_factor == 1 and not attn.norm_cross and attn.norm_q is None
            for attn in crossing
        )
        return plain and alike and all(block.is_res for block in temporal)

    @staticmethod
    def _said(attention, token):
        """What cross-attention adds to every query: token [B, 1, D] -> [B, 1, C]."""
        return attention.to_out[0](attention.to_v(token))

    def forward(self, hidden_states, encoder_hidden_states=None, image_only_indicator=None, return_dict=True):
        model, residual = self.model, hidden_states
        count, _, height, width = hidden_states.shape
        frames, tokens = image_only_indicator.shape[-1], height * width
        batch = count // frames
        token = encoder_hidden_states.reshape(batch, frames, -1)[:, :1]

        x = model.norm(hidden_states)
        channels = x.shape[1]
        x = model.proj_in(x.reshape(count, channels, tokens).transpose(1, 2))
        channels = x.shape[2]
        place = model.time_pos_embed(model.time_proj(torch.arange(frames)).to(x.dtype)).unsqueeze(1)
        alpha = model.time_mixer.get_alpha(torch.zeros(1, 1), 3).to(x.dtype)

        for block, temporal in zip(model.transformer_blocks, model.temporal_transformer_blocks, strict=True):
            x = x + block.attn1(block.norm1(x))
            x = (x.reshape(batch, frames * tokens, channels) + self._said(block.attn2, token)).reshape(count, tokens, channels)
            x = x + block.ff(block.norm3(x))
            y = (x.reshape(batch, frames, tokens, channels) + place).transpose(1, 2).reshape(batch * tokens, frames, channels)
            y = y + temporal.ff_in(temporal.norm_in(y))
            y = y + temporal.attn1(temporal.norm1(y))
            y = (y.reshape(batch, tokens * frames, channels) + self._said(temporal.attn2, token)).reshape(batch * tokens, frames, channels)
            y = y + temporal.ff(temporal.norm3(y))
            y = y.reshape(batch, tokens, frames, channels).transpose(1, 2).reshape(count, tokens, channels)
            x = alpha * x + (1 - alpha) * y

        x = model.proj_out(x).transpose(1, 2).reshape(count, -1, height, width) + residual
        return (x,)


class PhasedUpsample(torch.nn.Module):
    """Nearest upsampling by two and a 3x3 convolution as four 2x2 convolutions, one per phase of the result: 4 products per pixel instead of 9."""

    # Of three taps, those that fall on the same source pixel are summed: (taps on the nearer-to-zero pixel, taps on the next one).
    TAPS = (((0,), (1, 2)), ((0, 1), (2,)))

    def __init__(self, upsample: Upsample2D):
        super().__init__()
        conv = upsample.conv
        pick = lambda weight, phase, axis: torch.stack([sum(weight.select(axis, tap) for tap in taps) for taps in self.TAPS[phase]], axis)
        phases = [pick(pick(conv.weight, row, 2), column, 3) for row in (0, 1) for column in (0, 1)]
        self.weights = torch.nn.ParameterList(torch.nn.Parameter(phase.contiguous(), requires_grad=False) for phase in phases)
        self.bias = conv.bias

    @staticmethod
    def fits(upsample: Upsample2D) -> bool:
        """Whether it is a plain doubling with a 3x3 convolution behind it."""
        conv = upsample.conv if upsample.use_conv and upsample.name == 'conv' else None
        return conv is not None and upsample.norm is None and upsample.interpolate and conv.kernel_size == (3, 3) and conv.padding == (1, 1)

    def forward(self, hidden_states, output_size=None):
        if output_size is not None:
            raise ValueError('phases fit a doubling only')
        # the phase says on which sides the kernel reaches beyond its pixel: F.pad takes left, right, top, bottom
        parts = [
            F.conv2d(F.pad(hidden_states, (1 - column, column, 1 - row, row)), weight, self.bias)
            for weight, (row, column) in zip(self.weights, ((0, 0), (0, 1), (1, 0), (1, 1)), strict=True)
        ]
        count, channels, height, width = parts[0].shape
        stacked = torch.stack(parts, 1).reshape(count, 2, 2, channels, height, width)
        return stacked.permute(0, 3, 4, 1, 5, 2).reshape(count, channels, 2 * height, 2 * width)


Rewriting = dict[type, Callable[[torch.nn.Module], torch.nn.Module | None]]


def _when(fits: Callable, make: Callable) -> Callable:
    return lambda module: make(module) if fits(module) else None


def rewriting(contrib: bool, one_token: bool, doubles: bool) -> Rewriting:
    """What becomes of which class. `one_token`: the context has one token; `doubles`: upsampling is always by two; `contrib`: ONNX Runtime's own nodes."""
    rules: Rewriting = {
        GEGLU: lambda module: SplitGeglu(module, contrib),
        SpatioTemporalResBlock: _when(BlendedResBlock.fits, BlendedResBlock),
        TemporalConvLayer: FlatTemporalConv,
    }
    if one_token:
        rules[TransformerSpatioTemporalModel] = _when(OneTokenTransformer.fits, OneTokenTransformer)
    if doubles:
        rules[Upsample2D] = _when(PhasedUpsample.fits, PhasedUpsample)
    return rules


@contextmanager
def rewritten(network: torch.nn.Module, rules: Rewriting):
    """While it holds, modules of `network` that a rule knows are replaced, from the outside in; the network's weights are shared, not copied, where they stay."""
    replaced = []

    def visit(parent: torch.nn.Module) -> None:
        for name, child in list(parent.named_children()):
            # what stands for a module may hold it
            known = type(child) in rules and all(child is not original for _, _, original in replaced)
            made = rules[type(child)](child) if known else None
            if made is not None:
                setattr(parent, name, made)
                replaced.append((parent, name, child))
            visit(made or child)

    try:
        with torch.no_grad():
            visit(network)
        yield
    finally:
        for parent, name, child in reversed(replaced):
            setattr(parent, name, child)
