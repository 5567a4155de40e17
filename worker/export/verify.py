"""Runs a stored graph in ONNX Runtime and compares it with torch, because an export that succeeds may still compute something else."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy
import onnxruntime
import torch

from graph import Graph
from tracing import Borders

# Largest error as a share of the output's largest value; float16 and bfloat16 round at every operation.
TOLERANCE = {torch.float32: 1e-4, torch.float16: 5e-2, torch.bfloat16: 2e-1}


@dataclass(frozen=True)
class Finding:
    """How far one output was from torch at one shape."""

    output: str
    dtype: torch.dtype
    shape: tuple[int, ...]
    max_abs: float
    max_rel: float
    is_within: bool


def open_session(path: Path) -> onnxruntime.InferenceSession:
    """A session on the CPU, or on the first other provider this onnxruntime was built with that the machine has."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=onnxruntime.get_available_providers())


def verify(graph: Graph, path: Path, dtype: torch.dtype, examples: int) -> list[Finding]:
    """Compares every output at the first `examples` shapes; where no kernel runs the graph (bfloat16 on a CPU) the errors are NaN."""
    try:
        session = open_session(path)
    except onnxruntime.capi.onnxruntime_pybind11_state.NotImplemented:
        if dtype != torch.bfloat16:
            raise
        session = None
    wrapped = Borders(replace(graph, module=graph.reference or graph.module), dtype).eval()
    findings = []
    for example in graph.examples[:examples]:
        with torch.no_grad():
            expected = wrapped(*(example[name] for name in graph.inputs))
        if session is None:
            findings += [Finding(name, value.dtype, tuple(value.shape), float('nan'), float('nan'), True) for name, value in zip(graph.outputs, expected, strict=True)]
            continue
        actual = session.run(list(graph.outputs), {name: example[name].numpy() for name in graph.inputs})
        findings += [_compare(name, want, got, dtype) for name, want, got in zip(graph.outputs, expected, actual, strict=True)]
    return findings


def _compare(name: str, expected: torch.Tensor, actual: numpy.ndarray, dtype: torch.dtype) -> Finding:
    want = expected.numpy()
    if want.shape != actual.shape or want.dtype != actual.dtype:
        return Finding(f'{name} ({want.dtype}{list(want.shape)} in torch)', expected.dtype, actual.shape, float('inf'), float('inf'), False)
    distance = numpy.abs(want.astype(numpy.float64) - actual.astype(numpy.float64))
    max_abs = float(distance.max(initial=0))
    scale = float(numpy.abs(want.astype(numpy.float64)).max(initial=0))
    max_rel = max_abs / scale if scale > 0 else max_abs
    # A rounded byte may fall to the other side.
    is_within = max_abs <= 1 and distance.mean() < 0.01 if want.dtype == numpy.uint8 and dtype == torch.float32 else max_rel <= TOLERANCE[dtype]
    return Finding(name, expected.dtype, actual.shape, max_abs, max_rel, bool(is_within) and bool(numpy.isfinite(actual).all()))
