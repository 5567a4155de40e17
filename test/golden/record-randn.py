"""Records the bit patterns of torch.randn on a CPU generator: python test/golden/record-randn.py > test/golden/randn-bits.json

`float32` by seed and count; `dtypes` for the other types, half precision as sixteen bits, float64 as text that reads back exactly;
`sequences` are several draws from one generator.
"""
import json

import torch

SEEDS = (0, 42, 1234567890123)
COUNTS = (1, 7, 15, 16, 17, 33, 64)


def generator(seed):
    return torch.Generator().manual_seed(seed)


def unsigned(tensor, kind, bits):
    return tensor.view(kind).to(torch.int64).remainder(2**bits).tolist()


def draw(count, seed, dtype):
    values = torch.randn(count, generator=generator(seed), dtype=dtype)
    if dtype == torch.float64:
        return [repr(value) for value in values.tolist()]
    return unsigned(values, torch.int32, 32) if dtype == torch.float32 else unsigned(values, torch.int16, 16)


def sequence(seed, counts):
    source = generator(seed)
    return {"seed": seed, "counts": counts, "bits": [unsigned(torch.randn(n, generator=source), torch.int32, 32) for n in counts]}


print(
    json.dumps(
        {
            "float32": {str(seed): {str(n): draw(n, seed, torch.float32) for n in COUNTS} for seed in SEEDS},
            "dtypes": {
                name: {str(seed): {str(n): draw(n, seed, dtype) for n in (5, 16, 30, 33, 48, 100)} for seed in SEEDS[:2]}
                for name, dtype in (("float16", torch.float16), ("bfloat16", torch.bfloat16), ("float64", torch.float64))
            },
            "sequences": [sequence(7, [5, 20, 1, 16, 3]), sequence(99, [16, 1, 17, 2])],
        }
    )
)
