"""Exports the face finder's three networks, trained by others, to ONNX: pnet.onnx, rnet.onnx and onet.onnx.

python export_faces.py [--wheel facenet_pytorch-2.6.0-py3-none-any.whl] [folder]      then: node config/seal-models.mjs

Networks: MTCNN (Zhang et al. 2016, "Joint face detection and alignment using multitask cascaded convolutional networks").
Weights: data/*.pt of the PyPI package facenet-pytorch (MIT licence); they are fetched with pip when no wheel is named.
"""
import argparse
import hashlib
import io
import subprocess
import sys
import tempfile
import warnings
import zipfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn

from export import OPSET, store_half

PACKAGE, WHEEL = "facenet-pytorch==2.6.0", "facenet_pytorch-2.6.0-py3-none-any.whl"
SHA256 = "ecb82b27beb226d106f2219efe8f829b01b87a8595badd01545679bdb9f19cca"
MOST_AWAY = 1e-3


class Layers(nn.Module):
    """Convolutions with their slopes and pools, by the names that the weights have."""

    def __init__(self, convolutions, pools, dense=()):
        super().__init__()
        self.order = []
        for i, (of, to, kernel) in enumerate(convolutions, 1):
            self.put(f"conv{i}", nn.Conv2d(of, to, kernel), f"prelu{i}", nn.PReLU(to))
            if i <= len(pools):
                self.put(f"pool{i}", nn.MaxPool2d(pools[i - 1], 2, ceil_mode=True))
        for i, (of, to) in enumerate(dense, len(convolutions) + 1):
            self.put("flat", Flat(), f"dense{i}", nn.Linear(of, to), f"prelu{i}", nn.PReLU(to))

    def put(self, *named):
        for name, layer in zip(named[::2], named[1::2]):
            self.add_module(name, layer)
            self.order.append(name)

    def trunk(self, x):
        for name in self.order:
            x = self.get_submodule(name)(x)
        return x


class Flat(nn.Module):
    """Columns before rows before channels: the weights were trained elsewhere."""

    def forward(self, x):
        return x.permute(0, 3, 2, 1).flatten(1)


class PNet(Layers):
    """Any picture [n, 3, h, w] -> is there a face in each window of 12 pixels, every second pixel [n, h', w'], and by how much its sides are off."""

    def __init__(self):
        super().__init__([(3, 10, 3), (10, 16, 3), (16, 32, 3)], [2])
        self.conv4_1, self.conv4_2 = nn.Conv2d(32, 2, 1), nn.Conv2d(32, 4, 1)

    def forward(self, x):
        x = self.trunk(x)
        return self.conv4_1(x).softmax(1)[:, 1], self.conv4_2(x)


class RNet(Layers):
    """Windows [n, 3, 24, 24] -> probability [n], sides [n, 4]."""

    def __init__(self):
        super().__init__([(3, 28, 3), (28, 48, 3), (48, 64, 2)], [3, 3], [(576, 128)])
        self.dense5_1, self.dense5_2 = nn.Linear(128, 2), nn.Linear(128, 4)

    def forward(self, x):
        x = self.trunk(x)
        return self.dense5_1(x).softmax(1)[:, 1], self.dense5_2(x)


class ONet(Layers):
    """Windows [n, 3, 48, 48] -> probability [n], sides [n, 4], places of eyes, nose and corners of the mouth [n, 10]: five x, five y."""

    def __init__(self):
        super().__init__([(3, 32, 3), (32, 64, 3), (64, 64, 3), (64, 128, 2)], [3, 3, 2], [(1152, 256)])
        self.dense6_1, self.dense6_2, self.dense6_3 = nn.Linear(256, 2), nn.Linear(256, 4), nn.Linear(256, 10)

    def forward(self, x):
        x = self.trunk(x)
        return self.dense6_1(x).softmax(1)[:, 1], self.dense6_2(x), self.dense6_3(x)


OUTPUTS = {"pnet": ["probability", "sides"], "rnet": ["probability", "sides"], "onet": ["probability", "sides", "points"]}
NETWORKS = {"pnet": PNet, "rnet": RNet, "onet": ONet}
SIZES = {"pnet": [(1, 240, 135), (1, 12, 12), (1, 13, 77), (2, 50, 31)], "rnet": [(1, 24, 24), (7, 24, 24), (60, 24, 24)], "onet": [(1, 48, 48), (9, 48, 48)]}


def read_wheel(path):
    """The bytes of the pinned package. @raises ValueError when they are others."""
    if path is None:
        folder = Path(tempfile.mkdtemp())
        subprocess.run([sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--dest", folder, PACKAGE], check=True)
        path = folder / WHEEL
    data = Path(path).read_bytes()
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise ValueError(f"{path} is not {WHEEL} as it was pinned")
    return zipfile.ZipFile(io.BytesIO(data))


def export(network, example, outputs, path, half):
    sides = {2: "height", 3: "width"} if path.stem == "pnet" else {}
    axes = {"image": {0: "count", **sides}, **{output: {0: "count"} for output in outputs}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(network, (example,), str(path), dynamo=False, opset_version=OPSET, input_names=["image"], output_names=outputs, dynamic_axes=axes)
    model = onnx.load(str(path))
    if half:
        store_half(model)
    model.doc_string = model.producer_version = ""
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def main(wheel, folder):
    folder.mkdir(parents=True, exist_ok=True)
    package = read_wheel(wheel)
    generator = torch.Generator().manual_seed(1)
    for name, outputs in OUTPUTS.items():
        network = NETWORKS[name]().eval()
        network.load_state_dict(torch.load(io.BytesIO(package.read(f"facenet_pytorch/data/{name}.pt")), weights_only=True))
        path = folder / f"{name}.onnx"
        examples = [torch.rand(n, 3, h, w, generator=generator) * 2 - 1 for n, h, w in SIZES[name]]
        export(network, examples[0], outputs, path, half=name != "pnet")  # pnet has 27 kB anyway, and rounded it is off by 1.2e-3
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        with torch.no_grad():
            wanted = [network(example) for example in examples]
        away = max(float(np.abs(a - b.numpy()).max()) for example, want in zip(examples, wanted) for a, b in zip(session.run(outputs, {"image": example.numpy()}), want))
        print(f"{name}.onnx: {path.stat().st_size / 1e6:.2f} MB, worst difference to the weights as published {away:.1e}")
        if away > MOST_AWAY:
            raise ValueError(f"{name}.onnx is not what the network makes")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--wheel")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent.parent / "models" / "motion")
    chosen = parser.parse_args()
    main(chosen.wheel, chosen.folder)
