"""Exports scaled_dot_product_attention as com.microsoft::MultiHeadAttention, which never writes the matrix of all scores down."""

from contextlib import contextmanager

import torch
import torch.nn.functional as F

_reference = F.scaled_dot_product_attention


class _LegacyMultiHeadAttention(torch.autograd.Function):
    """[B, S, H*D] three times -> [B, S, H*D]; the TorchScript exporter asks `symbolic` for the node."""

    @staticmethod
    def forward(ctx, query, key, value, heads, scale):
        batch, _, width = query.shape
        split = lambda x: x.view(batch, -1, heads, x.shape[-1] // heads).transpose(1, 2)
        return _reference(split(query), split(key), split(value), scale=scale).transpose(1, 2).reshape(batch, -1, width)

    @staticmethod
    def symbolic(graph, query, key, value, heads, scale):
        return graph.op('com.microsoft::MultiHeadAttention', query, key, value, num_heads_i=heads, scale_f=scale).setType(query.type())


@contextmanager
def fused_attention(exporter: str):
    """While it holds, attention without mask or causality is traced as one contrib node; every other attention stays as it is.

    ONNX Runtime's flash kernel for CPUs takes neither mask nor bias, so nothing would be won by mapping those.
    """

    def attend(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None, enable_gqa=False):
        if attn_mask is not None or is_causal or enable_gqa or query.dim() != 4 or query.shape[-1] != value.shape[-1]:
            return _reference(query, key, value, attn_mask, dropout_p, is_causal, scale=scale, enable_gqa=enable_gqa)
        heads, width = int(query.shape[1]), int(query.shape[3])
        scale = width**-0.5 if scale is None else float(scale)
        flat = lambda x: x.transpose(1, 2).reshape(x.shape[0], x.shape[2], heads * width)
        if exporter == 'legacy':
            mixed = _LegacyMultiHeadAttention.apply(flat(query), flat(key), flat(value), heads, scale)
        else:
            mixed = torch.onnx.ops.symbolic(
                'com.microsoft::MultiHeadAttention', (flat(query), flat(key), flat(value)), {'num_heads': heads, 'scale': scale}, dtype=query.dtype,
                shape=(query.shape[0], query.shape[2], heads * width), version=1,
            )
        return mixed.view(query.shape[0], query.shape[2], heads, width).transpose(1, 2)

    F.scaled_dot_product_attention = attend
    torch.nn.functional.scaled_dot_product_attention = attend
    try:
        yield
    finally:
        F.scaled_dot_product_attention = _reference
        torch.nn.functional.scaled_dot_product_attention = _reference
