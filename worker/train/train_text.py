"""Trains the text head on captions of the grammar: python train_text.py --minutes 25 --out DIR.

Saying and tokenising a caption costs more than learning from it, so a second process
(`train_text.py --sample`, started by itself unless `--no-sampler`) writes numbered shards of captions to
OUT/captions, each from its own seed, while this one draws batches from all shards so far.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import time

import numpy as np
import torch

from captions import build_words
from captions_subjects_foreign import make_any
from networks import TextHead
from restore import restore_weights
from text import Tokenizer

SHARD_SIZE = 6400
parser = argparse.ArgumentParser()
parser.add_argument("--out", default="/var/tmp/train")
parser.add_argument("--minutes", type=float, default=25)
parser.add_argument("--batch", type=int, default=128)
parser.add_argument("--rate", type=float, default=2e-3)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--shards", type=int, default=400, help="how many shards the sampler writes at most")
parser.add_argument("--brief", action="store_true", help="multiply in bfloat16: half the time where the processor has it")
parser.add_argument("--start", metavar="FOLDER", help="begin with the weights of the text.onnx and vocabulary.json there; words new to it begin anew")
parser.add_argument("--sample", action="store_true", help="only write shards")
parser.add_argument("--no-sampler", action="store_true", help="use the shards of a sampler started elsewhere")
options = parser.parse_args()

torch.set_num_threads(options.threads)
torch.manual_seed(options.seed)
folder = f"{options.out}/captions"
os.makedirs(folder, exist_ok=True)
checkpoint_path = f"{options.out}/text.pt"
words_path = f"{options.out}/words.json"
if os.path.exists(words_path):
    tokenizer = Tokenizer.load(words_path)
else:
    tokenizer = build_words()
    with open(words_path, "w") as file:
        json.dump(tokenizer.to_json(), file, ensure_ascii=False)


def sample():
    """Writes the missing shards: ids uint16 [n, MAX_TOKENS], programs float16 [n, 24]."""
    for number in range(options.shards):
        path = f"{folder}/{number:05d}.npz"
        if os.path.exists(path):
            continue
        rng = random.Random(f"{options.seed}/{number}")
        said = [make_any(rng) for _ in range(SHARD_SIZE)]
        ids = np.array([tokenizer.encode(text) for text, _ in said], np.uint16)
        np.savez(path + ".part.npz", ids=ids, programs=np.array([program for _, program in said], np.float16))
        os.replace(path + ".part.npz", path)


def start(model, folder):
    """Fills `model` with the weights shipped in `folder`; an embedding belongs to its word, whatever its number is now."""
    words = Tokenizer.load(f"{folder}/vocabulary.json").words
    shipped = restore_weights(TextHead(len(words)), f"{folder}/text.onnx", "head.", (torch.ones(1, 4, dtype=torch.long),)).state_dict()
    embeddings = model.words.weight.detach().clone()
    for word, number in tokenizer.words.items():
        if word in words:
            embeddings[number] = shipped["words.weight"][words[word]]
    model.load_state_dict({**shipped, "words.weight": embeddings})


def train():
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = TextHead(len(tokenizer.words))
    if options.start and not os.path.exists(checkpoint_path):
        start(model, options.start)
    model = model.to(device)
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

    def save():
        torch.save({"words": tokenizer.words, "lemmas": tokenizer.lemmas, "model": model.state_dict(), "average": average.state_dict(), "optimizer": optimizer.state_dict(), "step": step, "spent_s": spent_s + time.time() - begun, "samples": step * options.batch}, checkpoint_path + ".part")
        os.replace(checkpoint_path + ".part", checkpoint_path)

    # Weights of the 24 outputs in the loss: the camera and its sign matter most.
    weights = torch.tensor([1.0] * 12 + [2.0] * 2 + [3.0] * 8 + [0.0] * 2, device=device)
    limit_s, seen_loss, shards, known = options.minutes * 60, None, [], set()
    begun = time.time()
    while time.time() - begun < limit_s:
        if step % 100 == 0 or not shards:
            for name in sorted(os.listdir(folder)):
                if name.endswith(".npz") and ".part" not in name and name not in known:
                    known.add(name)
                    data = np.load(f"{folder}/{name}")
                    order = np.argsort((data["ids"] > 0).sum(1), kind="stable")
                    shards.append((torch.from_numpy(data["ids"][order].astype(np.int64)), torch.from_numpy(data["programs"][order].astype(np.float32))))
            if not shards:
                time.sleep(1)
                continue
        ids, target = shards[torch.randint(len(shards), ()).item()]
        # Neighbours of a shard have the same length: no time goes into padding.
        first = torch.randint(len(ids) - options.batch + 1, ()).item()
        ids, target = ids[first : first + options.batch], target[first : first + options.batch].to(device)
        ids = ids[:, : max(1, int((ids > 0).sum(1).max()))].to(device)
        progress = (time.time() - begun) / limit_s
        for group in optimizer.param_groups:
            group["lr"] = options.rate * min(1, (step + 1) / 200) * max(0.01, 1 - progress)
        with torch.autocast(device, torch.bfloat16, enabled=options.brief):
            _, raw = model(ids)
        loss = ((raw.float() - target).square() * weights).sum(1).mean()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        average.update_parameters(model)
        seen_loss = loss.item() if seen_loss is None else 0.98 * seen_loss + 0.02 * loss.item()
        step += 1
        if step % 200 == 0:
            print(f"step {step} loss {seen_loss:.4f} shards {len(shards)} minutes {(spent_s + time.time() - begun) / 60:.1f}", flush=True)
            save()
    save()


if options.sample:
    sample()
elif options.no_sampler:
    train()
else:
    sampler = subprocess.Popen([sys.executable, os.path.abspath(__file__), "--sample", "--out", options.out, "--seed", str(options.seed), "--shards", str(options.shards)])
    try:
        train()
    finally:
        sampler.terminate()
