"""Turns a Graph into an ONNX file: float32 at the borders, one exporter or the other, no traces of this machine inside."""

import warnings
from contextlib import contextmanager, nullcontext
from pathlib import Path

import torch

from attention import fused_attention
from families.unet_ops import rewriting, rewritten
from graph import Graph

CONTRIB_DOMAIN = 'com.microsoft'


class Borders(torch.nn.Module):
    """Casts float32 inputs to the module's dtype and its float outputs back to float32."""

    def __init__(self, graph: Graph, dtype: torch.dtype):
        super().__init__()
        self.module = graph.module
        self.names = list(graph.inputs)
        self.keep = graph.keep_float32
        self.dtype = dtype

    def forward(self, *values):
        inside = [
            value.to(self.dtype) if value.dtype == torch.float32 and name not in self.keep else value for name, value in zip(self.names, values, strict=True)
        ]
        return tuple(value.float() if value.is_floating_point() else value for value in self.module(*inside))


@contextmanager
def patched_torch():
    """repeat_interleave over whole rows as expand and reshape: with a symbolic count its own export yields graphs that do not run."""
    original = torch.Tensor.repeat_interleave

    def repeat_interleave(self, repeats, dim=None, output_size=None):
        if dim is None or isinstance(repeats, torch.Tensor) and repeats.dim() > 0:
            return original(self, repeats, dim=dim) if output_size is None else original(self, repeats, dim=dim, output_size=output_size)
        axis = dim % self.dim()
        shape = list(self.shape)
        wide = self.unsqueeze(axis + 1).expand(*shape[: axis + 1], repeats, *shape[axis + 1 :])
        return wide.reshape(*shape[:axis], shape[axis] * repeats, *shape[axis + 1 :])

    torch.Tensor.repeat_interleave = repeat_interleave
    try:
        yield
    finally:
        torch.Tensor.repeat_interleave = original


def dynamic_axes(graph: Graph) -> dict[str, dict[int, str]]:
    """Port name -> {axis: symbol} for the sides that may change."""
    ports = {**graph.inputs, **graph.outputs}
    return {name: {axis: dim for axis, dim in enumerate(dims) if isinstance(dim, str)} for name, dims in ports.items()}


def export_graph(graph: Graph, path: Path, dtype: torch.dtype, attention: str) -> None:
    """Writes `graph` to `path` (weights perhaps in files beside it; store.py tidies them)."""
    wrapped = Borders(graph, dtype).eval()
    arguments = tuple(graph.examples[0][name] for name in graph.inputs)
    # The TorchScript exporter cannot write bfloat16 constants.
    exporter = 'dynamo' if dtype == torch.bfloat16 else graph.exporter
    fused = fused_attention(exporter) if fuses_attention(graph, attention) else nullcontext()
    rules = rewriting(exporter == 'legacy' and fuses_attention(graph, attention), graph.one_token, graph.doubles)
    with torch.no_grad(), patched_torch(), fused, rewritten(graph.module, rules), warnings.catch_warnings():
        warnings.simplefilter('ignore')
        if exporter == 'legacy':
            torch.onnx.export(
                wrapped, arguments, str(path), dynamo=False, opset_version=graph.opset, input_names=list(graph.inputs), output_names=list(graph.outputs),
                dynamic_axes={name: axes for name, axes in dynamic_axes(graph).items() if axes},
            )
            return
        automatic = torch.export.Dim.AUTO
        shapes = tuple({axis: automatic for axis, dim in enumerate(dims) if isinstance(dim, str)} for dims in graph.inputs.values())
        program = torch.onnx.export(
            wrapped, arguments, dynamo=True, opset_version=graph.opset, input_names=list(graph.inputs), output_names=list(graph.outputs),
            dynamic_shapes=(shapes,), optimize=True, verbose=False,
        )
        program.save(str(path), external_data=True)


def fuses_attention(graph: Graph, attention: str) -> bool:
    """Whether this graph's attention becomes the contrib node."""
    return attention == 'mha' and graph.attention == 'mha'
