#!/usr/bin/env python3
"""Writes tests/golden/fine_tuning/cases.json: labelled examples and the batches that the reference's guides and collators make of them.

Run in the reference environment (transformers 4.34.1, torch 2.1.2): make_fine_tuning.py
"""

import json
import pathlib
import random

import transformers

HERE = pathlib.Path(__file__).resolve().parent
TOKENIZER = transformers.AutoTokenizer.from_pretrained(HERE.parent.parent / "models/albert-mini-en")
WORDS = ("the old sea Captain Ahab walked home, slowly; nobody saw him. naïve café 1851 $12.50 co-operate isn't \u4f60\u597d e\u0301 "
         "London (England) unbelievably antidisestablishmentarianism I a - \u00a0x").split(" ")


def words(rng, least, most):
    return [rng.choice(WORDS) for _ in range(rng.randint(least, most))]


def fields(batch):
    return {name: value.tolist() for name, value in batch.items()}


def text_cases(rng):
    cases = []
    for pair in (False, True):
        rows = [{"text": " ".join(words(rng, 1, 60)), "text_pair": " ".join(words(rng, 1, 40)) if pair else None, "label": rng.randint(0, 2)}
                for _ in range(6)]
        encoded = [dict(TOKENIZER(row["text"], row["text_pair"], truncation=True, max_length=48), label=row["label"]) for row in rows]
        batch = transformers.DataCollatorWithPadding(TOKENIZER)(encoded)
        cases.append({"rows": rows, "max_length": 48, "batch": fields(batch)})
    return cases


def token_cases(rng):
    rows = [{"tokens": (tokens := words(rng, 1, 40)), "tags": [rng.randint(0, 4) for _ in tokens]} for _ in range(6)]
    encoded = []
    for row in rows:  # the guide's tokenize_and_align_labels
        one = TOKENIZER(row["tokens"], truncation=True, max_length=48, is_split_into_words=True)
        labels, before = [], None
        for word in one.word_ids():
            labels.append(-100 if word is None or word == before else row["tags"][word])
            before = word
        encoded.append({**one, "labels": labels})
    batch = transformers.DataCollatorForTokenClassification(TOKENIZER)(encoded)
    return [{"rows": rows, "max_length": 48, "batch": fields(batch)}]


def answer_positions(offsets, sequences, start, end):
    """The guide's alignment, in every window; run_qa.py's rule for what a window does not hold."""
    first = sequences.index(1)
    last = len(sequences) - 1 - sequences[::-1].index(1)
    if offsets[first][0] > start or offsets[last][1] < end:
        return 0, 0
    index = first
    while index <= last and offsets[index][0] <= start:
        index += 1
    begin = index - 1
    index = last
    while index >= first and offsets[index][1] >= end:
        index -= 1
    return begin, index + 1


def question_cases(rng):
    rows = []
    for number in range(8):
        context = " ".join(words(rng, 5, 90))
        start = rng.randrange(len(context))
        text = context[start:start + rng.randint(1, 25)]
        answers = {"text": [], "answer_start": []} if number % 4 == 3 else {"text": [text], "answer_start": [start]}
        rows.append({"id": str(number), "question": " " + " ".join(words(rng, 1, 8)) + "? ", "context": context, "answers": answers})
    windows = []
    for row in rows:
        encoded = TOKENIZER(row["question"].strip(), row["context"], max_length=40, truncation="only_second", stride=10,
                            return_overflowing_tokens=True, return_offsets_mapping=True)
        for i in range(len(encoded["input_ids"])):
            start, end = 0, 0
            if row["answers"]["text"]:
                at = row["answers"]["answer_start"][0]
                start, end = answer_positions(encoded["offset_mapping"][i], encoded.sequence_ids(i), at, at + len(row["answers"]["text"][0]))
            windows.append({"input_ids": encoded["input_ids"][i], "token_type_ids": encoded["token_type_ids"][i],
                            "attention_mask": encoded["attention_mask"][i], "start_positions": start, "end_positions": end})
    batch = transformers.DataCollatorWithPadding(TOKENIZER)(windows)
    return [{"rows": rows, "max_length": 40, "doc_stride": 10, "batch": fields(batch)}]


def choice_cases(rng):
    rows = [{"text": " ".join(words(rng, 1, 20)), "choices": [" ".join(words(rng, 1, 15)) for _ in range(3)], "label": rng.randint(0, 2)}
            for _ in range(4)]
    flat = []
    for row in rows:
        encoded = TOKENIZER([row["text"]] * 3, row["choices"], truncation=True, max_length=32)
        flat += [{name: values[i] for name, values in encoded.items()} for i in range(3)]
    batch = fields(TOKENIZER.pad(flat, padding=True, return_tensors="pt"))
    batch = {name: [values[i:i + 3] for i in range(0, len(values), 3)] for name, values in batch.items()}
    return [{"rows": rows, "max_length": 32, "batch": {**batch, "labels": [row["label"] for row in rows]}}]


def block_cases(rng):
    """The blocks of the guide's group_texts, before they are masked."""
    rows = [{"text": " ".join(words(rng, 1, 30))} for _ in range(10)]
    ids = [token for row in rows for token in TOKENIZER(row["text"])["input_ids"]]
    blocks = [ids[i:i + 32] for i in range(0, len(ids) // 32 * 32, 32)]
    special = [TOKENIZER.get_special_tokens_mask(block, already_has_special_tokens=True) for block in blocks]
    return [{"rows": rows, "block_size": 32, "blocks": blocks, "special": special}]


def main():
    rng = random.Random(5)
    cases = {"text": text_cases(rng), "tokens": token_cases(rng), "questions": question_cases(rng), "choices": choice_cases(rng),
             "blocks": block_cases(rng)}
    folder = HERE / "fine_tuning"
    folder.mkdir(exist_ok=True)
    lines = ",\n".join(f' "{name}": [\n' + ",\n".join(json.dumps(case) for case in list_) + "\n ]" for name, list_ in cases.items())
    (folder / "cases.json").write_text("{\n" + lines + "\n}\n")


if __name__ == "__main__":
    main()
