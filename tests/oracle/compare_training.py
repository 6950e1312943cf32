"""Compares `albert train-tokenizer` with the reference: vocabularies, files, and what the reference makes of them.

    python tests/oracle/compare_training.py --program build/release/bin/albert [--text FILE]...

Run it in the reference environment (transformers 4.34.1, tokenizers 0.14.1). WordPiece: the vocabulary must be that of
BertWordPieceTokenizer.train, id by id; as the reference numbers continuing characters another way at every run, our
trainer reads the words in an order that leads to the same numbers. Both kinds: the files must be those that the
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

from make_wordpiece_training import train, words_in_order  # noqa: E402
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
        # Which of equally rare characters a limit leaves out is another choice at every run: no limit where there are many.
        settings = ((12000, 2, 100000),) if name == "generated" else ((1500, 2, 400), (3000, 1, 300), (8000, 3, 1000))
        for size, frequency, limit in settings:
            with tempfile.TemporaryDirectory() as folder:
                counts, vocabulary = train(lines, vocab_size=size, min_frequency=frequency, limit_alphabet=limit)
                ordered = "".join(f"{word}\n" * counts[word] for word in words_in_order(counts, vocabulary))
                ours, theirs = os.path.join(folder, "ours"), os.path.join(folder, "theirs")
                albert(arguments.program, "train-tokenizer", "--model-type", "wordpiece", "--text", "-", "--vocab-size", str(size),
                       "--min-frequency", str(frequency), "--limit-alphabet", str(limit), "--output", ours, text=ordered)
                with open(os.path.join(ours, "vocab.txt"), encoding="utf-8", newline="\n") as file:
                    found = file.read().split("\n")[:-1]
                BertTokenizerFast(vocab_file=os.path.join(ours, "vocab.txt"), model_max_length=512).save_pretrained(theirs)
                files = same_files(ours, theirs)
                rows.append([name, f"wordpiece {size} {frequency} {limit}", len(vocabulary), found == vocabulary, ", ".join(files) or "same",
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
