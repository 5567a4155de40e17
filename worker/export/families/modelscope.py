"""ModelScope text-to-video: prompt to clip with a UNet that mixes frames by temporal convolutions and attention."""

from collections.abc import Iterator

import torch
from diffusers import UNet3DConditionModel

import autoencoder
import clip
from checkpoint import Checkpoint
from graph import Graph, Options
from sizes import grid, is_tiny


def detect(checkpoint: Checkpoint) -> str | None:
    """'modelscope-t2v' for TextToVideoSDPipeline."""
    return 'modelscope-t2v' if checkpoint.class_name == 'TextToVideoSDPipeline' else None


class Denoiser(torch.nn.Module):
    """The UNet: sample [B, 4, F, h, w], text [B, T, D] -> noise_pred [B, 4, F, h, w]."""

    def __init__(self, unet):
        super().__init__()
        self.unet = unet

    def forward(self, sample, timestep, encoder_hidden_states):
        return self.unet(sample, timestep, encoder_hidden_states, return_dict=False)


def _unet(checkpoint: Checkpoint, options: Options) -> Graph:
    unet = checkpoint.load('unet', UNet3DConditionModel, options.dtype)
    config = unet.config
    depth = 2 ** (len(config.block_out_channels) - 1)
    random = torch.Generator().manual_seed(11)

    def example(batch: int, frames: int, height: int, width: int, tokens: int, timestep: float) -> dict:
        return {
            'sample': torch.randn(batch, config.in_channels, frames, height, width, generator=random), 'timestep': torch.tensor([timestep]),
            'encoder_hidden_states': torch.randn(batch, tokens, config.cross_attention_dim, generator=random),
        }

    return Graph(
        name='unet', module=Denoiser(unet), keep_float32=frozenset({'timestep'}),
        inputs={
            'sample': ('batch', config.in_channels, 'frames', 'latent_height', 'latent_width'), 'timestep': (1,),
            'encoder_hidden_states': ('batch', 'tokens', config.cross_attention_dim),
        },
        outputs={'noise_pred': ('batch', config.out_channels, 'frames', 'latent_height', 'latent_width')},
        # The first shape is no multiple of the UNet's depth: the trace then keeps the path that fits upsampling to any size.
        examples=[example(2, 3, depth + depth // 2 + 1, 2 * depth + 1, 77, 961.0), example(1, 5, 3 * depth, 2 * depth, 20, 1.0)],
    )


def graphs(checkpoint: Checkpoint, options: Options) -> Iterator[Graph]:
    """text_encoder, vae_decoder, unet."""
    yield clip.text_encoder(checkpoint, options)
    yield autoencoder.decoder(checkpoint, options)
    yield _unet(checkpoint, options)


def facts(checkpoint: Checkpoint, options: Options) -> dict:
    """The manifest's numbers; defaults are those of TextToVideoSDPipeline.__call__, sizes those of the checkpoint's sample_size."""
    unet = checkpoint.config('unet')
    tiny = is_tiny(unet['block_out_channels'])
    scale = autoencoder.spatial_scale(checkpoint.config('vae'))
    side = 64 if tiny else (unet.get('sample_size') or 32) * scale
    return {
        'vae': autoencoder.facts(checkpoint, 'sample'), 'text': clip.text_facts(checkpoint), 'denoiser': {'inChannels': unet['in_channels']},
        'sizes': {'sidePx': grid(4 * scale if tiny else 128, 1024, scale, side), 'maxPixels': 192 * 192 if tiny else 1024 * 576, 'frames': grid(1, 64, 1, 4 if tiny else 16)},
        'defaults': {'fps': 8, 'steps': 4 if tiny else 50, 'guidance': 9.0, 'call': {'width': side, 'height': side}},
    }
