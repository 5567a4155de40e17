"""Trains the two kinds of tokenizers the checkpoints need, with the real ones' pre-tokenizers, on a few sentences."""

import json
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import CLIPTokenizer, T5Tokenizer

CORPUS = [
    'a red fox running through deep snow, cinematic', 'worst quality, blurry, jpeg artifacts', 'low quality, static', "a tabby cat's tail sways slowly, 4k photo",
    'the sea at night under a full moon, waves roll in', 'le café a lake & a boat, golden hour', 'a person smiles and turns the head, soft light',
]


def save_clip_tokenizer(folder: Path) -> int:
    """Byte-level BPE with `</w>`, as CLIP's; returns the vocabulary's size."""
    tokenizer = Tokenizer(models.BPE(continuing_subword_prefix='', end_of_word_suffix='</w>', unk_token='<|endoftext|>'))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(r'\s+', ' '), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Whitespace(), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=620, initial_alphabet=alphabet, end_of_word_suffix='</w>', show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    trained = json.loads(tokenizer.to_str())['model']
    letters = sorted(alphabet)
    words = [*letters, *(letter + '</w>' for letter in letters)]
    words += [token for token in sorted(trained['vocab'], key=trained['vocab'].get) if token not in set(words)]
    words += ['<|startoftext|>', '<|endoftext|>']
    vocab = {word: index for index, word in enumerate(words)}
    made = CLIPTokenizer(vocab=vocab, merges=[tuple(pair) for pair in trained['merges']], model_max_length=77)
    made.save_pretrained(str(folder))
    return len(vocab)


def save_t5_tokenizer(folder: Path) -> int:
    """Unigram with the word-start mark, as T5's and UMT5's; returns the vocabulary's size."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(replacement='▁', prepend_scheme='always')])
    tokenizer.decoder = decoders.Metaspace(replacement='▁', prepend_scheme='always')
    special = [AddedToken(word, special=True) for word in ('<pad>', '</s>', '<unk>')]
    tokenizer.train_from_iterator(CORPUS, trainers.UnigramTrainer(vocab_size=110, special_tokens=special, unk_token='<unk>', show_progress=False))
    pieces = [tuple(piece) for piece in json.loads(tokenizer.to_str())['model']['vocab']]
    made = T5Tokenizer(vocab=pieces, extra_ids=0, model_max_length=512)
    made.save_pretrained(str(folder))
    return len(pieces)
