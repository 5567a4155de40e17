"""Measures the exported graphs on held-out drawn scenes: python measure.py --train DIR."""

import argparse
import os
import random

import numpy as np
import onnxruntime
import torch
import torch.nn.functional as F

from captions import CAMERA, CLASSES, make_caption
from motion import decompand, synthesise
from text import Tokenizer
from train_denoiser import sample
from train_encoder import SceneStore


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--train", default="/var/tmp/train")
    parser.add_argument("--models", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "../models/motion"))
    parser.add_argument("--scenes", type=int, default=200, help="held-out scenes for the segmentation")
    parser.add_argument("--fields", type=int, default=60, help="sampled fields")
    parser.add_argument("--guidance", type=float, default=2.0)
    options = parser.parse_args()
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = 1
    open_graph = lambda name: onnxruntime.InferenceSession(f"{options.models}/{name}.onnx", settings, providers=["CPUExecutionProvider"])
    text, image, denoiser = open_graph("text"), open_graph("image"), open_graph("denoiser")
    tokenizer = Tokenizer.load(f"{options.models}/vocabulary.json")
    store = SceneStore.only_held_out(f"{options.train}/scenes")

    # 1. Segmentation.
    rng = np.random.default_rng(9)
    matrix = np.zeros((13, 13), np.int64)
    depth_error, kept = [], []
    for _ in range(options.scenes // 10):
        batch = store.batch(rng, 10, held_out=True)
        _, segmentation, depth, sway = image.run(None, {"image": batch[0].numpy()})
        guess = segmentation.argmax(1)
        np.add.at(matrix, (batch[1].numpy().ravel(), guess.ravel()), 1)
        depth_error.append(np.abs(depth - batch[2].numpy()).mean())
        kept.append(batch)
    hit = np.diag(matrix)
    iou = hit / np.maximum(matrix.sum(0) + matrix.sum(1) - hit, 1)
    moving = matrix[1:, 1:].sum() / (matrix[1:, :].sum() + matrix[0, 1:].sum())
    print(f"segmentation: {options.scenes} held-out scenes, accuracy {hit.sum() / matrix.sum():.3f}, moving-mask IoU {moving:.3f}, depth error {np.mean(depth_error):.3f}")
    print("IoU " + ", ".join(f"{c} {v:.2f}" for c, v in zip(CLASSES, iou)))

    # 2. Sampled fields against the program: inside, outside, amplitude, direction, camera.
    choices = random.Random(5)
    inside, outside, flow_ratio, swing_ratio, agree, camera_right, camera_count, camera_error = [], [], [], [], [], 0, 0, []
    photos, labels, depths, sways, flows = (torch.cat(a) for a in zip(*kept))
    def graph(*inputs):
        names = ["field", "camera", "sigma", "program", "features", "segmentation", "depth", "sway", "guidance"]
        return tuple(map(torch.from_numpy, denoiser.run(None, dict(zip(names, [np.ascontiguousarray(a.numpy()) for a in inputs])))))
    for i in range(options.fields):
        present = F.one_hot(labels[i], 13).float().mean((0, 1))
        for _ in range(60):
            prompt, wanted = make_caption(choices)
            if any(wanted[k] > 0.3 and present[k + 1] > 0.06 for k in range(12)):
                break
        _, program = text.run(None, {"token_ids": np.array([tokenizer.encode(prompt)], np.int64)})
        features, segmentation, depth, sway = image.run(None, {"image": photos[i:i + 1].numpy()})
        field, camera = sample(graph, tuple(map(torch.from_numpy, (program, features, segmentation, depth, sway))), seed=i, guidance=options.guidance)
        true = F.avg_pool2d(F.one_hot(labels[i:i + 1], 13).permute(0, 3, 1, 2).float(), 2)
        target, _ = synthesise(true, F.avg_pool2d(depths[i:i + 1], 2), F.avg_pool2d(sways[i:i + 1], 2), flows[i:i + 1], torch.tensor([wanted]))
        strength = lambda f: decompand(f)[:, :14].square().sum(1).sqrt()[0]
        moved = strength(field)
        asked = (true[0, 1:] * (torch.tensor(wanted[:12]) > 0)[:, None, None]).sum(0)
        if (asked > 0.9).sum() > 20 and (asked < 0.1).sum() > 20:
            inside.append(moved[asked > 0.9].mean().item())
            outside.append(moved[asked < 0.1].mean().item())
        sure = F.avg_pool2d(torch.from_numpy(segmentation), 2)[0].amax(0) > 0.6  # where the encoder is sure and right
        sure &= F.avg_pool2d(torch.from_numpy(segmentation), 2)[0].argmax(0) == true[0].argmax(0)
        for channels, ratios, least in ((slice(0, 2), flow_ratio, 0.01), (slice(2, 14), swing_ratio, 0.002)):
            size = lambda f: decompand(f)[0, channels].square().sum(0).sqrt()
            where = sure & (size(target) > least)
            if where.sum() > 30:
                ratios.append((size(field)[where].mean() / size(target)[where].mean()).item())
        if wanted[12] or wanted[13]:
            flowing = (true[0, [1, 3, 8]] * (torch.tensor(wanted)[[0, 2, 7]] > 0)[:, None, None]).sum(0) > 0.9
            v = decompand(field)[0, :2]
            if flowing.sum() > 30 and v[:, flowing].norm(dim=0).mean() > 0.005:  # it moves at all
                mean = v[:, flowing].mean(1)
                agree.append(float((mean[0] * wanted[12] + mean[1] * wanted[13]) / (mean.norm() + 1e-9)))
        for k in range(len(CAMERA)):
            want, got = wanted[14 + k], camera[0, k].item()
            camera_error.append(abs(want - got))
            if abs(want) > 0.2:
                camera_count += 1
                camera_right += want * got > 0
    print(f"fields: {len(inside)} with something asked and something not: motion inside {np.mean(inside):.4f}, outside {np.mean(outside):.4f} (leak {np.mean(outside) / np.mean(inside):.3f})")
    print(f"sampled / intended size where the encoder is right, median: flow {np.median(flow_ratio):.2f} ({len(flow_ratio)}), oscillation {np.median(swing_ratio):.2f} ({len(swing_ratio)})")
    print(f"direction: {sum(a > 0.7 for a in agree)}/{len(agree)} within 45 degrees; camera sign {camera_right}/{camera_count}, mean camera error {np.mean(camera_error):.3f}")


if __name__ == "__main__":
    main()
