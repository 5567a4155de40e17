"""Puts a traced graph into the bundle: weights inside while they fit one protobuf, otherwise in one file beside it; seals files by hash."""

import hashlib
from contextlib import nullcontext
from pathlib import Path

import onnx
from onnx import TensorProto, external_data_helper

from compact import exact_half, merge_equal_nodes, shorten_names, widen, without_traces

EXTERNAL_FROM_BYTES = 1_800_000_000
# Smaller tensors (shapes, scales) stay in the graph, where ONNX Runtime wants them for constant folding.
LEAST_EXTERNAL_BYTES = 1024
ALIGNMENT_BYTES = 4096
TYPED_FIELDS = ('float_data', 'int32_data', 'int64_data', 'double_data', 'uint64_data')


def seal(path: Path) -> dict:
    """{'sha256', 'bytes'} of a file, read in pieces."""
    digest = hashlib.sha256()
    with path.open('rb') as stream:
        while piece := stream.read(1 << 22):
            digest.update(piece)
    return {'sha256': digest.hexdigest(), 'bytes': path.stat().st_size}


def _tensor_bytes(tensor: TensorProto, folder: Path) -> bytes:
    if external_data_helper.uses_external_data(tensor):
        where = {entry.key: entry.value for entry in tensor.external_data}
        offset = int(where.get('offset', 0))
        with (folder / where['location']).open('rb') as stream:
            stream.seek(offset)
            return stream.read(int(where['length'])) if 'length' in where else stream.read()
    return tensor.raw_data or onnx.numpy_helper.to_array(tensor).tobytes()


def store(traced: Path, target: Path, halves: bool = False) -> tuple[dict, set[str]]:
    """Moves the graph `traced` (with whatever lies beside it) to `target`, with `halves` its weights in sixteen bits where that is exact.

    Returns {"sha256", "bytes", "externalData": [{"file", "sha256", "bytes"}]} for the manifest and the operator domains in use. One tensor is in
    memory at a time when the weights go beside the graph.
    """
    model = onnx.load(str(traced), load_external_data=False)
    without_traces(model)
    merge_equal_nodes(model.graph)
    shorten_names(model.graph)
    model.producer_name, model.producer_version = 'stillmotion', ''
    sizes = [_size(tensor, traced.parent) for tensor in model.graph.initializer]
    beside = sum(sizes) > EXTERNAL_FROM_BYTES
    data = target.with_name(target.name + '.data')
    widened = {}
    with data.open('wb') if beside else nullcontext() as stream:
        for tensor, size in zip(model.graph.initializer, sizes, strict=True):
            content = _tensor_bytes(tensor, traced.parent)
            if halves and tensor.data_type == TensorProto.FLOAT and size >= LEAST_EXTERNAL_BYTES and (half := exact_half(content)):
                widened[f'{tensor.name}.half'] = tensor.name
                tensor.name, (tensor.data_type, content) = f'{tensor.name}.half', half
            for field in (*TYPED_FIELDS, 'data_location', 'external_data'):
                tensor.ClearField(field)
            if stream is None or size < LEAST_EXTERNAL_BYTES:
                tensor.raw_data = content
                continue
            tensor.ClearField('raw_data')
            stream.write(b'\0' * (-stream.tell() % ALIGNMENT_BYTES))
            tensor.data_location = TensorProto.EXTERNAL
            for key, value in (('location', data.name), ('offset', str(stream.tell())), ('length', str(len(content)))):
                tensor.external_data.add(key=key, value=value)
            stream.write(content)
    widen(model.graph, widened)
    target.write_bytes(model.SerializeToString())
    sealed = {**seal(target), 'externalData': [{'file': data.name, **seal(data)}] if beside else []}
    return sealed, {node.domain for node in model.graph.node}


def _size(tensor: TensorProto, folder: Path) -> int:
    if external_data_helper.uses_external_data(tensor):
        where = {entry.key: entry.value for entry in tensor.external_data}
        return int(where['length']) if 'length' in where else (folder / where['location']).stat().st_size
    return len(tensor.raw_data) or tensor.ByteSize()
