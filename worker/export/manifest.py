"""Writes manifest.json and the small files a bundle takes over from its checkpoint: tokenizer, scheduler, preprocessor."""

import json
import shutil
from importlib.metadata import version
from pathlib import Path

import torch

from checkpoint import Checkpoint, Refusal
from graph import Graph
from store import seal

FORMAT_VERSION = 1
EXPORTER = 'stillmotion 1'
# Folder -> files taken over; the first of each is required.
COPIED = {
    'tokenizer': ('tokenizer.json', 'tokenizer_config.json'),
    'scheduler': ('scheduler_config.json',),
    'feature_extractor': ('preprocessor_config.json',),
}
DTYPE_WORDS = {torch.float32: 'fp32', torch.float16: 'fp16', torch.bfloat16: 'bf16'}
PORT_WORDS = {torch.float32: 'float32', torch.int64: 'int64', torch.uint8: 'uint8'}


def describe(graph: Graph, sealed: dict, dtype: torch.dtype, attention: str, results: dict[str, torch.dtype]) -> dict:
    """One entry of `components`. `results`: dtype of every output."""
    port = lambda name, dims, kind: {'name': name, 'dtype': PORT_WORDS[kind], 'dims': list(dims)}
    return {
        'file': f'{graph.name}.onnx', **sealed, 'dtype': DTYPE_WORDS[dtype], 'attention': attention,
        'inputs': [port(name, dims, graph.examples[0][name].dtype) for name, dims in graph.inputs.items()],
        'outputs': [port(name, dims, results[name]) for name, dims in graph.outputs.items()],
    }


def copy_files(checkpoint: Checkpoint, bundle: Path) -> list[dict]:
    """Takes the small files over and seals them; makes tokenizer.json where the checkpoint has only its older parts."""
    sealed = []
    for folder, names in COPIED.items():
        if not checkpoint.has(folder):
            continue
        for index, name in enumerate(names):
            source, target = checkpoint.path / folder / name, bundle / folder / name
            target.parent.mkdir(exist_ok=True)
            if source.is_file():
                shutil.copyfile(source, target)
            elif name == 'tokenizer.json':
                _convert_tokenizer(source.parent, target)
            elif index == 0:
                raise Refusal(f'{source} is missing. Download the checkpoint again, whole.')
            else:
                continue
            sealed.append({'file': f'{folder}/{name}', **seal(target)})
    return sealed


def _convert_tokenizer(folder: Path, target: Path) -> None:
    from transformers import AutoTokenizer

    try:
        AutoTokenizer.from_pretrained(str(folder), local_files_only=True).backend_tokenizer.save(str(target))
    except Exception as cause:
        raise Refusal(f'{folder} holds no tokenizer.json, and none could be made of its other files: {cause}') from cause


def write_manifest(bundle: Path, family: str, facts: dict, components: dict, files: list[dict], source: dict) -> None:
    """Writes manifest.json as worker/onnx/bundle-manifest.ts reads it; `source` has repo, revision, licence and opset."""
    manifest = {
        'formatVersion': FORMAT_VERSION, 'family': family,
        'source': {**source, 'exporter': EXPORTER, 'torch': version('torch'), 'diffusers': version('diffusers')},
        'components': components, 'files': files, **facts,
    }
    (bundle / 'manifest.json').write_text(json.dumps(manifest, indent=1, allow_nan=False) + '\n', 'utf8')
