"""One p-tuning step of Hugging Face PEFT (forward, backward, AdamW), to hold `ptask bench` against.

Random token ids; the virtual tokens come from PEFT's MLP encoder as wide as the model. Prints one JSON line with the
median step in milliseconds and the peak resident memory in MB. Needs torch, transformers and peft.
"""
import argparse
import json
import os
import resource
import statistics
import sys
import time

import torch
from peft import PromptEncoderConfig, get_peft_model
from transformers import AutoConfig, AutoModelForCausalLM, GPT2Config

parser = argparse.ArgumentParser()
parser.add_argument("--model", required=True, help="a Hugging Face folder; made with random GPT-2 weights by --make")
parser.add_argument("--make", action="store_true", help="write a model of random weights to --model, and end")
parser.add_argument("--architecture", default="gpt2", help="of the model to make; as large as GPT-2 small")
parser.add_argument("--virtual", type=int, default=10)
parser.add_argument("--length", type=int, default=32)
parser.add_argument("--batch", type=int, default=16)
parser.add_argument("--answer", type=int, default=2)
parser.add_argument("--steps", type=int, default=5)
parser.add_argument("--device", default="cpu", help="cpu or cuda")
parser.add_argument("--dtype", default="float32", help="float32 or bfloat16: what the backbone computes in")
parser.add_argument("--threads", type=int, default=torch.get_num_threads())
parser.add_argument("--memory-gb", type=float, help="fails where it would take more, before the system is out of memory")
options = parser.parse_args()
torch.manual_seed(0)
torch.set_num_threads(options.threads)
if options.memory_gb:
    resource.setrlimit(resource.RLIMIT_AS, (int(options.memory_gb * 2**30), resource.RLIM_INFINITY))

if options.make:
    small = GPT2Config()
    usual = {"num_hidden_layers": small.n_layer, "hidden_size": small.n_embd, "num_attention_heads": small.n_head}
    usual |= {"vocab_size": small.vocab_size, "max_position_embeddings": small.n_positions, "tie_word_embeddings": True}
    usual |= {"bos_token_id": 0, "eos_token_id": 0, "pad_token_id": 0}
    # Three matrices of a gated layer hold as much as two of a plain one.
    gated = {"intermediate_size": 8 * small.n_embd // 3, "num_key_value_heads": small.n_head}
    gated |= {"head_dim": small.n_embd // small.n_head, "sliding_window": 512}
    plain = {"intermediate_size": 4 * small.n_embd}
    shapes = {"gpt2": {}, "gpt_neox": usual | plain, "opt": usual | {"ffn_dim": 4 * small.n_embd, "word_embed_proj_dim": small.n_embd}}
    config = AutoConfig.for_model(options.architecture, **shapes.get(options.architecture, usual | gated))
    AutoModelForCausalLM.from_config(config, dtype=torch.float32).save_pretrained(options.model)
    raise SystemExit



def tell_memory_end(kind, error, trace) -> None:
    """PyTorch has an error of its own for devices alone."""
    if not isinstance(error, MemoryError) and "memory" not in str(error):
        return sys.__excepthook__(kind, error, trace)
    print(json.dumps({"out_of_memory": True}))
    sys.stdout.flush()
    os._exit(0)


sys.excepthook = tell_memory_end
backbone = AutoModelForCausalLM.from_pretrained(options.model, dtype=getattr(torch, options.dtype))
width = backbone.get_input_embeddings().weight.shape[1]
config = PromptEncoderConfig(
    task_type="CAUSAL_LM",
    num_virtual_tokens=options.virtual,
    encoder_reparameterization_type="MLP",
    encoder_hidden_size=width,
)
model = get_peft_model(backbone, config).to(options.device)
trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
optimiser = torch.optim.AdamW(trained, lr=1e-4)
ids = torch.randint(backbone.config.vocab_size, (options.batch, options.length), device=options.device)
labels = ids.clone()
labels[:, : -options.answer] = -100
attended = torch.ones_like(ids)


def step() -> float:
    start = time.perf_counter()
    model(input_ids=ids, attention_mask=attended, labels=labels).loss.backward()
    optimiser.step()
    optimiser.zero_grad()
    if options.device == "cuda":
        torch.cuda.synchronize()
    return 1000 * (time.perf_counter() - start)


model.train()
step()
times = [step() for _ in range(options.steps)]
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
result = {"step_ms": statistics.median(times), "peak_mb": round(peak)}
if options.device == "cuda":
    result["device_mb"] = round(torch.cuda.max_memory_reserved() / 2**20)
print(json.dumps(result))
