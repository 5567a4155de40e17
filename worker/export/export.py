"""Turns a diffusers checkpoint into a bundle of ONNX graphs that Stillmotion runs: npm run export -- CHECKPOINT_DIR BUNDLE_DIR."""

import argparse
import errno
import os
import sys
import warnings
from math import isnan
from pathlib import Path

os.environ.setdefault('HF_HUB_OFFLINE', '1')
os.environ.setdefault('TOKENIZERS_PARALLELISM', 'false')
warnings.simplefilter('ignore')

from checkpoint import Checkpoint, Refusal  # noqa: E402
from families import require_known  # noqa: E402


def parse(arguments: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog='npm run export --', description=__doc__)
    parser.add_argument('checkpoint', type=Path, help='folder of a diffusers checkpoint (it holds model_index.json)')
    parser.add_argument('bundle', type=Path, help='folder to write; it must not exist yet')
    parser.add_argument('--dtype', choices=('fp32', 'fp16', 'bf16'), default='fp32', help='of weights and arithmetic; CPUs want fp32 (default)')
    parser.add_argument('--attention', choices=('mha', 'plain'), default='mha', help='mha: one fused node, less memory (default); plain: standard ONNX only')
    parser.add_argument('--halves', action='store_true', help='store weights in 16 bits where that is exact (weights published so): half the download')
    parser.add_argument('--check', action='store_true', help='compare every graph with torch at two shapes and print a table (default: at one, silently)')
    parser.add_argument('--ip-adapter', type=Path, metavar='FILE', help='safetensors of an IP-Adapter for an AnimateDiff checkpoint')
    parser.add_argument('--licence', default='unknown', help='licence of the weights, for the manifest')
    parser.add_argument('--revision', default='unknown', help='revision of the checkpoint, for the manifest')
    return parser.parse_args(arguments)


def main() -> int:
    """Exit status 0 when the bundle is written, 1 with words when it is not."""
    arguments = parse(sys.argv[1:])
    try:
        checkpoint = Checkpoint(arguments.checkpoint)
        require_known(checkpoint)
        if arguments.ip_adapter is not None:
            if checkpoint.class_name != 'AnimateDiffPipeline':
                raise Refusal(f'--ip-adapter is for an AnimateDiffPipeline; this is a {checkpoint.class_name}. Leave it out.')
            checkpoint.use_ip_adapter(arguments.ip_adapter)
        if arguments.bundle.exists():
            raise Refusal(f'{arguments.bundle} exists already. Name another folder, or remove this one.')
        # Only now: torch alone takes seconds.
        from bundle import export, table

        findings = export(checkpoint, arguments)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except OSError as cause:
        if cause.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        print(f'The disk is full. Free space beside {arguments.bundle} (an export needs twice the size of the weights) and try again.', file=sys.stderr)
        return 1
    if arguments.check:
        print(table(findings))
    if any(isnan(finding.max_abs) for _, finding in findings):
        print('This machine has no kernels for bfloat16, so the graphs marked nan were written but not compared. Run the bundle on a GPU.')
    print(f'{arguments.bundle} is ready.')
    return 0


if __name__ == '__main__':
    sys.exit(main())
