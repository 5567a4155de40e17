"""Records a tokenizer with a character map compiled by SentencePiece, as the published T5 and UMT5 tokenizers have one.

python test/golden/record-charsmap.py  (sentencepiece 0.2.3, tokenizers 0.23.3; in an environment of their own)

The map is compiled from the rules below, which are ours and few; the shape of the tokenizer is that of UMT5. Writes
data/tokenizers/charsmap/tokenizer.json and data/charsmap.json with what the Rust normaliser makes of texts and the ids.
"""
import base64
import json
import random
import tempfile
from pathlib import Path

import sentencepiece
from tokenizers import AddedToken, Regex, Tokenizer, decoders, normalizers, pre_tokenizers, processors
from tokenizers.models import Unigram

from hostile_prompts import PROMPTS

RULES = {
    "\t": " ", "\n": " ", "\u00a0": " ", "\u3000": " ", "\u2028": " ", "\u200b": " ", "\u0007": "", "\ufeff": "",
    "ﬁ": "fi", "ﬀ": "ff", "½": "1/2", "①": "1", "㍿": "株式会社", "Ⅷ": "VIII", "…": "...", "“": '"', "”": '"', "™": "TM",
    "Ａ": "A", "ｆ": "f", "ｕ": "u", "ｌ": "l", "e\u0301": "é", "a\u0308": "ä", "A\u030a": "Å", "\u212b": "Å", "ｶ\uff9e": "ガ", "ｶ": "カ",
    "\u1112\u1161\u11ab": "한", "\u1112\u1161": "하", "\U0001d49c": "A", "ab": "X",
}
SENTENCES = ["a red fox runs through deep snow", "waves on the lake at night, slow zoom", "été à la plage, naïve façade", "雪の中を走る狐"]


def fields(message):
    """Of a protobuf message: numbers and values."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(message):
        key = varint()
        if key & 7 == 0:
            yield key >> 3, varint()
        else:
            size = varint() if key & 7 == 2 else {1: 8, 5: 4}[key & 7]
            yield key >> 3, message[at : at + size]
            at += size


def train():
    with tempfile.TemporaryDirectory() as folder:
        rules = Path(folder) / "rules.tsv"
        code = lambda text: " ".join(f"{ord(character):04X}" for character in text)
        rules.write_text("".join(f"{code(source)}\t{code(target)}\n" for source, target in RULES.items()))
        corpus = Path(folder) / "corpus.txt"
        corpus.write_text("\n".join(SENTENCES * 40))
        sentencepiece.SentencePieceTrainer.train(
            input=str(corpus), model_prefix=f"{folder}/m", vocab_size=120, hard_vocab_limit=False, normalization_rule_tsv=str(rules),
            pad_id=0, eos_id=1, unk_id=2, bos_id=-1, minloglevel=2,
        )  # fmt: skip
        model = (Path(folder) / "m.model").read_bytes()
        pieces = sentencepiece.SentencePieceProcessor(model_proto=model)
    normalizer = next(value for number, value in fields(model) if number == 3)
    charsmap = bytes(next(value for number, value in fields(normalizer) if number == 2))
    return charsmap, [(pieces.id_to_piece(i), pieces.get_score(i)) for i in range(pieces.get_piece_size())]


charsmap, vocabulary = train()
tokenizer = Tokenizer(Unigram(vocabulary, unk_id=2, byte_fallback=False))
tokenizer.normalizer = normalizers.Sequence(
    [normalizers.Precompiled(charsmap), normalizers.Strip(left=False, right=True), normalizers.Replace(Regex(" {2,}"), "▁")]
)
tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=True)
tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always", split=True)
tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)])
tokenizer.add_special_tokens([AddedToken(text, normalized=False, special=True) for text in ("<pad>", "</s>", "<unk>")])

draw = random.Random(1)
letters = [part for rule in RULES for part in (rule, rule[0])] + list("abcdef é") + ["\u0301", "\u0308", "🦊", "👩‍👩‍👧", "क्षि", "\u200d"]
texts = PROMPTS + ["".join(draw.choice(letters) for _ in range(draw.randint(1, 10))) for _ in range(200)]
folder = Path(__file__).parent / "data"
normal = normalizers.Precompiled(charsmap)
tokenizer.save(str(folder / "tokenizers" / "charsmap" / "tokenizer.json"), pretty=False)
(folder / "tokenizers" / "charsmap" / "tokenizer_config.json").write_text('{"eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}\n')
(folder / "charsmap.json").write_text(
    json.dumps(
        {
            "charsmap": base64.b64encode(charsmap).decode(),
            "texts": [[text, normal.normalize_str(text)] for text in texts],
            "ids": [tokenizer.encode(text).ids for text in texts],
        }
    )
    + "\n"
)
