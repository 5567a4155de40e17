"""The text encoders of the transformer families, T5 and UMT5, as a graph and in the manifest."""

import torch
from transformers import T5EncoderModel, UMT5EncoderModel

from checkpoint import Checkpoint
from graph import Graph, Options


class TextEncoder(torch.nn.Module):
    """Token ids (and a mask, when the family gives one) -> the last layer's states. Without a mask every token is attended, padding too."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask=None):
        if attention_mask is None:
            attention_mask = torch.ones_like(input_ids)
        return (self.model(input_ids=input_ids, attention_mask=attention_mask, return_dict=False)[0],)


def text_encoder(checkpoint: Checkpoint, options: Options, kind: str) -> Graph:
    """The component text_encoder; `kind` is 't5' (no mask, as LTX calls it) or 'umt5' (with a mask, as Wan does)."""
    model = checkpoint.load('text_encoder', T5EncoderModel if kind == 't5' else UMT5EncoderModel, options.dtype)
    examples, inputs = [], {'input_ids': ('batch', 'tokens')}
    for batch, tokens in ((2, 24), (1, 17)):
        ids = torch.randint(2, model.config.vocab_size, (batch, tokens), generator=torch.Generator().manual_seed(tokens))
        mask = (torch.arange(tokens)[None, :] < torch.arange(batch)[:, None] * 3 + 5).long()
        examples.append({'input_ids': ids * mask, **({} if kind == 't5' else {'attention_mask': mask})})
    if kind == 'umt5':
        inputs['attention_mask'] = ('batch', 'tokens')
    outputs = {'last_hidden_state': ('batch', 'tokens', model.config.d_model)}
    return Graph('text_encoder', TextEncoder(model), inputs, outputs, examples, exporter='dynamo')


def text_facts(checkpoint: Checkpoint, kind: str, max_tokens: int) -> dict:
    """The manifest's `text`; `max_tokens` is the reference pipeline's max_sequence_length."""
    facts = {'kind': kind, 'maxTokens': max_tokens, 'padId': checkpoint.config('text_encoder').get('pad_token_id') or 0}
    return facts if kind == 't5' else {**facts, 'zeroPadding': True, 'clean': 'ftfy'}
