"""Turns a diffusers checkpoint into a bundle of ONNX graphs that Stillmotion runs: npm run export -- CHECKPOINT_DIR BUNDLE_DIR."""

import argparse
import errno
import logging
import os
import shutil
import sys
import tempfile
import warnings
from pathlib import Path

os.environ.setdefault('HF_HUB_OFFLINE', '1')
os.environ.setdefault('TOKENIZERS_PARALLELISM', 'false')
warnings.simplefilter('ignore')

import torch  # noqa: E402
from diffusers.utils import logging as diffusers_logging  # noqa: E402
from tqdm import tqdm  # noqa: E402
from transformers.utils import logging as transformers_logging  # noqa: E402

from checkpoint import Checkpoint, Refusal  # noqa: E402
from families import family_of  # noqa: E402
from graph import Graph, Options  # noqa: E402
from manifest import copy_files, describe, write_manifest  # noqa: E402
from store import store  # noqa: E402
from tracing import CONTRIB_DOMAIN, Borders, export_graph  # noqa: E402
from verify import Finding, verify  # noqa: E402

DTYPES = {'fp32': torch.float32, 'fp16': torch.float16, 'bf16': torch.bfloat16}


def parse(arguments: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog='npm run export --', description=__doc__)
    parser.add_argument('checkpoint', type=Path, help='folder of a diffusers checkpoint (it holds model_index.json)')
    parser.add_argument('bundle', type=Path, help='folder to write; it must not exist yet')
    parser.add_argument('--dtype', choices=DTYPES, default='fp32', help='of weights and arithmetic; CPUs want fp32 (default)')
    parser.add_argument('--attention', choices=('mha', 'plain'), default='mha', help='mha: one fused node, less memory (default); plain: standard ONNX only')
    parser.add_argument('--halves', action='store_true', help='store weights in 16 bits where that is exact (weights published so): half the download')
    parser.add_argument('--check', action='store_true', help='compare every graph with torch at two shapes and print a table (default: at one, silently)')
    parser.add_argument('--ip-adapter', type=Path, help='safetensors of an IP-Adapter for an AnimateDiff checkpoint')
    parser.add_argument('--licence', default='unknown', help='licence of the weights, for the manifest')
    parser.add_argument('--revision', default='unknown', help='revision of the checkpoint, for the manifest')
    return parser.parse_args(arguments)


def export_component(graph: Graph, bundle: Path, options: Options, halves: bool, shapes: int) -> tuple[dict, list[Finding]]:
    """Traces, stores and verifies one graph; returns its manifest entry and what the verification found."""
    dtype = graph.dtype or options.dtype
    target = bundle / f'{graph.name}.onnx'
    with tempfile.TemporaryDirectory(dir=bundle, prefix='.trace-') as folder:
        traced = Path(folder) / target.name
        export_graph(graph, traced, dtype, options.attention)
        sealed, domains = store(traced, target, halves)
    with torch.no_grad():
        outputs = Borders(graph, dtype)(*(graph.examples[0][name] for name in graph.inputs))
    results = {name: value.dtype for name, value in zip(graph.outputs, outputs, strict=True)}
    entry = describe(graph, sealed, dtype, 'mha' if CONTRIB_DOMAIN in domains else 'plain', results)
    return entry, verify(graph, target, dtype, shapes)


def export(arguments: argparse.Namespace) -> list[tuple[str, Finding]]:
    """Writes the bundle, whole or not at all; returns what every graph's verification found."""
    checkpoint = Checkpoint(arguments.checkpoint)
    if arguments.ip_adapter is not None:
        checkpoint.use_ip_adapter(arguments.ip_adapter)
    family, module = family_of(checkpoint)
    options = Options(dtype=DTYPES[arguments.dtype], attention=arguments.attention)
    if arguments.bundle.exists():
        raise Refusal(f'{arguments.bundle} exists already. Name another folder, or remove this one.')
    partial = arguments.bundle.with_name(arguments.bundle.name + '.partial')
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    findings, components, opset = [], {}, 0
    try:
        facts = module.facts(checkpoint, options)
        with tqdm(desc=family, unit='graph', disable=None) as bar:
            for graph in module.graphs(checkpoint, options):
                bar.set_postfix_str(graph.name)
                components[graph.name], found = export_component(graph, partial, options, arguments.halves, 2 if arguments.check else 1)
                findings += [(graph.name, finding) for finding in found]
                opset = max(opset, graph.opset)
                del graph
                bar.update()
        wrong = [(name, finding) for name, finding in findings if not finding.is_within]
        if wrong:
            print_table(wrong)
            raise Refusal('These outputs differ from torch, so no bundle was written. Please report the family and the checkpoint.')
        source = {'repo': checkpoint.path.resolve().name[:200], 'revision': arguments.revision, 'licence': arguments.licence, 'opset': opset}
        write_manifest(partial, family, facts, components, copy_files(checkpoint, partial), source)
        partial.rename(arguments.bundle)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return findings


def print_table(findings: list[tuple[str, Finding]]) -> None:
    """One line per output and shape."""
    print(f'{"component":<20} {"output":<32} {"shape":<24} {"max abs":>9} {"max rel":>9}')
    for name, finding in findings:
        shape = 'x'.join(str(side) for side in finding.shape)
        print(f'{name:<20} {finding.output:<32} {shape:<24} {finding.max_abs:>9.1e} {finding.max_rel:>9.1e}{"" if finding.is_within else "  WRONG"}')


def main() -> int:
    """Exit status 0 when the bundle is written, 1 with words when it is not."""
    diffusers_logging.set_verbosity_error()
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    logging.getLogger('torch.onnx').setLevel(logging.ERROR)
    diffusers_logging.disable_progress_bar()
    arguments = parse(sys.argv[1:])
    try:
        findings = export(arguments)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except OSError as cause:
        if cause.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        print(f'The disk is full. Free space beside {arguments.bundle} (an export needs twice the size of the weights) and try again.', file=sys.stderr)
        return 1
    if arguments.check:
        print_table(findings)
    print(f'{arguments.bundle} is ready.')
    return 0


if __name__ == '__main__':
    sys.exit(main())
