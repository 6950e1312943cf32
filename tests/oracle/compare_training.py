"""Compares `albert train-tokenizer` with the reference: vocabularies, files, and what the reference makes of them.

    python tests/oracle/compare_training.py --program build/release/bin/albert [--text FILE]...

Run it in the reference environment (transformers 4.34.1, tokenizers 0.14.1). WordPiece: the vocabulary must be that of
BertWordPieceTokenizer.train, id by id. The reference numbers continuing characters, and chooses among equally rare ones, in
the order of a hash table, another one at every run: it is given our alphabet and numbers as special tokens, and must then
agree with itself and with us; that our alphabet follows our rule is checked apart. Both kinds: the files must be those that the
reference's fast class writes for the vocabulary, and both its forms must cut texts as ours do. Exits with 1 if there is a
difference, with 77 (skipped) when the reference is absent.
"""

import argparse
import filecmp
import json
import os
import subprocess
import sys
import tempfile

os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden"))

from oracle import need, table  # noqa: E402
from text_cases import cases  # noqa: E402


def albert(program, *arguments, text=""):
    done = subprocess.run([program, *arguments], input=text.encode("utf-8", "surrogatepass"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        raise RuntimeError(f"albert {' '.join(arguments)}: {done.stderr.decode(errors='replace')}")
    return done.stdout.decode()


def same_files(ours, reference):
    names = sorted(set(os.listdir(ours)) | set(os.listdir(reference)))
    return [name for name in names if not (os.path.exists(os.path.join(ours, name)) and os.path.exists(os.path.join(reference, name))
                                           and filecmp.cmp(os.path.join(ours, name), os.path.join(reference, name), shallow=False))]


def wordpiece_by_rule(lines, size, frequency, limit):
    """The reference's vocabulary when its alphabet is the one of docs/commands/train-tokenizer.md; None if it does not agree with itself."""
    import collections

    from tokenizers import BertWordPieceTokenizer

    backend = BertWordPieceTokenizer()._tokenizer
    words = collections.Counter(word for line in lines
                                for word, _ in backend.pre_tokenizer.pre_tokenize_str(backend.normalizer.normalize_str(line)))
    counts = collections.Counter()
    for word, count in words.items():
        for character in word:
            counts[character] += count
    alphabet = sorted(sorted(counts, key=lambda character: (-counts[character], character))[:limit])
    kept = set(alphabet)
    continuing = dict.fromkeys("##" + character for word in words for character in word[1:] if character in kept)
    runs = []
    for _ in range(2):
        tokenizer = BertWordPieceTokenizer()
        tokenizer.train_from_iterator(lines, vocab_size=size, min_frequency=frequency, limit_alphabet=0, show_progress=False,
                                      special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *alphabet, *continuing])
        vocabulary = tokenizer.get_vocab()
        runs.append(sorted(vocabulary, key=vocabulary.get))
    return runs[0] if runs[0] == runs[1] else None


def cuts_differ(program, folder, texts):
    """Texts that our forms and the reference's cut differently, by form."""
    from transformers import AutoTokenizer

    rows = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    counts = []
    for form in ("slow", "fast"):
        tokenizer = AutoTokenizer.from_pretrained(folder, use_fast=form == "fast")
        out = albert(program, "tokenize", "--" + form, "--json", "--model", folder, "--input", "-", "--input-format", "jsonl", text=rows)
        ours = [json.loads(line)["ids"] for line in out.split("\n")[:-1]]
        counts.append(sum(a != tokenizer(text)["input_ids"] for a, text in zip(ours, texts, strict=True)))
    return counts


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="build/release/bin/albert")
    parser.add_argument("--text", action="append", default=[])
    arguments = parser.parse_args()
    need("transformers", "tokenizers")
    from transformers import AlbertTokenizerFast, BertTokenizerFast
    from transformers.utils import logging

    logging.set_verbosity(50)
    corpora = {"generated": [text for text in cases(4000) if text.strip() and "\n" not in text and "\x00" not in text]}
    for path in arguments.text:
        with open(path, encoding="utf-8", errors="replace") as file:
            corpora[os.path.basename(path)] = [line.strip() for line in file if line.strip()]
    texts = [text for text in cases(1000) if "\x00" not in text]
    rows = []
    for name, lines in corpora.items():
        settings = ((12000, 2, 100000), (20000, 1, 100000), (5000, 1, 1000), (3000, 1, 37)) if name == "generated" else (
            (1500, 2, 400), (3000, 1, 300), (8000, 3, 1000), (20000, 1, 1000), (1000, 1, 30))
        for size, frequency, limit in settings:
            with tempfile.TemporaryDirectory() as folder:
                vocabulary = wordpiece_by_rule(lines, size, frequency, limit)
                ours, theirs = os.path.join(folder, "ours"), os.path.join(folder, "theirs")
                albert(arguments.program, "train-tokenizer", "--model-type", "wordpiece", "--text", "-", "--vocab-size", str(size),
                       "--min-frequency", str(frequency), "--limit-alphabet", str(limit), "--output", ours, text="".join(line + "\n" for line in lines))
                with open(os.path.join(ours, "vocab.txt"), encoding="utf-8", newline="\n") as file:
                    found = file.read().split("\n")[:-1]
                BertTokenizerFast(vocab_file=os.path.join(ours, "vocab.txt"), model_max_length=512).save_pretrained(theirs)
                files = same_files(ours, theirs)
                rows.append([name, f"wordpiece {size} {frequency} {limit}", len(found), found == vocabulary, ", ".join(files) or "same",
                             *cuts_differ(arguments.program, ours, texts)])
        with tempfile.TemporaryDirectory() as folder:
            ours, theirs = os.path.join(folder, "ours"), os.path.join(folder, "theirs")
            size = 9000 if name == "generated" else 2500  # the generated texts have 8,000 characters
            albert(arguments.program, "train-tokenizer", "--text", "-", "--vocab-size", str(size), "--character-coverage", "0.98", "--output", ours,
                   text="\n".join(lines) + "\n")
            AlbertTokenizerFast(vocab_file=os.path.join(ours, "spiece.model"), model_max_length=512).save_pretrained(theirs)
            files = same_files(ours, theirs)
            rows.append([name, f"unigram {size}", size, "", ", ".join(files) or "same", *cuts_differ(arguments.program, ours, texts)])
    table(["text", "trained", "entries", "same vocabulary", "files", "slow: texts cut differently", "fast"], rows)
    return 0 if all(row[3] in (True, "") and row[4] == "same" and row[5] == row[6] == 0 for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
