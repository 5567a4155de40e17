"""The three networks: text head, image encoder, and the denoiser of the motion field."""

import math

import torch
import torch.nn.functional as F
from torch import nn

CLASS_COUNT = 13
FIELD_CHANNELS = 15
CAMERA_SIZE = 8
PROGRAM_SIZE = 24
CONTEXT_SIZE = 128
FEATURE_CHANNELS = 32
SIGMA_DATA = 0.5


# ---- text ---------------------------------------------------------------------------------------

class TextBlock(nn.Module):
    """Pre-norm transformer block with an explicit attention (exports to plain ONNX operators)."""

    def __init__(self, width, heads, hidden):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, width))

    def forward(self, x, bias):
        """x [b, n, width]; bias [b, 1, 1, n], 0 for words and -1e4 for padding."""
        b, n, width = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(b, n, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        attention = (q @ k.transpose(-1, -2) / math.sqrt(width // self.heads) + bias).softmax(-1)
        x = x + self.out((attention @ v).transpose(1, 2).reshape(b, n, width))
        return x + self.mlp(self.norm2(x))


class TextHead(nn.Module):
    """Token ids -> context and motion program. Padding has no influence on either."""

    def __init__(self, word_count, width=CONTEXT_SIZE, layers=3):
        super().__init__()
        self.words = nn.Embedding(word_count + 1, width)
        self.position = nn.Parameter(torch.randn(32, width) * 0.02)
        self.summary = nn.Parameter(torch.randn(1, 1, width) * 0.02)
        self.blocks = nn.ModuleList(TextBlock(width, 4, 3 * width) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.program = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, PROGRAM_SIZE))
        nn.init.normal_(self.words.weight, std=0.3)

    def forward(self, token_ids):
        """token_ids int64 [b, n<=32], 0 = padding -> context [b, n, 128] (0 at padding), raw program [b, 24]."""
        b, n = token_ids.shape
        present = (token_ids > 0).float()
        bias = (torch.cat([torch.ones_like(present[:, :1]), present], 1)[:, None, None] - 1) * 1e4
        x = self.words(token_ids) + self.position[:n]
        x = torch.cat([self.summary.expand(b, -1, -1), x], 1)
        for block in self.blocks:
            x = block(x, bias)
        x = self.norm(x)
        return x[:, 1:] * present[..., None], self.program(x[:, 0])


def clean_program(raw):
    """Raw regression [b, 24] -> program: tiny values become exactly 0, directions unit vectors."""
    amplitude = raw[:, :12].clamp(0, 2)
    amplitude = torch.where(amplitude < 0.12, torch.zeros_like(amplitude), amplitude)
    direction = raw[:, 12:14]
    length = direction.square().sum(1, keepdim=True).add(1e-6).sqrt()
    direction = torch.where(length < 0.5, torch.zeros_like(direction), direction / length)
    camera = raw[:, 14:22].clamp(-1.6, 1.6)
    camera = torch.where(camera.abs() < 0.15, torch.zeros_like(camera), camera)
    asked = (amplitude.amax(1, keepdim=True) > 0).float()
    return torch.cat([amplitude, direction, camera, asked, torch.zeros_like(asked)], 1)
