"""Puts a traced graph into the bundle: weights inside while they fit one protobuf, otherwise in one file beside it; seals files by hash."""

import hashlib
from pathlib import Path

import onnx
from onnx import TensorProto, external_data_helper

from compact import halve_exact, merge_equal_nodes, shorten_names, without_traces

EXTERNAL_FROM_BYTES = 1_800_000_000
# Smaller tensors (shapes, scales) stay in the graph, where ONNX Runtime wants them for constant folding.
LEAST_EXTERNAL_BYTES = 1024
ALIGNMENT_BYTES = 4096


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

    Returns {'sha256', 'bytes', 'externalData': [{'file', 'sha256', 'bytes'}]} for the manifest and the operator domains in use. One tensor is in memory at a time when the
    weights go beside the graph.
    """
    model = onnx.load(str(traced), load_external_data=False)
    without_traces(model)
    merge_equal_nodes(model.graph)
    shorten_names(model.graph)
    model.producer_name, model.producer_version = 'stillmotion', ''
    sizes = [_size(tensor, traced.parent) for tensor in model.graph.initializer]
    beside = sum(sizes) > EXTERNAL_FROM_BYTES
    data = target.with_name(target.name + '.data')
    stream = data.open('wb') if beside else None
    try:
        for tensor, size in zip(model.graph.initializer, sizes, strict=True):
            goes_beside = stream is not None and size >= LEAST_EXTERNAL_BYTES
            if not goes_beside and not external_data_helper.uses_external_data(tensor):
                continue
            content = _tensor_bytes(tensor, traced.parent)
            for field in ('float_data', 'int32_data', 'int64_data', 'double_data', 'uint64_data'):
                tensor.ClearField(field)
            del tensor.external_data[:]
            tensor.ClearField('data_location')
            tensor.ClearField('raw_data')
            if goes_beside:
                stream.write(b'\0' * (-stream.tell() % ALIGNMENT_BYTES))
                offset = stream.tell()
                stream.write(content)
                tensor.data_location = TensorProto.EXTERNAL
                for key, value in (('location', data.name), ('offset', str(offset)), ('length', str(len(content)))):
                    entry = tensor.external_data.add()
                    entry.key, entry.value = key, value
            else:
                tensor.raw_data = content
    finally:
        if stream is not None:
            stream.close()
    if halves:
        halve_exact(model.graph, LEAST_EXTERNAL_BYTES)
    target.write_bytes(model.SerializeToString())
    sealed = {**seal(target), 'externalData': [{'file': data.name, **seal(data)}] if beside else []}
    return sealed, {node.domain for node in model.graph.node}


def _size(tensor: TensorProto, folder: Path) -> int:
    if external_data_helper.uses_external_data(tensor):
        where = {entry.key: entry.value for entry in tensor.external_data}
        return int(where['length']) if 'length' in where else (folder / where['location']).stat().st_size
    return len(tensor.raw_data) or tensor.ByteSize()
