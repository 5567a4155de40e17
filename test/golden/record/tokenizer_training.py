"""Makes the two kinds of tokenizers the checkpoints need from a few sentences; the same ones every time, which the libraries' own trainers do not promise."""

import math
import re
from collections import Counter
from pathlib import Path

from tokenizers import pre_tokenizers
from transformers import CLIPTokenizer, T5Tokenizer

CORPUS = [
    'a red fox running through deep snow, cinematic', 'worst quality, blurry, jpeg artifacts', 'low quality, static', "a tabby cat's tail sways slowly, 4k photo",
    'the sea at night under a full moon, waves roll in', 'le café a lake & a boat, golden hour', 'a person smiles and turns the head, soft light',
]
MERGES = 132
PIECES = 71
LONGEST_PIECE = 5


def _merges(words: Counter) -> list[tuple[str, str]]:
    """Byte-pair merges, the most frequent first, ties by alphabet. `words`: tuples of symbols and how often they occur."""
    merges = []
    while len(merges) < MERGES:
        pairs = Counter()
        for symbols, count in words.items():
            for pair in zip(symbols, symbols[1:], strict=False):
                pairs[pair] += count
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        merged = Counter()
        for symbols, count in words.items():
            out, index = [], 0
            while index < len(symbols):
                joins = symbols[index : index + 2] == best
                out.append(''.join(best) if joins else symbols[index])
                index += 2 if joins else 1
            merged[tuple(out)] += count
        words = merged
    return merges


def save_clip_tokenizer(folder: Path) -> int:
    """Byte-level BPE with `</w>`, as CLIP's; returns the vocabulary's size."""
    to_bytes = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    words = Counter()
    for word in re.findall(r'[^\W\d_]+|\d|[^\w\s]+', ' '.join(CORPUS)):
        letters = to_bytes.pre_tokenize_str(word)[0][0]
        words[(*letters[:-1], f'{letters[-1]}</w>')] += 1
    merges = _merges(words)
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    names = [*letters, *(f'{letter}</w>' for letter in letters), *(''.join(pair) for pair in merges), '<|startoftext|>', '<|endoftext|>']
    vocab = {name: index for index, name in enumerate(names)}
    CLIPTokenizer(vocab=vocab, merges=merges, model_max_length=77).save_pretrained(str(folder))
    return len(vocab)


def save_t5_tokenizer(folder: Path) -> int:
    """Unigram with the word-start mark, as T5's and UMT5's; returns the vocabulary's size."""
    counts = Counter()
    for word in ' '.join(CORPUS).split():
        marked = f'▁{word}'
        counts.update(marked[start:end] for start in range(len(marked)) for end in range(start + 1, min(start + LONGEST_PIECE, len(marked)) + 1))
    letters = sorted(piece for piece in counts if len(piece) == 1)
    longer = sorted((piece for piece in counts if len(piece) > 1), key=lambda piece: (-counts[piece] * len(piece), piece))
    chosen = [*letters, *longer][: PIECES - 3]
    total = sum(counts[piece] for piece in chosen)
    pieces = [('<pad>', 0.0), ('</s>', 0.0), ('<unk>', 0.0), *((piece, round(math.log(counts[piece] / total), 6)) for piece in chosen)]
    T5Tokenizer(vocab=pieces, extra_ids=0, model_max_length=512).save_pretrained(str(folder))
    return len(pieces)
