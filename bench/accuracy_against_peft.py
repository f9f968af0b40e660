"""Accuracy and training time of ptask and of Hugging Face PEFT, on the same rows and the same frozen model.

    npm run build
    python bench/accuracy_against_peft.py --data ROWS.jsonl --model FOLDER [--name demo-tiny --language sv] [--intents]

For every seed the rows are shuffled and the last fifth is held out; ptask and then PEFT (`peft_train.py`) learn from
the others, for the same number of epochs, and answer the held-out ones. Neither sees those while it trains, and the
prompt after the last epoch counts. The Python that runs this must have torch, transformers and peft.

What differs, besides the engine: ptask's residual prompt encoder and cosine schedule against PEFT's MLP and a linear
one, each with its own learning rate; ptask also learns the end token; PEFT puts virtual tokens before --prefix.

Training time is that from the end of the first step to the end of the last, for both: neither the loading of programs
and model nor the preparations in a first step count. Prints a Markdown table.
"""
import argparse
import collections
import json
import os
import pathlib
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
PTASK = HERE.parent / "dist" / "ptask.js"
BATCH = 16
WARM_UP_STEPS = 20
MAX_LENGTH = 120
FEWEST_ROWS_OF_AN_INTENT = 8


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, type=pathlib.Path, help="JSONL rows: sentence or utterance, label")
    parser.add_argument("--model", required=True, type=pathlib.Path, help="the model's Hugging Face folder")
    parser.add_argument("--name", help="what the task file calls the model, such as demo-tiny (default: the folder)")
    parser.add_argument("--language", help="for models that mark the language of the text")
    parser.add_argument("--prefix", default="", help="for PEFT: the special tokens that ptask puts in by itself")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--virtual", type=int, default=20)
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--lr", type=float, default=2e-3, help="ptask's learning rate")
    parser.add_argument("--peft-lr", type=float, default=1e-3, help="PEFT's learning rate")
    parser.add_argument("--intents", action="store_true", help="the label is the word after 'Intent: Hass'")
    return parser.parse_args()


def read_rows(path, intents):
    with open(path, encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines if line.strip()]
    if not intents:
        return [{**row, "label": row["label"].strip()} for row in rows]
    for row in rows:
        found = re.search(r"Intent: Hass(\w+)", row["label"])
        if not found:
            sys.exit(f"--intents: no 'Intent: Hass…' in the label {row['label']!r}")
        row["label"] = found[1]
    sizes = collections.Counter(row["label"] for row in rows)
    return [row for row in rows if sizes[row["label"]] >= FEWEST_ROWS_OF_AN_INTENT]


def split(rows, seed):
    random.seed(seed)
    rows = rows[:]
    random.shuffle(rows)
    cut = len(rows) * 4 // 5
    return rows[:cut], rows[cut:]


def task_file(options, rows, seed):
    field = "sentence" if "sentence" in rows[0] else "utterance"
    name = options.name or str(options.model)
    return {
        "model": str(pathlib.Path(name).expanduser().resolve()) if pathlib.Path(name).expanduser().is_dir() else name,
        "language": options.language,
        "task_templates": [
            {
                "taskname": rows[0]["taskname"],
                "prompt_template": f"<|VIRTUAL_PROMPT_0|> {{{field}}} : {{label}}",
                "total_virtual_tokens": options.virtual,
                "truncate_field": field,
                "answer_only_loss": True,
                "answer_field": "label",
                "labels": {label: [] for label in sorted({row["label"] for row in rows})},
            }
        ],
        "data": {"train_ds": "train.jsonl", "test_ds": "test.jsonl", "max_seq_length": MAX_LENGTH, "add_eos": True},
        "p_tuning": {"encoder_type": "residual"},
        "optim": {"lr": options.lr, "sched": {"warmup_steps": WARM_UP_STEPS}},
        "trainer": {"max_epochs": options.epochs, "batch_size": BATCH, "seed": seed},
    }


def write_rows(path, rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def json_lines(command):
    """The JSON objects that a program prints, each with the time at which it came; ends this program where it fails."""
    command = [str(part) for part in command]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as errors:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, encoding="utf-8") as process:
            events = [(time.perf_counter(), json.loads(line)) for line in process.stdout]
        if process.returncode != 0:
            errors.seek(0)
            sys.exit(f"{' '.join(command)}\nexit code {process.returncode}\n{errors.read()}")
    return events


def run_ptask(folder, train_rows, test_rows):
    file = folder / "compared.ptask.json"
    events = json_lines(["node", PTASK, "train", file, "--json"])
    start = next(event for _, event in events if event["event"] == "start")
    times = [at for at, event in events if event["event"] == "step"]
    if len(times) < 2:
        sys.exit("one training step has no time between steps: give more rows or --epochs")
    metrics = next(e for _, e in json_lines(["node", PTASK, "evaluate", file, "--json"]) if e["event"] == "metrics")
    if (start["train_rows"], metrics["rows"]) != (train_rows, test_rows):
        sys.exit(f"ptask left rows out: {start['train_rows']} of {train_rows}, {metrics['rows']} of {test_rows}")
    return metrics["accuracy"], times[-1] - times[0]


def run_peft(folder, options, seed):
    sizes = ["--virtual", options.virtual, "--epochs", options.epochs, "--batch", BATCH, "--seed", seed]
    command = [sys.executable, HERE / "peft_train.py", "--model", options.model, "--data", folder, *sizes]
    result = json_lines([*command, "--lr", options.peft_lr, f"--prefix={options.prefix}"])[-1][1]
    return result, result["train_s"] - result["first_step_s"]


def percent(share):
    return f"{100 * share:.1f}"


def main():
    options = arguments()
    options.model = options.model.expanduser().resolve()
    seeds = [int(seed) for seed in options.seeds.split(",")]
    rows = read_rows(options.data, options.intents)
    accuracy = {"ptask": [], "PEFT": []}
    seconds = {"ptask": [], "PEFT": []}
    majority, untrained = [], []
    for seed in seeds:
        train, test = split(rows, seed)
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            write_rows(folder / "train.jsonl", train)
            write_rows(folder / "test.jsonl", test)
            file = json.dumps(task_file(options, rows, seed), ensure_ascii=False, indent=2)
            (folder / "compared.ptask.json").write_text(file, encoding="utf-8")
            right, spent = run_ptask(folder, len(train), len(test))
            accuracy["ptask"].append(right)
            seconds["ptask"].append(spent)
            peft, peft_spent = run_peft(folder, options, seed)
        accuracy["PEFT"].append(peft["accuracy"])
        seconds["PEFT"].append(peft_spent)
        majority.append(peft["majority"])
        untrained.append(peft["untrained"])
        print(
            f"seed {seed}: ptask {percent(right)} % in {spent:.1f} s, PEFT {percent(peft['accuracy'])} % in "
            f"{peft_spent:.1f} s, majority {percent(peft['majority'])} %",
            file=sys.stderr,
            flush=True,
        )

    labels = len({row["label"] for row in rows})
    print(f"{os.cpu_count()} processors; epochs: {options.epochs}; batches of {BATCH};")
    print(f"virtual tokens: {options.virtual};")
    print(f"learning rates {options.lr:g} (ptask) and {options.peft_lr:g} (PEFT); {labels} labels;")
    print(f"PEFT with its encoder untrained: {', '.join(map(percent, untrained))} %\n")
    heads = [f"seed {seed}" for seed in seeds]
    columns = ["data", "train / test rows", "majority, %", "system", *heads, "mean, %", "spread, points"]
    columns += ["training, s (median)", "PEFT's time / this one"]
    print(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
    for system in accuracy:
        values, spent = accuracy[system], statistics.median(seconds[system])
        cells = [options.data.name + (" (intents)" if options.intents else ""), f"{len(train)} / {len(test)}"]
        cells += [percent(statistics.mean(majority)), system, *map(percent, values), percent(statistics.mean(values))]
        ratio = statistics.median(seconds["PEFT"]) / spent
        cells += [percent(max(values) - min(values)), f"{spent:.1f}", f"{ratio:.2f}"]
        print(f"| {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
