"""Records the bit patterns of torch.randn on a CPU generator: python test/golden/record-randn.py > test/golden/randn-bits.json"""
import json

import torch

bits = {
    str(seed): {
        str(count): torch.randn(count, generator=torch.Generator().manual_seed(seed)).view(torch.int32).to(torch.int64).remainder(2**32).tolist()
        for count in (1, 7, 15, 16, 17, 33, 64)
    }
    for seed in (0, 42, 1234567890123)
}
print(json.dumps(bits))
