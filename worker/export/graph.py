"""What one component of a bundle is to the exporter: a torch module, its ports, and inputs of two shapes to trace and verify it with."""

from dataclasses import dataclass, field

import torch

Dims = tuple[int | str, ...]


@dataclass(frozen=True)
class Options:
    """The choices of the command line."""

    dtype: torch.dtype = torch.float32
    attention: str = 'mha'


@dataclass
class Graph:
    """One ONNX file.

    name: the component's name in the manifest ('unet', 'vae_decoder_first', ...).
    module: forward takes the inputs in the order of `inputs` and returns a tuple in the order of `outputs`. It is in options.dtype; the
        tracer casts float inputs from float32 to it and float outputs back, so forward never thinks about the borders.
    inputs, outputs: port name -> dims; an int is a fixed side, a str a dynamic one (equal names are equal sizes). The names in use:
        batch, frames, height, width, tokens, latent_frames, latent_height, latent_width, rows (any short word is fine).
    examples: two dicts of input tensors (float32, int64 or uint8) by port name, of DIFFERENT shapes in every dynamic side; the first is
        traced, both are compared with torch. Values as they come in practice: noise for latents, real token ids, real timesteps.
    exporter: 'legacy' (TorchScript tracing) or 'dynamo' (torch.export); see README.md for which suits what.
    attention: 'mha' lets scaled_dot_product_attention without mask become com.microsoft::MultiHeadAttention, 'plain' keeps MatMul and
        Softmax in this graph whatever the command line says.
    keep_float32: names of float inputs that stay float32 inside (timesteps, rope grids): the module casts what it derives from them.
    reference: computes the same ports as `module`, in the original's own code, where `module` is a rewriting; verification compares with it.
    dtype: of this module where it is not the command line's (an autoencoder or text encoder that overflows in float16 stays float32).
    one_token: the context that a UNet attends to is one token in every clip (families/unet_ops.py then leaves out what one token cannot change).
    doubles: every upsampling is by two exactly, also at odd sizes.
    """

    name: str
    module: torch.nn.Module
    inputs: dict[str, Dims]
    outputs: dict[str, Dims]
    examples: list[dict[str, torch.Tensor]]
    exporter: str = 'legacy'
    attention: str = 'mha'
    opset: int = 20
    keep_float32: frozenset[str] = field(default_factory=frozenset)
    dtype: torch.dtype | None = None
    reference: torch.nn.Module | None = None
    one_token: bool = False
    doubles: bool = False
