"""Records what diffusers' schedulers do: python test/golden/record-schedulers.py /work/shared/parity

Writes data/schedulers.json (configurations) and data/schedulers.safetensors (numbers), with diffusers 0.40, torch 2.13, numpy 2.4, scipy
(for the beta distribution; worker/export does not need it, so it is put in the way by PYTHONPATH).
Every step is arithmetic on single values, so a few values per sample tell all. The recorded pipelines of the parity folder give their
first values too.
"""
import hashlib
import json
import sys
from pathlib import Path

import diffusers
import numpy as np
import torch
from safetensors.numpy import load_file, save_file

VALUES = 24
SD = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
LINEAR = {**SD, "beta_schedule": "linear"}
COSINE = {"beta_schedule": "squaredcos_cap_v2"}
EULER, DDIM, DPM = "EulerDiscreteScheduler", "DDIMScheduler", "DPMSolverMultistepScheduler"
FLOW, UNIPC, PNDM = "FlowMatchEulerDiscreteScheduler", "UniPCMultistepScheduler", "PNDMScheduler"
SVD = {**SD, "prediction_type": "v_prediction", "use_karras_sigmas": True, "sigma_min": 0.002, "sigma_max": 700.0}
SVD = {**SVD, "timestep_type": "continuous", "timestep_spacing": "leading", "steps_offset": 1}
LTX = {"use_dynamic_shifting": True, "base_shift": 0.95, "max_shift": 2.05, "base_image_seq_len": 1024, "shift_terminal": 0.1}
WAN = {"prediction_type": "flow_prediction", "use_flow_sigmas": True, "flow_shift": 5.0}

CASES = [
    (EULER, SVD, 25, {}),
    (EULER, SD, 5, {}),
    (EULER, {**LINEAR, "timestep_spacing": "trailing"}, 7, {}),
    (EULER, {**SD, "timestep_spacing": "leading", "steps_offset": 1, "prediction_type": "v_prediction"}, 6, {}),
    (EULER, {**SD, "use_karras_sigmas": True}, 8, {}),
    (EULER, {**SD, "use_exponential_sigmas": True, "final_sigmas_type": "sigma_min"}, 6, {}),
    (EULER, {**COSINE, "prediction_type": "sample"}, 5, {}),
    (EULER, {**LINEAR, "rescale_betas_zero_snr": True, "timestep_spacing": "trailing", "prediction_type": "v_prediction"}, 4, {}),
    (EULER, {**SD, "use_beta_sigmas": True}, 7, {}),
    (DPM, {**SD, "use_beta_sigmas": True}, 6, {}),
    (UNIPC, {**SD, "use_beta_sigmas": True, "final_sigmas_type": "sigma_min"}, 5, {}),
    (FLOW, {"shift": 3.0, "use_beta_sigmas": True}, 6, {}),
    (FLOW, {"use_exponential_sigmas": True}, 1, {}),
    (DDIM, {**LINEAR, "clip_sample": False, "timestep_spacing": "linspace"}, 25, {}),
    (DDIM, {**SD, "clip_sample": False, "set_alpha_to_one": False, "steps_offset": 1}, 7, {}),
    (DDIM, {**SD, "timestep_spacing": "trailing", "prediction_type": "sample"}, 6, {}),
    (DDIM, {**COSINE, "clip_sample": False, "prediction_type": "v_prediction", "rescale_betas_zero_snr": True, "steps_offset": 1}, 5, {}),
    (DDIM, {**SD, "clip_sample": True, "clip_sample_range": 0.5}, 5, {}),
    (DPM, {**LINEAR, "use_karras_sigmas": True}, 20, {}),
    (DPM, SD, 5, {}),
    (DPM, {**SD, "solver_order": 1, "timestep_spacing": "leading", "steps_offset": 1}, 5, {}),
    (DPM, {**SD, "solver_order": 3}, 8, {}),
    (DPM, {**SD, "solver_order": 3, "solver_type": "heun", "lower_order_final": False, "final_sigmas_type": "sigma_min"}, 16, {}),
    (DPM, {**SD, "solver_type": "heun", "timestep_spacing": "trailing", "prediction_type": "v_prediction"}, 6, {}),
    (DPM, {**COSINE, "use_karras_sigmas": True, "euler_at_final": True}, 16, {}),
    (DPM, {**COSINE, "lambda_min_clipped": -5.1}, 6, {}),
    (DPM, {**SD, "use_lu_lambdas": True}, 6, {}),
    (DPM, {**SD, "use_exponential_sigmas": True}, 6, {}),
    (DPM, {"use_flow_sigmas": True, "flow_shift": 3.0, "prediction_type": "flow_prediction"}, 6, {}),
    (FLOW, {"shift": 3.0}, 6, {}),
    (FLOW, {**LTX}, 6, {"mu": 1.3, "sigmas": True}),
    (FLOW, {**LTX, "time_shift_type": "linear", "shift_terminal": None}, 5, {"mu": 1.1}),
    (FLOW, {**LTX}, 40, {"mu": 2.05, "sigmas": True}),
    (FLOW, {"shift": 2.0, "use_karras_sigmas": True}, 5, {}),
    (FLOW, {"invert_sigmas": True}, 4, {}),
    (UNIPC, WAN, 4, {}),
    (UNIPC, WAN, 40, {}),
    (UNIPC, {**WAN, "solver_order": 3, "flow_shift": 8.0}, 8, {}),
    (UNIPC, {**SD, "solver_type": "bh1", "disable_corrector": [0, 2], "final_sigmas_type": "sigma_min"}, 7, {}),
    (UNIPC, SD, 6, {}),
    (UNIPC, {**SD, "solver_order": 1}, 4, {}),
    (UNIPC, {**SD, "predict_x0": False, "prediction_type": "v_prediction", "use_karras_sigmas": True, "final_sigmas_type": "sigma_min"}, 6, {}),
    (UNIPC, {**SD, "solver_order": 3, "timestep_spacing": "trailing", "lower_order_final": True}, 9, {}),
    (UNIPC, {**SD, "use_exponential_sigmas": True, "timestep_spacing": "leading", "steps_offset": 1}, 5, {}),
    (UNIPC, {**WAN, "use_dynamic_shifting": True, "shift_terminal": 0.1}, 5, {"mu": 0.8}),
    (PNDM, {**LINEAR, "skip_prk_steps": True, "steps_offset": 1}, 8, {}),
    (PNDM, {**SD, "skip_prk_steps": True, "set_alpha_to_one": True, "prediction_type": "v_prediction", "timestep_spacing": "linspace"}, 5, {}),
    (PNDM, {**SD, "skip_prk_steps": True, "timestep_spacing": "trailing"}, 1, {}),
]


def numbers(values):
    return np.asarray([float(value) for value in values])


def run(number, name, options, steps, request):
    scheduler = getattr(diffusers, name).from_config(options)
    arguments = {"mu": request["mu"]} if "mu" in request else {}
    asked = {"steps": steps, **arguments}
    if "sigmas" in request:
        arguments["sigmas"] = asked["sigmas"] = np.linspace(1.0, 1 / steps, steps).tolist()
    scheduler.set_timesteps(steps, **arguments)
    if hasattr(scheduler, "set_begin_index"):
        # otherwise a timestep that occurs twice at the beginning makes diffusers skip the first
        scheduler.set_begin_index(0)
    draw = np.random.default_rng(number)
    # unit noise, later as large as the level of the step says: what a network at work would see
    sample = torch.from_numpy(draw.standard_normal((1, 2, VALUES // 2)).astype(np.float32)) * float(getattr(scheduler, "init_noise_sigma", 1.0))
    found = {"samples": [], "scaled": [], "outputs": []}
    for t in scheduler.timesteps:
        output = torch.from_numpy(draw.standard_normal((1, 2, VALUES // 2)).astype(np.float32))
        found["samples"].append(sample)
        found["outputs"].append(output)
        found["scaled"].append(scheduler.scale_model_input(sample, t) if hasattr(scheduler, "scale_model_input") else sample)
        sample = scheduler.step(output, t, sample, return_dict=False)[0]
    found["samples"].append(sample)
    tensors = {key: np.stack([one.numpy().reshape(-1) for one in list_]) for key, list_ in found.items()}
    tensors["timesteps"] = numbers(scheduler.timesteps)
    if hasattr(scheduler, "sigmas"):
        tensors["sigmas"] = numbers(scheduler.sigmas)
    # from the attributes a configuration file would hold: None is left out, infinities are what they are
    config = {"_class_name": name, **options}
    return {"config": config, "request": asked, "init_noise_sigma": float(getattr(scheduler, "init_noise_sigma", 1.0))}, tensors


def replay(family, root):
    """The first values of the scheduler calls of a recorded pipeline."""
    recorded = load_file(root / family / "case" / "tensors.safetensors")
    case = json.loads((root / family / "case" / "case.json").read_text())
    config = json.loads((root / family / "checkpoint" / "scheduler" / "scheduler_config.json").read_text())
    steps = case["kwargs"]["num_inference_steps"]
    asked = {"steps": steps}
    if family.startswith("ltx"):
        tokens = recorded["transformer/0/in/hidden_states"].shape[1]
        slope = (config["max_shift"] - config["base_shift"]) / (config["max_image_seq_len"] - config["base_image_seq_len"])
        asked["mu"] = tokens * slope + (config["base_shift"] - slope * config["base_image_seq_len"])
        asked["sigmas"] = np.linspace(1.0, 1 / steps, steps).tolist()

    def first(key):
        return np.stack([recorded[f"sched/{i}/{key}"].reshape(-1)[:VALUES] for i in range(steps)])

    tensors = {"outputs": first("in/model_output"), "ins": first("in/sample"), "outs": first("out/prev_sample")}
    tensors["timesteps"] = numbers(recorded["sched/timesteps"])
    if "sched/sigmas" in recorded:
        tensors["sigmas"] = numbers(recorded["sched/sigmas"])
    return {"family": family, "config": config, "request": asked}, tensors


def sweep(name, options):
    """All timesteps of 1 to 100 steps, told by the SHA-256 of their int32 bytes."""
    scheduler = getattr(diffusers, name).from_config(options)
    taken = []
    for steps in range(1, 101):
        scheduler.set_timesteps(steps)
        taken += [int(t) for t in scheduler.timesteps]
    return {"config": {"_class_name": name, **options}, "sha256": hashlib.sha256(np.asarray(taken, dtype="<i4").tobytes()).hexdigest()}


root = Path(sys.argv[1])
folder = Path(__file__).parent / "data"
described, stored = [], {}
for number, case in enumerate(CASES):
    about, tensors = run(number, *case)
    described.append({"key": f"case/{number}", **about})
    stored.update({f"case/{number}/{key}": value for key, value in tensors.items()})
pipelines = []
for family in sorted(path.name for path in root.iterdir() if path.is_dir()):
    about, tensors = replay(family, root)
    pipelines.append({"key": f"pipeline/{family}", **about})
    stored.update({f"pipeline/{family}/{key}": value for key, value in tensors.items()})
spacings = [{"timestep_spacing": spacing} for spacing in ("linspace", "leading", "trailing")]
sweeps = [sweep(name, {**SD, **spacing}) for name in (DDIM, DPM, UNIPC) for spacing in spacings]
sweeps += [sweep(EULER, {**SD, **spacing}) for spacing in spacings[1:]]
sweeps += [sweep(PNDM, {**SD, **spacing, "skip_prk_steps": True}) for spacing in spacings]
sweeps += [sweep(DPM, {**LINEAR, "use_karras_sigmas": True}), sweep(UNIPC, {**SD, "use_karras_sigmas": True}), sweep(UNIPC, WAN)]
(folder / "schedulers.json").write_text(json.dumps({"cases": described, "pipelines": pipelines, "sweeps": sweeps}, indent=1) + "\n")
save_file(stored, folder / "schedulers.safetensors")
