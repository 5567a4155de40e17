"""What fields are compared on: drawn scenes that no training saw, with programs, and photos without labels.

Two halves: settle.py's numbers are chosen on half 0; half 1 is for the table of the model card. Each has `plain` scenes as they
are drawn, and then only such as hold enough sea or river until there are `rare` of both. The same photographs below
photographs.FOLDER (or none) give the same scenes; they are kept in a file.
"""

import glob
import os
import random
from dataclasses import dataclass

import cv2
import numpy as np
import torch
import torch.nn.functional as F

from control_measures import RIVER_CELLS, SEA_CELLS, class_shares, river_cells, sea_cells
from labelled import UNKNOWN
from networks import CLASS_COUNT
from scenes import make_scene
from train_encoder import ARRAYS, augment

FIRST = 700_000_000  # scenes.py counts from 0: no training came near


@dataclass
class Case:
    """One scene with what is known of it (one row each) and two programs."""

    seed: int
    image: torch.Tensor  # [1,3,128,128]
    label: torch.Tensor  # [1,64,64]
    depth: torch.Tensor  # [1,1,64,64]
    sway: torch.Tensor  # [1,1,64,64]
    flow: torch.Tensor  # [1,2,32,32]
    program: torch.Tensor  # [24]: all that is there moves
    order: torch.Tensor  # [24]: one thing that is there moves, in a direction


def present_program(present, rng, one_class=False):
    """A plain program: things that are there move normally, nothing is said about directions."""
    program = torch.zeros(24)
    there = [k for k in range(12) if present[k + 1] > 0.05]
    if one_class and there:
        there = [rng.choice(there)]
    program[there] = 1.0
    program[22] = float(bool(there))
    return program


def draw_case(seed):
    """The scene of a seed, cropped and lit by chance as in training, or None where nothing in it can move."""
    scene = make_scene(seed)
    rows = augment(np.random.default_rng((seed, 1)), *(np.minimum(scene[k], UNKNOWN - 1) if k == "sway" else scene[k] for k in ARRAYS))
    image, label, depth, sway, flow = (torch.from_numpy(np.ascontiguousarray(a)) for a in rows)
    present, rng = F.one_hot(label.long(), CLASS_COUNT).float().mean((0, 1)), random.Random(seed)
    program, order = present_program(present, rng), present_program(present, rng, one_class=True)
    angle = rng.choice([0, 1, 2, 3]) * np.pi / 2
    order[12], order[13] = float(np.round(np.cos(angle))), float(np.round(np.sin(angle)))
    if not program[22]:
        return None
    return Case(seed, image.permute(2, 0, 1)[None], label.long()[None], depth[None, None], sway[None, None], flow.permute(2, 0, 1)[None], program, order)


def draw_half(number, plain, rare, folder):
    """The cases of half 0 or 1, drawn once and kept in `folder`."""
    path = f"{folder}/{number}-{plain}-{rare}.pt"
    if not os.path.exists(path):
        os.makedirs(folder, exist_ok=True)
        cases, missing, seed = [], {"sea": rare, "river": rare}, FIRST + number
        while len(cases) < plain or max(missing.values()) > 0:
            case = draw_case(seed)
            seed += 2
            if case is None:
                continue
            shares = class_shares(case.label[0])
            has = {"sea": sea_cells(shares, case.program).sum() > SEA_CELLS, "river": river_cells(shares, case.program, case.flow[0]).sum() > RIVER_CELLS}
            if len(cases) < plain or any(has[name] and missing[name] > 0 for name in has):
                cases.append(case)
                missing = {name: count - int(has[name]) for name, count in missing.items()}
        torch.save([vars(case) for case in cases], path)
    return [Case(**values) for values in torch.load(path)]


def load_photos(folder, count, seed=3):
    """Random photos of a folder as [n,3,128,128] in 0..1 (squeezed, as the engine does), and their paths."""
    paths = sorted(p for e in ("jpg", "png", "jpeg") for p in glob.glob(f"{folder}/*.{e}"))
    random.Random(seed).shuffle(paths)
    images = [cv2.resize(cv2.imread(p)[..., ::-1], (128, 128), interpolation=cv2.INTER_AREA) for p in paths[:count]]
    return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).float() / 255, paths[:count]
