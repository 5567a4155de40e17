"""Stable Video Diffusion: picture to clip, conditioned by CLIP's image embedding and by the picture's latents on every frame."""

from collections.abc import Iterator

import torch
from diffusers import AutoencoderKLTemporalDecoder, UNetSpatioTemporalConditionModel

import autoencoder
import clip
from checkpoint import Checkpoint
from graph import Graph, Options
from sizes import grid, is_tiny


def detect(checkpoint: Checkpoint) -> str | None:
    """'svd' for StableVideoDiffusionPipeline."""
    return 'svd' if checkpoint.class_name == 'StableVideoDiffusionPipeline' else None


class TemporalDecoder(torch.nn.Module):
    """latents [F, C, h, w] -> sample [F, 3, H, W] and frames uint8 [F, H, W, 3]; the batch is the chunk whose frames see each other."""

    def __init__(self, vae):
        super().__init__()
        self.decoder = vae.decoder

    def forward(self, latents):
        frames = latents.shape[0]
        sample = self.decoder(latents, num_frames=frames, image_only_indicator=torch.zeros(1, frames, dtype=latents.dtype))
        return sample, autoencoder.to_bytes(sample)


class Denoiser(torch.nn.Module):
    """The UNet: sample [B, F, 8, h, w] -> noise_pred [B, F, 4, h, w]."""

    def __init__(self, unet):
        super().__init__()
        self.unet = unet

    def forward(self, sample, timestep, encoder_hidden_states, added_time_ids):
        return self.unet(sample, timestep, encoder_hidden_states, added_time_ids, return_dict=False)


def _decoder(checkpoint: Checkpoint, options: Options) -> Graph:
    vae = checkpoint.load('vae', AutoencoderKLTemporalDecoder, options.dtype)
    channels = vae.config.latent_channels
    return Graph(
        name='vae_decoder', module=TemporalDecoder(vae), inputs={'latents': ('frames', channels, 'latent_height', 'latent_width')},
        outputs={'sample': ('frames', 3, 'height', 'width'), 'frames': ('frames', 'height', 'width', 3)},
        examples=[{'latents': autoencoder.latents(3, channels, 8, 6)}, {'latents': autoencoder.latents(2, channels, 6, 10)}], doubles=True,
    )


def _unet(checkpoint: Checkpoint, options: Options) -> Graph:
    unet = checkpoint.load('unet', UNetSpatioTemporalConditionModel, options.dtype)
    config = unet.config
    side = 2 ** (len(config.block_out_channels) - 1)
    random = torch.Generator().manual_seed(7)

    def example(batch: int, frames: int, rows: int, columns: int, sigma: float) -> dict:
        return {
            'sample': torch.randn(batch, frames, config.in_channels, rows * side, columns * side, generator=random),
            'timestep': torch.tensor([0.25]) * torch.tensor(sigma).log(),
            'encoder_hidden_states': torch.randn(batch, 1, config.cross_attention_dim, generator=random),
            'added_time_ids': torch.tensor([[6.0, 127.0, 0.02]]).repeat(batch, 1),
        }

    return Graph(
        name='unet', module=Denoiser(unet), keep_float32=frozenset({'timestep', 'added_time_ids'}),
        inputs={
            'sample': ('batch', 'frames', config.in_channels, 'latent_height', 'latent_width'), 'timestep': (1,),
            'encoder_hidden_states': ('batch', 1, config.cross_attention_dim), 'added_time_ids': ('batch', 3),
        },
        outputs={'noise_pred': ('batch', 'frames', config.out_channels, 'latent_height', 'latent_width')},
        examples=[example(2, 3, 4, 3, 700.0), example(1, 5, 2, 5, 0.7)], one_token=True,
    )


def graphs(checkpoint: Checkpoint, options: Options) -> Iterator[Graph]:
    """image_encoder, vae_encoder, vae_decoder, unet."""
    yield clip.image_encoder(checkpoint, options)
    # The reference encodes in float32 even when everything else is float16 (vae.config.force_upcast).
    yield autoencoder.encoder(checkpoint, options, AutoencoderKLTemporalDecoder, torch.float32)
    yield _decoder(checkpoint, options)
    yield _unet(checkpoint, options)


def facts(checkpoint: Checkpoint, options: Options) -> dict:
    """The manifest's numbers; defaults are those of StableVideoDiffusionPipeline.__call__."""
    unet = checkpoint.config('unet')
    tiny = is_tiny(unet['block_out_channels'])
    scale = autoencoder.spatial_scale(checkpoint.config('vae'))
    step = scale * 2 ** (len(unet['block_out_channels']) - 1)
    frames = unet.get('num_frames', 14)
    return {
        'vae': autoencoder.facts(checkpoint, 'mode', chunkMixesFrames=True),
        'clipImage': clip.image_facts(checkpoint),
        'denoiser': {'inChannels': unet['in_channels']},
        'sizes': {
            'sidePx': grid(2 * step if tiny else 256, 1024, step, 64 if tiny else 768),
            'maxPixels': 192 * 192 if tiny else 1024 * 576,
            'frames': grid(2, max(frames, 25), 1, 4 if tiny else frames),
        },
        'defaults': {
            'fps': 7, 'steps': 4 if tiny else 25, 'guidance': 3.0,
            'call': {
                'min_guidance_scale': 1.0, 'max_guidance_scale': 3.0, 'motion_bucket_id': 127, 'noise_aug_strength': 0.02,
                'width': 64 if tiny else 1024, 'height': 64 if tiny else 576,
            },
        },
    }
