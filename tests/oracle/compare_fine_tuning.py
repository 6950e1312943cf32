"""Compares `albert train` with the reference on every task: the losses of full-batch steps from one start, and what was saved.

    python tests/oracle/compare_fine_tuning.py --program build/release/bin/albert

Run it in the reference environment (transformers 4.34.1, torch 2.1.2). A batch holds all examples, so that no order matters, and the
configuration has no dropout; then every loss must agree. The folders that are written must load as the reference's classes without
a new or unused weight, and give the weights that the reference's own steps arrived at. Exits with 1 if there is a difference, with
77 (skipped) when the reference is absent.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile

os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "golden"))

from oracle import need, table  # noqa: E402

MODEL = os.path.join(HERE, "..", "..", "models", "albert-mini-en")
STEPS, RATE, WARMUP, DECAY = 8, 1e-3, 2, 0.01
TOLERANCE = 2e-4
WORDS = "the film was a good book and it had an old friend who came from far away, in London or Paris; unbelievably dull".split()


def examples(task, rng):
    words = lambda: rng.choices(WORDS, k=rng.randint(1, 9))
    text = lambda: " ".join(words())
    rows = []
    for i in range(12):
        if task == "token-classification":
            rows.append({"tokens": (one := words()), "tags": [rng.choice(["O", "B-a", "I-a"]) for _ in one]})
        elif task == "question-answering":
            context = " ".join(rng.choices(WORDS, k=rng.randint(5, 60)))
            at = rng.randrange(len(context))
            answer = {"text": [], "answer_start": []} if i % 4 == 3 else {"text": [context[at:at + 9]], "answer_start": [at]}
            rows.append({"id": str(i), "question": text(), "context": context, "answers": answer})
        elif task == "multiple-choice":
            rows.append({"text": text(), "choices": [text() for _ in range(3)], "label": rng.randint(0, 2)})
        elif task == "several":
            rows.append({"text": text(), "labels": [name for name in "abc" if rng.random() < 0.5]})
        elif task == "regression":
            rows.append({"text": text(), "text_pair": text(), "label": round(rng.random() * 5, 2) + 0.001})
        elif task in ("cosine", "contrastive"):
            rows.append({"text": text(), "text_pair": text(), "label": round(rng.random() * 5, 2) + 0.001})
        else:
            rows.append({"text": text(), "label": "abc"[i % 3]})
    if task == "several":
        rows[0]["labels"] = ["a", "b", "c"]
    return rows


def reference_batch(task, rows, tokenizer, labels):
    """What the guides make of the rows, as one batch."""
    import torch
    import transformers
    import make_fine_tuning

    if task == "token-classification":
        encoded = []
        for row in rows:
            one = tokenizer(row["tokens"], truncation=True, max_length=64, is_split_into_words=True)
            tags, before = [], None
            for word in one.word_ids():
                tags.append(-100 if word is None or word == before else labels.index(row["tags"][word]))
                before = word
            encoded.append({**one, "labels": tags})
        return transformers.DataCollatorForTokenClassification(tokenizer)(encoded)
    if task == "question-answering":
        windows = []
        for row in rows:
            one = tokenizer(row["question"].strip(), row["context"], max_length=40, truncation="only_second", stride=10, return_overflowing_tokens=True, return_offsets_mapping=True)
            for i in range(len(one["input_ids"])):
                start = end = 0
                if row["answers"]["text"]:
                    at = row["answers"]["answer_start"][0]
                    start, end = make_fine_tuning.answer_positions(one["offset_mapping"][i], one.sequence_ids(i), at, at + len(row["answers"]["text"][0]))
                windows.append({name: one[name][i] for name in ("input_ids", "token_type_ids", "attention_mask")} | {"start_positions": start, "end_positions": end})
        return transformers.DataCollatorWithPadding(tokenizer)(windows)
    if task == "multiple-choice":
        flat = tokenizer([row["text"] for row in rows for _ in row["choices"]], [choice for row in rows for choice in row["choices"]], padding=True, return_tensors="pt")
        batch = {name: values.view(len(rows), 3, -1) for name, values in flat.items()}
        return {**batch, "labels": torch.tensor([row["label"] for row in rows])}
    if task in ("cosine", "contrastive"):
        return tokenizer([row["text"] for row in rows] + [row["text_pair"] for row in rows], padding=True, return_tensors="pt")
    pairs = [row["text_pair"] for row in rows] if "text_pair" in rows[0] else None
    batch = tokenizer([row["text"] for row in rows], pairs, padding=True, return_tensors="pt")
    if task == "several":
        batch["labels"] = torch.tensor([[float(name in row["labels"]) for name in labels] for row in rows])
    elif task == "regression":
        batch["labels"] = torch.tensor([row["label"] for row in rows])
    else:
        batch["labels"] = torch.tensor([labels.index(row["label"]) for row in rows])
    return batch


def loss_of(task, model, batch, rows):
    import torch

    if task not in ("cosine", "contrastive"):
        return model(**batch).loss
    states, mask = model(**batch).last_hidden_state, batch["attention_mask"].unsqueeze(-1)
    vectors = torch.nn.functional.normalize((states * mask).sum(1) / mask.sum(1), dim=1)
    first, second = vectors[:len(rows)], vectors[len(rows):]
    if task == "contrastive":
        return torch.nn.functional.cross_entropy(20 * first @ second.T, torch.arange(len(rows)))
    largest = max(row["label"] for row in rows)
    return torch.nn.functional.mse_loss((first * second).sum(1), torch.tensor([row["label"] / largest for row in rows]))


def reference_steps(task, folder, name, rows, tokenizer, labels):
    """The losses and the model after STEPS steps of the reference's trainer, written out."""
    import torch
    import transformers
    from transformers.trainer_pt_utils import get_parameter_names

    model = getattr(transformers, name).from_pretrained(folder)
    model.train()
    batch = reference_batch(task, rows, tokenizer, labels)
    decayed = [one for one in get_parameter_names(model, transformers.pytorch_utils.ALL_LAYERNORM_LAYERS) if "bias" not in one]
    groups = [{"params": [p for n, p in model.named_parameters() if n in decayed], "weight_decay": DECAY},
              {"params": [p for n, p in model.named_parameters() if n not in decayed], "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=RATE)
    schedule = transformers.get_linear_schedule_with_warmup(optimizer, WARMUP, STEPS)
    losses = []
    for _ in range(STEPS):
        loss = loss_of(task, model, batch, rows)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    return losses, model.eval()


def compare(task, program, folder):
    import torch
    import transformers

    rng = random.Random(len(task))
    rows = examples(task, rng)
    labels = {"token-classification": ["B-a", "I-a", "O"], "question-answering": ["LABEL_0", "LABEL_1"], "regression": ["LABEL_0"]}.get(task, ["a", "b", "c"])
    classes = {"token-classification": "AlbertForTokenClassification", "question-answering": "AlbertForQuestionAnswering", "multiple-choice": "AlbertForMultipleChoice",
               "cosine": "AlbertModel", "contrastive": "AlbertModel"}
    name = classes.get(task, "AlbertForSequenceClassification")
    problem = {"several": "multi_label_classification", "regression": "regression", "text-classification": "single_label_classification"}.get(task)
    torch.manual_seed(len(task))
    config = transformers.AlbertConfig(vocab_size=8000, embedding_size=8, hidden_size=16, num_attention_heads=2, intermediate_size=32, num_hidden_layers=4, inner_group_num=2,
                                       num_hidden_groups=2, max_position_embeddings=64, hidden_dropout_prob=0, attention_probs_dropout_prob=0, classifier_dropout_prob=0,
                                       initializer_range=0.3, problem_type=problem, id2label=dict(enumerate(labels)), label2id={label: i for i, label in enumerate(labels)})
    tokenizer = transformers.AutoTokenizer.from_pretrained(MODEL)
    start, output, data = (os.path.join(folder, part) for part in ("start", "run", "train.jsonl"))
    getattr(transformers, name)(config).save_pretrained(start)
    tokenizer.save_pretrained(start)
    with open(data, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)

    command = {"several": ["text-classification"], "regression": ["text-classification"], "cosine": ["sentence-embedding", "--loss", "cosine"],
               "contrastive": ["sentence-embedding"], "question-answering": ["question-answering", "--max-length", "40", "--doc-stride", "10"]}.get(task, [task])
    done = subprocess.run([program, "train", *command, "--model", start, "--train", data, "--dev", data, "--output", output, "--steps", str(STEPS), "--batch-size", "1000", "--learning-rate",
                           str(RATE), "--warmup-steps", str(WARMUP), "--weight-decay", str(DECAY), "--logging-steps", "1", "--eval-steps", "4"], capture_output=True)
    if done.returncode != 0:
        return [task, "failed: " + done.stderr.decode(errors="replace").strip()[-200:], "", ""], False
    with open(os.path.join(output, "metrics.jsonl"), encoding="utf-8") as file:
        ours = [entry["loss"] for entry in map(json.loads, file) if "loss" in entry]
    losses, model = reference_steps(task, start, name, rows, tokenizer, labels)
    difference = max(abs(a - b) / max(1, abs(b)) for a, b in zip(ours, losses, strict=True))
    problems = []
    for part in ("last", "best"):
        path = os.path.join(output, part)
        auto = {"AlbertModel": "AutoModel"}.get(name, name.replace("Albert", "AutoModel"))
        loaded, info = getattr(transformers, auto).from_pretrained(path, output_loading_info=True)
        problems += [f"{part}: {kind} {info[kind]}" for kind in ("missing_keys", "unexpected_keys", "mismatched_keys") if info[kind]]
        again = transformers.AutoTokenizer.from_pretrained(path)
        text = "An unbelievably old friend, in London."
        if again(text)["input_ids"] != tokenizer(text)["input_ids"]:
            problems.append(f"{part}: another tokenizer")
        if part == "last":
            state = loaded.state_dict()
            # What a softmax does not see has a derivative of nothing but rounding, which AdamW makes as large as any other.
            unseen = ("key.bias", "qa_outputs.bias", *(["classifier.bias"] if task == "multiple-choice" else []))
            weights = max((state[n] - value).abs().max().item() for n, value in model.state_dict().items() if value.is_floating_point() and not n.endswith(unseen))
    ok = difference <= TOLERANCE and weights <= TOLERANCE and not problems
    return [task, difference, weights, "; ".join(problems) or "yes"], ok


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", default="build/release/bin/albert")
    parser.add_argument("--task", action="append")
    options = parser.parse_args()
    need("torch", "transformers")
    tasks = options.task or ["text-classification", "several", "regression", "token-classification", "question-answering", "multiple-choice", "contrastive", "cosine"]
    lines, right = [], True
    for task in tasks:
        with tempfile.TemporaryDirectory() as folder:
            line, ok = compare(task, options.program, folder)
        lines.append(line)
        right = right and ok
    table(["task", "losses differ by", "weights differ by", "loads"], lines)
    sys.exit(0 if right else 1)


if __name__ == "__main__":
    main()
