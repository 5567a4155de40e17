"""Random weights for tiny checkpoints: nothing is zero or one, and every number fits sixteen bits, so that files stay small."""

import torch


def enliven(module: torch.nn.Module, seed: int, contrast: float = 0.5) -> torch.nn.Module:
    """Fills all parameters anew, seeded.

    Matrices and kernels get a spread that keeps the size of what passes through, a decoder's last one
    less (by `contrast`), so that pictures stay within -1..1; vectors that start as ones stay around one and those that start as zeros around zero, but none exactly, so that no branch (zero convolutions, gates, norms) is dead.
    Values are rounded to seven significant bits: exact in float16, and easy to compress.
    """
    random = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in sorted(module.named_parameters()):
            if parameter.dim() == 0:
                continue
            noise = torch.randn(parameter.shape, generator=random)
            if 'norm' in name and name.endswith('weight') or parameter.dim() == 1 and bool((parameter == 1).all()):
                value = 1 + 0.1 * noise
            elif parameter.dim() < 2:
                value = 0.1 * noise
            elif 'embed' in name and 'patch' not in name and parameter.dim() == 2 and 'linear' not in name and 'proj' not in name:
                value = 0.5 * noise
            else:
                value = noise * (contrast if name.startswith('decoder.') and 'conv_out' in name else 1.0) * parameter[0].numel() ** -0.5
            parameter.copy_(_round(value))
    return module.eval().requires_grad_(False)


def _round(value: torch.Tensor) -> torch.Tensor:
    """Seven significant bits, and nothing below float16's normal range."""
    mantissa, exponent = torch.frexp(value)
    rounded = torch.ldexp(torch.round(mantissa * 128) / 128, exponent)
    return torch.where(rounded.abs() < 2.0**-13, torch.zeros_like(rounded), rounded)
