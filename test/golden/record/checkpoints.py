"""Builds very small checkpoints of every family: the real architectures and schedulers, a few channels wide."""

import json
from pathlib import Path

import diffusers
import torch
from diffusers import (
    AutoencoderKL, AutoencoderKLLTXVideo, AutoencoderKLTemporalDecoder, AutoencoderKLWan, DDIMScheduler, EulerDiscreteScheduler,
    FlowMatchEulerDiscreteScheduler, I2VGenXLUNet, LTXVideoTransformer3DModel, MotionAdapter, SparseControlNetModel, UNet2DConditionModel,
    UNet3DConditionModel, UNetMotionModel, UNetSpatioTemporalConditionModel, UniPCMultistepScheduler, WanTransformer3DModel,
)
from safetensors.torch import save_file
from transformers import (
    CLIPTextConfig, CLIPTextModel, CLIPVisionConfig, CLIPVisionModelWithProjection, T5Config, T5EncoderModel, UMT5Config, UMT5EncoderModel,
)

from tiny_weights import enliven
from tokenizer_training import save_clip_tokenizer, save_t5_tokenizer

WIDTH = 16
PREPROCESSOR = {
    'crop_size': {'height': 224, 'width': 224}, 'do_center_crop': True, 'do_convert_rgb': True, 'do_normalize': True, 'do_rescale': True, 'do_resize': True,
    'image_mean': [0.48145466, 0.4578275, 0.40821073], 'image_processor_type': 'CLIPImageProcessor', 'image_std': [0.26862954, 0.26130258, 0.27577711],
    'resample': 3, 'rescale_factor': 0.00392156862745098, 'size': {'shortest_edge': 224},
}


class Build:
    """A checkpoint folder in the making; `seed` sets the weights apart from other families'."""

    def __init__(self, folder: Path, pipeline: str, seed: int):
        self.folder, self.seed = folder, seed
        self.index: dict = {'_class_name': pipeline, '_diffusers_version': diffusers.__version__}
        folder.mkdir(parents=True)

    def add(self, name: str, module, library: str = 'diffusers', contrast: float = 0.5):
        """Saves a model with random weights under `name`."""
        self.seed += 1
        enliven(module, self.seed, contrast).save_pretrained(str(self.folder / name))
        self.index[name] = [library, type(module).__name__]
        return module

    def scheduler(self, scheduler) -> None:
        """Saves the scheduler."""
        scheduler.save_pretrained(str(self.folder / 'scheduler'))
        self.index['scheduler'] = ['diffusers', type(scheduler).__name__]

    def clip_text(self, act: str = 'quick_gelu') -> None:
        """A CLIP text encoder with its tokenizer."""
        size = save_clip_tokenizer(self.folder / 'tokenizer')
        self.index['tokenizer'] = ['transformers', 'CLIPTokenizer']
        config = CLIPTextConfig(
            vocab_size=size, hidden_size=WIDTH, intermediate_size=24, num_hidden_layers=3, num_attention_heads=2, max_position_embeddings=77, hidden_act=act,
            bos_token_id=size - 2, eos_token_id=size - 1, pad_token_id=size - 1, projection_dim=WIDTH,
        )
        self.add('text_encoder', CLIPTextModel(config), library='transformers')

    def t5_text(self, config_class, model_class) -> None:
        """A T5 or UMT5 encoder with its tokenizer."""
        size = save_t5_tokenizer(self.folder / 'tokenizer')
        self.index['tokenizer'] = ['transformers', 'T5Tokenizer']
        config = config_class(
            vocab_size=size, d_model=WIDTH, d_kv=8, d_ff=24, num_layers=2, num_heads=2, feed_forward_proj='gated-gelu', relative_attention_num_buckets=8,
            relative_attention_max_distance=20, pad_token_id=0, eos_token_id=1,
        )
        self.add('text_encoder', model_class(config), library='transformers')

    def clip_image(self) -> None:
        """A CLIP image encoder with its preprocessor; 224 px because SVD's pipeline takes no other."""
        config = CLIPVisionConfig(
            hidden_size=WIDTH, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2, image_size=224, patch_size=16, projection_dim=WIDTH, hidden_act='gelu',
        )
        self.add('image_encoder', CLIPVisionModelWithProjection(config), library='transformers')
        (self.folder / 'feature_extractor').mkdir()
        (self.folder / 'feature_extractor' / 'preprocessor_config.json').write_text(json.dumps(PREPROCESSOR, indent=2) + '\n')
        self.index['feature_extractor'] = ['transformers', 'CLIPImageProcessor']

    def autoencoder(self) -> None:
        """The 2D autoencoder of Stable Diffusion, eight pixels to a latent."""
        config = dict(
            block_out_channels=(4, 4, 8, 8), down_block_types=('DownEncoderBlock2D',) * 4, up_block_types=('UpDecoderBlock2D',) * 4, layers_per_block=1,
            norm_num_groups=2, latent_channels=4, sample_size=64,
        )
        self.add('vae', AutoencoderKL(**config))

    def done(self, **more) -> None:
        """Writes model_index.json."""
        (self.folder / 'model_index.json').write_text(json.dumps({**self.index, **more}, indent=2) + '\n')


def svd(folder: Path) -> None:
    """Stable Video Diffusion. Its group norms have 32 groups, so nothing is narrower than 32; with one channel in a group a norm would wipe out the time embedding."""
    build = Build(folder, 'StableVideoDiffusionPipeline', 100)
    build.clip_image()
    build.add('vae', AutoencoderKLTemporalDecoder(block_out_channels=(32, 32, 32, 32), down_block_types=('DownEncoderBlock2D',) * 4, layers_per_block=1))
    build.add('unet', UNetSpatioTemporalConditionModel(
        sample_size=8, block_out_channels=(32, 64), down_block_types=('CrossAttnDownBlockSpatioTemporal', 'DownBlockSpatioTemporal'),
        up_block_types=('UpBlockSpatioTemporal', 'CrossAttnUpBlockSpatioTemporal'), addition_time_embed_dim=8, projection_class_embeddings_input_dim=24,
        layers_per_block=1, cross_attention_dim=WIDTH, num_attention_heads=(2, 2), num_frames=14,
    ))
    build.scheduler(EulerDiscreteScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule='scaled_linear', prediction_type='v_prediction', use_karras_sigmas=True, sigma_min=0.002, sigma_max=700.0,
        timestep_spacing='leading', timestep_type='continuous', steps_offset=1, interpolation_type='linear',
    ))
    build.done()


UNET = dict(block_out_channels=(8, 16), layers_per_block=1, norm_num_groups=2, cross_attention_dim=WIDTH, sample_size=8)
MOTION_UNET = dict(down_block_types=('CrossAttnDownBlockMotion', 'DownBlockMotion'), up_block_types=('UpBlockMotion', 'CrossAttnUpBlockMotion'))
ADAPTER = dict(
    block_out_channels=(8, 16), motion_layers_per_block=1, motion_norm_num_groups=2, motion_num_attention_heads=2, motion_max_seq_length=24, use_motion_mid_block=False,
)


def _animatediff(folder: Path, pipeline: str, seed: int) -> Build:
    build = Build(folder, pipeline, seed)
    build.clip_text()
    build.autoencoder()
    build.scheduler(DDIMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule='linear', clip_sample=False, steps_offset=1, timestep_spacing='linspace',
    ))
    return build


def _merged_unet(build: Build) -> UNetMotionModel:
    """UNet and motion adapter in one, as AnimateDiffPipeline.save_pretrained writes them."""
    build.add('motion_adapter', MotionAdapter(**ADAPTER))
    return build.add('unet', UNetMotionModel(**UNET, **MOTION_UNET, num_attention_heads=2, motion_num_attention_heads=2, motion_max_seq_length=24, use_motion_mid_block=False))


def animatediff(folder: Path) -> None:
    """AnimateDiff as it is published: a Stable Diffusion UNet and a motion adapter, apart, the adapter with a middle block."""
    build = _animatediff(folder, 'AnimateDiffPipeline', 200)
    build.add('unet', UNet2DConditionModel(
        **UNET, down_block_types=('CrossAttnDownBlock2D', 'DownBlock2D'), up_block_types=('UpBlock2D', 'CrossAttnUpBlock2D'), attention_head_dim=2,
    ))
    build.add('motion_adapter', MotionAdapter(**{**ADAPTER, 'use_motion_mid_block': True}))
    build.done(feature_extractor=[None, None], image_encoder=[None, None])


def animatediff_sparsectrl(folder: Path) -> None:
    """AnimateDiff with SparseCtrl on RGB frames, which pass through the VAE."""
    build = _animatediff(folder, 'AnimateDiffSparseControlNetPipeline', 300)
    _merged_unet(build)
    build.add('controlnet', SparseControlNetModel(
        block_out_channels=(8, 16), layers_per_block=1, norm_num_groups=2, cross_attention_dim=WIDTH, attention_head_dim=2, motion_num_attention_heads=2,
        motion_max_seq_length=24, down_block_types=MOTION_UNET['down_block_types'], use_simplified_condition_embedding=True, conditioning_channels=4,
    ))
    build.done()


def animatediff_ipadapter(folder: Path) -> None:
    """AnimateDiff with an IP-Adapter of four image tokens."""
    build = _animatediff(folder, 'AnimateDiffPipeline', 400)
    unet = _merged_unet(build)
    build.clip_image()
    random = torch.Generator().manual_seed(431)
    weights = lambda *shape: torch.round(torch.randn(*shape, generator=random) * 32) / 128
    state = {'image_proj.proj.weight': weights(4 * WIDTH, WIDTH), 'image_proj.proj.bias': weights(4 * WIDTH), 'image_proj.norm.weight': 1 + weights(WIDTH) / 4, 'image_proj.norm.bias': weights(WIDTH)}
    # The adapter numbers cross attentions among all attentions: 1, 3, 5, ...
    number = 1
    for name, processor in unet.attn_processors.items():
        if name.endswith('attn2.processor') and 'motion_modules' not in name:
            attention = unet.get_submodule(name.removesuffix('.processor'))
            for kind in ('k', 'v'):
                state[f'ip_adapter.{number}.to_{kind}_ip.weight'] = weights(attention.to_k.out_features, WIDTH)
            number += 2
    (folder / 'ip_adapter').mkdir()
    save_file(state, str(folder / 'ip_adapter' / 'ip-adapter_tiny.safetensors'))
    build.done()


def i2vgen_xl(folder: Path) -> None:
    """I2VGen-XL."""
    build = Build(folder, 'I2VGenXLPipeline', 500)
    build.clip_text('gelu')
    build.clip_image()
    build.autoencoder()
    build.add('unet', I2VGenXLUNet(
        **UNET, down_block_types=('CrossAttnDownBlock3D', 'DownBlock3D'), up_block_types=('UpBlock3D', 'CrossAttnUpBlock3D'), attention_head_dim=4,
    ))
    build.scheduler(DDIMScheduler(
        beta_schedule='squaredcos_cap_v2', clip_sample=False, steps_offset=1, prediction_type='v_prediction', rescale_betas_zero_snr=True, timestep_spacing='leading',
    ))
    build.done()


def modelscope_t2v(folder: Path) -> None:
    """ModelScope text-to-video."""
    build = Build(folder, 'TextToVideoSDPipeline', 600)
    build.clip_text()
    build.autoencoder()
    build.add('unet', UNet3DConditionModel(
        **UNET, down_block_types=('CrossAttnDownBlock3D', 'DownBlock3D'), up_block_types=('UpBlock3D', 'CrossAttnUpBlock3D'), attention_head_dim=4,
    ))
    build.scheduler(DDIMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule='scaled_linear', clip_sample=False, set_alpha_to_one=False, steps_offset=1, timestep_spacing='leading',
    ))
    build.done()


def _ltx(folder: Path, seed: int, conditioned: bool, injects: bool = False) -> None:
    build = Build(folder, 'LTXImageToVideoPipeline', seed)
    build.t5_text(T5Config, T5EncoderModel)
    if conditioned:
        more = dict(
            block_out_channels=(8, 8, 8, 8, 16), down_block_types=('LTXVideo095DownBlock3D',) * 4, spatio_temporal_scaling=(True,) * 4,
            downsample_type=('spatial', 'temporal', 'spatiotemporal', 'spatiotemporal'), spatial_compression_ratio=32, temporal_compression_ratio=8,
            decoder_spatio_temporal_scaling=(True, True, True), decoder_layers_per_block=(1, 1, 1, 1), decoder_block_out_channels=(8, 16, 32),
            decoder_inject_noise=(False, False, False, False), timestep_conditioning=True, upsample_residual=(True, True, True), upsample_factor=(2, 2, 2),
        )
    else:
        more = dict(
            block_out_channels=(8, 8, 8, 8), spatio_temporal_scaling=(True, True, True, False), decoder_spatio_temporal_scaling=(True, True, True, False), decoder_layers_per_block=(1,) * 5, decoder_block_out_channels=(8, 8, 8, 8),
            decoder_inject_noise=(False,) * 5, timestep_conditioning=False, upsample_residual=(False,) * 4, upsample_factor=(1,) * 4,
        )
    if injects:
        more |= dict(
            block_out_channels=(8, 8, 8, 8), down_block_types=('LTXVideoDownBlock3D',) * 4, spatio_temporal_scaling=(True, True, True, False), downsample_type=('conv',) * 4,
            decoder_inject_noise=(True, True, True, False),
        )
    vae = AutoencoderKLLTXVideo(
        latent_channels=8, layers_per_block=(1,) * 5, patch_size=4, patch_size_t=1,
        encoder_causal=True, decoder_causal=False, scaling_factor=1.0, **more,
    )
    random = torch.Generator().manual_seed(seed + 50)
    vae.latents_mean.copy_(torch.randn(8, generator=random) * 0.2)
    vae.latents_std.copy_(0.8 + torch.rand(8, generator=random) * 0.5)
    build.add('vae', vae, contrast=0.15 if conditioned else 0.5)
    build.add('transformer', LTXVideoTransformer3DModel(
        in_channels=8, out_channels=8, num_attention_heads=2, attention_head_dim=8, cross_attention_dim=16, num_layers=2, caption_channels=WIDTH, qk_norm='rms_norm_across_heads',
    ))
    build.scheduler(FlowMatchEulerDiscreteScheduler(
        use_dynamic_shifting=True, base_shift=0.95, max_shift=2.05, base_image_seq_len=1024, max_image_seq_len=4096, shift_terminal=0.1,
    ))
    build.done()


def ltx(folder: Path) -> None:
    """LTX-Video 0.9.0."""
    _ltx(folder, 700, False)


def ltx095(folder: Path) -> None:
    """LTX-Video 0.9.5: the decoder is conditioned on a timestep."""
    _ltx(folder, 750, True)


def ltx091(folder: Path) -> None:
    """LTX-Video 0.9.1: as 0.9.5, but the decoder also mixes noise into itself, and the encoder is still the first one."""
    _ltx(folder, 770, True, injects=True)


def _wan_scheduler(flow_shift: float) -> UniPCMultistepScheduler:
    return UniPCMultistepScheduler(prediction_type='flow_prediction', use_flow_sigmas=True, flow_shift=flow_shift)


def _wan_transformer(channels: int, out: int) -> WanTransformer3DModel:
    return WanTransformer3DModel(
        patch_size=(1, 2, 2), num_attention_heads=2, attention_head_dim=12, in_channels=channels, out_channels=out, text_dim=WIDTH, freq_dim=64, ffn_dim=32,
        num_layers=2, cross_attn_norm=True, qk_norm='rms_norm_across_heads', rope_max_seq_len=64,
    )


def _statistics(count: int, seed: int) -> dict:
    random = torch.Generator().manual_seed(seed)
    return {
        'latents_mean': [round(value, 4) for value in (torch.randn(count, generator=random) * 0.3).tolist()],
        'latents_std': [round(value, 4) for value in (0.7 + torch.rand(count, generator=random) * 0.8).tolist()],
    }


def wan22_ti2v(folder: Path) -> None:
    """Wan 2.2 TI2V-5B: one transformer with a timestep per token, an autoencoder of sixteen pixels to a latent."""
    build = Build(folder, 'WanImageToVideoPipeline', 800)
    build.t5_text(UMT5Config, UMT5EncoderModel)
    build.add('vae', AutoencoderKLWan(
        base_dim=4, decoder_base_dim=4, z_dim=16, dim_mult=[1, 2, 2, 2], num_res_blocks=1, temperal_downsample=[False, True, True], in_channels=12, out_channels=12,
        is_residual=True, patch_size=2, scale_factor_spatial=16, scale_factor_temporal=4, **_statistics(16, 841),
    ))
    build.add('transformer', _wan_transformer(16, 16))
    build.scheduler(_wan_scheduler(5.0))
    build.done(boundary_ratio=None, expand_timesteps=True, image_encoder=[None, None], image_processor=[None, None], transformer_2=[None, None])


def wan22_i2v(folder: Path) -> None:
    """Wan 2.2 I2V-A14B: two transformers, one after the other, and a streaming encoder."""
    build = Build(folder, 'WanImageToVideoPipeline', 900)
    build.t5_text(UMT5Config, UMT5EncoderModel)
    build.add('vae', AutoencoderKLWan(
        base_dim=4, z_dim=16, dim_mult=[1, 2, 2, 2], num_res_blocks=1, temperal_downsample=[False, True, True], scale_factor_spatial=8, scale_factor_temporal=4, **_statistics(16, 941),
    ))
    build.add('transformer', _wan_transformer(36, 16))
    build.add('transformer_2', _wan_transformer(36, 16))
    build.scheduler(_wan_scheduler(3.0))
    build.done(boundary_ratio=0.9, expand_timesteps=False, image_encoder=[None, None], image_processor=[None, None])


BUILDERS = {
    'svd': svd, 'animatediff': animatediff, 'animatediff-sparsectrl': animatediff_sparsectrl, 'animatediff-ipadapter': animatediff_ipadapter,
    'i2vgen-xl': i2vgen_xl, 'modelscope-t2v': modelscope_t2v, 'ltx': ltx, 'ltx091': ltx091, 'ltx095': ltx095, 'wan22-ti2v': wan22_ti2v, 'wan22-i2v': wan22_i2v,
}
