"""One p-tuning step of Hugging Face PEFT (forward, backward, AdamW), to hold `ptask bench` against.

Random token ids; the virtual tokens come from PEFT's MLP encoder as wide as the model. Prints one JSON line with the
median step in milliseconds and the peak resident memory in MB. Needs torch, transformers and peft.
"""
import argparse
import json
import resource
import statistics
import time

import torch
from peft import PromptEncoderConfig, get_peft_model
from transformers import AutoModelForCausalLM, GPT2Config, GPT2LMHeadModel

parser = argparse.ArgumentParser()
parser.add_argument("--model", required=True, help="a Hugging Face folder; made with random GPT-2 weights by --make")
parser.add_argument("--make", action="store_true", help="write a GPT-2 small of random weights to --model, and end")
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
    GPT2LMHeadModel(GPT2Config()).save_pretrained(options.model)
    raise SystemExit

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
