#!/usr/bin/env python3
"""Writes tests/golden/tasks/: a tiny model on our own vocabulary, and the reference's answers for its task rows.

Run in the reference environment (transformers 4.34.1, torch 2.1.2): make_tasks.py
"""

import json
import pathlib
import tempfile

import task_cases

HERE = pathlib.Path(__file__).resolve().parent
VOCABULARY = HERE.parent.parent / "models/albert-mini-en"


def main():
    folder = HERE / "tasks"
    folder.mkdir(exist_ok=True)
    task_cases.make_weights(folder / "model.safetensors", 8000, 5, "float16")
    with tempfile.TemporaryDirectory() as temporary:
        models = {name: task_cases.build_folder(pathlib.Path(temporary) / name, VOCABULARY, name, folder / "model.safetensors", vocab_size=8000)
                  for name in task_cases.MODELS if name != "choice"}
        cases = []
        for case in task_cases.cases("golden", 4):
            if case["task"] == "feature-extraction":
                case["rows"] = case["rows"][:1]
            answers = task_cases.answers(case, models[case["model"]])
            # What the reference says on an error is its own affair; that there is one is ours.
            answers = [{"error": True} if isinstance(a, dict) and list(a) == ["error"] else a for a in answers]
            cases.append({**case, "flags": task_cases.flags(case), "answers": answers})
        configs = {name: json.loads((path / "config.json").read_text()) for name, path in models.items()}
        settings = {name: changes for name, (_, changes) in task_cases.MODELS.items() if name in models}
    lines = ",\n".join(json.dumps(case) for case in cases)
    head = json.dumps({"configs": configs, "tokenizer_settings": settings}, indent=1)[:-2]
    (folder / "cases.json").write_text(head + f',\n "cases": [\n{lines}\n]}}\n')
    print(sum(len(case["rows"]) for case in cases), "rows")


if __name__ == "__main__":
    main()
