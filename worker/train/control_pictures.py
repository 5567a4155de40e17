"""Fields of the control and of diffusion as pictures, and as a copy of the repository that renders them."""

import hashlib
import json
import os
import random
import shutil

import cv2
import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from captions import CLASSES
from control_draws import draw_control, draw_diffusion, repeat, see
from control_scenes import load_photos, present_program


def colours(x, y, gain=1.4):
    """Vectors or complex amplitudes -> BGR: hue = angle, brightness = size."""
    hsv = np.stack([(np.arctan2(y, x) / (2 * np.pi) * 180) % 180, np.full_like(x, 255), np.clip(np.hypot(x, y) * gain, 0, 1) * 255], -1)
    return cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2BGR)


def tiles(field, side=112):
    """One companded field [15,32,32] -> flow, three swings (phase along the main axis), flicker, side by side."""
    f = field.numpy()
    out = [colours(f[0], f[1])]
    for k in range(3):
        cx, cy, sx, sy = f[2 + 4 * k:6 + 4 * k]
        out.append(colours(cx, sx) if np.hypot(cx, sx).sum() > np.hypot(cy, sy).sum() else colours(cy, sy))
    out.append(np.repeat((np.clip(f[14], 0, 1) * 255)[..., None], 3, -1).astype(np.uint8))
    return np.hstack([cv2.resize(o, (side, side), interpolation=cv2.INTER_NEAREST) for o in out])


def sheet(image_graph, guided, options):
    """Photos, guessed classes, and per row one field of the control and two of the diffusion model."""
    from scenes import PALETTE

    images, _ = load_photos(options.photos, options.count, options.seed + 3)
    _, plain, _, _ = image_graph(images)
    rng, rows = random.Random(5), []
    for i in range(len(images)):
        program = present_program(plain[i].mean((1, 2)), rng)
        conditions = repeat(see(image_graph, images[i:i + 1], program[None]), 2)
        control = draw_control(conditions, i)[0]
        field = draw_diffusion(guided, conditions, [2 * i, 2 * i + 1], options)[0]
        photo = np.uint8(images[i].permute(1, 2, 0).numpy()[..., ::-1] * 255)
        classes = PALETTE[plain[i].argmax(0).numpy()][..., ::-1]
        rows.append(np.hstack([*(cv2.resize(np.ascontiguousarray(a), (112, 112), interpolation=cv2.INTER_NEAREST) for a in (photo, classes)), tiles(control[0])[:, :448], np.zeros((112, 6, 3), np.uint8), tiles(field[0])[:, :448], np.zeros((112, 6, 3), np.uint8), tiles(field[1])[:, :448]]))
    cv2.imwrite(options.sheet, np.vstack(rows))


def constant_graph(field, camera, path):
    """An ONNX graph with the inputs of denoiser.onnx that always answers with this field [1,15,32,32] and camera [1,8]."""
    shapes = {"field": [1, 15, 32, 32], "camera": [1, 8], "sigma": [1]}
    inputs = [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in shapes.items()]
    outputs = [helper.make_tensor_value_info("field_denoised", TensorProto.FLOAT, [1, 15, 32, 32]), helper.make_tensor_value_info("camera_denoised", TensorProto.FLOAT, [1, 8])]
    constants = [numpy_helper.from_array(v.numpy().astype(np.float32), n) for n, v in (("answer_field", field), ("answer_camera", camera))]
    nodes = [helper.make_node("Identity", ["answer_field"], ["field_denoised"]), helper.make_node("Identity", ["answer_camera"], ["camera_denoised"])]
    model = helper.make_model(helper.make_graph(nodes, "control", inputs, outputs, constants), opset_imports=[helper.make_opsetid("", 18)])
    model.ir_version = 9
    onnx.checker.check_model(model)
    onnx.save(model, path)


def write_models(image_graph, guided, options):
    """Copies the repository to --folder, with one fixed field in place of the denoiser."""
    photo = cv2.imread(options.photo)[..., ::-1]
    h, w = photo.shape[:2]
    factor = min(w / options.aspect, h)
    cw, ch = int(factor * options.aspect), int(factor)
    photo = photo[(h - ch) // 2:(h - ch) // 2 + ch, (w - cw) // 2:(w - cw) // 2 + cw]
    image = torch.from_numpy(cv2.resize(np.ascontiguousarray(photo), (128, 128), interpolation=cv2.INTER_AREA)).permute(2, 0, 1)[None].float() / 255
    program = torch.zeros(1, 24)
    for name in options.program.split(","):
        program[0, CLASSES.index(name) - 1] = 1
    program[0, 22] = 1
    conditions = see(image_graph, image, program)
    field, camera = draw_control(conditions, options.seed) if options.draw == "control" else draw_diffusion(guided, conditions, [options.seed], options)
    here = os.path.dirname(os.path.abspath(__file__))
    root = os.path.dirname(os.path.dirname(here))
    shutil.copytree(root, options.folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules", ".git", "data"))
    if not os.path.lexists(f"{options.folder}/node_modules"):
        os.symlink(f"{root}/node_modules", f"{options.folder}/node_modules")
    target = f"{options.folder}/worker/models/motion"
    constant_graph(field, camera, f"{target}/denoiser.onnx")
    with open(f"{target}/files.json") as file:
        files = json.load(file)
    for entry in files:
        with open(f"{target}/{entry['path']}", "rb") as file:
            data = file.read()
        entry.update(bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
    with open(f"{target}/files.json", "w") as file:
        json.dump(files, file, indent=2)
