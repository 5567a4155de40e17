"""Trains the text head on endless captions of the grammar: python train_text.py --minutes 12 --out DIR."""

import argparse
import json
import os
import random
import time

import torch

from captions import build_words, make_caption
from networks import TextHead
from text import Tokenizer

parser = argparse.ArgumentParser()
parser.add_argument("--out", default="/var/tmp/train")
parser.add_argument("--minutes", type=float, default=12)
parser.add_argument("--batch", type=int, default=128)
parser.add_argument("--rate", type=float, default=2e-3)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--threads", type=int, default=1)
options = parser.parse_args()

torch.set_num_threads(options.threads)
torch.manual_seed(options.seed)
os.makedirs(options.out, exist_ok=True)
device = "cuda" if torch.cuda.is_available() else "cpu"
checkpoint_path = f"{options.out}/text.pt"
words_path = f"{options.out}/words.json"
tokenizer = Tokenizer.load(words_path) if os.path.exists(words_path) else build_words()
model = TextHead(len(tokenizer.words)).to(device)
average = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.998))
optimizer = torch.optim.AdamW(model.parameters(), lr=options.rate, weight_decay=0.01, betas=(0.9, 0.99))
step, spent_s = 0, 0.0
if os.path.exists(checkpoint_path):
    saved = torch.load(checkpoint_path, map_location=device)
    if saved["words"] == tokenizer.words:
        model.load_state_dict(saved["model"])
        average.load_state_dict(saved["average"])
        optimizer.load_state_dict(saved["optimizer"])
        step, spent_s = saved["step"], saved["spent_s"]
with open(words_path, "w") as file:
    json.dump(tokenizer.to_json(), file)

# Weights of the 24 outputs in the loss: the camera and its sign matter most.
weights = torch.tensor([1.0] * 12 + [2.0] * 2 + [3.0] * 8 + [0.0] * 2, device=device)
begun, limit_s, seen_loss = time.time(), options.minutes * 60, None


def save():
    torch.save({"words": tokenizer.words, "lemmas": tokenizer.lemmas, "model": model.state_dict(), "average": average.state_dict(), "optimizer": optimizer.state_dict(), "step": step, "spent_s": spent_s + time.time() - begun, "samples": step * options.batch}, checkpoint_path + ".part")
    os.replace(checkpoint_path + ".part", checkpoint_path)


while time.time() - begun < limit_s:
    rng = random.Random(f"{options.seed}/{step}")
    captions = [make_caption(rng) for _ in range(options.batch)]
    ids = [tokenizer.encode(text) for text, _ in captions]
    longest = max(1, max(sum(1 for i in row if i) for row in ids))
    ids = torch.tensor(ids, device=device)[:, :longest]
    target = torch.tensor([program for _, program in captions], device=device)
    progress = (time.time() - begun) / limit_s
    for group in optimizer.param_groups:
        group["lr"] = options.rate * min(1, (step + 1) / 200) * max(0.01, 1 - progress)
    _, raw = model(ids)
    loss = ((raw - target).square() * weights).sum(1).mean()
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    average.update_parameters(model)
    seen_loss = loss.item() if seen_loss is None else 0.98 * seen_loss + 0.02 * loss.item()
    step += 1
    if step % 200 == 0:
        print(f"step {step} loss {seen_loss:.4f} minutes {(spent_s + time.time() - begun) / 60:.1f}", flush=True)
        save()
save()
