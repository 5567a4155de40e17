"""Full-size denoisers with random weights for the GPU comparison: builds and exports them in fp16, and runs torch's side.

Usage: denoisers.py build FOLDER NAME [--tiny]   writes FOLDER/NAME/{checkpoint/, denoiser.onnx, inputs.json, *.bin}
       denoisers.py run FOLDER NAME [--tiny]     per line of stdin (a number of steps) one line of JSON: seconds per step; writes reference.bin
Random weights prove time and agreement, never picture quality.
"""

import argparse
import json
import sys
import time
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / 'test' / 'bench' / 'pipelines'), str(ROOT / 'worker' / 'export')]

import numpy  # noqa: E402
import torch  # noqa: E402
from checkpoint import Checkpoint  # noqa: E402
from diffusers import LTXVideoTransformer3DModel, UNetSpatioTemporalConditionModel  # noqa: E402
from families import ltx, svd  # noqa: E402
from graph import Options  # noqa: E402
from models import Case, inputs_of  # noqa: E402
from store import store  # noqa: E402
from tracing import export_graph  # noqa: E402

# As published; the classes' own defaults but for SVD's heads. Latent frames, rows, columns of the pipelines' usual clips.
FULL = {
    'svd': Case('svd', UNetSpatioTemporalConditionModel, {'num_attention_heads': (5, 10, 20, 20)}, 'StableVideoDiffusionPipeline', (14, 72, 128), 2),
    'ltx': Case('ltx', LTXVideoTransformer3DModel, {}, 'LTXImageToVideoPipeline', (21, 15, 22), 2),
}
NARROW_LTX = {'num_attention_heads': 2, 'attention_head_dim': 32, 'cross_attention_dim': 64, 'num_layers': 2}
TINY = {
    'svd': replace(FULL['svd'], config={'block_out_channels': (32, 32, 32, 32), 'num_attention_heads': (1, 1, 1, 1)}, sides=(3, 8, 16)),
    'ltx': replace(FULL['ltx'], config=NARROW_LTX, sides=(3, 4, 6)),
}


def component_of(case: Case) -> str:
    """The folder of the network in a checkpoint."""
    return 'unet' if case.model_class is UNetSpatioTemporalConditionModel else 'transformer'


def build(case: Case, home: Path, dtype: torch.dtype) -> None:
    """Everything both sides read."""
    component, checkpoint = component_of(case), home / 'checkpoint'
    checkpoint.mkdir(parents=True)
    torch.manual_seed(1)
    model = case.model_class(**case.config)
    with torch.no_grad():
        # parameters that begin as zeros or ones would switch whole branches off
        for parameter in model.parameters():
            if parameter.numel() == 1 or parameter.std() == 0:
                parameter.add_(torch.randn_like(parameter) * 0.05)
    print(f'{case.network}: {sum(one.numel() for one in model.parameters()) / 1e6:.0f} M parameters, exporting', file=sys.stderr, flush=True)
    model.to(dtype).save_pretrained(checkpoint / component)
    (checkpoint / 'model_index.json').write_text(json.dumps({'_class_name': case.pipeline, component: ['diffusers', case.model_class.__name__]}))
    del model
    options = Options(dtype=dtype)
    graph = svd._unet(Checkpoint(checkpoint), options) if component == 'unet' else ltx.transformer(Checkpoint(checkpoint), options)
    traced = home / 'traced'
    traced.mkdir()
    export_graph(graph, traced / 'denoiser.onnx', dtype, 'mha')
    store(traced / 'denoiser.onnx', home / 'denoiser.onnx')
    ports = {}
    for port, tensor in inputs_of(case).items():
        (home / f'{port}.bin').write_bytes(tensor.contiguous().numpy().tobytes())
        ports[port] = {'dtype': str(tensor.dtype).removeprefix('torch.'), 'dims': list(tensor.shape)}
    (home / 'inputs.json').write_text(json.dumps(ports))


def run(case: Case, home: Path, dtype: torch.dtype, device: str) -> None:
    """Answers until stdin ends; a step is one prediction."""
    given = {
        port: torch.from_numpy(numpy.fromfile(home / f'{port}.bin', one['dtype']).reshape(one['dims'])).to(device)
        for port, one in json.loads((home / 'inputs.json').read_text()).items()
    }
    model = case.model_class.from_pretrained(home / 'checkpoint' / component_of(case), torch_dtype=dtype).to(device).eval().requires_grad_(False)
    finish = torch.cuda.synchronize if device == 'cuda' else lambda: None
    half = {port: tensor.to(dtype) if tensor.is_floating_point() else tensor for port, tensor in given.items()}

    def predict() -> torch.Tensor:
        if component_of(case) == 'unet':
            return model(half['sample'], given['timestep'], half['encoder_hidden_states'], half['added_time_ids'], return_dict=False)[0]
        timestep = given['timestep_rows'][given['timestep_index']]
        return model(
            half['hidden_states'], half['encoder_hidden_states'], timestep, given['encoder_attention_mask'], *case.sides,
            rope_interpolation_scale=(8 / 25, 32, 32), return_dict=False,
        )[0]

    print(json.dumps({'ready': True, 'device': torch.cuda.get_device_name() if device == 'cuda' else 'CPU'}), flush=True)
    for line in sys.stdin:
        steps = int(line)
        finish()
        began = time.perf_counter()
        with torch.no_grad():
            for _ in range(steps):
                prediction = predict()
        finish()
        seconds = (time.perf_counter() - began) / steps
        (home / 'reference.bin').write_bytes(prediction.float().cpu().numpy().tobytes())
        print(json.dumps({'stepS': seconds}), flush=True)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('what', choices=('build', 'run'))
    parser.add_argument('folder', type=Path)
    parser.add_argument('name', choices=tuple(FULL))
    parser.add_argument('--tiny', action='store_true', help='a few channels wide, fp32, on the CPU: proves the plumbing only')
    arguments = parser.parse_args()
    case = (TINY if arguments.tiny else FULL)[arguments.name]
    dtype = torch.float32 if arguments.tiny else torch.float16
    home = arguments.folder / arguments.name
    if arguments.what == 'build':
        build(case, home, dtype)
    else:
        run(case, home, dtype, 'cpu' if arguments.tiny else 'cuda')


if __name__ == '__main__':
    main()
