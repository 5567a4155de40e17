"""The control without diffusion, and what tells the two apart.

The control gives the same guessed classes, depth and sway and the same program to the generator of motion.py, behind the same
gate and smoothing as the diffusion model, whose fields are settled (settle.py). Both are compared with the generator on the true labels ("truth").

    python control.py --half 0                                      table with verdicts (verdicts.py) on drawn scenes; 1: the model card's
    python control.py --photos DIR                                  ... on photos without labels
    python control.py --samplers                                    ... of numbers of steps and guidance
    python control.py --photo P --program foliage,sky --seed 3 --folder DIR [--draw control|diffusion]
        a copy of the repository whose denoiser.onnx always answers with one field of the control, so that
        `npm run clip` in DIR renders it: the engine itself knows no control
    python control.py --photos DIR --sheet FILE.png                 fields of both as pictures
"""

import argparse
import hashlib
import os
import random

import cv2
import numpy as np
import torch
import torch.nn.functional as F

from control_draws import draw_control, draw_diffusion, draw_truth, finish, load_networks, repeat, sample_cases, see
from control_measures import MOVING_PX, coherence, describe, energy_score, follow, main_axis, measure, parts, shape, spectrum, speed, unevenness, variety, vortices
from control_pictures import sheet, write_models
from control_scenes import draw_half, load_photos, present_program
from train_denoiser import sample
from verdicts import is_lower_better, lines

TRUTHS = 3  # groups of as many seeds as the others have, whose mean is the truth
REFERENCES = 8  # fields of the truth for scores


def mean_of(rows):
    """The mean of each measure over the dicts that have it."""
    return {n: float(np.mean([r[n] for r in rows if n in r])) for n in dict.fromkeys(n for r in rows for n in r)}


def collect(rows):
    """Lists of dicts -> name: (mean, count)."""
    return {n: (v, sum(n in r for r in rows)) for n, v in mean_of(rows).items()}


def true_fields(case, program, count, seed):
    """`count` fields [n,15,32,32] of the formulas on the true labels."""
    return draw_truth(*(a.expand(count, *a.shape[1:]) for a in (case.label, case.depth, case.sway, case.flow, program[None])), seed=seed)


def measure_case(case, number, sampled, options):
    """Measures of one scene -> "truth" | "control" | "settled": name: value."""
    k = options.seeds
    conditions, order = repeat(sampled["conditions"][0], k), sampled["conditions"][1]
    reference = true_fields(case, case.program, REFERENCES, 5000 + number)
    judged = lambda field: measure(case.label[0], field, case.program, case.sway[0], case.flow[0], conditions[2][0], reference)
    followed = lambda field: follow(case.label[0], field, case.order)
    groups = [judged(true_fields(case, case.program, k, 9000 + TRUTHS * number + g)) for g in range(TRUTHS)]
    return {
        "truth": {**mean_of(groups), **followed(true_fields(case, case.order, 1, number))},
        "control": {**judged(draw_control(conditions, 100 + number)[0]), **followed(draw_control(order, number)[0])},
        "settled": {**judged(finish(sampled["fields"], conditions, sampled["seeds"], options)), **followed(finish(sampled["order"], order, sampled["seeds"][:1], options))},
    }


def kept_samples(image_graph, guided, cases, options):
    """`sample_cases`, done once for the same graphs and options and kept in a file: settling is tried on the same fields again and again."""
    told = hashlib.sha256(repr((options.half, options.plain, options.rare, options.seeds, options.steps, options.guidance, options.sigma_max)).encode())
    for weights in (*image_graph.state_dict().values(), *guided.state_dict().values()):
        told.update(weights.numpy().tobytes())
    path = f"{options.kept}/{options.half}-{told.hexdigest()[:12]}.sampled.pt"
    if not os.path.exists(path):
        torch.save(sample_cases(image_graph, guided, cases, options), path)
    return torch.load(path)


def compare_drawn(image_graph, guided, options):
    """Prints the table on one half of the drawn scenes."""
    cases = draw_half(options.half, options.plain, options.rare, options.kept)
    rows = {name: [] for name in ("truth", "control", "settled")}
    for number, (case, sampled) in enumerate(zip(cases, kept_samples(image_graph, guided, cases, options))):
        for name, row in measure_case(case, number, sampled, options).items():
            rows[name].append(row)
    print(f"\nhalf {options.half}: {len(cases)} drawn scenes, {options.seeds} seeds, {options.steps} steps, guidance {options.guidance}")
    print_verdicts(lines(rows))


def print_verdicts(table):
    """Prints the lines of `verdicts.lines` as markdown and counts them."""
    print("| measure | n | truth | control | settled | nearer by (95 %) | verdict |\n|---|---|---|---|---|---|---|")
    for name, (count, means, (low, high), verdict) in table.items():
        print(f"| {name}{' (lower)' if is_lower_better(name) else ''} | {count} | " + " | ".join(f"{v:.3f}" for v in means) + f" | {low:+.3f} to {high:+.3f} | {verdict} |")
    print(", ".join(f"{sum(v[-1] == word for v in table.values())} {word}" for word in ("better", "even", "behind")))


def compare_samplers(image_graph, guided, options):
    """Prints how the quality depends on steps, noise range and guidance, on half 0 of the drawn scenes."""
    cases = [
        (i, case, true_fields(case, case.program, REFERENCES, 5000 + i), repeat(see(image_graph, case.image, case.program[None]), options.seeds))
        for i, case in enumerate(draw_half(0, options.plain, options.rare, options.kept))
    ]
    columns = {}
    settings = [(n, m, g) for m in options.sigma_max for g in options.guidance_list for n in options.steps_list]
    for name, draw in {"control": None, **{f"{n} steps, sigma {m:g}, guidance {g:g}": (n, g, m) for n, m, g in settings}}.items():
        rows = []
        for i, case, reference, conditions in cases:
            field = draw_control(conditions, 100 + i)[0] if draw is None else sample(guided, conditions, [1000 * i + s for s in range(options.seeds)], *draw)[0]
            row = describe(case.label[0], field, case.program, case.sway[0], case.flow[0])
            row = {n: row[n] for n in row if n.startswith(("vortices", "unevenness")) or n == "moved inside"}
            row["energy score of the field"] = energy_score(field.flatten(1), reference.flatten(1))
            row["energy score without free phases"] = energy_score(shape(field), shape(reference))
            row["spectrum, mean log10 difference to truth"] = (spectrum(field, 1.0).mean(0) - spectrum(reference, 1.0).mean(0)).abs().mean().item()
            rows.append(row)
        columns[name] = collect(rows)
    names = ["energy score of the field", "energy score without free phases", "vortices per 100 cells f=1", "vortices per 100 cells f=2", "unevenness of the swing f=1", "moved inside", "spectrum, mean log10 difference to truth"]
    print(f"\n{len(cases)} held-out drawn scenes, {options.seeds} seeds\n| sampler | " + " | ".join(names) + " |\n|---|" + "---|" * len(names))
    for column, values in columns.items():
        print(f"| {column} | " + " | ".join(f"{values[n][0]:.3f}" for n in names) + " |")


def print_means(columns):
    """Prints a markdown table of name -> measure -> (value, count)."""
    print("| measure | n | " + " | ".join(columns) + " |\n|---|---|" + "---|" * len(columns))
    for n in next(iter(columns.values())):
        got = [c.get(n, (float("nan"), 0)) for c in columns.values()]
        print(f"| {n} | {got[0][1]} | " + " | ".join(f"{v:.3f}" for v, _ in got) + " |")


def compare_photos(image_graph, guided, options):
    """Prints the table on photos without labels: variety, smoothness, how motion follows the photo's own edges."""
    images, _ = load_photos(options.photos, options.count)
    rows = {"control": [], "diffusion": []}
    spectra = {name: [] for name in rows}
    truth = true_spectrum(draw_half(0, options.plain, options.rare, options.kept))
    rng = random.Random(5)
    k = options.seeds
    _, plain, _, _ = image_graph(images)
    for i in range(len(images)):
        program = present_program(plain[i].mean((1, 2)), rng)
        if not program[22]:
            continue
        conditions = repeat(see(image_graph, images[i:i + 1], program[None]), k)
        drawn = {"control": draw_control(conditions, 100 + i)[0], "diffusion": draw_diffusion(guided, conditions, [1000 * i + s for s in range(k)], options)[0]}
        colour = F.avg_pool2d(images[i:i + 1], 4)[0]
        edge_y, edge_x = (colour.diff(dim=d).square().sum(0).sqrt() for d in (1, 2))
        for name, field in drawn.items():
            row = variety(field, program, conditions[2][0])
            _, waves, _ = parts(field)
            moved = speed(field)
            where = (moved.mean(0) > MOVING_PX).float()[None].expand(k, -1, -1)
            if where[0].sum() > 60 and waves.abs().mean() > 1e-4:
                for f, v in zip((1, 2, 4), coherence(main_axis(waves), where).mean(0)):
                    row[f"coherence f={f}"] = v.item()
                for f, v, u in zip((1, 2), vortices(main_axis(waves), where).mean(0), unevenness(main_axis(waves), where).mean(0)):
                    row[f"vortices per 100 cells f={f}"], row[f"unevenness of the swing f={f}"] = v.item(), u.item()
            size = moved.mean(0).sqrt()
            change = torch.cat([size.diff(dim=0).abs().flatten(), size.diff(dim=1).abs().flatten()])
            edges = torch.cat([edge_y.flatten(), edge_x.flatten()])
            if change.std() > 1e-5:
                row["borders: correlation of motion's edges with the photo's"] = torch.corrcoef(torch.stack([change, edges]))[0, 1].item()
            rows[name].append(row)
            spectra[name].append(spectrum(field, 1.0).mean(0))
    for name in rows:
        rows[name][0]["mean power spectrum: |log10| difference to truth on drawn scenes"] = (torch.stack(spectra[name]).mean(0) - truth).abs().mean().item()
    print(f"\n{len(rows['control'])} photos of {options.photos}, {k} seeds, {options.steps} steps")
    print_means({name: collect(r) for name, r in rows.items()})


def true_spectrum(cases):
    """Mean spectrum of the generator on the true labels."""
    return torch.stack([spectrum(true_fields(case, case.program, 1, i), 1.0)[0] for i, case in enumerate(cases)]).mean(0)


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser()
    parser.add_argument("--train", default="/var/tmp/train")
    parser.add_argument("--models", default=f"{here}/../models/motion")
    parser.add_argument("--kept", default="/var/tmp/train/control", help="where drawn scenes are kept")
    parser.add_argument("--photos", help="folder of photos to compare on (or to draw with --sheet)")
    parser.add_argument("--count", type=int, default=24, help="photos")
    parser.add_argument("--plain", type=int, default=150, help="drawn scenes before those that are added for their sea or river")
    parser.add_argument("--rare", type=int, default=20, help="drawn scenes with enough sea, and with a river, that there are at least")
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--guidance", type=float, default=1.0)
    numbers = lambda text: [float(v) for v in text.split(",")]
    parser.add_argument("--samplers", action="store_true", help="compare numbers of steps instead")
    parser.add_argument("--steps-list", type=lambda t: [int(v) for v in t.split(",")], default=[4, 8, 12, 30])
    parser.add_argument("--sigma-max", type=numbers, default=[40.0])
    parser.add_argument("--guidance-list", type=numbers, default=[2.0])
    parser.add_argument("--unsettled", action="store_true", help="fields as they were sampled, without settle.py")
    parser.add_argument("--rendered", action="store_true", help="fields as prepare.onnx smooths them")
    parser.add_argument("--half", type=int, choices=[0, 1], default=0, help="of the drawn scenes; settle.py's numbers are chosen on half 0")
    parser.add_argument("--sheet")
    parser.add_argument("--photo")
    parser.add_argument("--program", default="sky", help="classes that move, separated by commas")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--aspect", type=float, default=16 / 9)
    parser.add_argument("--draw", choices=["control", "diffusion"], default="control")
    parser.add_argument("--folder")
    options = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    with torch.no_grad():
        image_graph, guided = load_networks(options.train, options.models)
        if options.folder:
            write_models(image_graph, guided, options)
        elif options.samplers:
            compare_samplers(image_graph, guided, options)
        elif options.sheet:
            sheet(image_graph, guided, options)
        elif options.photos:
            compare_photos(image_graph, guided, options)
        else:
            compare_drawn(image_graph, guided, options)


if __name__ == "__main__":
    main()
