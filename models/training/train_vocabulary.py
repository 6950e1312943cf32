#!/usr/bin/env python3
"""Train the SentencePiece vocabulary with Google's flags for ALBERT."""
import argparse
import random
from pathlib import Path

import sentencepiece

from text import normalise


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder written by prepare_data.py")
    parser.add_argument("--out", type=Path, required=True, help="spiece.model to write")
    parser.add_argument("--size", type=int, default=8000)
    parser.add_argument("--sentences", type=int, default=300000, help="sentences sampled from the training text")
    args = parser.parse_args()
    lines = [line for path in sorted(args.data.glob("*.train.txt"))
             for line in path.read_text(encoding="utf-8").splitlines() if line]
    random.Random(12345).shuffle(lines)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=(normalise(line) for line in lines[:args.sentences]),
        model_prefix=str(args.out.with_suffix("")), vocab_size=args.size, model_type="unigram",
        pad_id=0, unk_id=1, bos_id=-1, eos_id=-1,
        control_symbols=["[CLS]", "[SEP]", "[MASK]"],
        user_defined_symbols=["(", ")", '"', "-", ".", "–", "£", "€"],
        shuffle_input_sentence=True, character_coverage=0.99995)


if __name__ == "__main__":
    main()
