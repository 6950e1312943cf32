"""Writes what the reference's tokenizers answer with our own vocabularies: the slow AlbertTokenizer (golden/tokenizer) and
both forms of BertTokenizer (golden/wordpiece); in dictionary.jsonl what both forms answer to the calls that return a dictionary.

    python tests/golden/make_tokenizer_cases.py      (in the reference environment)

One JSON object a line: {"row": a row of tests/tokenizer/rows.h, "answer": the reference's}. Texts store their ids and
the CRC-32 of their pieces joined by line feeds, with their offsets and words where there are any. A saved folder's answer
is the content of its text files.
In dictionary.jsonl an answer is the CRC-32 of its JSON with sorted keys, or the kinds of error that it may be.
"""

import json
import os
import shutil
import sys
import tempfile
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "oracle")]

from compare_tokenizers import FILES, KINDS, Reference, SUITES, explicit, prepare_legacy  # noqa: E402

ALBERT, BERT = os.path.join(HERE, "..", "..", "models", "albert-mini-en"), os.path.join(HERE, "wordpiece")
# folder of the files, tokenizer, fast form, rows a suite
SETS = [("tokenizer", ALBERT, False, {"texts": 2400, "calls": 220, "added": 220, "decode": 120, "files": 60}),
        ("wordpiece", BERT, False, {"texts": 1600, "calls": 60, "added": 160, "decode": 80, "files": 20}),
        ("wordpiece", BERT, True, {"texts": 1600, "calls": 60, "added": 160, "decode": 80, "files": 16})]


def text_files(directory):
    out = {}
    for name in FILES:
        path = os.path.join(directory, name)
        if not name.endswith(".model") and os.path.exists(path):
            with open(path, "rb") as f:
                content = f.read().decode()
            # A vocabulary is long, and the same each time.
            out[name] = zlib.crc32(content.encode()) if len(content) > 20000 else content
    return out


def checksum(answer):
    if isinstance(answer, dict) and "error" in answer:
        return {"error": KINDS[answer["error"].split(":")[0]]}
    if isinstance(answer, dict) and "answers" in answer:
        answer["answers"] = [{"error": KINDS[a["error"].split(":")[0]]} if isinstance(a, dict) else a for a in answer["answers"]]
    return zlib.crc32(json.dumps(answer, sort_keys=True).encode())


def make_dictionary(folder, tokenizer, count):
    forms = {"slow": Reference(tokenizer, fast=False), "fast": Reference(tokenizer, fast=True)}
    with open(os.path.join(HERE, folder, "dictionary.jsonl"), "w") as out:
        for row in SUITES["dictionary"](count, forms["slow"].kind):
            answers = {form: checksum(reference.answer(row)) for form, reference in forms.items()}
            out.write(json.dumps({"row": row} | answers, separators=(",", ":")) + "\n")


def digest(encoding):
    fields = [encoding["tokens"], *(encoding[k] for k in ("offsets", "word_ids") if k in encoding)]
    lines = [" ".join([token, *(json.dumps(value) for value in rest)]) for token, *rest in zip(*fields)]
    return zlib.crc32("\n".join(lines).encode())


def make(folder, tokenizer, fast, counts):
    for suite, count in counts.items():
        # The folder as the slow form sees it: tokenizer.json is ignored there when the config has the added tokens.
        reference = Reference(tokenizer, fast)
        skip = False
        path = os.path.join(HERE, folder, f"{'fast' if fast else 'slow'}_{suite}.jsonl")
        with tempfile.TemporaryDirectory() as work, open(path, "w") as out:
            for row in SUITES[suite](count, reference.kind):
                row = explicit(row, fast)
                here = dict(row)
                if row.get("op") == "load":
                    skip = False
                if skip:
                    continue
                if row.get("directory") == "@TOKENIZER":
                    here["directory"] = tokenizer
                elif row.get("directory") == "@LEGACY":
                    here["directory"] = os.path.join(work, "legacy")
                    files = {k: v for k, v in row["legacy"].items() if v != "@COPY"}
                    row = dict(row, legacy=files)
                    prepare_legacy(here["directory"], tokenizer, files)
                elif row.get("directory") == "@TMP":
                    here["directory"] = os.path.join(work, "saved")
                    if row["op"] == "save":
                        shutil.rmtree(here["directory"], ignore_errors=True)
                if row.get("op") == "compare_files":
                    answer = text_files(here["directory"])
                else:
                    answer = reference.answer(here)
                if isinstance(answer, dict) and "error" in answer:
                    answer = {"error": answer["error"].split(":")[0]}
                    skip = row.get("op") == "load"
                elif suite == "texts":
                    answer = {"ids": answer["ids"], "crc": digest(answer)}
                out.write(json.dumps({"row": row, "answer": answer}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    for arguments in SETS:
        make(*arguments)
    make_dictionary("tokenizer", ALBERT, 2000)
    make_dictionary("wordpiece", BERT, 600)
