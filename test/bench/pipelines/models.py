"""Builds mid-size denoisers with random weights for the benchmark, in diffusers' layout, and exports each as the bundles do.

Usage: models.py FOLDER NAME...; writes FOLDER/NETWORK/{checkpoint/, denoiser.onnx} and FOLDER/NAME/{inputs.json, *.bin} unless they are there.
"""

import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / 'worker' / 'export'))

import torch  # noqa: E402
from diffusers import LTXVideoTransformer3DModel, UNetSpatioTemporalConditionModel, WanTransformer3DModel  # noqa: E402

import families.ltx  # noqa: E402
import families.svd  # noqa: E402
import families.wan  # noqa: E402
from checkpoint import Checkpoint  # noqa: E402
from graph import Graph, Options  # noqa: E402
from store import store  # noqa: E402
from tracing import export_graph  # noqa: E402
from verify import verify  # noqa: E402

WAN = {
    'num_attention_heads': 4, 'attention_head_dim': 128, 'in_channels': 48, 'out_channels': 48, 'text_dim': 4096, 'freq_dim': 256, 'ffn_dim': 2048,
    'num_layers': 11,
}
LTX = {'num_attention_heads': 8, 'attention_head_dim': 64, 'cross_attention_dim': 512, 'num_layers': 14, 'caption_channels': 4096}
SVD = {'block_out_channels': (64, 128, 256, 256), 'num_attention_heads': (1, 2, 4, 4), 'num_frames': 14}


@dataclass(frozen=True)
class Case:
    """A network, the pipeline whose checkpoint it would lie in, and the one shape it is measured at."""

    network: str
    model_class: type
    config: dict
    pipeline: str
    sides: tuple[int, int, int]
    batch: int


CASES = {
    # latent frames, rows, columns; Wan's patches are 2 by 2
    'svd': Case('svd', UNetSpatioTemporalConditionModel, SVD, 'StableVideoDiffusionPipeline', (14, 32, 32), 2),
    'wan': Case('wan', WanTransformer3DModel, WAN, 'WanImageToVideoPipeline', (5, 32, 32), 1),
    'ltx': Case('ltx', LTXVideoTransformer3DModel, LTX, 'LTXImageToVideoPipeline', (4, 16, 16), 2),
    'wan-long': Case('wan', WanTransformer3DModel, WAN, 'WanImageToVideoPipeline', (9, 64, 64), 1),
    'ltx-long': Case('ltx', LTXVideoTransformer3DModel, LTX, 'LTXImageToVideoPipeline', (9, 32, 32), 1),
}


def graph_of(case: Case, checkpoint: Checkpoint) -> Graph:
    """The denoiser's graph, by the exporter's own family modules."""
    if case.model_class is UNetSpatioTemporalConditionModel:
        return families.svd._unet(checkpoint, Options())
    if case.model_class is WanTransformer3DModel:
        return families.wan.transformer(checkpoint, Options(), 'transformer', per_token=True)
    return families.ltx.transformer(checkpoint, Options())


def inputs_of(case: Case) -> dict[str, torch.Tensor]:
    """One step's inputs: noise, a text of the reference's length, time 0 for the tokens of the first frame."""
    noise = torch.Generator().manual_seed(3)
    normal = lambda *shape: torch.randn(*shape, generator=noise)
    frames, rows, columns = case.sides
    if case.model_class is UNetSpatioTemporalConditionModel:
        return {
            'sample': normal(case.batch, frames, 8, rows, columns), 'timestep': torch.tensor([1.1]), 'encoder_hidden_states': normal(case.batch, 1, 1024),
            'added_time_ids': torch.tensor([[6.0, 127.0, 0.02]]).repeat(case.batch, 1),
        }
    is_wan = case.model_class is WanTransformer3DModel
    per_frame = rows * columns // (4 if is_wan else 1)
    times = {
        'timestep_rows': torch.tensor([0.0, 712.0]),
        'timestep_index': (torch.arange(frames * per_frame) >= per_frame).long()[None].repeat(case.batch, 1),
    }
    if is_wan:
        return {'hidden_states': normal(case.batch, 48, *case.sides), 'encoder_hidden_states': normal(case.batch, 512, 4096), **times}
    axes = (torch.arange(frames) * (8 / 25) / 20, torch.arange(rows) * 32 / 2048, torch.arange(columns) * 32 / 2048)
    return {
        'hidden_states': normal(case.batch, frames * per_frame, 128), 'encoder_hidden_states': normal(case.batch, 128, 4096), **times,
        'encoder_attention_mask': (torch.arange(128) < 40).long()[None].repeat(case.batch, 1),
        'rope_grid': torch.stack([axis.flatten() for axis in torch.meshgrid(*axes, indexing='ij')], dim=-1)[None],
    }


def build_network(case: Case, home: Path) -> None:
    """checkpoint/ and denoiser.onnx of a case's network; cases that differ only in shape share it."""
    component = 'unet' if case.model_class is UNetSpatioTemporalConditionModel else 'transformer'
    checkpoint = home / 'checkpoint'
    checkpoint.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(1)
    model = case.model_class(**case.config)
    with torch.no_grad():
        # parameters that begin as zeros or ones would switch whole branches off
        for parameter in model.parameters():
            if parameter.numel() == 1 or parameter.std() == 0:
                parameter.add_(torch.randn_like(parameter) * 0.05)
    print(f'{case.network}: {sum(one.numel() for one in model.parameters()) / 1e6:.0f} M parameters, exporting', flush=True)
    model.save_pretrained(checkpoint / component)
    index = {'_class_name': case.pipeline, 'expand_timesteps': True, component: ['diffusers', case.model_class.__name__]}
    (checkpoint / 'model_index.json').write_text(json.dumps(index))
    del model
    graph = graph_of(case, Checkpoint(checkpoint))
    target = home / 'denoiser.onnx'
    with tempfile.TemporaryDirectory(dir=home) as traced:
        export_graph(graph, Path(traced) / target.name, torch.float32, 'mha')
        store(Path(traced) / target.name, target)
    findings = verify(graph, target, torch.float32, 1)
    if not all(finding.is_within for finding in findings):
        raise SystemExit(f'{case.network}: the graph differs from torch: {findings}')


def build(folder: Path, name: str) -> None:
    """Everything both sides read for one case."""
    case = CASES[name]
    if not (folder / case.network / 'denoiser.onnx').is_file():
        build_network(case, folder / case.network)
    (folder / name).mkdir(exist_ok=True)
    spec = {'network': case.network, 'ports': {}}
    for port, tensor in inputs_of(case).items():
        (folder / name / f'{port}.bin').write_bytes(tensor.contiguous().numpy().tobytes())
        spec['ports'][port] = {'dtype': str(tensor.dtype).removeprefix('torch.'), 'dims': list(tensor.shape)}
    (folder / name / 'inputs.json').write_text(json.dumps(spec))


if __name__ == '__main__':
    for wanted in sys.argv[2:]:
        build(Path(sys.argv[1]), wanted)
