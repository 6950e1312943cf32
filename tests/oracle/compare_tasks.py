#!/usr/bin/env python3
"""Runs generated task inputs through the reference's pipelines and through the program, and compares the JSON.

Usage: compare_tasks.py [--albert PROGRAM] [--assets FOLDER] [--tokenizer FOLDER] [--count N] [--seed S] [--task TASK]
--tokenizer: the files of another tokenizer (tests/golden/wordpiece has a vocab.txt) instead of the published one.
Exit code 77 (skipped) when the reference or the published vocabulary is absent. Run it in the reference environment.
"""

import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from oracle import need, skip, table

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "tests/golden"), str(ROOT / "tests/cli")]


def run(albert, case, folder, more=(), rows=None):
    lines = "".join(json.dumps(row) + "\n" for row in rows or case["rows"])
    import task_cases
    command = [albert, case["task"], "--model", str(folder), "--json", "--keep-going", "--input", "-", "--input-format", "jsonl",
               *task_cases.flags(case), *more]
    done = subprocess.run(command, input=lines.encode(), capture_output=True, timeout=120)
    if done.returncode == 2:
        return [{"error": done.stderr.decode(errors="replace").strip()}] * len(case["rows"]), command
    if done.returncode != 0:
        raise SystemExit(f"exit code {done.returncode}: {command}\n{done.stderr.decode(errors='replace')}")
    return [json.loads(line) for line in done.stdout.decode().splitlines()], command


def gap(a, b):
    """The largest difference between numbers that stand at the same place of two results."""
    if isinstance(a, dict) and isinstance(b, dict):
        return max((gap(a[key], b[key]) for key in a if key in b), default=0.0)
    if isinstance(a, list) and isinstance(b, list):
        return max(map(gap, a, b), default=0.0)
    return abs(a - b) if isinstance(a, float) and isinstance(b, float) and a == a and b == b else 0.0


def is_tie(albert, case, folder, row, want, difference):
    """Whether the reference's answers are among our best ones with the same scores: then only their order differs."""
    (many,), _ = run(albert, case, folder, ["--top-k", "40"], [row])
    many = many if isinstance(many, list) else [many]
    return all(any(difference(one, other) is None for other in many) for one in (want if isinstance(want, list) else [want]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--albert", default=str(ROOT / "build/release/bin/albert"))
    parser.add_argument("--assets", default=os.environ.get("ALBERT_ASSETS", str(ROOT.parent / "shared/assets")))
    parser.add_argument("--tokenizer")
    parser.add_argument("--count", type=int, default=30)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--task")
    parser.add_argument("--show", type=int, default=10)
    options = parser.parse_args()
    vocabulary = pathlib.Path(options.tokenizer) if options.tokenizer else pathlib.Path(options.assets) / "tokenizers/albert-base-v2"
    texts = vocabulary / "vocab.txt" if (vocabulary / "vocab.txt").exists() else None
    size = texts.read_bytes().count(b"\n") if texts else 30000
    need("numpy", "torch", "safetensors", "transformers", "sentencepiece")
    if not vocabulary.exists():
        skip(f"no published vocabulary at {vocabulary}")
    import task_cases
    from compare_json import difference

    counts, bad, ties, worst = collections.Counter(), collections.Counter(), collections.Counter(), collections.Counter()
    with tempfile.TemporaryDirectory() as temporary:
        weights, one_label = pathlib.Path(temporary) / "weights.safetensors", pathlib.Path(temporary) / "one_label.safetensors"
        task_cases.make_weights(weights, size, 1)
        task_cases.make_weights(one_label, size, 1, labels=1)
        folders = {name: task_cases.build_folder(pathlib.Path(temporary) / name, vocabulary, name, one_label if name == "choice" else weights,
                                                 vocab_size=size)
                   for name in task_cases.MODELS}
        for case in task_cases.cases(options.seed, options.count, {**task_cases.TASKS, **task_cases.OURS}):
            if options.task and case["task"] != options.task:
                continue
            if texts:
                case["rows"] = task_cases.for_vocab_txt(case["rows"], texts)
            expected = task_cases.answers(case, folders[case["model"]])
            got, command = run(options.albert, case, folders[case["model"]])
            for row, want, have in zip(case["rows"], expected, got + [{"error": "(nothing)"}] * (len(expected) - len(got))):
                counts[case["task"]] += 1
                wrong = lambda value: isinstance(value, dict) and list(value) == ["error"]
                found = None if wrong(want) and wrong(have) else difference(want, have)
                if found and case["task"] == "question-answering" and is_tie(options.albert, case, folders[case["model"]], row, want, difference):
                    ties[case["task"]] += 1
                    found = None
                elif not found:
                    worst[case["task"]] = max(worst[case["task"]], gap(want, have))
                if found:
                    bad[case["task"]] += 1
                    if sum(bad.values()) <= options.show:
                        print(f"DIFFERENT {found}\n  {' '.join(command[1:])}\n  row {json.dumps(row)}\n  reference {json.dumps(want)[:600]}\n  albert    {json.dumps(have)[:600]}")
    table(["tasks", "rows", "different", "another order of equal scores", "worst difference of a number"],
          [(task, counts[task], bad[task], ties[task], float(worst[task])) for task in counts])
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
