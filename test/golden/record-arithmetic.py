"""Records torch's arithmetic on moments and predictions: python test/golden/record-arithmetic.py > test/golden/data/arithmetic.json"""
import json

import torch
from diffusers.models.autoencoders.vae import DiagonalGaussianDistribution
from diffusers.pipelines.ltx.pipeline_ltx_image2video import rescale_noise_cfg

source = torch.Generator().manual_seed(3)


def bits(tensor):
    return {"dims": list(tensor.shape), "bits": tensor.contiguous().view(torch.int32).reshape(-1).tolist()}


# log variances from far below to far above what is clamped
moments = torch.randn(2, 6, 2, 3, generator=source) * torch.tensor([1.0, 1, 1, 1, 12, 30]).reshape(1, 6, 1, 1)
noise = torch.randn(2, 3, 2, 3, generator=source)
spread = DiagonalGaussianDistribution(moments)
sampled = spread.mean + spread.std * noise

uncond, cond = torch.randn(2, 2, 4, 3, 5, generator=source).unbind(0)
scales = torch.linspace(1.0, 3.0, 4)
guided = uncond + 7.5 * (cond - uncond)
print(
    json.dumps(
        {
            "moments": bits(moments),
            "noise": bits(noise),
            "sampled": bits(sampled),
            "mode": bits(spread.mode()),
            "uncond": bits(uncond),
            "cond": bits(cond),
            "guided": bits(guided),
            "perFrame": bits(uncond + scales.reshape(1, 4, 1, 1) * (cond - uncond)),
            "rescaled": bits(rescale_noise_cfg(guided, cond, 0.7)),
        }
    )
)
