"""Exports a checkpoint component by component into a bundle that is written whole or not at all."""

import logging
import shutil
import tempfile
from pathlib import Path

import torch
from diffusers.utils import logging as diffusers_logging
from tqdm import tqdm
from transformers.utils import logging as transformers_logging

from checkpoint import Checkpoint, Refusal
from families import family_of
from graph import Graph, Options
from manifest import copy_files, describe, write_manifest
from store import store
from tracing import CONTRIB_DOMAIN, export_graph
from verify import Finding, verify

DTYPES = {'fp32': torch.float32, 'fp16': torch.float16, 'bf16': torch.bfloat16}
REPO_MAX_CHARS = 200


def _be_quiet() -> None:
    for library in (diffusers_logging, transformers_logging):
        library.set_verbosity_error()
        library.disable_progress_bar()
    logging.getLogger('torch.onnx').setLevel(logging.ERROR)


def _export_component(graph: Graph, bundle: Path, options: Options, halves: bool, shapes: int) -> tuple[dict, list[Finding]]:
    """Traces, stores and verifies one graph; returns its manifest entry and what the verification found."""
    dtype = graph.dtype or options.dtype
    target = bundle / f'{graph.name}.onnx'
    with tempfile.TemporaryDirectory(dir=bundle, prefix='.trace-') as folder:
        traced = Path(folder) / target.name
        export_graph(graph, traced, dtype, options.attention)
        sealed, domains = store(traced, target, halves)
    findings = verify(graph, target, dtype, shapes)
    return describe(graph, sealed, dtype, 'mha' if CONTRIB_DOMAIN in domains else 'plain', {finding.output: finding.dtype for finding in findings}), findings


def _export_into(bundle: Path, checkpoint: Checkpoint, arguments) -> list[tuple[str, Finding]]:
    family, module = family_of(checkpoint)
    options = Options(dtype=DTYPES[arguments.dtype], attention=arguments.attention)
    facts = module.facts(checkpoint, options)
    findings, components, opset = [], {}, 0
    with tqdm(desc=family, unit=' graphs', disable=None) as bar:
        for graph in module.graphs(checkpoint, options):
            bar.set_postfix_str(graph.name)
            components[graph.name], found = _export_component(graph, bundle, options, arguments.halves, 2 if arguments.check else 1)
            findings += [(graph.name, finding) for finding in found]
            opset = max(opset, graph.opset)
            # The family loads the next component only now: two would not fit.
            del graph
            bar.update()
    wrong = [(name, finding) for name, finding in findings if not finding.is_within]
    if wrong:
        raise Refusal(f'These outputs differ from torch, so no bundle was written. Please report the family and the checkpoint.\n{table(wrong)}')
    source = {'repo': checkpoint.path.resolve().name[:REPO_MAX_CHARS], 'revision': arguments.revision, 'licence': arguments.licence, 'opset': opset}
    write_manifest(bundle, family, facts, components, copy_files(checkpoint, bundle), source)
    return findings


def export(checkpoint: Checkpoint, arguments) -> list[tuple[str, Finding]]:
    """Writes the bundle that `arguments` (of export.py) asks for; returns (component, what its verification found).

    Raises Refusal with words, OSError when the disk is full; then nothing is left behind.
    """
    _be_quiet()
    partial = arguments.bundle.with_name(arguments.bundle.name + '.partial')
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        findings = _export_into(partial, checkpoint, arguments)
        partial.rename(arguments.bundle)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return findings


def table(findings: list[tuple[str, Finding]]) -> str:
    """One line per output and shape: how far ONNX Runtime is from torch."""
    lines = [f'{"component":<20} {"output":<32} {"shape":<24} {"max abs":>9} {"max rel":>9}']
    for name, finding in findings:
        shape = 'x'.join(str(side) for side in finding.shape)
        lines.append(f'{name:<20} {finding.output:<32} {shape:<24} {finding.max_abs:>9.1e} {finding.max_rel:>9.1e}{"" if finding.is_within else "  WRONG"}')
    return '\n'.join(lines)
