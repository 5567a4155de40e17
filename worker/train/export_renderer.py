"""Exports the renderer (renderer.py) to ONNX: prepare.onnx, frame.onnx, frame-layer.onnx, frame-flow.onnx, any even height and width.

python worker/train/export_renderer.py [folder]      then: node config/seal-models.mjs
"""
import sys
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch

from renderer import Frame, Prepare

PREPARE_IN = ["photo", "proxy", "field", "segmentation", "depth", "sway", "decode", "gate", "swing", "reach"]
PREPARE_OUT = ["luma", "chroma", "still", "still_chroma", "layer", "layer_chroma", "low", "flow", "wave_layer", "wave_still", "lit", "relief", "common", "activity"]
FRAME_IN = ["still", "chroma", "layer", "layer_chroma", "low", "flow", "wave_layer", "wave_still", "lit", "relief", "common", "pose", "parallax", "phase", "glow", "travel", "weight"]
AXES = {
    "photo": {0: "height", 1: "width"}, "proxy": {2: "proxy_height", 3: "proxy_width"},
    "luma": {2: "height", 3: "width"}, "still": {2: "height", 3: "width"},
    "chroma": {2: "half_height", 3: "half_width"}, "still_chroma": {2: "half_height", 3: "half_width"},
    "layer": {2: "layer_height", 3: "layer_width"}, "layer_chroma": {2: "layer_half_height", 3: "layer_half_width"}, "low": {2: "low_height", 3: "low_width"},
    **{name: {2: "proxy_height", 3: "proxy_width"} for name in ("flow", "wave_layer", "wave_still", "lit", "relief", "common")},
    "frame": {0: "bytes"},
}


def example(height, width, proxy_height, proxy_width, seed=0):
    g = torch.Generator().manual_seed(seed)
    rand = lambda *shape: torch.rand(*shape, generator=g)
    return (
        (rand(height, width, 3) * 255).to(torch.uint8), rand(1, 3, proxy_height, proxy_width), rand(1, 15, 32, 32) - 0.5,
        (rand(1, 13, 64, 64) * 4).softmax(1), rand(1, 1, 64, 64), rand(1, 1, 64, 64),
        torch.tensor([0.1, 0.02, 0.3, 0.05]), torch.ones(13), torch.tensor([0.6]), torch.tensor([1.0]),
    )


def controls(copies):
    return (
        torch.tensor([0.9, 0.02, 0.01, -0.02, 0.9, -0.01]), torch.tensor([0.02, 0.01, 0.03]),
        torch.tensor([[-0.2, 0.4], [-0.5, 0.1], [-0.9, -0.3]]), torch.tensor([0.3, -0.2]),
        torch.tensor([0.3, -0.7][:max(copies, 1)]), torch.tensor([0.7, 0.3][:copies] if copies == 2 else [1.0]),
    )


def export(module, arguments, inputs, outputs, path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(module, arguments, str(path), dynamo=False, opset_version=18, input_names=inputs, output_names=outputs,
                          dynamic_axes={k: v for k, v in AXES.items() if k in inputs or k in outputs}, keep_initializers_as_inputs=False)
    model = onnx.load(str(path))
    model.doc_string = model.producer_version = ""
    onnx.save(model, str(path))
    return [i.name for i in model.graph.input]


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    prepare = Prepare().eval()
    with torch.no_grad():
        export(prepare, example(192, 256, 96, 128), PREPARE_IN, PREPARE_OUT, folder / "prepare.onnx")
        names = {}
        for copies, name in ((0, "frame"), (1, "frame-layer"), (2, "frame-flow")):
            prepared = dict(zip(PREPARE_OUT, prepare(*example(192, 256, 96, 128))))
            names[name] = export(Frame(copies).eval(), (*frame_inputs(prepared, copies), *controls(copies)), FRAME_IN, ["frame"], folder / f"{name}.onnx")
        for size in ((192, 256, 96, 128), (256, 146, 120, 70), (64, 64, 160, 160)):
            inputs = example(*size, seed=1)
            wanted = dict(zip(PREPARE_OUT, prepare(*inputs)))
            session = onnxruntime.InferenceSession(str(folder / "prepare.onnx"), providers=["CPUExecutionProvider"])
            got = dict(zip(PREPARE_OUT, session.run(PREPARE_OUT, {k: v.numpy() for k, v in zip(PREPARE_IN, inputs)})))
            worst = max(float(np.abs(got[k] - wanted[k].numpy()).max()) for k in PREPARE_OUT)
            print(f"prepare {size}: worst difference {worst:.2e}")
            for copies, name in ((0, "frame"), (1, "frame-layer"), (2, "frame-flow")):
                arguments = (*frame_inputs(wanted, copies), *controls(copies))
                want = Frame(copies)(*arguments).numpy().astype(int)
                session = onnxruntime.InferenceSession(str(folder / f"{name}.onnx"), providers=["CPUExecutionProvider"])
                have = session.run(None, {k: v.numpy() for k, v in zip(FRAME_IN, arguments) if k in names[name]})[0].astype(int)
                print(f"  {name}: {np.abs(want - have).max()} levels at most, {(want != have).mean():.2e} of the bytes differ")


def frame_inputs(prepared, copies):
    still, chroma = ("luma", "chroma") if copies == 0 else ("still", "still_chroma")
    return tuple(prepared[k] for k in (still, chroma, *FRAME_IN[2:11]))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent / "models" / "motion")
