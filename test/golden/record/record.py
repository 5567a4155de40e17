"""Records reference runs: a case of any checkpoint, or (--committed) everything that test/golden/{bundles,cases,half} holds.

    PY=worker/export/.venv/bin/python
    $PY test/golden/record/record.py --checkpoint DIR --family svd --case b --out DIR [--seed N] [--set num_frames=5] [--picture FILE]
    $PY test/golden/record/record.py --committed [FAMILY ...]
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

os.environ.setdefault('HF_HUB_OFFLINE', '1')
warnings.simplefilter('ignore')

from cases import CASES, HALF  # noqa: E402

GOLDEN = Path(__file__).resolve().parent.parent
OPTIONS = ('--check', '--halves', '--licence', 'MIT', '--revision', '1')
EXPORTER = GOLDEN.parents[1] / 'worker' / 'export' / 'export.py'


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--committed', nargs='*', choices=CASES, metavar='FAMILY', help='make the repository\'s bundles and cases anew (all families, or these)')
    parser.add_argument('--keep-bundles', action='store_true', help='with --committed: record the cases only')
    parser.add_argument('--checkpoint', type=Path, help='folder of a diffusers checkpoint')
    parser.add_argument('--family', choices=CASES, help='which cases fit it')
    parser.add_argument('--case', default='b', help='letter of the case in cases.py (default b)')
    parser.add_argument('--out', type=Path, help='folder for case.json, the photo, frames and tensors')
    parser.add_argument('--seed', type=int, help='instead of the case\'s')
    parser.add_argument('--set', action='append', default=[], metavar='NAME=JSON', help='an argument of the pipeline instead of the case\'s, as often as needed')
    parser.add_argument('--picture', type=Path, action='append', default=[], help='a photo instead of the drawn one, as often as the case has some')
    return parser.parse_args()


def record_committed(families: list[str], keep_bundles: bool) -> None:
    """Builds the tiny checkpoint of every family, exports it into bundles/ unless those are kept, and records its cases into cases/."""
    import torch
    from checkpoints import BUILDERS
    from run_case import record_case

    def export(checkpoint: Path, bundle: Path, *options: str) -> None:
        made = checkpoint.with_name('bundle')
        subprocess.run([sys.executable, str(EXPORTER), str(checkpoint), str(made), *OPTIONS, *options], check=True)
        shutil.rmtree(bundle, ignore_errors=True)
        bundle.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(made, bundle)

    for family in families:
        half = GOLDEN / 'half' / family
        with tempfile.TemporaryDirectory() as folder:
            checkpoint = Path(folder) / f'tiny-{family}'
            BUILDERS[family](checkpoint)
            if not keep_bundles:
                export(checkpoint, GOLDEN / 'bundles' / family)
                if family in HALF:
                    export(checkpoint, half / 'bundle', '--dtype', 'fp16')
            for letter, case in CASES[family].items():
                out = GOLDEN / 'cases' / f'{family}-{letter}'
                shutil.rmtree(out, ignore_errors=True)
                record_case(checkpoint, family, letter, case, out, committed=True)
                print(f'{out} is recorded.')
            if family in HALF:
                shutil.rmtree(half / 'case', ignore_errors=True)
                record_case(checkpoint, family, 'half', HALF[family], half / 'case', committed=True, dtype=torch.float16)


def main() -> int:
    """Exit status 0 when what was asked for is written."""
    arguments = parse()
    from diffusers.utils import logging
    from run_case import record_case
    from transformers.utils import logging as transformers_logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    if arguments.committed is not None:
        record_committed(arguments.committed or list(CASES), arguments.keep_bundles)
        return 0
    if not (arguments.checkpoint and arguments.family and arguments.out):
        print('Either --committed, or --checkpoint, --family and --out are needed.', file=sys.stderr)
        return 1
    case = CASES[arguments.family][arguments.case]
    changes = {name: json.loads(value) for name, _, value in (pair.partition('=') for pair in arguments.set)}
    case = {**case, 'kwargs': {**case['kwargs'], **changes}, 'seed': case['seed'] if arguments.seed is None else arguments.seed}
    tensors = record_case(arguments.checkpoint, arguments.family, arguments.case, case, arguments.out, arguments.picture)
    print(f'{arguments.out}: {len(tensors)} tensors')
    return 0


if __name__ == '__main__':
    sys.exit(main())
