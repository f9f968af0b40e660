"""P-tuning with Hugging Face PEFT on labelled rows, to hold the accuracy of `ptask train` against.

The folder has `train.jsonl` and `test.jsonl`, rows of {"taskname", "sentence" or "utterance", "label"}. A row becomes
PEFT's virtual tokens, the tokens of --prefix, " TEXT", --between and " LABEL"; only the label counts in the loss. The
answer is the label whose tokens together are the most probable.

The last line is JSON: `accuracy` after the last epoch, `untrained` with the prompt encoder as it was drawn, `majority`
(the share of the commonest label of the test rows), and `train_s`, the seconds of the training loops alone, of which
`first_step_s` went to the first step, where torch also prepares itself.
Needs torch, transformers, tokenizers and peft.
"""
import argparse
import collections
import json
import pathlib
import random
import time

import torch
from peft import PromptEncoderConfig, get_peft_model
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM

WARM_UP_STEPS = 20
LAST_RATE = 0.05
IGNORED = -100

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--model", required=True, help="a Hugging Face folder")
parser.add_argument("--data", required=True, help="the folder of train.jsonl and test.jsonl")
parser.add_argument("--virtual", type=int, default=20)
parser.add_argument("--hidden", type=int, default=256, help="width of the MLP prompt encoder")
parser.add_argument("--epochs", type=int, default=6)
parser.add_argument("--lr", type=float, default=1e-3)
parser.add_argument("--batch", type=int, default=16)
parser.add_argument("--prefix", default="", help="special tokens before the text, with spaces between them")
parser.add_argument("--between", default=" :")
parser.add_argument("--max-length", type=int, default=72, help="tokens that the text is cut to")
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--threads", type=int, default=torch.get_num_threads())
options = parser.parse_args()

torch.manual_seed(options.seed)
torch.set_num_threads(options.threads)
order = random.Random(options.seed)

tokenizer = Tokenizer.from_file(str(pathlib.Path(options.model, "tokenizer.json")))


def encode(text):
    return tokenizer.encode(text, add_special_tokens=False).ids


def special(token):
    number = tokenizer.token_to_id(token)
    if number is None:
        parser.error(f"--prefix: the tokenizer has no token {token}")
    return number


def rows_of(name):
    with open(pathlib.Path(options.data, name), encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


prefix = [special(token) for token in options.prefix.split()]
between = encode(options.between)
train, test = rows_of("train.jsonl"), rows_of("test.jsonl")
labels = sorted({row["label"] for row in train + test})
answers = {label: encode(" " + label.strip()) for label in labels}


def question(row):
    text = row.get("sentence") or row["utterance"]
    return prefix + encode(" " + text)[: options.max_length] + between


def batch_of(pairs):
    """Token ids, attention mask and targets, each [rows, tokens], of (question, answer) pairs padded on the right."""
    longest = max(len(asked) + len(answer) for asked, answer in pairs)
    ids = torch.zeros(len(pairs), longest, dtype=torch.long)
    mask = torch.zeros_like(ids)
    targets = torch.full_like(ids, IGNORED)
    for at, (asked, answer) in enumerate(pairs):
        start, end = len(asked), len(asked) + len(answer)
        ids[at, :end] = torch.tensor(asked + answer)
        mask[at, :end] = 1
        targets[at, start:end] = ids[at, start:end]
    return ids, mask, targets


model = get_peft_model(
    AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.float32),
    PromptEncoderConfig(
        peft_type="P_TUNING",
        task_type="CAUSAL_LM",
        num_virtual_tokens=options.virtual,
        encoder_reparameterization_type="MLP",
        encoder_hidden_size=options.hidden,
    ),
)
trainable = [parameter for parameter in model.parameters() if parameter.requires_grad]


@torch.no_grad()
def accuracy():
    model.eval()
    right = 0
    for row in test:
        asked = question(row)
        ids, mask, targets = batch_of([(asked, answers[label]) for label in labels])
        logits = model(input_ids=ids, attention_mask=mask).logits
        # The logits at a place are about the token after it, and every row starts its answer at the same place.
        first = options.virtual + len(asked) - 1
        scores = logits[:, first:-1].log_softmax(-1)
        targets = targets[:, len(asked) :]
        chosen = scores.gather(-1, targets.clamp(min=0)[..., None])[..., 0]
        best = int((chosen * (targets != IGNORED)).sum(-1).argmax())
        right += labels[best] == row["label"]
    return right / len(test)


steps = options.epochs * -(-len(train) // options.batch)


def rate(step):
    return min(1, (step + 1) / WARM_UP_STEPS) * max(LAST_RATE, 1 - step / steps)


optimiser = torch.optim.AdamW(trainable, lr=options.lr, weight_decay=0.01)
schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, rate)

untrained = accuracy()
model.train()
train_s = 0.0
first_step_s = None
for epoch in range(options.epochs):
    order.shuffle(train)
    total = 0.0
    began = time.perf_counter()
    for at in range(0, len(train), options.batch):
        rows = train[at : at + options.batch]
        ids, mask, targets = batch_of([(question(row), answers[row["label"]]) for row in rows])
        loss = model(input_ids=ids, attention_mask=mask, labels=targets).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trainable, 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad()
        total += loss.item() * len(rows)
        if first_step_s is None:
            first_step_s = time.perf_counter() - began
    train_s += time.perf_counter() - began
    print(json.dumps({"event": "epoch", "epoch": epoch + 1, "train_loss": total / len(train)}), flush=True)

commonest = collections.Counter(row["label"] for row in test).most_common(1)[0][1]
print(
    json.dumps(
        {
            "accuracy": accuracy(),
            "majority": commonest / len(test),
            "train_s": round(train_s, 3),
            "first_step_s": round(first_step_s, 3),
            "untrained": untrained,
        }
    )
)
