"""Answers a row with a prompt that ptask has trained, in Hugging Face transformers; docs/prompt-table.md tells of the file.

    python answer_with_transformers.py --model FOLDER --table T.prompts.safetensors --task NAME sentence="Rising profits"

Prints each label with its probability, or generated text where the task has no labels. Needs torch, transformers and safetensors.
Rows are not cut to `max_seq_length`, and `"chat": true` is not known here.
"""

import argparse
import json
import re

import torch
from safetensors import safe_open
from transformers import AutoModelForCausalLM, AutoTokenizer

PART = re.compile(r"<\|VIRTUAL_PROMPT_(?P<marker>\d+)\|>|\{(?P<field>[^{}]+)\}")


def read_prompt(path, task):
    """The virtual tokens of a task, [virtual tokens, hidden], and its template."""
    with safe_open(path, "pt") as table:
        return table.get_tensor(task), json.loads(table.metadata()[f"task.{task}"])["template"]


def pieces_before_answer(template, row):
    """Text as `str` and markers as `int`, up to the answer, and the text between the last of them and the answer."""
    pieces = [""]
    text, end = template["prompt_template"], 0
    parts = list(PART.finditer(text))
    answers = [part for part in parts if part["field"] and part["field"] == template["answer_field"]]
    for part in parts:
        pieces[-1] += text[end : part.start()]
        end = part.end()
        if answers and part.start() == answers[-1].start():
            # One space goes with the answer: that is how tokenisers split words.
            space = " " if text[: part.start()].endswith(" ") else ""
            pieces[-1] = pieces[-1].removesuffix(space)
            return pieces, space
        if part["marker"]:
            pieces += [int(part["marker"]), ""]
        elif part["field"] != template["answer_field"]:
            pieces[-1] += row.get(part["field"], "")
    pieces[-1] += text[end:]
    return pieces, ""


class Answerer:
    def __init__(self, model, tokenizer, virtual, template, add_eos=True):
        self.model, self.tokenizer, self.template = model, tokenizer, template
        self.virtual = virtual.split(template["virtual_token_splits"])
        self.end = [tokenizer.eos_token_id] if add_eos and tokenizer.eos_token_id is not None else []

    def ids(self, text):
        # Each piece by itself, as in training.
        return self.tokenizer(text, add_special_tokens=False)["input_ids"] if text else []

    def embed(self, ids):
        return self.model.get_input_embeddings()(torch.tensor(ids, dtype=torch.long))

    def prompt(self, pieces):
        """[tokens, hidden]"""
        # What the tokeniser puts in front of a text: Llama's <s>, XGLM's </s>, and often nothing.
        whole, text = self.tokenizer("a")["input_ids"], self.ids("a")
        starts = whole[: next(i for i in range(len(whole)) if whole[i : i + len(text)] == text)]
        parts = [self.virtual[piece] if isinstance(piece, int) else self.embed(self.ids(piece)) for piece in pieces]
        return torch.cat([self.embed(starts), *parts]).to(self.model.dtype)

    @torch.no_grad()
    def answer(self, row):
        pieces, space = pieces_before_answer(self.template, row)
        prompt = self.prompt(pieces)
        labels = self.template["labels"]
        if not labels:
            generated = self.model.generate(
                inputs_embeds=prompt[None], attention_mask=torch.ones(1, len(prompt)), max_new_tokens=64, do_sample=False
            )
            return self.tokenizer.decode(generated[0], skip_special_tokens=True).strip()
        scores = torch.stack([self.score(prompt, self.ids(space + label) + self.end) for label in labels])
        return dict(zip(labels, scores.softmax(0).tolist()))

    def score(self, prompt, ids):
        """Natural logarithm of the probability of these tokens behind the prompt."""
        whole = torch.cat([prompt, self.embed(ids).to(prompt.dtype)])
        logits = self.model(inputs_embeds=whole[None]).logits[0, len(prompt) - 1 : -1].float()
        return logits.log_softmax(-1)[range(len(ids)), ids].sum()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--table", required=True)
    parser.add_argument("--task", required=True)
    parser.add_argument("--no-eos", action="store_true", help='where the task file has "add_eos": false')
    parser.add_argument("row", nargs="+", metavar="FIELD=TEXT")
    args = parser.parse_args()
    virtual, template = read_prompt(args.table, args.task)
    if template.get("chat"):
        parser.error("the task's template stands in the model's chat template")
    model = AutoModelForCausalLM.from_pretrained(args.model, dtype=torch.float32)
    answerer = Answerer(model, AutoTokenizer.from_pretrained(args.model), virtual, template, add_eos=not args.no_eos)
    answer = answerer.answer(dict(field.split("=", 1) for field in args.row))
    print(answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False))


if __name__ == "__main__":
    main()
