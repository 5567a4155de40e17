"""Operators that the transformer families share, traced as one ONNX Runtime contrib node each and computed by torch everywhere else."""

import torch
import torch.nn.functional as F

MASKED = -10000.0


def _is_traced(contrib: bool) -> bool:
    return contrib and torch.compiler.is_exporting()


def attention(query, key, value, heads: int, contrib: bool, key_mask=None):
    """Multi-head attention. query [B, S, H*d], key and value [B, L, H*d], key_mask int64 [B, L] (0: adds -10000) -> [B, S, H*d].

    The contrib node reads tokens where they lie: no Transpose per operand, and without a mask no [B, H, S, L] in memory.
    """
    scale = (query.shape[-1] // heads) ** -0.5
    if _is_traced(contrib):
        mask = () if key_mask is None else (None, key_mask.to(torch.int32))
        attributes = {'num_heads': heads, 'scale': scale, 'mask_filter_value': MASKED}
        return torch.onnx.ops.symbolic(
            'com.microsoft::MultiHeadAttention', (query, key, value, *mask), attributes, dtype=query.dtype, shape=query.shape, version=1
        )
    split = lambda x: x.unflatten(2, (heads, -1)).transpose(1, 2)
    bias = None if key_mask is None else ((1 - key_mask.to(query.dtype)) * MASKED)[:, None, None, :]
    return F.scaled_dot_product_attention(split(query), split(key), split(value), attn_mask=bias).transpose(1, 2).flatten(2, 3)


def rotate(x, cos, sin, heads: int, contrib: bool):
    """Rotary embedding of neighbouring channels, in float32. x [B, T, heads*d]; cos and sin [T, d/2], the same for every head."""
    full = x.float()
    if _is_traced(contrib):
        start = torch.zeros(1, dtype=torch.int64)
        turned = torch.onnx.ops.symbolic(
            'com.microsoft::RotaryEmbedding', (full, start, cos, sin), {'interleaved': 1, 'num_heads': heads}, dtype=full.dtype, shape=full.shape, version=1
        )
        return turned.to(x.dtype)
    pairs = full.unflatten(2, (heads, -1, 2))
    real, imaginary = pairs[..., 0], pairs[..., 1]
    cos, sin = cos[None, :, None], sin[None, :, None]
    return torch.stack((real * cos - imaginary * sin, imaginary * cos + real * sin), dim=-1).flatten(2).to(x.dtype)


def rms_norm(x, weight, eps: float):
    """x divided by its root mean square along the last axis, in float32, times `weight`.

    Written as a division, which ONNX Runtime recognises and computes in one pass; torch's own export multiplies by a reciprocal.
    """
    full = x.float()
    return (full / torch.sqrt(full.pow(2).mean(-1, keepdim=True) + eps) * weight.float()).to(x.dtype)


def frames_of(sample):
    """[1, 3, F, H, W] in -1..1 -> uint8 [F, H, W, 3], rounded half to even."""
    return ((sample[0].permute(1, 2, 3, 0) / 2 + 0.5).clamp(0, 1) * 255).round().to(torch.uint8)
