"""The networks of Wan 2.2 as torch modules that trace into fast graphs: the transformer, and the causal VAE one chunk at a time."""

from contextlib import contextmanager
from functools import partial

import torch
import torch.nn.functional as F
from diffusers.models.autoencoders.autoencoder_kl_wan import WanResample, patchify, unpatchify

from families.token_ops import attention, frames_of, rms_norm, rotate


class WanTransformer(torch.nn.Module):
    """WanTransformer3DModel on the same weights, with its tokens kept in one layout from end to end.

    Time enters as its distinct values (`rows`) and the row of each token, so that the projection to six modulations of every block is
    computed once per distinct value; with `per_token` False there is one time per batch entry, as Wan A14B has it.
    """

    def __init__(self, model, contrib: bool, per_token: bool):
        super().__init__()
        self.model, self.contrib, self.per_token = model, contrib, per_token
        rope = model.rope
        # diffusers stores every angle twice, once for each channel of its pair
        for axis, (cos, sin) in enumerate(zip(*(table.split([rope.t_dim, rope.h_dim, rope.w_dim], 1) for table in (rope.freqs_cos, rope.freqs_sin)), strict=True)):
            self.register_buffer(f'cos_{axis}', cos[:, ::2].float().contiguous())
            self.register_buffer(f'sin_{axis}', sin[:, ::2].float().contiguous())

    def _angles(self, kind: str, sides):
        parts = []
        for axis, side in enumerate(sides):
            shape = [1, 1, 1, -1]
            shape[axis] = side
            parts.append(getattr(self, f'{kind}_{axis}')[:side].view(shape).expand(*sides, -1))
        return torch.cat(parts, dim=-1).reshape(sides[0] * sides[1] * sides[2], -1)

    def _patches(self, latents, sides):
        """The patch embedding as one matrix product: transposes the few latent channels instead of the many hidden ones."""
        convolution = self.model.patch_embedding
        (pt, ph, pw), (frames, rows, columns), batch = self.model.config.patch_size, sides, latents.shape[0]
        cut = latents.reshape(batch, -1, frames, pt, rows, ph, columns, pw).permute(0, 2, 4, 6, 1, 3, 5, 7).reshape(batch, frames * rows * columns, -1)
        return F.linear(cut, convolution.weight.flatten(1), convolution.bias)

    def _modulations(self, table, rows, index):
        """table [1, n, D] + rows [R, n, D] -> n tensors [B, S, D] (per token) or [B, 1, D]; every second of three, a scale, grows by one."""
        sums = [1 + one if place % 3 == 1 else one for place, one in enumerate((table + rows.float()).unbind(1))]
        return [F.embedding(index, one) if self.per_token else one.unsqueeze(1) for one in sums]

    def _attend(self, part, hidden, context=None, angles=None):
        source = hidden if context is None else context
        query, key, value = part.to_q(hidden), part.to_k(source), part.to_v(source)
        query, key = rms_norm(query, part.norm_q.weight, part.norm_q.eps), rms_norm(key, part.norm_k.weight, part.norm_k.eps)
        if angles is not None:
            query, key = (rotate(x, *angles, part.heads, self.contrib) for x in (query, key))
        return part.to_out[0](attention(query, key, value, part.heads, self.contrib))

    def forward(self, hidden_states, encoder_hidden_states, timestep, timestep_index=None):
        model, dtype = self.model, hidden_states.dtype
        batch, _, frames, height, width = hidden_states.shape
        pt, ph, pw = model.config.patch_size
        sides = (frames // pt, height // ph, width // pw)
        angles = self._angles('cos', sides), self._angles('sin', sides)
        hidden = self._patches(hidden_states, sides)

        embedder = model.condition_embedder
        spectrum = embedder.timesteps_proj(timestep).to(embedder.time_embedder.linear_1.weight.dtype)
        time = embedder.time_embedder(spectrum).to(dtype)
        projected = embedder.time_proj(embedder.act_fn(time)).unflatten(1, (6, -1))
        context = embedder.text_embedder(encoder_hidden_states)

        for block in model.blocks:
            shift, scale, gate, ff_shift, ff_scale, ff_gate = self._modulations(block.scale_shift_table, projected, timestep_index)
            normed = (block.norm1(hidden.float()) * scale + shift).to(dtype)
            hidden = (hidden.float() + self._attend(block.attn1, normed, angles=angles) * gate).to(dtype)
            hidden = hidden + self._attend(block.attn2, block.norm2(hidden.float()).to(dtype), context)
            normed = (block.norm3(hidden.float()) * ff_scale + ff_shift).to(dtype)
            hidden = (hidden.float() + block.ffn(normed).float() * ff_gate).to(dtype)

        shift, scale = self._modulations(model.scale_shift_table, time.unsqueeze(1), timestep_index)
        out = model.proj_out((model.norm_out(hidden.float()) * scale + shift).to(dtype))
        out = out.reshape(batch, *sides, pt, ph, pw, -1).permute(0, 7, 1, 4, 2, 5, 3, 6)
        return (out.reshape(batch, -1, frames, height, width),)


class WanReference(torch.nn.Module):
    """The same ports computed by diffusers' own forward, to verify against."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, hidden_states, encoder_hidden_states, timestep, timestep_index=None):
        per_entry = timestep if timestep_index is None else timestep[timestep_index]
        return self.model(hidden_states, per_entry, encoder_hidden_states, return_dict=False)


def _begin_upsampling(module, x, feat_cache=None, feat_idx=None):
    """WanResample's first chunk, with two empty frames where diffusers leaves the word "Rep": the next chunk pads causally with zeros either way."""
    if feat_cache is not None:
        batch, channels, _, height, width = x.shape
        feat_cache[feat_idx[0]] = x.new_zeros(batch, channels, 2, height, width)
        feat_idx[0] += 1
    return WanResample.forward(module, x)


@contextmanager
def _first_chunk(network):
    doubling = [module for module in network.modules() if isinstance(module, WanResample) and module.mode == 'upsample3d']
    for module in doubling:
        module.forward = partial(_begin_upsampling, module)
    try:
        yield
    finally:
        for module in doubling:
            del module.forward


def _two_frames(cache):
    """A cache of the first chunk holds one frame; the zeros before it are the causal padding. The next chunk finds every cache alike."""
    missing = 2 - cache.shape[2]
    return cache if missing == 0 else F.pad(cache, (0, 0, 0, 0, missing, 0))


class WanDecoderChunk(torch.nn.Module):
    """One latent frame through the causal decoder: the first gives one frame, every other four. Caches go in and come out, two frames each.

    The sample is not clamped, because pieces of a picture are joined first.
    """

    def __init__(self, vae, is_first: bool):
        super().__init__()
        self.vae, self.is_first = vae, is_first

    def forward(self, latents, *caches):
        vae, used = self.vae, [0]
        slots = [*caches, *[None] * (vae._cached_conv_counts['decoder'] - len(caches))]
        x = vae.post_quant_conv(latents)
        if self.is_first:
            with _first_chunk(vae.decoder):
                out = vae.decoder(x, feat_cache=slots, feat_idx=used, first_chunk=True)
        else:
            out = vae.decoder(x, feat_cache=slots, feat_idx=used)
        if vae.config.patch_size is not None:
            out = unpatchify(out, vae.config.patch_size)
        sample = out.float()
        return sample, frames_of(sample), *(_two_frames(cache) for cache in slots[: used[0]])


class WanEncoderChunk(torch.nn.Module):
    """One frame (the first) or four more through the causal encoder; its moments and, when asked, its caches come out."""

    def __init__(self, vae, keeps_caches: bool):
        super().__init__()
        self.vae, self.keeps_caches = vae, keeps_caches

    def forward(self, sample, *caches):
        vae, used = self.vae, [0]
        slots = [*caches, *[None] * (vae._cached_conv_counts['encoder'] - len(caches))]
        x = sample if vae.config.patch_size is None else patchify(sample, vae.config.patch_size)
        moments = vae.quant_conv(vae.encoder(x, feat_cache=slots, feat_idx=used))
        return moments, *(_two_frames(cache) for cache in slots[: used[0]] if self.keeps_caches)
