"""LTX-Video 0.9.x: text, or a picture as the first frame, to a clip; from 0.9.1 on the VAE's decoder is told a timestep."""

from collections.abc import Iterator

import torch
from diffusers import AutoencoderKLLTXVideo, LTXVideoTransformer3DModel
from diffusers.models.autoencoders.autoencoder_kl_ltx import LTXVideoResnetBlock3d, LTXVideoUpsampler3d
from safetensors import safe_open

from checkpoint import Checkpoint
from families.ltx_graphs import LtxDecoder, LtxEncoder, LtxReference, LtxTransformer
from families.t5 import text_encoder, text_facts
from graph import Graph, Options
from sizes import grid, is_tiny

CLASSES = ('LTXPipeline', 'LTXImageToVideoPipeline', 'LTXConditionPipeline')


def detect(checkpoint: Checkpoint) -> str | None:
    """'ltx' for the pipelines of LTX-Video 0.9.x, which share their networks."""
    return 'ltx' if checkpoint.class_name in CLASSES else None


def _scales(config: dict) -> tuple[int, int]:
    """Pixels and frames per latent pixel and latent frame."""
    halvings = 2 ** sum(config['spatio_temporal_scaling'])
    spatial, temporal = config.get('spatial_compression_ratio'), config.get('temporal_compression_ratio')
    return spatial or config['patch_size'] * halvings, temporal or config['patch_size_t'] * halvings


def _encoder(vae, spatial: int) -> Graph:
    """For one frame, the condition picture: all that the pipelines encode, and a free count of frames makes tracing take hours."""
    noise = torch.Generator().manual_seed(17)
    example = lambda rows, columns: {'sample': torch.rand(1, 3, 1, rows * spatial, columns * spatial, generator=noise) * 2 - 1}
    return Graph(
        'vae_encoder', LtxEncoder(vae), {'sample': (1, 3, 1, 'height', 'width')},
        {'moments': (1, 2 * vae.config.latent_channels, 1, 'latent_height', 'latent_width')}, [example(3, 2), example(2, 5)], exporter='dynamo',
    )


def _noise_scales(decoder) -> list[int]:
    """Sides, in latent pixels, of the noise of every injection in the order of the draws; empty where the decoder injects none."""
    scale, found = 1, []
    for module in decoder.modules():
        if isinstance(module, LTXVideoUpsampler3d):
            scale *= module.stride[1]
        elif isinstance(module, LTXVideoResnetBlock3d) and module.per_channel_scale1 is not None:
            found += [scale, scale]
    return found


def _decoder(vae) -> Graph:
    channels, noise = vae.config.latent_channels, torch.Generator().manual_seed(19)
    side = lambda name, scale: f'latent_{name}' if scale == 1 else f'latent_{name}_x{scale}'
    scales = _noise_scales(vae.decoder)
    inputs = {'latents': (1, channels, 'latent_frames', 'latent_height', 'latent_width')}
    if vae.config.timestep_conditioning:
        inputs['timestep'] = (1,)
    inputs |= {f'noise.{number}': (side('height', scale), side('width', scale)) for number, scale in enumerate(scales)}

    def example(frames: int, rows: int, columns: int, timestep: float) -> dict[str, torch.Tensor]:
        normal = lambda *shape: torch.randn(*shape, generator=noise)
        values = {'latents': normal(1, channels, frames, rows, columns), 'timestep': torch.tensor([timestep])}
        values |= {f'noise.{number}': normal(rows * scale, columns * scale) for number, scale in enumerate(scales)}
        return {name: values[name] for name in inputs}

    outputs = {'sample': (1, 3, 'frames', 'height', 'width'), 'frames': ('frames', 'height', 'width', 3)}
    return Graph(
        'vae_decoder', LtxDecoder(vae), inputs, outputs, [example(3, 2, 4, 0.05), example(2, 3, 2, 0.2)], exporter='dynamo',
        keep_float32=frozenset({'timestep'}),
    )


def transformer(checkpoint: Checkpoint, options: Options) -> Graph:
    """The component transformer."""
    model = checkpoint.load('transformer', LTXVideoTransformer3DModel, options.dtype)
    config, noise = model.config, torch.Generator().manual_seed(23)

    def example(batch: int, sides: tuple[int, int, int], text_tokens: int, times: list[float]) -> dict[str, torch.Tensor]:
        frames, rows, columns = sides
        tokens = frames * rows * columns
        axes = (torch.arange(frames) * (8 / 25) / 20, torch.arange(rows) * 32 / 2048, torch.arange(columns) * 32 / 2048)
        index = torch.arange(frames).clamp(max=len(times) - 1).repeat_interleave(rows * columns)
        return {
            'hidden_states': torch.randn(batch, tokens, config.in_channels, generator=noise),
            'encoder_hidden_states': torch.randn(batch, text_tokens, config.caption_channels, generator=noise),
            'timestep_rows': torch.tensor(times),
            'timestep_index': index[None].repeat(batch, 1),
            'encoder_attention_mask': (torch.arange(text_tokens)[None] < torch.arange(batch)[:, None] * 2 + 4).long(),
            'rope_grid': torch.stack([axis.flatten() for axis in torch.meshgrid(*axes, indexing='ij')], dim=-1)[None],
        }

    inputs = {
        'hidden_states': ('batch', 'tokens', config.in_channels), 'encoder_hidden_states': ('batch', 'text_tokens', config.caption_channels),
        'timestep_rows': ('rows',), 'timestep_index': ('batch', 'tokens'), 'encoder_attention_mask': ('batch', 'text_tokens'), 'rope_grid': (1, 'tokens', 3),
    }
    return Graph(
        'transformer', LtxTransformer(model, options.attention == 'mha'), inputs, {'noise_pred': ('batch', 'tokens', config.out_channels)},
        [example(2, (3, 2, 4), 12, [0.0, 640.0]), example(1, (2, 5, 3), 9, [0.0, 30.0, 1000.0])], exporter='dynamo',
        keep_float32=frozenset({'timestep_rows', 'rope_grid'}), reference=LtxReference(model),
    )


def graphs(checkpoint: Checkpoint, options: Options) -> Iterator[Graph]:
    """text_encoder, vae_encoder, vae_decoder, transformer, one component's weights in memory at a time."""
    yield text_encoder(checkpoint, options, 't5')
    vae = checkpoint.load('vae', AutoencoderKLLTXVideo, options.dtype)
    yield _encoder(vae, _scales(vae.config)[0])
    yield _decoder(vae)
    del vae
    yield transformer(checkpoint, options)


def _statistics(checkpoint: Checkpoint) -> dict:
    """Mean and spread of the latents, which LTX keeps among the VAE's weights."""
    found = {}
    for path in sorted((checkpoint.path / 'vae').glob('*.safetensors')):
        with safe_open(path, framework='pt') as weights:
            for key, fact in (('latents_mean', 'latentsMean'), ('latents_std', 'latentsStd')):
                if key in weights.keys():
                    found[fact] = weights.get_tensor(key).float().tolist()
    return found


def facts(checkpoint: Checkpoint, options: Options) -> dict:
    """The manifest's numbers; defaults are those of LTXImageToVideoPipeline.__call__ and, for a timed VAE, of LTX-Video 0.9.1's card."""
    transformer, vae = checkpoint.config('transformer'), checkpoint.config('vae')
    tiny = is_tiny([transformer['num_attention_heads'] * transformer['attention_head_dim']])
    spatial, temporal = _scales(vae)
    is_timed = bool(vae.get('timestep_conditioning'))
    step = spatial * transformer['patch_size']
    return {
        'vae': {
            'spatialScale': spatial, 'temporalScale': temporal, 'latentChannels': vae['latent_channels'], 'scalingFactor': vae.get('scaling_factor', 1.0),
            **_statistics(checkpoint), 'posterior': 'sample', 'timestepConditioning': is_timed,
        },
        'text': text_facts(checkpoint, 't5', 128),
        'denoiser': {'patch': [transformer['patch_size_t'], *[transformer['patch_size']] * 2], 'inChannels': transformer['in_channels']},
        'sizes': {
            'sidePx': grid(2 * step, 1280, step, 64 if tiny else 704), 'maxPixels': 1280 * 704,
            'frames': grid(temporal + 1, 257, temporal, 17 if tiny else 161),
        },
        'defaults': {
            'fps': 25, 'steps': 4 if tiny else 50, 'guidance': 3.0, 'negativePrompt': 'worst quality, inconsistent motion, blurry, jittery, distorted',
            'call': {
                'width': 64 if tiny else 704, 'height': 64 if tiny else 512,
                **({'decode_timestep': 0.05, 'decode_noise_scale': 0.025} if is_timed else {}),
            },
        },
    }
