"""Blends exported graphs of one and the same network: the weighted mean of their weights (model soups; Wortsman et al. 2022).

python blend.py OUT SHARE GRAPH SHARE GRAPH ... : going on with new data forgets a little of the old; the mean of before and after keeps both.
"""

import sys

import numpy as np
import onnx
from onnx import numpy_helper


def blend(graphs, shares):
    """Models with the same initializers -> a model whose weights are their mean, weighed by `shares` (which add up to 1)."""
    weights = [{t.name: numpy_helper.to_array(t) for t in graph.graph.initializer} for graph in graphs]
    if any(list(w) != list(weights[0]) for w in weights) or abs(sum(shares) - 1) > 1e-6:
        raise ValueError("give graphs of the same network, and shares that add up to 1")
    out = onnx.ModelProto()
    out.CopyFrom(graphs[0])
    for tensor in out.graph.initializer:
        first = weights[0][tensor.name]
        if first.dtype in (np.float16, np.float32):
            mean = sum(share * w[tensor.name].astype(np.float64) for share, w in zip(shares, weights))
            tensor.CopyFrom(numpy_helper.from_array(mean.astype(first.dtype), tensor.name))
    return out


if __name__ == "__main__":
    path, *pairs = sys.argv[1:]
    onnx.save(blend([onnx.load(name) for name in pairs[1::2]], [float(share) for share in pairs[0::2]]), path)
