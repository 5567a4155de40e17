"""The model families an exporter exists for, and what a family module has to offer.

A family module (families/<name>.py) holds three functions, found here through `FAMILIES`:

    def detect(checkpoint: Checkpoint) -> str | None
        The manifest's family name ('svd', 'wan22-ti2v', ...) when this module exports the checkpoint, else None. Looks at
        checkpoint.class_name and checkpoint.config(component) only; never loads weights.

    def graphs(checkpoint: Checkpoint, options: Options) -> Iterator[Graph]
        Yields one Graph after another. A generator: the weights of a component are loaded just before its Graph is yielded and are
        dropped before the next one is loaded (`del module` after the yield, or build each Graph in a function of its own), so that
        one component is in memory at a time. Weights come from checkpoint.load(component, Class, options.dtype).

    def facts(checkpoint: Checkpoint, options: Options) -> dict
        The parts of manifest.json that only the family knows, as worker/onnx/bundle-manifest.ts wants them:
        {'vae': ..., 'text': ..., 'clipImage': ..., 'denoiser': ..., 'sizes': ..., 'defaults': ...}; absent ones are left out.

Everything else (tracing, attention, borders, external data, verification, hashing, copying of tokenizer, scheduler and
feature_extractor, writing) is common: export.py drives it.
"""

from importlib import import_module
from types import ModuleType

from checkpoint import Checkpoint, Refusal

FAMILIES = ('svd', 'animatediff', 'i2vgen_xl', 'modelscope', 'ltx', 'wan')
PIPELINES = (
    'StableVideoDiffusionPipeline', 'AnimateDiffPipeline', 'AnimateDiffSparseControlNetPipeline', 'I2VGenXLPipeline', 'TextToVideoSDPipeline',
    'LTXPipeline', 'LTXImageToVideoPipeline', 'WanPipeline', 'WanImageToVideoPipeline',
)


def require_known(checkpoint: Checkpoint) -> None:
    """Refuses a pipeline class that no family is made for, before anything heavy is imported."""
    if checkpoint.class_name not in PIPELINES:
        raise Refusal(f'{checkpoint.class_name or "A pipeline without a name"} is not a pipeline this exporter knows. It knows {", ".join(PIPELINES)}.')


def family_of(checkpoint: Checkpoint) -> tuple[str, ModuleType]:
    """The family's name and module for a checkpoint; raises Refusal when no module knows its pipeline."""
    for name in FAMILIES:
        module = import_module(f'families.{name}')
        found = module.detect(checkpoint)
        if found is not None:
            return found, module
    raise Refusal(f'This {checkpoint.class_name} is of a kind that this exporter does not know (of Wan it knows 2.2: TI2V-5B and I2V-A14B).')
