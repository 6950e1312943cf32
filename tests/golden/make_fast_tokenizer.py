"""Goldens of the fast tokenizer on our own vocabulary (models/albert-mini-en/spiece.model).

Run in the reference environment: python tests/golden/make_fast_tokenizer.py
Writes fast_tokenizer/cases.json: groups of rows, each group with its own settings (normalizer, pre_tokenizer, added
tokens, truncation). A row is [input, result]: the result in full for the first rows of a group, a hash for the others.
The vocabulary is converted here from spiece.model, because the library's JSON reader moves scores by a last place.
"""

import json
import os
import random
import warnings

os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
warnings.filterwarnings("ignore")

from tokenizers import AddedToken, Tokenizer  # noqa: E402
from transformers import AlbertTokenizerFast  # noqa: E402

from text_cases import cases  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
VOCABULARY = os.path.join(HERE, "..", "..", "models", "albert-mini-en", "spiece.model")
# Components are taken from a tokenizer with one entry; only the vocabulary must not pass through JSON.
EMPTY = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None, "pre_tokenizer": None,
         "post_processor": None, "decoder": None, "model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0.0]]}}


def fnv(text):
    """FNV-1a over UTF-8, 64 bits."""
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return value


def canonical(e, windows=True):
    """What is compared, as one text: a line a token. (The windows' own windows, an accident of merging, are not used.)"""
    lines = []
    for fields in zip(e.ids, e.type_ids, e.special_tokens_mask, e.attention_mask, e.offsets, e.word_ids, e.sequence_ids, e.tokens):
        i, t, s, a, o, w, q, text = fields
        lines.append(f"{i} {t} {s} {a} {o[0]} {o[1]} {-1 if w is None else w} {-1 if q is None else q} {text}\n")
    return "".join(lines) + "".join("--\n" + canonical(o, False) for o in e.overflowing if windows)


def fresh(**components):
    tok = AlbertTokenizerFast(vocab_file=VOCABULARY).backend_tokenizer
    parts = Tokenizer.from_str(json.dumps({**EMPTY, **components}))
    for name in components:
        setattr(tok, name, getattr(parts, name))
    return tok


def group(name, rows, full, components=None, added=(), truncation=None):
    tok = fresh(**(components or {}))
    for batch in added:
        tokens = [AddedToken(t["content"], **{k: t[k] for k in ("single_word", "lstrip", "rstrip", "normalized")}) for t in batch]
        (tok.add_special_tokens if batch[0]["special"] else tok.add_tokens)(tokens)
    out = []
    for index, row in enumerate(rows):
        settings = row.get("truncation")
        if settings:
            tok.enable_truncation(settings["max_length"], stride=settings["stride"], strategy=settings["strategy"], direction=settings["direction"])
        else:
            tok.no_truncation()
        words = isinstance(row["a"], list)
        try:
            e = tok.encode(row["a"], row.get("b"), is_pretokenized=words, add_special_tokens=row.get("special", True))
            text = canonical(e)
        except BaseException as error:  # noqa: BLE001  (a panic of the library is no Exception)
            text = "error"
            del error
        out.append([row["a"] if list(row) == ["a"] else row, text if index < full else f"{fnv(text):016x}"])
    return {"name": name, "components": components or {}, "added": list(added), "rows": out}


def token(content, special=False, **flags):
    return {"content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": not special, "special": special, **flags}


def added_groups(r):
    alphabets = ["ab ", "abAé ", "a \u0301b", "the [MASK]_-", "x\u200d\uff41a."]
    normalizer = fresh().normalizer
    for trial in range(24):
        alphabet = alphabets[trial % len(alphabets)]
        batches = []
        for _ in range(r.randint(1, 3)):
            special, batch = r.random() < 0.4, []
            for _ in range(r.randint(1, 4)):
                content = "".join(r.choice(alphabet) for _ in range(r.randint(1, 4)))
                if r.random() < 0.2:
                    content = r.choice(["the", "[MASK]", "▁the", "ing", "İ", "Straße", "ﬁ", "newtok", "New Tok", "  x", ",", "é"])
                flags = dict(single_word=r.random() < 0.3, lstrip=r.random() < 0.35, rstrip=r.random() < 0.35, normalized=r.random() < 0.5)
                # What normalises to nothing is refused by us.
                if content.strip() and not (flags["normalized"] and not normalizer.normalize_str(content)):
                    batch.append(token(content, special, **flags))
            if batch:
                batches.append(batch)
        pool = [t["content"] for b in batches for t in b] + list(alphabet) + ["the ", "[MASK]", "  ", " ", "word", "_", "A", ".", "\u00e9", "[CLS]", "\n"]
        texts = ["".join(r.choice(pool) for _ in range(r.randint(1, 12))) for _ in range(40)]
        yield group(f"added {trial}", [{"a": t} for t in texts], 1, added=batches)


def calls(r, texts):
    rows = []
    for _ in range(500):
        row = {"a": r.choice(texts)}
        kind = r.random()
        if kind < 0.25:
            row["a"] = row["a"].split(" ")
        if kind < 0.12 or kind > 0.5:
            row["b"] = r.choice(texts)
            if isinstance(row["a"], list):
                row["b"] = row["b"].split(" ")
        if r.random() < 0.2:
            row["special"] = False
        if r.random() < 0.85:
            row["truncation"] = {"max_length": r.choice([0, 1, 2, 3, 4, 5, 7, 9, 12, 16, 25]), "stride": r.choice([0, 0, 0, 1, 2, 3, 5]),
                                 "strategy": r.choice(["longest_first", "longest_first", "only_first", "only_second"]),
                                 "direction": r.choice(["right", "right", "left"])}
            room = row["truncation"]["max_length"] - 2
            if 0 <= room < row["truncation"]["stride"]:
                row["truncation"]["stride"] = room
        rows.append(row)
    return rows


def kind(name, **fields):
    return {"type": name, **fields}


def sequence(*parts):
    return kind("Sequence", normalizers=list(parts))


def replace(pattern, content):
    return kind("Replace", pattern=pattern, content=content)


def main():
    r = random.Random(7)
    texts = cases(4000)
    precompiled = next(n for n in json.loads(fresh().to_str())["normalizer"]["normalizers"] if n["type"] == "Precompiled")
    # The map is in models/albert-mini-en/tokenizer.json too; the test puts it in the place of this name.
    blob = precompiled["precompiled_charsmap"]
    metaspace, split = kind("Metaspace", replacement="▁", add_prefix_space=True), kind("WhitespaceSplit")
    normalizers = {
        "no normalizer": sequence(), "NFC": kind("NFC"), "NFKC": kind("NFKC"), "NFD": kind("NFD"), "Precompiled": precompiled,
        "NFC Precompiled": sequence(kind("NFC"), precompiled), "Nmt Strip": sequence(kind("Nmt"), kind("Strip", strip_left=True, strip_right=True)),
        "Strip Prepend": sequence(kind("Strip", strip_left=True, strip_right=False), kind("Prepend", prepend="▁x")),
        "Replace": sequence(replace({"String": "the"}, ""), replace({"Regex": "\\s+"}, " "), replace({"Regex": "[a-cé]{2,3}"}, "ABC"),
                            replace({"Regex": "[^a-z ]{3}"}, "z"), kind("Lowercase"), replace({"String": "aa"}, "b")),
        "StripAccents NFC": sequence(kind("StripAccents"), kind("Nmt"), kind("Lowercase"), kind("NFC")),
    }
    pre_tokenizers = {
        "WhitespaceSplit Metaspace": kind("Sequence", pretokenizers=[split, metaspace]),
        "Metaspace without prefix": kind("Metaspace", replacement="_", add_prefix_space=False),
        "WhitespaceSplit": split, "no pre-tokenizer": kind("Sequence", pretokenizers=[]),
    }
    groups = [group("converted", [{"a": t} for t in texts[:3000]], 60), group("calls", calls(r, texts[:400]), 12)]
    for i, (name, value) in enumerate(normalizers.items()):
        groups.append(group(name, [{"a": t} for t in texts[3000 + 40 * i:3000 + 40 * i + 80]], 1, {"normalizer": value}))
    for i, (name, value) in enumerate(pre_tokenizers.items()):
        groups.append(group(name, [{"a": t} for t in texts[3400 + 60 * i:3400 + 60 * i + 100]], 1, {"pre_tokenizer": value}))
    groups.extend(added_groups(r))
    os.makedirs(os.path.join(HERE, "fast_tokenizer"), exist_ok=True)
    text = json.dumps({"groups": groups}, ensure_ascii=False, separators=(",", ":")).replace(blob, "CHARSMAP")
    with open(os.path.join(HERE, "fast_tokenizer", "cases.json"), "w", encoding="utf-8") as f:
        f.write(text.replace('],["', '],\n["') + "\n")


if __name__ == "__main__":
    main()
