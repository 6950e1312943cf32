#!/usr/bin/env python3
"""Compares `albert evaluate` with scikit-learn, scipy and seqeval on random predictions, and with the reference's models on labelled data.

Usage: compare_metrics.py [--albert PROGRAM] [--assets FOLDER] [--count N] [--rows N] [--seed S]
--count: random inputs of each kind. --rows: examples of each data set (0: none) that the model in models/albert-mini-en is
evaluated on, here and with transformers in batches of 8 as Trainer.evaluate makes them.
Exit code 77 (skipped) when the libraries are absent. Run it in the reference environment.
"""

import argparse
import csv
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import warnings

from oracle import need, table

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODEL = ROOT / "models/albert-mini-en"
warnings.filterwarnings("ignore")


class Comparison:
    def __init__(self, albert):
        self.albert = albert
        self.rows = []
        self.failed = False

    def evaluate(self, task, data, *more):
        done = subprocess.run([self.albert, "evaluate", task, "--data", str(data), "--json", *map(str, more)], capture_output=True)
        if done.returncode != 0:
            raise SystemExit(f"exit code {done.returncode}: {task} {data} {more}\n{done.stderr.decode(errors='replace')}")
        return json.loads(done.stdout)

    def add(self, name, pairs, tolerance):
        """pairs: (ours, theirs)."""
        gap = max((abs(a - b) / max(1.0, abs(b)) if b == b else float(a == a) for a, b in pairs), default=0.0)
        self.failed = self.failed or not gap <= tolerance
        self.rows.append([name, len(pairs), float(gap), "yes" if gap <= tolerance else "NO"])


def write(folder, name, text):
    path = pathlib.Path(folder) / name
    path.write_text(text, encoding="utf-8")
    return path


def random_classes(compare, rng, folder, count):
    from sklearn import metrics
    pairs = []
    for _ in range(count):
        classes, size = rng.choice([2, 2, 3, 7, 30]), rng.choice([1, 5, 50, 300])
        names = [f"c{i:02}" for i in range(classes)]
        truth = [rng.choice(names) for _ in range(size)]
        guess = [rng.choice([t, rng.choice(names)]) for t in truth]
        ours = compare.evaluate("text-classification", write(folder, "a.jsonl", "".join(json.dumps({"text": "x", "label": t}) + "\n" for t in truth)),
                                "--predictions", write(folder, "p.txt", "".join(g + "\n" for g in guess)))
        pairs += [(ours["accuracy"], metrics.accuracy_score(truth, guess)), (ours["matthews_correlation"], metrics.matthews_corrcoef(truth, guess))]
        for average in ("micro", "macro", "weighted"):
            scores = metrics.precision_recall_fscore_support(truth, guess, average=average, zero_division=0)
            pairs += [(ours[f"{key}_{average}"], float(value)) for key, value in zip(("precision", "recall", "f1"), scores)]
        found = sorted(set(truth + guess))
        if len(found) == 2:
            scores = metrics.precision_recall_fscore_support(truth, guess, average="binary", pos_label=found[1], zero_division=0)
            pairs += [(ours[key], float(value)) for key, value in zip(("precision", "recall", "f1"), scores)]
    compare.add("classes (scikit-learn)", pairs, 1e-14)


def random_label_sets(compare, rng, folder, count):
    from sklearn import metrics
    from sklearn.preprocessing import MultiLabelBinarizer
    pairs = []
    for _ in range(count):
        names = [f"l{i}" for i in range(rng.choice([2, 5, 12]))]
        size = rng.choice([1, 5, 60])
        draw = lambda: rng.sample(names, rng.randrange(len(names)))
        truth = [draw() for _ in range(size)]
        guess = [rng.choice([t, draw()]) for t in truth]
        if not any(truth) and not any(guess):
            continue
        ours = compare.evaluate("text-classification", write(folder, "a.jsonl", "".join(json.dumps({"text": "x", "labels": t}) + "\n" for t in truth)),
                                "--predictions", write(folder, "p.jsonl", "".join(json.dumps(g) + "\n" for g in guess)))
        binary = MultiLabelBinarizer().fit(truth + guess)
        y, z = binary.transform(truth), binary.transform(guess)
        pairs.append((ours["accuracy"], metrics.accuracy_score(y, z)))
        for average in ("micro", "macro", "weighted"):
            scores = metrics.precision_recall_fscore_support(y, z, average=average, zero_division=0)
            pairs += [(ours[f"{key}_{average}"], float(value)) for key, value in zip(("precision", "recall", "f1"), scores)]
    compare.add("label sets (scikit-learn)", pairs, 1e-14)


def random_numbers(compare, rng, folder, count):
    import scipy.stats
    pairs = []
    for _ in range(count):
        size = rng.choice([3, 20, 400])
        truth = [rng.choice([rng.gauss(0, 1), float(rng.randrange(5))]) + 0.25 for _ in range(size)]
        guess = [rng.choice([t + rng.gauss(0, 2), float(rng.randrange(3))]) for t in truth]
        ours = compare.evaluate("text-classification", write(folder, "a.tsv", "text\tscore\n" + "".join(f"x\t{t!r}\n" for t in truth)),
                                "--predictions", write(folder, "p.txt", "".join(f"{g!r}\n" for g in guess)))
        pairs += [(ours["pearson"], scipy.stats.pearsonr(truth, guess)[0]), (ours["spearmanr"], scipy.stats.spearmanr(truth, guess)[0])]
    compare.add("numbers (scipy)", pairs, 1e-12)


def random_tags(compare, rng, folder, count):
    from seqeval import scheme as schemes
    from seqeval.metrics import classification_report
    kinds = {"lenient": ("BIESO", None), "iob1": ("IOB", schemes.IOB1), "iob2": ("IOB", schemes.IOB2), "ioe1": ("IOE", schemes.IOE1),
             "ioe2": ("IOE", schemes.IOE2), "bioes": ("BIESO", schemes.IOBES), "bilou": ("BILUO", schemes.BILOU)}
    for name, (prefixes, scheme) in kinds.items():
        pairs = []
        for _ in range(max(1, count // 3)):
            def tag():
                prefix = rng.choice(prefixes)
                return prefix if prefix == "O" else prefix + "-" + rng.choice(["PER", "LOC", "creative-work"])
            truth = [[tag() for _ in range(rng.randrange(1, 20))] for _ in range(rng.randrange(1, 30))]
            guess = [[t if rng.random() < 0.6 else tag() for t in row] for row in truth]
            ours = compare.evaluate("token-classification", write(folder, "a.conll", "\n".join("".join(f"w {t}\n" for t in row) for row in truth)),
                                    "--predictions", write(folder, "p.txt", "".join(" ".join(row) + "\n" for row in guess)), "--tag-scheme", name)
            try:
                report = classification_report(truth, guess, output_dict=True, zero_division=0, **({"mode": "strict", "scheme": scheme} if scheme else {}))
            except ValueError:  # no entity at all
                continue
            pairs += [(ours[key], report["micro avg"][other]) for key, other in (("precision", "precision"), ("recall", "recall"), ("f1", "f1-score"))]
            pairs += [(ours["f1_macro"], report["macro avg"]["f1-score"]), (ours["f1_weighted"], report["weighted avg"]["f1-score"])]
            for kind, scores in report.items():
                if not kind.endswith(" avg"):
                    pairs += [(ours["by_type"][kind][key], scores[other]) for key, other in (("f1", "f1-score"), ("support", "support"))]
        compare.add(f"entities, {name} (seqeval)", pairs, 0.0)


class Reference:
    """The model folder as transformers loads it, a head at a time."""

    def __init__(self):
        from transformers import AlbertTokenizerFast
        self.tokenizer = AlbertTokenizerFast.from_pretrained(MODEL)

    def model(self, task, name):
        import transformers
        from safetensors.torch import load_file
        config = transformers.AlbertConfig.from_pretrained(MODEL / "heads" / task)
        model = getattr(transformers, name)(config)
        state = {**load_file(MODEL / "model.safetensors"), **load_file(MODEL / "heads" / task / "model.safetensors")}
        missing, _ = model.load_state_dict({key: value.float() for key, value in state.items()}, strict=False)
        assert not [key for key in missing if "pooler" not in key and "position_ids" not in key], missing
        return model.eval()

    def loss(self, model, features, collate, batch=8):
        """Trainer.evaluate: the mean of the batches' losses, each as often as it has examples; and all logits."""
        import torch
        total, logits = 0.0, []
        with torch.no_grad():
            for first in range(0, len(features), batch):
                part = features[first:first + batch]
                output = model(**collate(part))
                total += output.loss.item() * len(part)
                logits.append((output, part))
        return total / len(features), logits


def with_the_model(compare, assets, folder, rows):
    import torch
    from seqeval.metrics import f1_score
    reference = Reference()
    tokenizer = reference.tokenizer

    def pad(features, names=("input_ids", "token_type_ids", "attention_mask")):
        return {k: v for k, v in tokenizer.pad([{k: f[k] for k in names} for f in features], return_tensors="pt").items()}

    # Banking77
    with open(assets / "banking77/test.csv", encoding="utf-8", newline="") as file:
        data = list(csv.DictReader(file))
    data = random.Random(1).sample(data, min(rows, len(data)))
    path = write(folder, "banking.jsonl", "".join(json.dumps(row) + "\n" for row in data))
    model = reference.model("text-classification", "AlbertForSequenceClassification")
    features = [{**tokenizer(row["text"], truncation=True), "labels": model.config.label2id[row["category"]]} for row in data]
    loss, outputs = reference.loss(model, features, lambda part: {**pad(part), "labels": torch.tensor([f["labels"] for f in part])})
    right = sum(int((o.logits.argmax(-1) == torch.tensor([f["labels"] for f in part])).sum()) for o, part in outputs)
    ours = compare.evaluate("text-classification", path, "--model", MODEL)
    compare.add("Banking77: loss, accuracy", [(ours["loss"], loss), (ours["accuracy"], right / len(data))], 2e-5)

    # WNUT-17
    sentences, words = [], []
    with open(assets / "wnut17/emerging.test.annotated", encoding="utf-8") as file:
        for line in file.read().split("\n") + [""]:
            if line.strip():
                words.append(line.split("\t"))
            elif words:
                sentences.append(words)
                words = []
    sentences = sentences[:rows]
    path = write(folder, "wnut.conll", "\n".join("".join(f"{w}\t{t}\n" for w, t in s) for s in sentences))
    model = reference.model("token-classification", "AlbertForTokenClassification")
    features = []
    for sentence in sentences:
        encoded = tokenizer([w for w, _ in sentence], is_split_into_words=True, truncation=True)
        labels, before = [], None
        for word in encoded.word_ids():
            labels.append(-100 if word is None or word == before else model.config.label2id[sentence[word][1]])
            before = word
        features.append({**encoded, "labels": labels})

    def collate(part):
        batch = pad(part)
        width = batch["input_ids"].shape[1]
        return {**batch, "labels": torch.tensor([f["labels"] + [-100] * (width - len(f["labels"])) for f in part])}

    loss, outputs = reference.loss(model, features, collate)
    truth, guess = [], []
    for output, part in outputs:
        for feature, logits in zip(part, output.logits.argmax(-1).tolist()):
            kept = [(a, b) for a, b in zip(feature["labels"], logits) if a != -100]
            truth.append([model.config.id2label[a] for a, _ in kept])
            guess.append([model.config.id2label[b] for _, b in kept])
    ours = compare.evaluate("token-classification", path, "--model", MODEL)
    compare.add("WNUT-17: loss, F1", [(ours["loss"], loss), (ours["f1"], f1_score(truth, guess))], 2e-5)

    # SQuAD: the guide's features
    import lzma
    squad = json.loads(lzma.open(assets / "squad/dev-v1.1.rebuilt.json.xz").read())
    questions = [{"id": qa["id"], "question": qa["question"], "context": p["context"],
                  "answers": {k: [a[k] for a in qa["answers"]] for k in ("text", "answer_start")}}
                 for article in squad["data"] for p in article["paragraphs"] for qa in p["qas"]]
    questions = random.Random(2).sample(questions, min(rows, len(questions)))
    path = write(folder, "squad.jsonl", "".join(json.dumps(row) + "\n" for row in questions))
    model = reference.model("question-answering", "AlbertForQuestionAnswering")
    features = []
    for row in questions:
        encoded = tokenizer(row["question"].strip(), row["context"], max_length=384, truncation="only_second", return_offsets_mapping=True, padding="max_length")
        offset, sequence = encoded.pop("offset_mapping"), encoded.sequence_ids()
        start_char = row["answers"]["answer_start"][0]
        end_char = start_char + len(row["answers"]["text"][0])
        first = sequence.index(1)
        last = len(sequence) - 1 - sequence[::-1].index(1)
        if offset[first][0] > end_char or offset[last][1] < start_char:
            span = (0, 0)
        else:
            a = first
            while a <= last and offset[a][0] <= start_char:
                a += 1
            b = last
            while b >= first and offset[b][1] >= end_char:
                b -= 1
            span = (a - 1, b + 1)
        features.append({**encoded, "span": span})
    loss, _ = reference.loss(model, features, lambda part: {**pad(part), "start_positions": torch.tensor([f["span"][0] for f in part]),
                                                            "end_positions": torch.tensor([f["span"][1] for f in part])})
    ours = compare.evaluate("question-answering", path, "--model", MODEL)
    compare.add("SQuAD: loss", [(ours["loss"], loss)], 2e-5)

    # CODAH
    with open(assets / "codah/fold_0/dev.tsv", encoding="utf-8") as file:
        choices = [line.rstrip("\n").split("\t") for line in file][:rows]
    path = write(folder, "codah.tsv", "".join("\t".join(row) + "\n" for row in choices))
    model = reference.model("multiple-choice", "AlbertForMultipleChoice")
    features = [{"rows": [tokenizer(row[1], choice, truncation=True) for choice in row[2:6]], "label": int(row[6])} for row in choices]

    def flat(part):
        batch = pad([row for f in part for row in f["rows"]])
        return {**{k: v.view(len(part), 4, -1) for k, v in batch.items()}, "labels": torch.tensor([f["label"] for f in part])}

    loss, outputs = reference.loss(model, features, flat)
    right = sum(int((o.logits.argmax(-1) == torch.tensor([f["label"] for f in part])).sum()) for o, part in outputs)
    ours = compare.evaluate("multiple-choice", path, "--model", MODEL)
    compare.add("CODAH: loss, accuracy", [(ours["loss"], loss), (ours["accuracy"], right / len(choices))], 2e-5)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--albert", default=str(ROOT / "build/release/bin/albert"))
    parser.add_argument("--assets", default=os.environ.get("ALBERT_ASSETS", str(ROOT.parent / "shared/assets")))
    parser.add_argument("--count", type=int, default=30)
    parser.add_argument("--rows", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    need("sklearn", "scipy", "seqeval")
    rng = random.Random(arguments.seed)
    compare = Comparison(arguments.albert)
    with tempfile.TemporaryDirectory() as folder:
        for part in (random_classes, random_label_sets, random_numbers, random_tags):
            part(compare, rng, folder, arguments.count)
        data = pathlib.Path(arguments.assets) / "data"
        if arguments.rows > 0 and data.is_dir():
            need("torch", "transformers", "safetensors")
            with_the_model(compare, data, folder, arguments.rows)
    table(["compared", "numbers", "largest gap", "agrees"], compare.rows)
    return 1 if compare.failed else 0


if __name__ == "__main__":
    sys.exit(main())
