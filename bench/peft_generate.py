"""Greedy decoding through Hugging Face PEFT with trained virtual tokens, to hold ptask's against (`generation.ts`).

Random token ids. Prints one JSON line with the median milliseconds of generating `new` tokens for all rows, and of one token.
Needs torch, transformers and peft.
"""
import argparse
import json
import statistics
import time

import torch
from peft import PromptTuningConfig, get_peft_model
from transformers import AutoModelForCausalLM

parser = argparse.ArgumentParser()
parser.add_argument("--model", required=True, help="a Hugging Face folder")
parser.add_argument("--virtual", type=int, default=20)
parser.add_argument("--length", type=int, default=32)
parser.add_argument("--rows", type=int, default=16)
parser.add_argument("--new", type=int, default=32)
parser.add_argument("--times", type=int, default=2)
options = parser.parse_args()
torch.manual_seed(0)

backbone = AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.float32)
config = PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=options.virtual)
model = get_peft_model(backbone, config).eval()
ids = torch.randint(backbone.config.vocab_size, (options.rows, options.length))
attended = torch.ones_like(ids)


def generate(new: int) -> float:
    start = time.perf_counter()
    with torch.no_grad():
        model.generate(
            input_ids=ids, attention_mask=attended, max_new_tokens=new, min_new_tokens=new, do_sample=False, pad_token_id=0
        )
    return 1000 * (time.perf_counter() - start)


generate(2)
print(json.dumps({n: statistics.median(generate(new) for _ in range(options.times)) for n, new in (("all", options.new), ("one", 1))}))
