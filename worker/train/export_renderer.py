"""Exports the renderer (renderer.py) to ONNX, for any even height and width: prepare.onnx and frame.onnx.

python worker/train/export_renderer.py [folder]      then: node config/seal-models.mjs
"""
import sys
import warnings
from pathlib import Path
from random import Random

import numpy as np
import onnx
import onnxruntime
import torch

from renderer import Frame, Prepare

PREPARE_IN = ["photo", "proxy", "field", "segmentation", "depth", "sway", "decode", "strength", "swing", "reach", "drift"]
SHEETS = ["luma", "chroma", "mask", "mask_half", "layer", "layer_chroma"]
FIELDS = ["low", "flow", "wave_layer", "wave_still", "lit", "relief", "common"]
PREPARE_OUT = [*SHEETS, *FIELDS, "activity"]
FRAME_IN = [*FIELDS, "pose", "parallax", "phase", "glow", "travel", "weight"]
FRAME_OUT = ["shifts", "shade"]
AXES = {
    "photo": {0: "height", 1: "width"}, "proxy": {2: "proxy_height", 3: "proxy_width"},
    **{name: {2: "height", 3: "width"} for name in ("luma", "mask", "layer")},
    **{name: {2: "half_height", 3: "half_width"} for name in ("chroma", "mask_half", "layer_chroma")},
    **{name: {2: "field_height", 3: "field_width"} for name in [*FIELDS, *FRAME_OUT]},
}


def example(height, width, proxy_height, proxy_width, seed=0):
    g = torch.Generator().manual_seed(seed)
    rand = lambda *shape: torch.rand(*shape, generator=g)
    return (
        (rand(height, width, 3) * 255).to(torch.uint8), rand(1, 3, proxy_height, proxy_width), rand(1, 15, 32, 32) - 0.5,
        (rand(1, 13, 64, 64) * 4).softmax(1), rand(1, 1, 64, 64), rand(1, 1, 64, 64),
        torch.tensor([0.1, 0.02, 0.3, 0.05]), torch.ones(13), torch.tensor([0.6]), torch.tensor([1.0]), torch.tensor([-1.0, 0.0]),
    )


CONTROLS = (
    torch.tensor([0.9, 0.02, 0.01, -0.02, 0.9, -0.01]), torch.tensor([0.02, 0.01, 0.03]),
    torch.tensor([[-0.2, 0.4], [-0.5, 0.1], [-0.9, -0.3]]), torch.tensor([0.3, -0.2]), torch.tensor([0.3, -0.7]), torch.tensor([0.7, 0.3]),
)


# heights and widths of photo and proxy: small, large and at random, so that no two ways of rounding agree in all of them
SIZES = [(32, 48, 32, 48), (720, 540, 320, 240), (64, 320, 64, 320)] + [
    (2 * random.randrange(16, 200), 2 * random.randrange(16, 200), random.randrange(12, 200), random.randrange(12, 200)) for random in [Random(1)] for _ in range(24)]


def name_sizes(model, inputs, examples):
    """Writes down every inner value's shape: the sizes that never change, and one name for all that change alike.

    onnxruntime plans which values share memory when it opens a session. It cannot tell by itself that two sizes
    computed from the photo's are the same, and compares every value with all that came before: seconds instead of one.
    """
    outputs = [name for node in model.graph.node for name in node.output if name and name not in {o.name for o in model.graph.output}]
    open_model = onnx.ModelProto()
    open_model.CopyFrom(model)
    open_model.graph.output.extend(onnx.helper.make_empty_tensor_value_info(name) for name in outputs)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.enable_mem_reuse = False
    session = onnxruntime.InferenceSession(open_model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    feeds = [{k: v.numpy() for k, v in zip(inputs, example)} for example in examples]
    runs = [session.run(outputs, feed) for feed in feeds]
    names = {tuple(feed[k].shape[axis] for feed in feeds): name for k in inputs for axis, name in AXES.get(k, {}).items()}
    size = lambda values: values[0] if len(set(values)) == 1 else names.setdefault(values, f"s{len(names)}")
    del model.graph.value_info[:]
    for name, *values in zip(outputs, *runs):
        kind = onnx.helper.np_dtype_to_tensor_dtype(values[0].dtype)
        model.graph.value_info.append(onnx.helper.make_tensor_value_info(name, kind, [size(axis) for axis in zip(*(v.shape for v in values), strict=True)]))


def export(module, arguments, inputs, outputs, path, examples=()):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(module, arguments, str(path), dynamo=False, opset_version=18, input_names=inputs, output_names=outputs,
                          dynamic_axes={k: v for k, v in AXES.items() if k in inputs or k in outputs})
    # constants folded once here instead of whenever a session opens: half the nodes, and standard operators only
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(path)
    onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])
    model = onnx.load(str(path))
    if any(node.domain for node in model.graph.node):
        raise ValueError(f"{path.name} holds operators of the runtime")
    del model.opset_import[:]
    model.opset_import.append(onnx.helper.make_opsetid("", 18))
    model.doc_string = model.producer_version = ""
    if examples:
        name_sizes(model, inputs, examples)
    onnx.save(model, str(path))


MOST_ROUNDED, MOST_AWAY = 1e-3, 1e-3


def compare(path, inputs, outputs, arguments, wanted):
    """Holds the graph to the module: floats agree to MOST_AWAY; of a plane's bytes at most MOST_ROUNDED differ, and those by one level.

    What lies within a float's error of half a level may be rounded up by one and down by the other; a decision that
    falls the other way differs by more, or in more places.
    """
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    got = session.run(outputs, {k: v.numpy() for k, v in zip(inputs, arguments)})
    rounded, away = 0.0, 0.0
    for name, a, b in zip(outputs, got, wanted):
        difference = np.abs(a.astype(float) - b.numpy().astype(float))
        if a.dtype == np.uint8:
            share = float((difference > 0).mean())
            rounded = max(rounded, share)
            if difference.max() > 1 or share > MOST_ROUNDED:
                raise ValueError(f"{path.name}: {name} is not what the module makes: {share:.1e} of it differ, by up to {difference.max():.0f} levels")
        else:
            away = max(away, float(difference.max()))
            if difference.max() > MOST_AWAY:
                raise ValueError(f"{path.name}: {name} is not what the module makes: it differs by up to {difference.max():.1e}")
    print(f"{path.name} {tuple(arguments[0].shape)}: worst difference {away:.1e}; rounded the other way {rounded:.1e} of a plane")


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    prepare, frame = Prepare().eval(), Frame().eval()
    with torch.no_grad():
        first = example(192, 256, 96, 128)
        export(prepare, first, PREPARE_IN, PREPARE_OUT, folder / "prepare.onnx", [example(*size) for size in SIZES])
        fields = prepare(*first)[len(SHEETS):-1]
        export(frame, (*fields, *CONTROLS), FRAME_IN, FRAME_OUT, folder / "frame.onnx")
        for size in ((192, 256, 96, 128), (256, 146, 120, 70), (64, 320, 64, 320), (334, 218, 167, 109)):
            inputs = example(*size, seed=1)
            wanted = prepare(*inputs)
            compare(folder / "prepare.onnx", PREPARE_IN, PREPARE_OUT, inputs, wanted)
            controlled = (*wanted[len(SHEETS):-1], *CONTROLS)
            compare(folder / "frame.onnx", FRAME_IN, FRAME_OUT, controlled, frame(*controlled))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent / "models" / "motion")
