#!/usr/bin/env python3
"""make_seeds.py FOLDER: writes a small corpus for each fuzz target into FOLDER/TARGET.

The weight files are the goldens of tests/golden/formats; all else is made here.
"""
import base64
import json
import pathlib
import pickle
import struct
import sys

root = pathlib.Path(__file__).resolve().parent.parent
folder = pathlib.Path(sys.argv[1])


def seed(target, name, data):
    path = folder / target / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)


# JSON: every text of the golden, refused ones too.
for i, case in enumerate(json.loads((root / "tests/golden/json/cases.json").read_text())):
    data = bytes.fromhex(case["text"])
    if len(data) < 400:
        seed("json", f"{i:03}", data)

# Configurations: the golden's files, dictionaries, overrides and update strings.
for i, case in enumerate(json.loads((root / "tests/golden/config/cases.json").read_text())):
    make = case["make"]
    text = make["files"].get("config.json", "{}") if "files" in make else json.dumps(make.get("init", make.get("dict")))
    updates = [step[1] for step in case.get("then", []) if step[0] == "string"]
    overrides = json.dumps(make["overrides"]) if "overrides" in make else ""
    seed("config", f"{i:03}", "\0".join([text, overrides, *updates]))

# Weight files, and the pickles inside.
for path in sorted((root / "tests/golden/formats").iterdir()):
    if path.name.endswith(".safetensors"):
        seed("safetensors", path.name, path.read_bytes())
    elif path.name.startswith("zip"):
        data = path.read_bytes()
        seed("torch_zip", path.name, data)
        start = data.find(b"\x80\x02")
        if start >= 0:
            seed("torch_pickle", path.name + ".pkl", data[start : data.find(b"PK\x01\x02")])
    elif path.name.startswith("legacy"):
        seed("torch_pickle", path.name, path.read_bytes())
for protocol in range(6):
    value = {"a": [1, -1, 1 << 40, 1 << 80, 2.5, True, None, "text", b"bytes", (), (1,), (1, 2), {"b": {}}]}
    seed("torch_pickle", f"plain{protocol}.pkl", pickle.dumps(value, protocol))


# A SentencePiece model: pieces (1), trainer (2), normalizer (3).
def varint(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def field(number, value):
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def piece(text, score, kind=1):
    return field(1, field(1, text) + field(2, score) + (field(3, kind) if kind != 1 else b""))


def charsmap():
    """A double array that maps 'A' to 'a', and the texts behind it."""
    # A node's children lie at its own index ^ offset ^ label; the unit of a leaf holds its value.
    units = [0] * 256
    units[0] = 1 << 10  # the root's offset: 1
    units[1 ^ ord("A")] = ord("A") | 1 << 8 | 1 << 10  # has a leaf at its own index ^ 1
    units[(1 ^ ord("A")) ^ 1] = 1 << 31 | 0
    array = struct.pack("<256I", *units)
    return struct.pack("<I", len(array)) + array + b"a\0"


specials = piece("<pad>", 0.0, 3) + piece("<unk>", 0.0, 2) + piece("[CLS]", 0.0, 3) + piece("[SEP]", 0.0, 3) + piece("[MASK]", 0.0, 4)
words = [("▁", -2.0), ("▁hello", -5.0), ("▁a", -4.0), ("b", -6.0), ("a", -6.5), ("lo", -7.0), ("▁world", -8.0), (",", -3.0), ("é", -9.0), ("9", -9.5)]
pieces = specials + b"".join(piece(text, score) for text, score in words)
bytes_ = b"".join(piece(f"<0x{i:02X}>", -20.0, 6) for i in range(256))
trainer = field(2, field(3, 1) + field(40, 1))
normalizer = field(1, "nmt_nfkc") + field(3, 1) + field(4, 1) + field(5, 1)
seed("spiece_model", "plain", pieces + trainer + field(3, normalizer))
seed("spiece_model", "charsmap", pieces + trainer + field(3, field(1, "x") + field(2, charsmap()) + field(3, 0)))
seed("spiece_model", "bytes", pieces + bytes_ + field(2, field(3, 1) + field(35, 1)))
seed("spiece_model", "unused", pieces + piece("▁unused", -1.0, 5) + piece("user", 0.0, 4) + field(3, field(4, 0) + field(5, 0)))
seed("spiece_model", "cut", pieces + field(3, varint(3 << 3)))  # a flag without its value, at the end of the file
seed("spiece_model", "bpe", pieces + field(2, field(3, 2)))


# A vocab.txt.
lines = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "##b", "hello", "##world", ",", "中", "é", "##", "", "a", "e"]
seed("vocab_txt", "lf", "\n".join(lines) + "\n")
seed("vocab_txt", "crlf", "\r\n".join(lines))
seed("vocab_txt", "cr", "\r".join(lines[4:]))
seed("vocab_txt", "bare", "x\0y\n\n")


# A tokenizer.json, whole and with other components in place of its own.
def token(id, content, **flags):
    return {"id": id, "content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True, **flags}


def special(name, id):
    return {"id": name, "ids": [id], "tokens": [name]}


def place(kind, id, type_id=0):
    return {kind: {"id": id, "type_id": type_id}}


metaspace = {"type": "Metaspace", "replacement": "▁", "add_prefix_space": True}
precompiled = {"type": "Precompiled", "precompiled_charsmap": base64.b64encode(charsmap()).decode()}
first = [place("SpecialToken", "[CLS]"), place("Sequence", "A"), place("SpecialToken", "[SEP]")]
names = ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"]
whole = {
    "version": "1.0",
    "truncation": None,
    "padding": None,
    "added_tokens": [token(i, name, lstrip=i == 4) for i, name in enumerate(names)],
    "normalizer": {"type": "Sequence", "normalizers": [
        {"type": "Replace", "pattern": {"String": "``"}, "content": '"'}, {"type": "NFKD"}, {"type": "StripAccents"}, {"type": "Lowercase"}, precompiled]},
    "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, metaspace]},
    "post_processor": {
        "type": "TemplateProcessing", "single": first, "pair": [*first, place("Sequence", "B", 1), place("SpecialToken", "[SEP]", 1)],
        "special_tokens": {"[CLS]": special("[CLS]", 2), "[SEP]": special("[SEP]", 3)}},
    "decoder": metaspace,
    "model": {"type": "Unigram", "unk_id": 1, "vocab": [[name, 0.0] for name in names] + [list(word) for word in words], "byte_fallback": False},
}
changes = {
    "whole": {},
    "bare": {"normalizer": None, "pre_tokenizer": None, "post_processor": None, "decoder": None, "added_tokens": []},
    "cut": {"truncation": {"direction": "Left", "max_length": 4, "strategy": "LongestFirst", "stride": 1},
            "padding": {"strategy": {"Fixed": 8}, "direction": "Right", "pad_to_multiple_of": 8, "pad_id": 0, "pad_type_id": 0, "pad_token": "<pad>"}},
    "added": {"added_tokens": [token(1, "<unk>"), token(5, "a"), token(20, "hello", special=False, normalized=True, single_word=True, rstrip=True)]},
    "wordpiece": {
        "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True},
        "pre_tokenizer": {"type": "BertPreTokenizer"}, "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {"type": "WordPiece", "unk_token": "<unk>", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
                  "vocab": {**{name: i for i, name in enumerate(names)}, "hello": 5, "##s": 6, "a": 9, "中": 8}}},
    "regex": {"normalizer": {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}},
    "whitespace": {"pre_tokenizer": {"type": "WhitespaceSplit"}},
    "metaspace": {"pre_tokenizer": {**metaspace, "add_prefix_space": False, "prepend_scheme": "first"}},
    "bytes": {"model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0.0]] + [[f"<0x{i:02X}>", -9.0] for i in range(256)], "byte_fallback": True}},
    "no_unk": {"model": {"type": "Unigram", "unk_id": None, "vocab": [["a", 0.0], ["▁", -1e300]]}, "added_tokens": [], "post_processor": None},
}
for kind in ("Lowercase", "NFC", "NFD", "NFKC", "NFKD", "Nmt", "StripAccents"):
    changes[kind] = {"normalizer": {"type": kind}}
changes["Strip"] = {"normalizer": {"type": "Strip", "strip_left": True, "strip_right": True}}
changes["Prepend"] = {"normalizer": {"type": "Prepend", "prepend": "▁"}}
for name, change in changes.items():
    seed("tokenizer_json", name, json.dumps({**whole, **change}, ensure_ascii=False))
