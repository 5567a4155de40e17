"""Makes a traced graph small without changing what it computes: equal nodes once, short names, no traces, weights in sixteen bits where exact."""

import numpy
import onnx
from onnx import TensorProto, helper

# Their output is not a function of their inputs and attributes alone.
RANDOM = {'RandomNormal', 'RandomNormalLike', 'RandomUniform', 'RandomUniformLike', 'Bernoulli', 'Multinomial', 'Dropout'}


def without_traces(model: onnx.ModelProto) -> None:
    """Removes stack traces, shapes of intermediate values and documentation: more than half of a small graph."""
    del model.metadata_props[:]
    model.doc_string = ''
    pending = [model.graph, *model.functions]
    while pending:
        part = pending.pop()
        part.doc_string = ''
        del part.metadata_props[:]
        if isinstance(part, onnx.GraphProto):
            del part.value_info[:]
            for value in [*part.input, *part.output, *part.initializer]:
                value.doc_string = ''
                del value.metadata_props[:]
        for node in part.node:
            node.name = node.doc_string = ''
            del node.metadata_props[:]
            for attribute in node.attribute:
                attribute.doc_string = ''
                pending.extend([attribute.g] if attribute.HasField('g') else attribute.graphs)


def _has_graph(node: onnx.NodeProto) -> bool:
    return any(attribute.HasField('g') or attribute.graphs for attribute in node.attribute)


def merge_equal_nodes(graph: onnx.GraphProto) -> None:
    """Keeps the first of nodes that compute the same from the same; the TorchScript exporter writes every shape out anew.

    Leaves graphs with control flow alone: a body may name any value outside of it.
    """
    if any(_has_graph(node) for node in graph.node):
        return
    results = {value.name for value in graph.output}
    first: dict[tuple, onnx.NodeProto] = {}
    instead: dict[str, str] = {}
    kept = []
    for node in graph.node:
        for index, name in enumerate(node.input):
            node.input[index] = instead.get(name, name)
        attributes = tuple(sorted(attribute.SerializeToString(deterministic=True) for attribute in node.attribute))
        key = (node.domain, node.op_type, tuple(node.input), attributes, len(node.output))
        if node.op_type in RANDOM or results & set(node.output) or key not in first:
            first.setdefault(key, node)
            kept.append(node)
        else:
            instead |= dict(zip(node.output, first[key].output, strict=True))
    del graph.node[:]
    graph.node.extend(kept)


def shorten_names(graph: onnx.GraphProto) -> None:
    """Numbers the values between the ports; weights and ports keep their names. Leaves graphs with control flow alone."""
    if any(_has_graph(node) for node in graph.node):
        return
    fixed = {value.name for value in [*graph.input, *graph.output, *graph.initializer]} | {''}
    short: dict[str, str] = {}
    for node in graph.node:
        for names in (node.input, node.output):
            for index, name in enumerate(names):
                if name not in fixed:
                    names[index] = short.setdefault(name, f'_{len(short)}')


def exact_half(content: bytes) -> tuple[int, bytes] | None:
    """float32 values as float16 or bfloat16 (ONNX's number of the type, bytes), or None where either would lose something."""
    values = numpy.frombuffer(content, numpy.float32)
    with numpy.errstate(over='ignore'):
        halves = values.astype(numpy.float16)
    if numpy.array_equal(halves.astype(numpy.float32), values):
        return TensorProto.FLOAT16, halves.tobytes()
    words = values.view(numpy.uint32)
    return None if (words & 0xFFFF).any() else (TensorProto.BFLOAT16, (words >> 16).astype(numpy.uint16).tobytes())


def widen(graph: onnx.GraphProto, names: dict[str, str]) -> None:
    """Puts a Cast to float32 before everything else for each stored name -> name the nodes use; ONNX Runtime folds it when it loads."""
    rest = list(graph.node)
    del graph.node[:]
    graph.node.extend([*(helper.make_node('Cast', [stored], [used], to=TensorProto.FLOAT) for stored, used in names.items()), *rest])
