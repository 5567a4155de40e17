"""The 2D autoencoder of the UNet families as graphs, and what the manifest says about it."""

import torch
from diffusers import AutoencoderKL

from checkpoint import Checkpoint
from graph import Graph, Options


def to_bytes(sample: torch.Tensor) -> torch.Tensor:
    """Picture values around -1..1 as bytes, channels last: [N, 3, H, W] -> uint8 [N, H, W, 3], halves to even as numpy rounds."""
    return torch.round(torch.clamp(sample.float() / 2 + 0.5, 0, 1) * 255).permute(0, 2, 3, 1).to(torch.uint8)


class Encoder(torch.nn.Module):
    """sample [B, 3, H, W] -> moments [B, 2C, h, w]: mean and log variance."""

    def __init__(self, vae):
        super().__init__()
        self.encoder, self.quant_conv = vae.encoder, vae.quant_conv

    def forward(self, sample):
        moments = self.encoder(sample)
        return (moments if self.quant_conv is None else self.quant_conv(moments),)


class Decoder(torch.nn.Module):
    """latents [N, C, h, w] -> sample [N, 3, H, W] and frames uint8 [N, H, W, 3]."""

    def __init__(self, vae):
        super().__init__()
        self.decoder, self.post_quant_conv = vae.decoder, vae.post_quant_conv

    def forward(self, latents):
        sample = self.decoder(latents if self.post_quant_conv is None else self.post_quant_conv(latents))
        return sample, to_bytes(sample)


def spatial_scale(config: dict) -> int:
    """Pixels per latent pixel: every block but the last halves the picture."""
    return 2 ** (len(config['block_out_channels']) - 1)


def pixels(batch: int, height: int, width: int) -> torch.Tensor:
    """Noise as a picture in -1..1, [B, 3, H, W]."""
    return torch.rand(batch, 3, height, width, generator=torch.Generator().manual_seed(5)) * 2 - 1


def latents(batch: int, channels: int, height: int, width: int) -> torch.Tensor:
    """Noise as latents, [B, C, h, w]."""
    return torch.randn(batch, channels, height, width, generator=torch.Generator().manual_seed(6))


def encoder(checkpoint: Checkpoint, options: Options, model_class=AutoencoderKL, dtype: torch.dtype | None = None) -> Graph:
    """The vae_encoder component; `dtype` float32 where the reference lifts the encoder out of float16."""
    vae = checkpoint.load('vae', model_class, dtype or options.dtype)
    scale = spatial_scale(vae.config)
    return Graph(
        name='vae_encoder', module=Encoder(vae), dtype=dtype, inputs={'sample': ('batch', 3, 'height', 'width')},
        outputs={'moments': ('batch', 2 * vae.config.latent_channels, 'latent_height', 'latent_width')},
        examples=[{'sample': pixels(1, 8 * scale, 6 * scale)}, {'sample': pixels(2, 4 * scale, 9 * scale)}],
    )


def decoder(checkpoint: Checkpoint, options: Options) -> Graph:
    """The vae_decoder component; frames decode independently."""
    vae = checkpoint.load('vae', AutoencoderKL, options.dtype)
    channels = vae.config.latent_channels
    return Graph(
        name='vae_decoder', module=Decoder(vae), inputs={'latents': ('frames', channels, 'latent_height', 'latent_width')},
        outputs={'sample': ('frames', 3, 'height', 'width'), 'frames': ('frames', 'height', 'width', 3)},
        examples=[{'latents': latents(2, channels, 8, 6)}, {'latents': latents(3, channels, 5, 9)}], doubles=True,
    )


def _sample_size(config: dict) -> dict:
    """The side that diffusers' tiling takes for a piece, where the autoencoder names one."""
    size = config.get('sample_size')
    side = size[0] if isinstance(size, list | tuple) and size else size
    return {'sampleSizePx': int(side)} if side else {}


def facts(checkpoint: Checkpoint, posterior: str, **more) -> dict:
    """The manifest's `vae`; `posterior` is how the family takes latents of a condition picture from the moments ('mode' or 'sample')."""
    config = checkpoint.config('vae')
    return {
        'spatialScale': spatial_scale(config), 'temporalScale': 1, 'latentChannels': config['latent_channels'],
        'scalingFactor': config.get('scaling_factor', 0.18215), 'posterior': posterior, **_sample_size(config), **more,
    }
