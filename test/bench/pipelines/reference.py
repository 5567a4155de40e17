"""diffusers' denoiser in a step loop, in torch eager on one thread: the side that the benchmark compares with.

Usage: reference.py FOLDER NAME; per line of stdin (a number of steps) one line of JSON on stdout: seconds by the clock and of CPU per step, and
the peak of resident memory so far. Writes the latents after the last run to FOLDER/NAME/reference.bin.
"""

import json
import sys
import time
from pathlib import Path

import numpy
import torch
from models import CASES

# Steps change the latents by this much of the prediction: any value does, as long as both sides use the same.
STEP = -0.25


def peak_bytes() -> int:
    """VmHWM of this process (proc(5))."""
    lines = Path('/proc/self/status').read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith('VmHWM'))


def denoiser_of(name: str, folder: Path):
    """A function of the benchmark's ports: the model as diffusers' pipelines call it."""
    case = CASES[name]
    component = 'unet' if name.startswith('svd') else 'transformer'
    model = case.model_class.from_pretrained(folder / case.network / 'checkpoint' / component).eval().requires_grad_(False)
    if name.startswith('svd'):
        return lambda given: model(**given, return_dict=False)[0]

    frames, rows, columns = case.sides

    def predict(given: dict[str, torch.Tensor]) -> torch.Tensor:
        timestep = given['timestep_rows'][given['timestep_index']]
        hidden, text = given['hidden_states'], given['encoder_hidden_states']
        if name.startswith('wan'):
            return model(hidden, timestep, text, return_dict=False)[0]
        return model(
            hidden, text, timestep, given['encoder_attention_mask'], frames, rows, columns, rope_interpolation_scale=(8 / 25, 32, 32), return_dict=False
        )[0]

    return predict


def main(folder: Path, name: str) -> None:
    """Answers until stdin ends."""
    torch.set_num_threads(1)
    spec = json.loads((folder / name / 'inputs.json').read_text())['ports']
    given = {port: torch.from_numpy(numpy.fromfile(folder / name / f'{port}.bin', one['dtype']).reshape(one['dims'])) for port, one in spec.items()}
    denoise = denoiser_of(name, folder)
    moving = 'sample' if 'sample' in given else 'hidden_states'
    print(json.dumps({'ready': True, 'peakBytes': peak_bytes()}), flush=True)
    for line in sys.stdin:
        steps, state = int(line), dict(given)
        wall, cpu = time.perf_counter(), time.process_time()
        with torch.no_grad():
            for _ in range(steps):
                prediction, latents = denoise(state), state[moving].clone()
                if name.startswith('svd'):
                    latents[:, :, :4] += STEP * prediction
                else:
                    latents += STEP * prediction
                state[moving] = latents
        answer = {'wallS': (time.perf_counter() - wall) / steps, 'cpuS': (time.process_time() - cpu) / steps, 'peakBytes': peak_bytes()}
        (folder / name / 'reference.bin').write_bytes(state[moving].numpy().tobytes())
        print(json.dumps(answer), flush=True)


if __name__ == '__main__':
    main(Path(sys.argv[1]), sys.argv[2])
