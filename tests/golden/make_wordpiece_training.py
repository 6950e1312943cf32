#!/usr/bin/env python3
"""Writes wordpiece_training/*.json: word counts, settings and the vocabulary that the reference's trainer finds.

    python tests/golden/make_wordpiece_training.py     # in the reference environment (tokenizers 0.14.1)

The reference gives continuing characters their ids in the order of a hash table, another one at every run. The words
are written in an order that leads to the ids of this run, so that the same vocabulary comes out, id by id.
"""

import collections
import json
import os
import random

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "wordpiece_training")


def words_in_order(counts, vocabulary):
    """The words so that continuing characters come up for the first time in the order of their ids."""
    alphabet = {text for text in vocabulary if len(text) == 1}
    wanted = [text for text in vocabulary if len(text) == 3 and text.startswith("##")]
    place = {text: i for i, text in enumerate(wanted)}
    seen, ordered, pending = 0, [], list(counts)
    while pending:
        later = []
        for word in pending:
            new = [i for i in dict.fromkeys(place["##" + c] for c in word[1:] if c in alphabet) if i >= seen]
            if new == list(range(seen, seen + len(new))):
                ordered.append(word)
                seen += len(new)
            else:
                later.append(word)
        assert len(later) < len(pending), "no order of the words leads to this vocabulary"
        pending = later
    return ordered


def train(lines, **settings):
    """Word counts and the vocabulary, by id."""
    from tokenizers import BertWordPieceTokenizer

    tokenizer = BertWordPieceTokenizer()
    backend = tokenizer._tokenizer
    counts = collections.Counter(word for line in lines
                                 for word, _ in backend.pre_tokenizer.pre_tokenize_str(backend.normalizer.normalize_str(line)))
    tokenizer.train_from_iterator(lines, show_progress=False, **settings)
    vocabulary = tokenizer.get_vocab()
    return counts, sorted(vocabulary, key=vocabulary.get)


def main():
    os.makedirs(FOLDER, exist_ok=True)
    syllables = ["ba", "na", "an", "ana", "lo", "ki", "é", "ß", "中", "문", "s", "ing", "un", "aaa"]
    cases = {"plain": {"vocab_size": 120, "min_frequency": 2, "limit_alphabet": 1000},
             "alphabet": {"vocab_size": 60, "min_frequency": 1, "limit_alphabet": 9, "initial_alphabet": ["z", "q"]},
             "exhausted": {"vocab_size": 5000, "min_frequency": 3, "limit_alphabet": 1000}}
    for name, settings in cases.items():
        r = random.Random(name)
        lines = [" ".join("".join(r.choices(syllables, k=r.randint(1, 4))) for _ in range(8)) for _ in range(60)]
        counts, vocabulary = train(lines, **settings)
        words = [[word, counts[word]] for word in words_in_order(counts, vocabulary)]
        with open(os.path.join(FOLDER, name + ".json"), "w", encoding="utf-8") as file:
            json.dump({"settings": settings, "words": words, "vocabulary": vocabulary}, file, ensure_ascii=False, separators=(",", ":"))
            file.write("\n")


if __name__ == "__main__":
    main()
