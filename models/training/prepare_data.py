#!/usr/bin/env python3
"""Turn the raw sources into plain text: one sentence a line, a blank line between documents.

Writes {books,squad,wordnet}.{train,heldout}.txt. A part of every source is held out: whole books and single
glosses by a hash of their name, and for SQuAD all paragraphs of the development file.
"""
import argparse
import gzip
import hashlib
import json
import lzma
import re
from pathlib import Path

ABBREVIATIONS = r"(?<!\bMr)(?<!\bMrs)(?<!\bMs)(?<!\bDr)(?<!\bSt)(?<!\bProf)(?<!\bCapt)(?<!\bCol)(?<!\bGen)" \
                r"(?<!\bvs)(?<!\bNo)(?<!\be\.g)(?<!\bi\.e)(?<!\b[A-Z])"
SENTENCE_END = re.compile(ABBREVIATIONS + r"""([.!?]["”')\]]*)\s+(?=["“'(\[]*[A-Z0-9])""")


def bucket(name: str, buckets: int) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") % buckets


def sentences(text: str) -> list[str]:
    text = re.sub(r"\s+", " ", text).strip()
    return [s for s in SENTENCE_END.sub("\\1\n", text).split("\n") if s]


def write(documents, path: Path):
    with path.open("w", encoding="utf-8") as out:
        for document in documents:
            if document:
                out.write("\n".join(document) + "\n\n")


def books(root: Path, keep: float, longest: int = 60):
    """Blocks of up to `longest` sentences between headings; a hash keeps the share `keep` of the training blocks."""
    train, heldout = [], []
    for path in sorted(root.rglob("*.md")):
        held = bucket(path.stem, 32) == 0
        text = path.read_text(encoding="utf-8", errors="replace")
        text = text.split("-------", 1)[-1]
        text = re.sub(r"[\u2018\u2019]", "'", re.sub(r"[\u201c\u201d]", '"', text))
        for number, section in enumerate(re.split(r"(?m)^#+ .*$", text)):
            lines = []
            for paragraph in re.split(r"\n\s*\n", section):
                if re.match(r"\s*([-*_|>!]{3,}|\[|!\[|\|)", paragraph) or "Gutenberg" in paragraph:
                    continue
                paragraph = re.sub(r"\[\^?\d+\]|[_*`#\\]|<[^>]*>", "", paragraph).replace("--", " - ")
                lines += sentences(paragraph)
            for start in range(0, len(lines), longest):
                block = lines[start:start + longest]
                if len(block) < 4:
                    continue
                if held:
                    heldout.append(block)
                elif bucket(f"{path.stem}/{number}/{start}", 1000) < keep * 1000:
                    train.append(block)
    return train, heldout


def squad(path: Path):
    data = json.loads(lzma.open(path).read())["data"]
    return [sentences(p["context"]) for article in data for p in article["paragraphs"]]


def wordnet(path: Path):
    """`word, synonym: gloss.` followed by the examples, every sense once."""
    text = gzip.open(path, "rt", encoding="utf-8").read()
    train, heldout, seen = [], [], set()
    word = None
    entry: list[str] = []

    def flush():
        if not entry or word is None:
            return
        sense = re.sub(r"\s+", " ", " ".join(entry))
        sense = re.sub(r"^(?:n|v|adj|adv)?\s*\d*\s*:\s*", "", sense)
        synonyms = re.search(r"\[syn: ([^\]]*)\]", sense)
        names = re.findall(r"\{([^}]*)\}", synonyms.group(1)) if synonyms else []
        names = [word] + [n for n in names if n != word]
        sense = re.sub(r"\[(?:syn|ant|also)\b[^\]]*\]", "", sense).strip(" ;")
        if not sense or sense in seen:
            return
        seen.add(sense)
        examples = re.findall(r'"([^"]+)"', sense)
        gloss = re.sub(r'\s*;?\s*"[^"]+"', "", sense).strip(" ;")
        document = [f"{', '.join(names[:3])}: {gloss}."] + [e[0].upper() + e[1:] + "." for e in examples]
        (heldout if bucket(sense, 25) == 0 else train).append(document)

    for line in text.splitlines():
        if not line.strip():
            continue
        if not line.startswith(" "):
            flush()
            entry, word = [], line.strip()
            if word.startswith("00-database"):
                word = None
        elif re.match(r"\s+(?:(?:n|v|adj|adv)\s+)?\d*\s*:\s", line) or re.match(r"\s+(?:n|v|adj|adv)\s+\d+:", line):
            flush()
            entry = [line.strip()]
        else:
            entry.append(line.strip())
    flush()
    return train, heldout


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--books", type=Path, required=True, help="folder of Markdown books")
    parser.add_argument("--squad", type=Path, required=True, help="folder with the SQuAD 1.1 .json.xz files")
    parser.add_argument("--wordnet", type=Path, required=True, help="wn.dict.dz of the dict-wn package")
    parser.add_argument("--keep-books", type=float, default=0.25, help="share of the books' blocks to train on")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    found = {"books": books(args.books, args.keep_books), "wordnet": wordnet(args.wordnet),
             "squad": (squad(next(args.squad.glob("train*.xz"))), squad(next(args.squad.glob("dev*.xz"))))}
    for name, parts in found.items():
        for part, documents in zip(("train", "heldout"), parts):
            write(documents, args.out / f"{name}.{part}.txt")
            words = sum(len(s.split()) for d in documents for s in d)
            print(f"{name:8} {part:8} {len(documents):7} documents {words:9} words")


if __name__ == "__main__":
    main()
