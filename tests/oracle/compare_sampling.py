"""Compares sampled and n-best segmentations of the slow form with SentencePiece's.

    python tests/oracle/compare_sampling.py --program build/release/bin/albert --tokenizer DIR [--count 3000] [--draws 100000]

Run it in the reference environment (transformers 4.34.1, sentencepiece 0.1.99). Prints for the n best the number of texts
and of differences, for each way of sampling the chi-square of the two programs' draws; exits with 1 if there is a
difference or a statistic beyond what chance gives once in ten thousand runs, with 77 (skipped) when the reference is absent.
"""

import argparse
import collections
import json
import math
import os
import subprocess
import sys

os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden"))

from oracle import need, table  # noqa: E402
from text_cases import cases  # noqa: E402

SAMPLED = [("unbelievably cold", {"enable_sampling": True, "nbest_size": -1, "alpha": 0.1}),
           ("unbelievably cold", {"enable_sampling": True, "nbest_size": -1, "alpha": 0.5}),
           ("(so) 2,000 feet ☃☃ high", {"enable_sampling": True, "nbest_size": -1, "alpha": 1.0}),
           ("it is £5, or 2,000", {"enable_sampling": True, "nbest_size": -1, "alpha": 0.25}),
           ("unbelievably cold", {"enable_sampling": True, "nbest_size": 2, "alpha": 0.1}),
           ("unbelievably cold", {"enable_sampling": True, "nbest_size": 64, "alpha": 0.3}),
           ("in 1984, he said", {"enable_sampling": True, "nbest_size": 20, "alpha": 0.0}),
           ("wind", {"enable_sampling": True, "nbest_size": -1, "alpha": -0.2, "reverse": True})]


def critical(degrees):
    """What a chi-square variable exceeds once in ten thousand (Wilson and Hilferty)."""
    part = 2 / (9 * degrees)
    return degrees * (1 - part + 3.719 * math.sqrt(part)) ** 3


def chi_square(ours, theirs):
    """Of two samples of the same size; rare outcomes are taken together."""
    statistic, cells, rest = 0.0, 0, [0, 0]
    for outcome in set(ours) | set(theirs):
        a, b = ours[outcome], theirs[outcome]
        if a + b < 20:
            rest[0] += a
            rest[1] += b
        else:
            statistic += (a - b) ** 2 / (a + b)
            cells += 1
    if sum(rest) >= 20:
        statistic += (rest[0] - rest[1]) ** 2 / sum(rest)
        cells += 1
    return statistic, cells - 1


def run(program, directory, texts, *options):
    rows = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    done = subprocess.run([program, "tokenize", "--slow", "--model", directory, "--json", "--input", "-", "--input-format", "jsonl", *options],
                          input=rows.encode("utf-8", "surrogatepass"), stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in done.stdout.decode().split("\n")[:-1]]


def compare_n_best(program, directory, tokenizer, texts, count):
    differences = []
    for text, ours in zip(texts, run(program, directory, texts, "--nbest", str(count)), strict=True):
        result = tokenizer.sp_model.NBestEncode(tokenizer.preprocess_text(text), nbest_size=count, out_type="immutable_proto")
        theirs = [([p.piece for p in one.pieces], [p.id for p in one.pieces], one.score) for one in result.nbests]
        if count == 1:
            theirs = [(tokens, ids, ours[0]["score"]) for tokens, ids, _ in theirs]  # SentencePiece has no score then
        if [(o["tokens"], o["ids"], o["score"]) for o in ours] != theirs:
            differences.append((text, ours[:3], theirs[:3]))
    return differences


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="build/release/bin/albert")
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument("--count", type=int, default=3000)
    parser.add_argument("--draws", type=int, default=100000)
    arguments = parser.parse_args()
    need("transformers", "sentencepiece")
    from transformers import AlbertTokenizer

    failed = False
    tokenizer = AlbertTokenizer.from_pretrained(arguments.tokenizer)
    texts = [text for text in cases(arguments.count) if "\x00" not in text]
    rows = []
    for count in (1, 2, 10, 100):
        some = texts if count < 100 else texts[:300]
        differences = compare_n_best(arguments.program, arguments.tokenizer, tokenizer, some, count)
        rows.append([count, len(some), len(differences)])
        for text, ours, theirs in differences[:3]:
            print(f"n = {count}: {text!r}\n  ours   {ours}\n  theirs {theirs}")
        failed |= bool(differences)
    table(["n best", "texts", "differences"], rows)

    rows = []
    for text, kwargs in SAMPLED:
        reference = AlbertTokenizer.from_pretrained(arguments.tokenizer, sp_model_kwargs=kwargs)
        theirs = collections.Counter(tuple(reference.tokenize(text)) for _ in range(arguments.draws))
        ours = collections.Counter(tuple(row["tokens"]) for row in run(arguments.program, arguments.tokenizer, [text] * arguments.draws, "--seed",
                                                                       "1", "--no-add-special-tokens", "--sp-model-kwargs", json.dumps(kwargs)))
        statistic, degrees = chi_square(ours, theirs)
        bound = critical(degrees)
        rows.append([text, json.dumps(kwargs), len(ours), len(theirs), f"{statistic:.1f}", degrees, f"{bound:.1f}"])
        failed |= statistic > bound
    table(["text", "sp_model_kwargs", "ours: outcomes", "theirs", "chi-square", "degrees", "at most"], rows)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
