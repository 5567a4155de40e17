"""The networks of LTX-Video as torch modules that trace into fast graphs: the transformer on flat tokens, and both halves of the VAE."""

import math
from contextlib import contextmanager

import torch
import torch.nn.functional as F

from families.token_ops import attention, frames_of, rms_norm, rotate


class LtxTransformer(torch.nn.Module):
    """LTXVideoTransformer3DModel on the same weights; time enters as its distinct values and the row of each token (see WanTransformer)."""

    def __init__(self, model, contrib: bool):
        super().__init__()
        self.model, self.contrib = model, contrib
        rope = model.rope
        # Frequencies reach 1.6e4 rad, where a power computed by another library would move the angle by a millirad.
        exponents = torch.linspace(math.log(1.0, rope.theta), math.log(rope.theta, rope.theta), rope.dim // 6, dtype=torch.float32)
        self.register_buffer('frequencies', rope.theta**exponents * math.pi / 2.0)
        self.register_buffer('ones', torch.ones(rope.dim))
        self.plain_pairs = rope.dim % 6 // 2

    def _angles(self, grid, heads: int):
        """cos and sin [S*heads, d/2]: LTX turns all channels of a token by its own angles, so every head of it counts as a token."""
        angles = (self.frequencies * (grid.unsqueeze(-1) * 2 - 1)).transpose(-1, -2).flatten(2)
        # The channels before the first full triple of frequencies stay as they are: an angle of zero.
        angles = F.pad(angles, (self.plain_pairs, 0))
        rows = lambda x: x.reshape(grid.shape[1] * heads, -1)
        return rows(angles.cos()), rows(angles.sin())

    def _turn(self, x, angles, heads: int):
        batch, tokens, width = x.shape
        return rotate(x.reshape(batch, tokens * heads, width // heads), *angles, 1, self.contrib).reshape(batch, tokens, width)

    def _norm(self, norm, hidden):
        return rms_norm(hidden, self.ones if norm.weight is None else norm.weight, norm.eps)

    def _attend(self, part, hidden, context=None, angles=None, mask=None):
        source = hidden if context is None else context
        query, key, value = part.to_q(hidden), part.to_k(source), part.to_v(source)
        query, key = rms_norm(query, part.norm_q.weight, part.norm_q.eps), rms_norm(key, part.norm_k.weight, part.norm_k.eps)
        if angles is not None:
            query, key = (self._turn(x, angles, part.heads) for x in (query, key))
        return part.to_out[0](attention(query, key, value, part.heads, self.contrib, mask))

    def forward(self, hidden_states, encoder_hidden_states, timestep_rows, timestep_index, encoder_attention_mask, rope_grid):
        model, batch = self.model, hidden_states.shape[0]
        hidden = model.proj_in(hidden_states)
        time, embedded = model.time_embed(timestep_rows, batch_size=batch, hidden_dtype=hidden.dtype)
        time = time.unflatten(1, (6, -1))
        # every second of three is a scale; one is added to it while it is a few rows and not yet all tokens
        spread = lambda rows: [F.embedding(timestep_index, 1 + one if place % 3 == 1 else one) for place, one in enumerate(rows.unbind(1))]
        context = model.caption_projection(encoder_hidden_states)
        angles = self._angles(rope_grid, model.transformer_blocks[0].attn1.heads)

        for block in model.transformer_blocks:
            shift, scale, gate, ff_shift, ff_scale, ff_gate = spread(block.scale_shift_table + time)
            normed = self._norm(block.norm1, hidden) * scale + shift
            hidden = hidden + self._attend(block.attn1, normed, angles=angles) * gate
            hidden = hidden + self._attend(block.attn2, hidden, context, mask=encoder_attention_mask)
            normed = self._norm(block.norm2, hidden) * ff_scale + ff_shift
            hidden = hidden + block.ff(normed) * ff_gate

        shift, scale = spread(model.scale_shift_table + embedded.unsqueeze(1))
        return (model.proj_out(model.norm_out(hidden) * scale + shift),)


class LtxReference(torch.nn.Module):
    """The same ports computed by diffusers' own forward, to verify against; only its position grid is the one given."""

    def __init__(self, model):
        super().__init__()
        self.model = model
        # The grid given is normalised already; dividing it by one changes no bit.
        model.rope.base_num_frames = model.rope.base_height = model.rope.base_width = 1

    def forward(self, hidden_states, encoder_hidden_states, timestep_rows, timestep_index, encoder_attention_mask, rope_grid):
        coordinates = rope_grid.transpose(1, 2).expand(hidden_states.shape[0], -1, -1)
        return self.model(
            hidden_states, encoder_hidden_states, timestep_rows[timestep_index], encoder_attention_mask, video_coords=coordinates, return_dict=False
        )


class LtxEncoder(torch.nn.Module):
    """Frames -> moments, mean and log variance of the latents."""

    def __init__(self, vae):
        super().__init__()
        self.encoder = vae.encoder

    def forward(self, sample):
        return (self.encoder(sample),)


@contextmanager
def _given_noise(draws):
    """While it holds, torch.randn hands out `draws` one after another: noise-injecting decoders draw inside and know no other source."""
    original, waiting = torch.randn, iter(draws)
    torch.randn = lambda *_, **__: next(waiting)
    try:
        yield
    finally:
        torch.randn = original


class LtxDecoder(torch.nn.Module):
    """Latents -> frames. `timestep` when the VAE denoises a little itself; then one noise [h, w] per injection, in the order of the draws."""

    def __init__(self, vae):
        super().__init__()
        self.decoder, self.is_timed = vae.decoder, vae.config.timestep_conditioning

    def forward(self, latents, *rest):
        timestep, draws = (rest[0], rest[1:]) if self.is_timed else (None, rest)
        with _given_noise(draws):
            sample = self.decoder(latents, timestep).float()
        return sample, frames_of(sample)
