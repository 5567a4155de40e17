"""I2VGen-XL: picture and prompt to clip, the picture seen three times (latents per frame, pooled latents, CLIP embedding)."""

from collections.abc import Iterator

import torch
from diffusers import I2VGenXLUNet

import autoencoder
import clip
from checkpoint import Checkpoint
from graph import Graph, Options
from sizes import grid, is_tiny


def detect(checkpoint: Checkpoint) -> str | None:
    """'i2vgen-xl' for I2VGenXLPipeline."""
    return 'i2vgen-xl' if checkpoint.class_name == 'I2VGenXLPipeline' else None


class AdaptivePool(torch.nn.Module):
    """AdaptiveAvgPool2d as two products with averaging matrices made from the size at hand.

    Exporters either refuse the original or bake the traced size in (parity.md, pitfall 2).
    """

    def __init__(self, sides: tuple[int, int]):
        super().__init__()
        self.sides = sides

    @staticmethod
    def _averages(out: int, size, like: torch.Tensor) -> torch.Tensor:
        """[out, size]: row i averages the columns floor(i*size/out) .. ceil((i+1)*size/out) - 1."""
        index = torch.arange(out)
        start = torch.div(index * size, out, rounding_mode='floor').unsqueeze(1)
        end = torch.div((index + 1) * size + out - 1, out, rounding_mode='floor').unsqueeze(1)
        column = torch.arange(size).unsqueeze(0)
        inside = ((column >= start) & (column < end)).to(like.dtype)
        return inside / (end - start).to(like.dtype)

    def forward(self, x):
        rows = self._averages(self.sides[0], x.shape[2], x)
        columns = self._averages(self.sides[1], x.shape[3], x)
        return torch.matmul(torch.matmul(rows, x), columns.transpose(0, 1))


class Denoiser(torch.nn.Module):
    """The UNet: sample and image_latents [B, 4, F, h, w] -> noise_pred [B, 4, F, h, w]."""

    def __init__(self, unet):
        super().__init__()
        for name, layer in unet.image_latents_context_embedding.named_children():
            if isinstance(layer, torch.nn.AdaptiveAvgPool2d):
                setattr(unet.image_latents_context_embedding, name, AdaptivePool(tuple(layer.output_size)))
        self.unet = unet

    def forward(self, sample, timestep, encoder_hidden_states, fps, image_latents, image_embeddings):
        return self.unet(
            sample, timestep, fps, image_latents, image_embeddings=image_embeddings, encoder_hidden_states=encoder_hidden_states, return_dict=False
        )


def _unet(checkpoint: Checkpoint, options: Options) -> Graph:
    unet = checkpoint.load('unet', I2VGenXLUNet, options.dtype)
    config = unet.config
    depth = 2 ** (len(config.block_out_channels) - 1)
    random = torch.Generator().manual_seed(10)
    latent = ('batch', config.in_channels, 'frames', 'latent_height', 'latent_width')

    def example(batch: int, frames: int, height: int, width: int, tokens: int, timestep: float, fps: float) -> dict:
        noise = lambda: torch.randn(batch, config.in_channels, frames, height, width, generator=random)
        return {
            'sample': noise(), 'timestep': torch.tensor([timestep]),
            'encoder_hidden_states': torch.randn(batch, tokens, config.cross_attention_dim, generator=random), 'fps': torch.full((batch,), fps),
            'image_latents': noise(), 'image_embeddings': torch.randn(batch, 1, config.cross_attention_dim, generator=random),
        }

    return Graph(
        name='unet', module=Denoiser(unet), keep_float32=frozenset({'timestep', 'fps'}),
        inputs={
            'sample': latent, 'timestep': (1,), 'encoder_hidden_states': ('batch', 'tokens', config.cross_attention_dim), 'fps': ('batch',),
            'image_latents': latent, 'image_embeddings': ('batch', 1, config.cross_attention_dim),
        },
        outputs={'noise_pred': ('batch', config.out_channels, 'frames', 'latent_height', 'latent_width')},
        # The first shape is no multiple of the UNet's depth: the trace then keeps the path that fits upsampling to any size.
        examples=[example(2, 3, depth + depth // 2 + 1, 2 * depth + 1, 77, 999.0, 16.0), example(1, 5, 3 * depth, 20 * depth, 20, 1.0, 7.0)],
    )


def graphs(checkpoint: Checkpoint, options: Options) -> Iterator[Graph]:
    """text_encoder, image_encoder, vae_encoder, vae_decoder, unet."""
    yield clip.text_encoder(checkpoint, options)
    yield clip.image_encoder(checkpoint, options)
    yield autoencoder.encoder(checkpoint, options)
    yield autoencoder.decoder(checkpoint, options)
    yield _unet(checkpoint, options)


def facts(checkpoint: Checkpoint, options: Options) -> dict:
    """The manifest's numbers; defaults are those of I2VGenXLPipeline.__call__ (clip_skip 1 is `skip`)."""
    unet = checkpoint.config('unet')
    tiny = is_tiny(unet['block_out_channels'])
    scale = autoencoder.spatial_scale(checkpoint.config('vae'))
    return {
        'vae': autoencoder.facts(checkpoint, 'sample'), 'text': clip.text_facts(checkpoint, skip=1), 'clipImage': clip.image_facts(checkpoint),
        'denoiser': {'inChannels': unet['in_channels']},
        'sizes': {
            'sidePx': grid(4 * scale if tiny else 256, 1280, scale, 64 if tiny else 704),
            'maxPixels': 192 * 192 if tiny else 1280 * 704,
            'frames': grid(1, 32, 1, 4 if tiny else 16),
        },
        'defaults': {
            'fps': 16, 'steps': 4 if tiny else 50, 'guidance': 9.0,
            'call': {'target_fps': 16, 'clip_skip': 1, 'width': 64 if tiny else 1280, 'height': 64 if tiny else 704},
        },
    }
