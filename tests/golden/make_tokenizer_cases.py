"""Writes tests/golden/tokenizer/slow_*.jsonl: what the reference's slow tokenizer answers with our own vocabulary.

    python tests/golden/make_tokenizer_cases.py      (in the reference environment)

One JSON object a line: {"row": a row of tests/tokenizer/rows.h, "answer": the reference's}. Texts store their ids and
the CRC-32 of their pieces joined by line feeds. A saved folder's answer is the content of its JSON files.
"""

import json
import os
import shutil
import sys
import tempfile
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "oracle")]

from compare_tokenizers import FILES, Reference, SUITES, prepare_legacy  # noqa: E402

TOKENIZER = os.path.join(HERE, "..", "..", "models", "albert-mini-en")
COUNTS = {"texts": 2400, "calls": 220, "added": 220, "decode": 120, "files": 60}


def json_files(directory):
    out = {}
    for name in FILES:
        path = os.path.join(directory, name)
        if name.endswith(".json") and os.path.exists(path):
            with open(path, encoding="utf-8") as f:
                out[name] = f.read()
    return out


def main():
    os.makedirs(os.path.join(HERE, "tokenizer"), exist_ok=True)
    for suite, count in COUNTS.items():
        # The folder as the slow form sees it: tokenizer.json is ignored there when the config has the added tokens.
        reference = Reference(TOKENIZER, fast=False)
        skip = False
        with tempfile.TemporaryDirectory() as work, open(os.path.join(HERE, "tokenizer", f"slow_{suite}.jsonl"), "w") as out:
            for row in SUITES[suite](count):
                here = dict(row)
                if row.get("op") == "load":
                    skip = False
                if skip:
                    continue
                if row.get("directory") == "@TOKENIZER":
                    here["directory"] = TOKENIZER
                elif row.get("directory") == "@LEGACY":
                    here["directory"] = os.path.join(work, "legacy")
                    files = {k: v for k, v in row["legacy"].items() if v != "@COPY"}
                    row = dict(row, legacy=files)
                    prepare_legacy(here["directory"], TOKENIZER, files)
                elif row.get("directory") == "@TMP":
                    here["directory"] = os.path.join(work, "saved")
                    if row["op"] == "save":
                        shutil.rmtree(here["directory"], ignore_errors=True)
                if row.get("op") == "compare_files":
                    answer = json_files(here["directory"])
                else:
                    answer = reference.answer(here)
                if isinstance(answer, dict) and "error" in answer:
                    answer = {"error": answer["error"].split(":")[0]}
                    skip = row.get("op") == "load"
                if suite == "texts":
                    answer = {"ids": answer["ids"], "crc": zlib.crc32("\n".join(answer["tokens"]).encode())}
                out.write(json.dumps({"row": row, "answer": answer}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
