#!/usr/bin/env python3
"""How the reference's fast tokenizer reads decimal scores: tests/golden/fast_tokenizer/scores.json.

Run in the reference environment: python tests/golden/make_json_scores.py
Rows are [score, score as it is written back]; most come back as they were, some an ulp or two off.
"""

import json
import os
import random
import struct

from tokenizers import Tokenizer

HERE = os.path.dirname(os.path.abspath(__file__))


def scores(count=600):
    draw = random.Random(20)
    for i in range(count):
        if i % 4 == 0:
            yield -20 * draw.random()
        elif i % 4 == 1:
            yield struct.unpack("f", struct.pack("f", -20 * draw.random()))[0]
        elif i % 4 == 2:
            value = struct.unpack("d", struct.pack("Q", draw.getrandbits(64)))[0]
            yield value if abs(value) < float("inf") else -1.5
        else:
            yield draw.choice([-1, 1]) * draw.random() * 10.0 ** draw.randint(-30, 30)


def main():
    given = list(scores())
    model = {"type": "Unigram", "unk_id": 0, "vocab": [[f"t{i}", score] for i, score in enumerate(given)]}
    document = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None,
                "pre_tokenizer": None, "post_processor": None, "decoder": None, "model": model}
    written = json.loads(Tokenizer.from_str(json.dumps(document)).to_str())["model"]["vocab"]
    rows = [[score, back] for score, (_, back) in zip(given, written)]
    with open(os.path.join(HERE, "fast_tokenizer", "scores.json"), "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")
    print(len(rows), "scores,", sum(a != b for a, b in rows), "come back changed")


main()
