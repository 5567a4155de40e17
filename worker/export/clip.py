"""CLIP's two encoders as graphs: prompts to token states, pictures to one embedding; and what the manifest says about them."""

import torch
from transformers import CLIPTextModel, CLIPVisionModelWithProjection

from checkpoint import Checkpoint
from graph import Graph, Options

# Of CLIPImageProcessor, for checkpoints that leave their feature extractor out.
CLIP_MEAN = [0.48145466, 0.4578275, 0.40821073]
CLIP_STD = [0.26862954, 0.26130258, 0.27577711]


class TextEncoder(torch.nn.Module):
    """input_ids [B, T] -> last_hidden_state [B, T, D] and the layer before it through the final norm, [B, T, D]."""

    def __init__(self, model: CLIPTextModel):
        super().__init__()
        self.model = model

    def forward(self, input_ids):
        out = self.model(input_ids=input_ids, attention_mask=None, output_hidden_states=True)
        return out.last_hidden_state, self.model.final_layer_norm(out.hidden_states[-2])


class ImageEncoder(torch.nn.Module):
    """pixel_values [B, 3, S, S], normalised -> image_embeds [B, D]."""

    def __init__(self, model: CLIPVisionModelWithProjection):
        super().__init__()
        self.model = model

    def forward(self, pixel_values):
        return (self.model(pixel_values).image_embeds,)


def text_encoder(checkpoint: Checkpoint, options: Options) -> Graph:
    """The text_encoder component. Positions end at max_position_embeddings: more tokens have no meaning to the model."""
    model = checkpoint.load('text_encoder', CLIPTextModel, options.dtype)
    if options.dtype != torch.float32:
        # The TorchScript exporter writes the fused attention's mask in float32, which float16 does not go with.
        model.set_attn_implementation('eager')
    config = model.config
    tokens, width = config.max_position_embeddings, config.hidden_size
    random = torch.Generator().manual_seed(3)
    prompts = lambda batch, length: torch.randint(0, config.vocab_size, (batch, length), generator=random)
    dims = ('batch', 'tokens', width)
    return Graph(
        name='text_encoder', module=TextEncoder(model), inputs={'input_ids': ('batch', 'tokens')},
        outputs={'last_hidden_state': dims, 'penultimate': dims},
        examples=[{'input_ids': prompts(2, tokens)}, {'input_ids': prompts(1, max(1, tokens // 2))}], attention='plain',
    )


def image_encoder(checkpoint: Checkpoint, options: Options) -> Graph:
    """The image_encoder component."""
    model = checkpoint.load('image_encoder', CLIPVisionModelWithProjection, options.dtype)
    side, width = model.config.image_size, model.config.projection_dim
    random = torch.Generator().manual_seed(4)
    pictures = lambda batch: torch.randn(batch, 3, side, side, generator=random)
    return Graph(
        name='image_encoder', module=ImageEncoder(model), inputs={'pixel_values': ('batch', 3, side, side)}, outputs={'image_embeds': ('batch', width)},
        examples=[{'pixel_values': pictures(2)}, {'pixel_values': pictures(1)}],
    )


def text_facts(checkpoint: Checkpoint, skip: int = 0) -> dict:
    """The manifest's `text`: tokens the encoder has positions for, the id that fills them, and the layer the family reads."""
    config = checkpoint.config('text_encoder')
    tokens = min(config.get('max_position_embeddings', 77), checkpoint.tokenizer_config().get('model_max_length', 77))
    return {'kind': 'clip', 'maxTokens': tokens, 'padId': checkpoint.token_id('pad_token'), 'skip': skip}


def image_facts(checkpoint: Checkpoint) -> dict:
    """The manifest's `clipImage`: the side and the normalisation pictures get before the image encoder."""
    processor = checkpoint.config('feature_extractor') if checkpoint.has('feature_extractor') else {}
    return {
        'sidePx': checkpoint.config('image_encoder').get('image_size', 224),
        'mean': processor.get('image_mean', CLIP_MEAN), 'std': processor.get('image_std', CLIP_STD),
    }
