"""Wan 2.2: the 5B model whose first frame is the picture (TI2V), and the two 14B experts that see the picture beside the noise (I2V)."""

from collections.abc import Iterator

import torch
from diffusers import AutoencoderKLWan, WanTransformer3DModel

from checkpoint import Checkpoint, Refusal
from families.t5 import text_encoder, text_facts
from families.wan_graphs import WanDecoderChunk, WanEncoderChunk, WanReference, WanTransformer
from graph import Graph, Options
from sizes import grid, is_tiny

# In diffusers' own examples for these models.
NEGATIVE_PROMPT = (
    'Bright tones, overexposed, static, blurred details, subtitles, style, works, paintings, images, static, overall gray, worst quality, '
    'low quality, JPEG compression residue, ugly, incomplete, extra fingers, poorly drawn hands, poorly drawn faces, deformed, disfigured, '
    'misshapen limbs, fused fingers, still picture, messy background, three legs, many people in the background, walking backwards'
)


def detect(checkpoint: Checkpoint) -> str | None:
    """'wan22-ti2v' or 'wan22-i2v'. Raises Refusal for a Wan checkpoint that is neither."""
    if checkpoint.class_name not in ('WanPipeline', 'WanImageToVideoPipeline'):
        return None
    if checkpoint.index.get('expand_timesteps'):
        return 'wan22-ti2v'
    if checkpoint.has('transformer_2') and checkpoint.index.get('boundary_ratio') and checkpoint.config('transformer')['in_channels'] == 36:
        return 'wan22-i2v'
    raise Refusal('Of Wan, the exporter knows Wan 2.2 TI2V 5B and Wan 2.2 I2V A14B. Use one of those, in diffusers\' layout.')


def transformer(checkpoint: Checkpoint, options: Options, name: str, per_token: bool) -> Graph:
    """The component `name`; `per_token` where tokens have their own times (TI2V), otherwise one per batch entry."""
    model = checkpoint.load(name, WanTransformer3DModel, options.dtype)
    config = model.config
    if config.image_dim is not None or config.added_kv_proj_dim is not None:
        raise Refusal(f'{name} attends to CLIP images, as Wan 2.1 does. The exporter knows Wan 2.2.')
    pt, ph, pw = config.patch_size
    noise = torch.Generator().manual_seed(11)

    def example(batch: int, frames: int, height: int, width: int, tokens: int, times: list[float]) -> dict[str, torch.Tensor]:
        per_frame = (height // ph) * (width // pw)
        values = {
            'hidden_states': torch.randn(batch, config.in_channels, frames, height, width, generator=noise),
            'encoder_hidden_states': torch.randn(batch, tokens, config.text_dim, generator=noise),
        }
        if not per_token:
            return {**values, 'timestep': torch.tensor(times[:batch])}
        index = torch.arange(frames // pt).clamp(max=len(times) - 1).repeat_interleave(per_frame)
        return {**values, 'timestep_rows': torch.tensor(times), 'timestep_index': index[None].repeat(batch, 1)}

    inputs = {
        'hidden_states': ('batch', config.in_channels, 'latent_frames', 'latent_height', 'latent_width'),
        'encoder_hidden_states': ('batch', 'text_tokens', config.text_dim),
        **({'timestep_rows': ('rows',), 'timestep_index': ('batch', 'tokens')} if per_token else {'timestep': ('batch',)}),
    }
    return Graph(
        name, WanTransformer(model, options.attention == 'mha', per_token), inputs,
        {'noise_pred': ('batch', config.out_channels, 'latent_frames', 'latent_height', 'latent_width')},
        [example(2, 3, 4 * ph, 3 * pw, 12, [0.0, 712.0]), example(1, 5, 2 * ph, 5 * pw, 7, [0.0, 31.0, 999.0])],
        exporter='dynamo', keep_float32=frozenset({'timestep', 'timestep_rows'}), reference=WanReference(model),
    )


def _streamed(name: str, first, following, source: dict, results: dict, examples: list, next_examples: list, scale: int) -> Iterator[Graph]:
    """`name`_first, which begins a clip, and `name`_next, which goes on with its caches; batch 1.

    source, results: dims of what goes in and comes out, as pairs for the first and the next chunk; `scale` is pixels per latent pixel.
    """
    port = next(iter(source))
    with torch.no_grad():
        handed = [first(values)[len(results) :] for values in examples]

    def dims(cache: torch.Tensor, rows: int) -> tuple:
        factor = cache.shape[3] // rows
        side = {1: 'latent_{}', scale: '{}'}.get(factor, f'latent_{{}}_x{factor}')
        return 1, cache.shape[1], 2, side.format('height'), side.format('width')

    rows = examples[0].shape[3] if port == 'latents' else examples[0].shape[3] // scale
    ports = [dims(cache, rows) for cache in handed[0]]
    caches_in = {f'cache.{number}': port_dims for number, port_dims in enumerate(ports)}
    caches_out = {f'cache_out.{number}': port_dims for number, port_dims in enumerate(ports)}
    float32 = {'exporter': 'dynamo', 'dtype': torch.float32}
    yield Graph(
        f'{name}_first', first, {port: source[port][0]}, {**{key: pair[0] for key, pair in results.items()}, **caches_out},
        [{port: values} for values in examples], **float32,
    )
    yield Graph(
        f'{name}_next', following, {port: source[port][1], **caches_in}, {**{key: pair[1] for key, pair in results.items()}, **caches_out},
        [{port: values, **dict(zip(caches_in, caches, strict=True))} for values, caches in zip(next_examples, handed, strict=True)], **float32,
    )


def _autoencoder(checkpoint: Checkpoint, is_clip_encoded: bool) -> Iterator[Graph]:
    # In float32 whatever the rest is in: the reference's examples load it so, and half precision shows in the picture.
    vae = checkpoint.load('vae', AutoencoderKLWan, torch.float32)
    channels, scale = vae.config.z_dim, vae.config.scale_factor_spatial
    noise = torch.Generator().manual_seed(13)
    shapes = ((6, 4), (3, 5))
    latents = lambda: [torch.randn(1, channels, 1, *shape, generator=noise) for shape in shapes]
    clip = lambda frames: [torch.rand(1, 3, frames, rows * scale, columns * scale, generator=noise) * 2 - 1 for rows, columns in shapes]
    video = lambda frames: (1, 3, frames, 'height', 'width')
    cells = lambda depth: (1, depth, 1, 'latent_height', 'latent_width')

    if is_clip_encoded:
        yield from _streamed(
            'vae_encoder', WanEncoderChunk(vae, True), WanEncoderChunk(vae, True), {'sample': (video(1), video(4))},
            {'moments': (cells(2 * channels), cells(2 * channels))}, clip(1), clip(4), scale,
        )
    else:
        yield Graph(
            'vae_encoder', WanEncoderChunk(vae, False), {'sample': video(1)}, {'moments': cells(2 * channels)},
            [{'sample': values} for values in clip(1)], exporter='dynamo', dtype=torch.float32,
        )
    frames = lambda count: (count, 'height', 'width', 3)
    yield from _streamed(
        'vae_decoder', WanDecoderChunk(vae, True), WanDecoderChunk(vae, False), {'latents': (cells(channels), cells(channels))},
        {'sample': (video(1), video(4)), 'frames': (frames(1), frames(4))}, latents(), latents(), scale,
    )


def graphs(checkpoint: Checkpoint, options: Options) -> Iterator[Graph]:
    """text_encoder, the VAE's chunks, transformer and for A14B transformer_2, one component's weights in memory at a time."""
    is_expanded = detect(checkpoint) == 'wan22-ti2v'
    yield text_encoder(checkpoint, options, 'umt5')
    yield from _autoencoder(checkpoint, is_clip_encoded=not is_expanded)
    yield transformer(checkpoint, options, 'transformer', per_token=is_expanded)
    if not is_expanded:
        yield transformer(checkpoint, options, 'transformer_2', per_token=False)


def facts(checkpoint: Checkpoint, options: Options) -> dict:
    """The manifest's numbers; sizes and defaults are those of Wan's own configurations (wan_ti2v_5B, wan_i2v_A14B)."""
    is_expanded = detect(checkpoint) == 'wan22-ti2v'
    transformer, vae = checkpoint.config('transformer'), checkpoint.config('vae')
    tiny = is_tiny([transformer['num_attention_heads'] * transformer['attention_head_dim']])
    step = vae['scale_factor_spatial'] * transformer['patch_size'][1]
    width, height, frames, fps = (1280, 704, 121, 24) if is_expanded else (832, 480, 81, 16)
    return {
        'vae': {
            'spatialScale': vae['scale_factor_spatial'], 'temporalScale': vae['scale_factor_temporal'], 'latentChannels': vae['z_dim'],
            'scalingFactor': 1.0, 'latentsMean': vae['latents_mean'], 'latentsStd': vae['latents_std'], 'posterior': 'mode',
        },
        'text': text_facts(checkpoint, 'umt5', 512),
        'denoiser': {
            'patch': list(transformer['patch_size']), 'inChannels': transformer['in_channels'],
            **({} if is_expanded else {'boundaryRatio': checkpoint.index['boundary_ratio']}),
        },
        'sizes': {
            'sidePx': grid(2 * step, 1280, step, 64 if tiny else width), 'maxPixels': 1280 * 720,
            'frames': grid(5, 121, 4, 9 if tiny else frames),
        },
        'defaults': {
            'fps': fps, 'steps': 4 if tiny else 50 if is_expanded else 40, 'guidance': 5.0 if is_expanded else 3.5,
            'negativePrompt': NEGATIVE_PROMPT, 'call': {'width': 64 if tiny else width, 'height': 64 if tiny else height},
        },
    }
