"""Records token ids of hostile prompts from transformers, with the tokenizers of the recorded checkpoints.

python test/golden/record-tokenizers.py /work/shared/parity > test/golden/data/tokenizers.json
(transformers 5.18, diffusers 0.40, ftfy 6.3.1)
"""
import json
import sys
from pathlib import Path

from diffusers.pipelines.wan.pipeline_wan_i2v import prompt_clean
from transformers import AutoTokenizer

sys.path.insert(0, str(Path(__file__).parent))
from hostile_prompts import PROMPTS

root = Path(sys.argv[1])


def ids(family, max_tokens, clean=None):
    tokenizer = AutoTokenizer.from_pretrained(root / family / "checkpoint" / "tokenizer")
    made = tokenizer([clean(text) if clean else text for text in PROMPTS], padding="max_length", max_length=max_tokens, truncation=True)
    # padding is told by the mask: what is left are the ids that the text gives
    return [row[: sum(mask)] for row, mask in zip(made.input_ids, made.attention_mask)]


print(
    json.dumps(
        {
            "prompts": PROMPTS,
            "clip": ids("modelscope_t2v", 77),
            "t5": ids("ltx", 32),
            "umt5": ids("wan22_ti2v", 64, prompt_clean),
        }
    )
)
