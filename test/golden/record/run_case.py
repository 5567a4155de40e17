"""Runs the reference pipeline on a checkpoint and writes the case: case.json, the photo, frames, tensors."""

import json
from functools import partial
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import numpy
import torch
from diffusers import AutoencoderKL
from PIL import Image
from safetensors.torch import save_file

from recorder import Recorder

GLOBAL_SEED_OFFSET = 1_000_003
# Of tensors kept in the repository, but for the frames.
LARGEST_BYTES = 100_000
# Present on disk, but no component of its pipeline.
EXTRA = 'ip_adapter'
# Said to the autoencoder before the call.
TILING = (
    'enable_vae_tiling', 'use_framewise_decoding', 'tile_sample_min_size', 'tile_sample_min_height', 'tile_sample_min_width', 'tile_sample_min_num_frames',
    'tile_sample_stride_height', 'tile_sample_stride_width', 'tile_sample_stride_num_frames',
)


def photo(width: int, height: int, seed: int) -> Image.Image:
    """A picture with slopes, edges and grain, so that every resampling leaves its mark."""
    rows, columns = numpy.mgrid[0:height, 0:width]
    random = numpy.random.default_rng(seed)
    picture = numpy.stack([columns * 255 / width, rows * 255 / height, 128 + 100 * numpy.sin(columns / 9 + rows / 13)], -1)
    left, top = width // 4, height // 3
    picture[top : top + height // 3, left : left + width // 3] = (230, 60, 40)
    picture += 10 * random.integers(-1, 2, (height, width, 1))
    return Image.fromarray(picture.clip(0, 255).astype(numpy.uint8))


def _mend_transformers() -> None:
    """diffusers' clip_skip asks for CLIPTextModel.text_model, which transformers 5 has merged into the class itself."""
    from transformers import CLIPTextModel

    if not hasattr(CLIPTextModel, 'text_model'):
        CLIPTextModel.text_model = property(lambda self: self)


def load_pipeline(checkpoint: Path, name: str, dtype: torch.dtype = torch.float32):
    """The pipeline class `name` with the checkpoint's components, whichever class its model_index.json names."""
    _mend_transformers()
    pipeline = getattr(import_module('diffusers'), name).from_pretrained(str(checkpoint), local_files_only=True, torch_dtype=dtype)
    adapters = sorted((checkpoint / EXTRA).glob('*.safetensors'))
    if adapters:
        pipeline.load_ip_adapter(str(checkpoint), subfolder=EXTRA, weight_name=adapters[0].name, image_encoder_folder=None)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def _set_scheduler(pipeline, overrides: dict | None) -> None:
    if overrides is None:
        return
    name = overrides.get('_class_name', type(pipeline.scheduler).__name__)
    settings = {key: value for key, value in overrides.items() if key != '_class_name'}
    pipeline.scheduler = getattr(import_module('diffusers'), name).from_config(pipeline.scheduler.config, **settings)


def _tile_pictures_with(vae, decode):
    """diffusers' own AutoencoderKL.tiled_decode over a decoder that sees frames: SVD's autoencoder has no tiling of its own."""
    image, ratio = AutoencoderKL, 2 ** (len(vae.config.block_out_channels) - 1)

    def tiled(z, num_frames=1, **rest):
        tiles = SimpleNamespace(
            config=SimpleNamespace(use_post_quant_conv=False), tile_sample_min_size=vae.tile_sample_min_size, tile_latent_min_size=vae.tile_sample_min_size // ratio,
            tile_overlap_factor=0.25, blend_v=partial(image.blend_v, None), blend_h=partial(image.blend_h, None),
            decoder=lambda tile: decode(tile, num_frames=num_frames, **rest).sample,
        )
        return image.tiled_decode(tiles, z)

    return tiled


def _set_tiling(vae, arguments: dict) -> dict:
    """Turns tiling on as `arguments` say, and returns those that are left for the call."""
    kept = {name: value for name, value in arguments.items() if name not in TILING}
    given = {name: value for name, value in arguments.items() if name.startswith('tile_')}
    for name, value in given.items():
        setattr(vae, name, value)
    if 'tile_sample_min_size' in given:
        vae.tile_latent_min_size = given['tile_sample_min_size'] // 2 ** (len(vae.config.block_out_channels) - 1)
    vae.use_framewise_decoding = bool(arguments.get('use_framewise_decoding'))
    if arguments.get('enable_vae_tiling'):
        if hasattr(vae, 'use_tiling'):
            vae.enable_tiling()
        else:
            vae.decode = _tile_pictures_with(vae, vae.decode)
    return kept


def _is_lite(key: str) -> bool:
    """Whether a tensor belongs to the small subset: all draws, the first call of every network, every scheduler result, the raw video."""
    part, _, rest = key.partition('/')
    if part in ('randn', 'video_raw', 'text_encoder', 'image_encoder', 'vae_encode') or key in ('sched/timesteps', 'sched/sigmas'):
        return '.hidden_states.' not in key
    if part == 'sched':
        return rest.endswith(('in/t', 'out/prev_sample'))
    return part in ('unet', 'transformer', 'controlnet') and rest.startswith('0/') and not (part == 'controlnet' and '/in/' in key)


def _is_committed(key: str, value: torch.Tensor) -> bool:
    """Whether a tensor belongs to a case kept in the repository: of the small subset what is not large or derived, and the frames."""
    if key == 'frames':
        return True
    derived = key == 'video_raw' or key.startswith('unet/0/in/') and ('residual' in key or 'encoder_hidden_states' in key) or 'pooler_output' in key
    return _is_lite(key) and not derived and value.numel() * value.element_size() <= LARGEST_BYTES and 'image_encoder/0/out.last_hidden_state' not in key


def record_case(checkpoint: Path, family: str, letter: str, case: dict, out: Path, pictures: list[Path] = (), committed: bool = False, dtype: torch.dtype = torch.float32) -> dict[str, torch.Tensor]:
    """Runs `case`, on `pictures` if there are any, and writes it to `out`, small if it is to be `committed`; returns all tensors."""
    torch.set_num_threads(1)
    pipeline = load_pipeline(checkpoint, case['pipeline'], dtype)
    _set_scheduler(pipeline, case['scheduler'])
    sizes = case['image'] if isinstance(case['image'], list) else [case['image']] if case['image'] else []
    photos = [Image.open(picture).convert('RGB') for picture in pictures]
    photos = photos or [photo(width, height, case['seed'] + index) for index, (width, height) in enumerate(sizes)]
    inputs = _set_tiling(pipeline.vae, case['kwargs'])
    if case['ip_adapter_scale'] is not None:
        pipeline.set_ip_adapter_scale(case['ip_adapter_scale'])
        inputs['ip_adapter_image'] = photos[0]
    elif isinstance(case['image'], list):
        inputs['conditioning_frames'] = photos
    elif photos:
        inputs['image'] = photos[0]
    global_seed = case['seed'] + GLOBAL_SEED_OFFSET
    torch.manual_seed(global_seed)
    recorder = Recorder(pipeline)
    with recorder.watching():
        frames = pipeline(**inputs, generator=torch.Generator('cpu').manual_seed(case['seed']), output_type='np').frames
    tensors = recorder.tensors
    tensors['frames'] = torch.from_numpy(numpy.ascontiguousarray(frames, dtype=numpy.float32))
    raw = tensors['video_raw']
    saturated = float((raw.abs() > 1).float().mean())
    if not torch.isfinite(raw).all() or saturated > 0.05:
        raise SystemExit(f'{family}/{letter}: the clip is no use as a reference ({saturated:.1%} of its values are outside -1..1).')
    kept = {key: value for key, value in tensors.items() if _is_committed(key, value)} if committed else tensors
    _write(out, photos, isinstance(case['image'], list), kept, committed)
    description = {
        'family': family, 'case': letter, 'pipeline': type(pipeline).__name__, 'seed': case['seed'], 'global_seed': global_seed, 'kwargs': case['kwargs'],
        'ip_adapter_scale': case['ip_adapter_scale'], 'scheduler': _settings(pipeline.scheduler), 'image_size': list(photos[0].size) if photos else None,
        'torch': version('torch'), 'diffusers': version('diffusers'), 'transformers': version('transformers'),
        'tensors': [{'key': key, 'shape': list(value.shape), 'dtype': str(value.dtype).removeprefix('torch.')} for key, value in kept.items()],
    }
    (out / 'case.json').write_text(json.dumps(description, indent=1) + '\n', 'utf8')
    return tensors


def _settings(scheduler) -> dict:
    name = type(scheduler).__name__
    return {'_class': name, **{key: value for key, value in scheduler.config.items() if key != '_use_default_values'}, '_class_name': name}


def _write(out: Path, photos: list[Image.Image], numbered: bool, tensors: dict[str, torch.Tensor], committed: bool) -> None:
    out.mkdir(parents=True, exist_ok=True)
    if photos:
        photos[0].save(out / 'input.png', optimize=True)
    for index, picture in enumerate(photos if numbered else []):
        picture.save(out / f'input_{index}.png', optimize=True)
    if committed:
        save_file(tensors, str(out / 'tensors_lite.safetensors'))
        (out / 'tensors_lite.safetensors').chmod(0o644)
        return
    save_file(tensors, str(out / 'tensors.safetensors'))
    save_file({key: value for key, value in tensors.items() if _is_lite(key)}, str(out / 'tensors_lite.safetensors'))
    (out / 'frames').mkdir(exist_ok=True)
    for index, frame in enumerate(tensors['frames'][0].numpy()):
        Image.fromarray((frame * 255).round().astype(numpy.uint8)).save(out / 'frames' / f'{index:03}.png')
