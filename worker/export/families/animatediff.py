"""AnimateDiff, alone, with an IP-Adapter or with SparseCtrl: a Stable Diffusion UNet with motion modules."""

from collections.abc import Iterator

import torch
from diffusers import MotionAdapter, SparseControlNetModel, UNet2DConditionModel, UNetMotionModel
from safetensors import safe_open

import autoencoder
import clip
from checkpoint import Checkpoint, Refusal
from graph import Graph, Options
from sizes import grid, is_tiny


def detect(checkpoint: Checkpoint) -> str | None:
    """'animatediff-sparsectrl', 'animatediff-ipadapter' when an adapter lies in the folder ip_adapter, else 'animatediff'."""
    if checkpoint.class_name == 'AnimateDiffSparseControlNetPipeline':
        return 'animatediff-sparsectrl'
    if checkpoint.class_name == 'AnimateDiffPipeline':
        return 'animatediff-ipadapter' if checkpoint.ip_adapter is not None else 'animatediff'
    return None


class Denoiser(torch.nn.Module):
    """The UNet: sample [B, 4, F, h, w], text [B*F, T, D] -> noise_pred [B, 4, F, h, w]."""

    def __init__(self, unet):
        super().__init__()
        self.unet = unet

    def forward(self, sample, timestep, encoder_hidden_states):
        return self.unet(sample, timestep, encoder_hidden_states, return_dict=False)


class ControlledDenoiser(Denoiser):
    """The UNet with a ControlNet's residuals: those of the down blocks in their order, then the middle one."""

    def forward(self, sample, timestep, encoder_hidden_states, *residuals):
        return self.unet(
            sample, timestep, encoder_hidden_states, down_block_additional_residuals=residuals[:-1], mid_block_additional_residual=residuals[-1],
            return_dict=False,
        )


class AdaptedDenoiser(Denoiser):
    """The UNet with an IP-Adapter: image_embeds [B, 1, D] are CLIP's own (the projection is inside), ip_scale [1]."""

    def forward(self, sample, timestep, encoder_hidden_states, image_embeds, ip_scale):
        for processor in self.unet.attn_processors.values():
            if hasattr(processor, 'to_k_ip'):
                processor.scale = [ip_scale]
        return self.unet(sample, timestep, encoder_hidden_states, added_cond_kwargs={'image_embeds': [image_embeds]}, return_dict=False)


class Control(torch.nn.Module):
    """SparseCtrl: residuals for the down blocks and the middle, already scaled."""

    def __init__(self, controlnet):
        super().__init__()
        self.controlnet = controlnet

    def forward(self, sample, timestep, encoder_hidden_states, controlnet_cond, conditioning_mask, conditioning_scale):
        down, middle = self.controlnet(
            sample, timestep, encoder_hidden_states, controlnet_cond, conditioning_mask=conditioning_mask, conditioning_scale=conditioning_scale,
            return_dict=False,
        )
        return (*down, middle)


def _load_unet(checkpoint: Checkpoint, options: Options) -> UNetMotionModel:
    """The UNet with motion modules, put together as AnimateDiffPipeline.__init__ does when they lie apart."""
    if checkpoint.config('unet').get('_class_name') == 'UNetMotionModel':
        unet = checkpoint.load('unet', UNetMotionModel, options.dtype)
    else:
        plain = checkpoint.load('unet', UNet2DConditionModel, options.dtype)
        unet = UNetMotionModel.from_unet2d(plain, checkpoint.load('motion_adapter', MotionAdapter, options.dtype)).to(options.dtype)
    return unet.eval().requires_grad_(False)


def _load_ip_adapter(unet: UNetMotionModel, path) -> int:
    """Puts the adapter's weights into the UNet; returns the width of the embeddings it takes."""
    state = {'image_proj': {}, 'ip_adapter': {}}
    try:
        with safe_open(str(path), framework='pt', device='cpu') as file:
            for key in file.keys():
                part, _, rest = key.partition('.')
                if part in state:
                    state[part][rest] = file.get_tensor(key)
    except Exception as cause:
        raise Refusal(f'The IP-Adapter {path} cannot be read as safetensors: {cause}. Download it again; .bin files are refused.') from cause
    weight = state['image_proj'].get('proj.weight')
    if weight is None or not state['ip_adapter']:
        raise Refusal(f'{path} is not a plain IP-Adapter (the kind that takes one image embedding). Use ip-adapter_sd15.safetensors or one like it.')
    try:
        unet._load_ip_adapter_weights([state])
    except Exception as cause:
        raise Refusal(f'The IP-Adapter {path} does not fit this UNet: {cause}. Use the adapter for Stable Diffusion 1.5.') from cause
    unet.to(next(unet.parameters()).dtype).eval().requires_grad_(False)
    return weight.shape[1]


def residual_sides(config: dict) -> list[tuple[int, int]]:
    """(channels, halvings of the picture) of every residual of the down blocks, then of the middle."""
    channels = config['block_out_channels']
    per_block = config['layers_per_block']
    layers = per_block if isinstance(per_block, (list, tuple)) else [per_block] * len(channels)
    sides = [(channels[0], 0)]
    for index, width in enumerate(channels):
        sides += [(width, index)] * layers[index]
        if index < len(channels) - 1:
            sides.append((width, index + 1))
    return [*sides, (channels[-1], len(channels) - 1)]


def _text_width(config: dict) -> int:
    width = config['cross_attention_dim']
    return width if isinstance(width, int) else width[0]


def _inputs(config: dict, random: torch.Generator):
    """The three inputs UNet and ControlNet share: dims, and a maker of examples."""
    dims = {
        'sample': ('batch', config['in_channels'], 'frames', 'latent_height', 'latent_width'), 'timestep': (1,),
        'encoder_hidden_states': ('batch_frames', 'tokens', _text_width(config)),
    }

    def example(batch: int, frames: int, height: int, width: int, tokens: int, timestep: float) -> dict:
        return {
            'sample': torch.randn(batch, config['in_channels'], frames, height, width, generator=random), 'timestep': torch.tensor([timestep]),
            'encoder_hidden_states': torch.randn(batch * frames, tokens, _text_width(config), generator=random),
        }

    return dims, example


def _shapes(config: dict) -> list[tuple[int, int, int, int, int, float]]:
    """Two shapes. The first is no multiple of the UNet's depth, so that the trace keeps the path that fits upsampling to any size."""
    depth = 2 ** (len(config['block_out_channels']) - 1)
    return [(2, 3, depth + depth // 2 + 1, 2 * depth + 1, 77, 961.0), (1, 5, 3 * depth, 2 * depth, 20, 1.0)]


def _unet(checkpoint: Checkpoint, options: Options, family: str) -> Graph:
    unet = _load_unet(checkpoint, options)
    embed_width = _load_ip_adapter(unet, checkpoint.ip_adapter) if family == 'animatediff-ipadapter' else None
    config = unet.config
    random = torch.Generator().manual_seed(8)
    inputs, base = _inputs(config, random)
    examples = [base(*shape) for shape in _shapes(config)]
    module = Denoiser(unet)
    if family == 'animatediff-ipadapter':
        module = AdaptedDenoiser(unet)
        inputs |= {'image_embeds': ('batch', 1, embed_width), 'ip_scale': (1,)}
        for example, scale in zip(examples, (0.8, 1.3), strict=True):
            example['image_embeds'] = torch.randn(example['sample'].shape[0], 1, embed_width, generator=random)
            example['ip_scale'] = torch.tensor([scale])
    elif family == 'animatediff-sparsectrl':
        module = ControlledDenoiser(unet)
        sides = residual_sides(config)
        names = [*(f'down_block_additional_residuals.{index}' for index in range(len(sides) - 1)), 'mid_block_additional_residual']
        for name, (channels, halvings) in zip(names, sides, strict=True):
            inputs[name] = ('batch_frames', channels, f'height_{halvings}', f'width_{halvings}')
        for example in examples:
            batch, _, frames, height, width = example['sample'].shape
            for name, (channels, halvings) in zip(names, sides, strict=True):
                rows, columns = -(-height // 2**halvings), -(-width // 2**halvings)
                example[name] = torch.randn(batch * frames, channels, rows, columns, generator=random)
    return Graph(
        name='unet', module=module, inputs=inputs, outputs={'noise_pred': ('batch', config['out_channels'], 'frames', 'latent_height', 'latent_width')},
        examples=examples, keep_float32=frozenset({'timestep'}),
    )


def _controlnet(checkpoint: Checkpoint, options: Options) -> Graph:
    controlnet = checkpoint.load('controlnet', SparseControlNetModel, options.dtype)
    config = controlnet.config
    random = torch.Generator().manual_seed(9)
    inputs, base = _inputs(config, random)
    examples = [base(*shape) for shape in _shapes(config)]
    # Not simplified: the condition is the picture itself, eight times as wide, and the embedding halves it three times.
    scale = 1 if config.use_simplified_condition_embedding else 8
    names = ('latent_height', 'latent_width') if scale == 1 else ('height', 'width')
    channels = config.conditioning_channels
    inputs |= {
        'controlnet_cond': (1, channels, 'frames', *names), 'conditioning_mask': (1, 1, 'frames', *names), 'conditioning_scale': (1,),
    }
    for example, strength in zip(examples, (1.0, 0.7), strict=True):
        _, _, frames, height, width = example['sample'].shape
        mask = torch.zeros(1, 1, frames, height * scale, width * scale)
        mask[:, :, 0] = 1
        example['controlnet_cond'] = torch.randn(1, channels, *mask.shape[2:], generator=random) * mask
        example['conditioning_mask'] = mask
        example['conditioning_scale'] = torch.tensor([strength])
    sides = residual_sides(config)
    outputs = {f'down_block_res_samples.{index}': side for index, side in enumerate(sides[:-1])} | {'mid_block_res_sample': sides[-1]}
    return Graph(
        name='controlnet', module=Control(controlnet), inputs=inputs, examples=examples, keep_float32=frozenset({'timestep'}),
        outputs={name: ('batch_frames', width, f'height_{halvings}', f'width_{halvings}') for name, (width, halvings) in outputs.items()},
    )


def graphs(checkpoint: Checkpoint, options: Options) -> Iterator[Graph]:
    """text_encoder, vae_decoder, unet; image_encoder for an IP-Adapter; controlnet and, for a simplified one, vae_encoder."""
    family = detect(checkpoint)
    yield clip.text_encoder(checkpoint, options)
    if family == 'animatediff-ipadapter':
        yield clip.image_encoder(checkpoint, options)
    if family == 'animatediff-sparsectrl':
        if checkpoint.config('controlnet').get('use_simplified_condition_embedding', True):
            yield autoencoder.encoder(checkpoint, options)
        yield _controlnet(checkpoint, options)
    yield autoencoder.decoder(checkpoint, options)
    yield _unet(checkpoint, options, family)


def facts(checkpoint: Checkpoint, options: Options) -> dict:
    """The manifest's numbers; defaults are those of the pipelines' __call__ and of export_to_gif (8 frames a second)."""
    family = detect(checkpoint)
    unet = checkpoint.config('unet')
    tiny = is_tiny(unet['block_out_channels'])
    scale = autoencoder.spatial_scale(checkpoint.config('vae'))
    adapter = unet if unet.get('_class_name') == 'UNetMotionModel' else checkpoint.config('motion_adapter')
    most = adapter.get('motion_max_seq_length', 32)
    call = {'width': 64 if tiny else 512, 'height': 64 if tiny else 512}
    denoiser = {'inChannels': unet['in_channels'], 'maxFrames': most}
    found = {
        'vae': autoencoder.facts(checkpoint, 'sample'), 'text': clip.text_facts(checkpoint), 'denoiser': denoiser,
        'sizes': {
            'sidePx': grid(4 * scale if tiny else 256, 1024, scale, 64 if tiny else 512),
            'maxPixels': 192 * 192 if tiny else 768 * 512,
            'frames': grid(1, most, 1, min(most, 4 if tiny else 16)),
        },
        'defaults': {'fps': 8, 'steps': 4 if tiny else 50, 'guidance': 7.5, 'call': call},
    }
    if family == 'animatediff-ipadapter':
        found['clipImage'] = clip.image_facts(checkpoint)
        call['ip_adapter_scale'] = 0.8
    if family == 'animatediff-sparsectrl':
        denoiser['simplifiedCondition'] = checkpoint.config('controlnet').get('use_simplified_condition_embedding', True)
        call['controlnet_conditioning_scale'] = 1.0
    return found
