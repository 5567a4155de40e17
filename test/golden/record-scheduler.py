"""Records Karras sigmas and DPM-Solver++ 2M trajectories, written anew in NumPy in float64 from the papers' formulas.

python test/golden/record-scheduler.py > test/golden/scheduler.json

The network is replaced by a smooth function of sample and noise level, D(x, s) = 0.25 x / (0.25 + s^2) + 0.2 sin(3 x / (1 + s)).
"""
import json

import numpy as np


def karras(n, low, high, rho):
    ramp = np.linspace(0, 1, n)
    return np.append((high ** (1 / rho) + ramp * (low ** (1 / rho) - high ** (1 / rho))) ** rho, 0.0)


def clean(x, sigma):
    return 0.25 * x / (0.25 + sigma**2) + 0.2 * np.sin(3 * x / (1 + sigma))


def dpm_solver_2m(x, sigmas):
    """Lu et al. 2022, equations of DPM-Solver++(2M) with alpha = 1: log-SNR lambda = -log sigma."""
    path, d_old, h_old = [], None, None
    for i in range(len(sigmas) - 1):
        d = clean(x, sigmas[i])
        if sigmas[i + 1] == 0:
            x = d
        else:
            h = np.log(sigmas[i]) - np.log(sigmas[i + 1])
            prediction = d if d_old is None else d + (d - d_old) * h / (2 * h_old)
            x = np.exp(-h) * x - np.expm1(-h) * prediction
            h_old = h
        d_old = d
        path.append(x.tolist())
    return path


cases = []
for steps in (1, 2, 4, 12):
    sigmas = karras(steps, 0.05, 40, 7) if steps > 1 else np.array([40.0, 0.0])
    start = 40 * np.linspace(-1.7, 2.1, 7)
    cases.append({"steps": steps, "sigmas": sigmas.tolist(), "start": start.tolist(), "path": dpm_solver_2m(start, sigmas)})
print(json.dumps({"min": 0.05, "max": 40, "rho": 7, "cases": cases}))
