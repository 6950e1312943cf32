#!/usr/bin/env python3
"""Encode the text of prepare_data.py once: {source}.{part}.npz with ids, sentence ends and document ends."""
import argparse
from pathlib import Path

import numpy
import sentencepiece

from text import encode


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--vocabulary", type=Path, required=True, help="spiece.model")
    args = parser.parse_args()
    processor = sentencepiece.SentencePieceProcessor(model_file=str(args.vocabulary))
    for path in sorted(args.data.glob("*.txt")):
        lines = path.read_text(encoding="utf-8").splitlines()
        encoded = encode(processor, lines)
        ids, sentence_ends, document_ends = [], [], []
        for line, pieces in zip(lines, encoded):
            if line:
                ids.append(numpy.array(pieces, dtype=numpy.uint16))
                sentence_ends.append(len(pieces))
            elif sentence_ends and (not document_ends or document_ends[-1] != len(sentence_ends)):
                document_ends.append(len(sentence_ends))
        ids = numpy.concatenate(ids)
        numpy.savez(path.with_suffix(".npz"), ids=ids, sentence_ends=numpy.cumsum(sentence_ends),
                    document_ends=numpy.array(document_ends))
        unknown = float((ids == 1).mean())
        print(f"{path.name:24} {len(ids):9} pieces {len(sentence_ends):7} sentences, {unknown:.4%} unknown", flush=True)


if __name__ == "__main__":
    main()
