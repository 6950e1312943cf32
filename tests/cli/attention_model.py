"""What the tests of `albert attention` share: the program, small models of any shape, the numbers of a page."""

import base64
import html.parser
import json
import math
import os
import shutil
import struct
import subprocess
import sys

ALBERT = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else "build/release/bin/albert"
MODEL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "models", "albert-mini-en")
# Markup, quotes, a script's end, comments, template marks, RTL text, direction marks, NUL and other controls, emoji, noncharacters.
HOSTILE = ["</script><script>window.hacked=1</script>", "<!--<script>", "]]><![CDATA[", "'\"`${window.hacked=1}`\"'", "{{script}}{{data}}",
           "<img src=x onerror=window.hacked=1>", "&lt;&#0;&amp;", "שלום \u202e עולם \u2069 x", "a\0b\x01\x1b[31m\x7f\x85", "🙂👩‍👩‍👧 é e\u0301", "\ufffe\ufdd0",
           "</title></style></textarea></noscript>", "--><svg/onload=window.hacked=1>", "\\u003c/script\\u003e", "\u2028\u2029", ""]


def albert(*arguments, **more):
    return subprocess.run([ALBERT, *arguments], capture_output=True, timeout=120, **more)


def rows(*texts):
    """JSON lines: command-line arguments cannot hold NUL."""
    return json.dumps(dict(zip(("text", "text_pair"), texts, strict=False))).encode()


def page_of(*texts, model=MODEL, options=()):
    done = albert("attention", "--model", model, "--input", "-", "--input-format", "jsonl", *options, input=rows(*texts))
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout.decode()


class Page(html.parser.HTMLParser):
    """The elements of a page: tags in order, attributes, text by id or tag."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.texts, self.open = [], [], {}, []
        self.feed(text)
        self.close()
        self.data = json.loads(self.texts["page-data"])

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.append((tag, dict(attrs)))
        if tag not in ("meta", "input", "link", "img", "br"):
            self.open.append(dict(attrs).get("id", tag))

    def handle_endtag(self, tag):
        self.tags.append("/" + tag)
        self.open.pop()

    def handle_data(self, data):
        if self.open:
            self.texts[self.open[-1]] = self.texts.get(self.open[-1], "") + data

    def weights(self):
        """[layer][head][query][key], as the page documents its numbers."""
        count = len(self.data["tokens"])
        layers = []
        for number, layer in enumerate(self.data["layers"]):
            data = base64.b64decode(self.texts[f"layer-{number}"], validate=True)
            if self.data["bits"] == 16:
                values = [number / 65535 for (number,) in struct.iter_unpack("<H", data)]
            else:
                values = [(number / 255) ** 2 for number in data]
            assert len(values) == layer["heads"] * count * count
            layers.append([[values[(head * count + query) * count:(head * count + query + 1) * count] for query in range(count)]
                           for head in range(layer["heads"])])
        return layers


def write_safetensors(path, tensors):
    """{name: (dtype, shape, bytes)}"""
    header, start = {"__metadata__": {"format": "pt"}}, 0
    for name, (dtype, shape, data) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [start, start + len(data)]}
        start += len(data)
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for _, _, data in tensors.values():
            file.write(data)


def read_safetensors(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    header.pop("__metadata__", None)
    return {name: (entry["shape"], data[slice(*entry["data_offsets"])]) for name, entry in header.items()}


def write_model(folder, *, layers=2, groups=1, inner=1, heads=2, nan=False):
    """A model of 4 features a head with the tokenizer of the model inside, and weights from a sine."""
    hidden, width, vocabulary = max(8, 4 * heads), 4, 8000
    os.makedirs(folder, exist_ok=True)
    for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "spiece.model"):
        shutil.copy(os.path.join(MODEL, name), folder)
    with open(os.path.join(folder, "config.json"), "w", encoding="utf-8") as file:
        json.dump({"model_type": "albert", "architectures": ["AlbertModel"], "vocab_size": vocabulary, "embedding_size": width,
                   "hidden_size": hidden, "intermediate_size": 8, "num_hidden_layers": layers, "num_hidden_groups": groups,
                   "inner_group_num": inner, "num_attention_heads": heads, "max_position_embeddings": 512, "type_vocab_size": 2}, file)
    tensors = {}

    def add(name, *shape):
        size = math.prod(shape)
        phase = len(tensors)
        tensors[name] = ("F32", list(shape), struct.pack(f"<{size}f", *(math.sin(i * 1.7 + phase) for i in range(size))))

    def add_pair(name, outputs, inputs):
        add(name + ".weight", outputs, inputs)
        add(name + ".bias", outputs)

    for name, size in (("word", vocabulary), ("position", 512), ("token_type", 2)):
        add(f"embeddings.{name}_embeddings.weight", size, width)
    add("embeddings.LayerNorm.weight", width)
    add("embeddings.LayerNorm.bias", width)
    add_pair("encoder.embedding_hidden_mapping_in", hidden, width)
    for group in range(groups):
        for part in range(inner):
            prefix = f"encoder.albert_layer_groups.{group}.albert_layers.{part}."
            for name in ("query", "key", "value", "dense"):
                add_pair(prefix + "attention." + name, hidden, hidden)
            for name in ("full_layer_layer_norm", "attention.LayerNorm"):
                add(prefix + name + ".weight", hidden)
                add(prefix + name + ".bias", hidden)
            add_pair(prefix + "ffn", 8, hidden)
            add_pair(prefix + "ffn_output", hidden, 8)
    if nan:
        name = "encoder.embedding_hidden_mapping_in.bias"
        tensors[name] = ("F32", [hidden], struct.pack(f"<{hidden}f", *([math.nan] * hidden)))
    write_safetensors(os.path.join(folder, "model.safetensors"), tensors)
    return folder
