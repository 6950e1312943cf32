#!/usr/bin/env python3
"""Reads the page and the JSON of `albert attention`: nothing from outside, every character safe, the numbers of `albert forward`.

Usage: attention_test.py PROGRAM [unittest arguments]. Needs the standard library only.
"""

import json
import os
import re
import struct
import subprocess
import tempfile
import unittest

from attention_model import ALBERT, HOSTILE, MODEL, Page, albert, page_of, read_safetensors, rows, write_model, write_safetensors
from on_terminal import OnTerminal, skip_without_terminals

TEXT = "The wind was cold and the hills were dark."
PAIR = "She walked home."


def layers_of(weights):
    return [[len(layer), len(layer[0]), len(layer[0][0])] for layer in weights]


class Attention(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def check(self, done, code):
        self.assertEqual(done.returncode, code, done.stderr.decode(errors="replace"))
        return done.stdout.decode()

    def forward(self, *texts, model=MODEL):
        """[layer][head][query][key] by `albert forward`, from the ids of `albert tokenize`."""
        encoding = json.loads(self.check(albert("tokenize", "--json", "--model", model, "--input", "-", "--input-format", "jsonl", "--max-length", "512",
                                                input=rows(*texts)), 0))
        count = len(encoding["ids"])
        inputs, outputs = os.path.join(self.folder, "in.safetensors"), os.path.join(self.folder, "out.safetensors")
        write_safetensors(inputs, {name: ("I64", [1, count], struct.pack(f"<{count}q", *encoding[key]))
                                   for name, key in (("input_ids", "ids"), ("token_type_ids", "type_ids"))})
        self.check(albert("forward", "--model", model, "--class", "AlbertModel", "--output-attentions", "--inputs", inputs, "--outputs", outputs), 0)
        tensors = read_safetensors(outputs)
        weights = []
        while f"attentions.{len(weights)}" in tensors:
            shape, data = tensors[f"attentions.{len(weights)}"]
            values = struct.unpack(f"<{len(data) // 4}f", data)
            weights.append([[values[(head * count + query) * count:(head * count + query + 1) * count] for query in range(count)]
                            for head in range(shape[1])])
        return encoding["tokens"], weights

    def compare(self, got, expected, within):
        self.assertEqual(layers_of(got), layers_of(expected))
        for got_layer, expected_layer in zip(got, expected, strict=True):
            for got_head, expected_head in zip(got_layer, expected_layer, strict=True):
                for got_row, expected_row in zip(got_head, expected_head, strict=True):
                    for a, b in zip(got_row, expected_row, strict=True):
                        if abs(a - b) > within(b):
                            self.fail(f"{a} differs from {b} by more than {within(b)}")

    def test_numbers_are_those_of_forward(self):
        for texts in ((TEXT,), (TEXT, PAIR), ("",)):
            tokens, expected = self.forward(*texts)
            page = Page(page_of(*texts))
            self.assertEqual(page.data["tokens"], tokens)
            self.assertEqual(page.data["bits"], 16)
            self.compare(page.weights(), expected, lambda _: 1 / 131070 + 1e-6)
            answer = json.loads(page_of(*texts, options=["--json"]))
            self.assertEqual(list(answer), ["tokens", "attentions"])
            self.assertEqual(answer["tokens"], tokens)
            self.compare(answer["attentions"], expected, lambda _: 1e-6)

    def test_long_text_is_rounded_as_documented(self):
        tokens, expected = self.forward("cold wind and dark hills " * 120)
        page = Page(page_of("cold wind and dark hills " * 120, options=["--max-length", "512"]))
        self.assertEqual((page.data["tokens"], len(tokens)), (tokens, 512))
        self.assertEqual(page.data["bits"], 8)
        self.compare(page.weights(), expected, lambda weight: weight ** 0.5 / 255 + 1 / 260100 + 1e-6)

    def test_groups_and_inner_layers(self):
        model = write_model(os.path.join(self.folder, "groups"), layers=5, groups=2, inner=2, heads=3)
        tokens, expected = self.forward(TEXT, model=model)
        page = Page(page_of(TEXT, model=model))
        self.assertEqual(page.data["tokens"], tokens)
        self.compare(page.weights(), expected, lambda _: 1 / 131070 + 1e-6)
        self.assertEqual([layer["label"] for layer in page.data["layers"]], [f"{i}.{j}" for i in range(1, 6) for j in (1, 2)])
        self.assertEqual([layer["shared"] for layer in page.data["layers"]], [0] * 6 + [3] * 4)
        self.assertIn("1 to 3, 4 to 5", page.texts["p"])
        chosen = Page(page_of(TEXT, model=model, options=["--layers", "2,4-5"]))
        self.assertEqual([layer["label"] for layer in chosen.data["layers"]], ["2.1", "2.2", "4.1", "4.2", "5.1", "5.2"])
        self.compare(chosen.weights(), [expected[i] for i in (2, 3, 6, 7, 8, 9)], lambda _: 1 / 131070 + 1e-6)
        self.assertIn("3 layers (of 5) × 3 heads", chosen.texts["p"])

    def test_says_what_it_shows(self):
        page = Page(page_of(TEXT, PAIR))
        self.assertIn(TEXT, page.texts["title"])
        self.assertIn("albert-mini-en", page.texts["title"])
        self.assertEqual(page.texts["text"], TEXT)
        for words in (PAIR, "4 layers × 8 heads", f"{len(page.data['tokens'])} tokens", "shares weights", "looked at", "16 bits"):
            self.assertIn(words, " ".join(page.texts.values()), words)
        self.assertEqual(page.data["second"], page.data["tokens"].index("[SEP]") + 1)
        self.assertEqual(page.data["special"][0], 1)
        one = write_model(os.path.join(self.folder, "one"), layers=3)
        self.assertIn("all layers are one layer", Page(page_of(TEXT, model=one)).texts["p"])
        own = write_model(os.path.join(self.folder, "own"), layers=2, groups=2)
        self.assertIn("weights of its own", Page(page_of(TEXT, model=own)).texts["p"])

    def test_nothing_comes_from_outside(self):
        text = page_of(TEXT)
        self.assertNotRegex(text, r"https?:|url\(|@import|\bimport\b|fetch\(|XMLHttpRequest|WebSocket")
        page = Page(text)
        for tag, attributes in page.attributes:
            self.assertNotIn(tag, ("link", "img", "iframe", "object", "embed", "base"))
            for name in ("src", "href", "srcset", "action", "data", "style"):
                self.assertNotIn(name, attributes)
        policies = [attributes["content"] for _, attributes in page.attributes if attributes.get("http-equiv") == "Content-Security-Policy"]
        self.assertEqual(len(policies), 1)
        self.assertTrue(policies[0].startswith("default-src 'none'"))

    def test_markup_is_balanced_and_ids_are_unique(self):
        page = Page(page_of(TEXT, PAIR))
        open_tags = []
        for tag in page.tags:
            if tag.startswith("/"):
                self.assertEqual(open_tags.pop(), tag[1:])
            elif tag not in ("meta", "input"):
                open_tags.append(tag)
        self.assertEqual(open_tags, [])
        ids = [attributes["id"] for _, attributes in page.attributes if "id" in attributes]
        self.assertEqual(len(ids), len(set(ids)))
        for _, attributes in page.attributes:
            for wanted in attributes.get("aria-labelledby", "").split():
                self.assertIn(wanted, ids)

    def test_hostile_texts_stay_text(self):
        harmless = Page(page_of("x", "x"))
        for text in [*HOSTILE, " ".join(HOSTILE)]:
            raw = page_of(text, text + "y")
            page = Page(raw)
            self.assertEqual(page.tags, harmless.tags, text)
            self.assertNotRegex(raw, "[\0-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff\ufdd0]", text)
            pictured = re.sub("[\0-\x08\x0b-\x1f]", lambda match: chr(0x2400 + ord(match[0])), text).replace("\x7f", "\u2421")
            pictured = re.sub("[\x80-\x9f\ufffe\uffff\ufdd0-\ufdef]", "\ufffd", pictured)
            self.assertEqual(page.texts.get("text", ""), pictured)
            encoding = json.loads(self.check(albert("tokenize", "--json", "--input", "-", "--input-format", "jsonl", input=rows(text, text + "y")), 0))
            self.assertEqual(page.data["tokens"], encoding["tokens"])

    def test_text_that_is_not_utf8(self):
        page = Page(self.check(albert("attention", input=b"a \xff\xed\xa0\x80 b\xc3"), 0))
        self.assertIn("\ufffd", page.texts["text"])

    def test_where_it_goes(self):
        path = os.path.join(self.folder, "a.html")
        self.assertEqual(self.check(albert("attention", TEXT, "--output", path), 0), "")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        self.assertEqual(text, self.check(albert("attention", TEXT), 0))
        self.assertEqual(text, self.check(albert("attention", TEXT, "--output", "-", cwd=self.folder), 0))
        self.assertEqual(os.listdir(self.folder), ["a.html"])

    def test_a_terminal_is_asked_first(self):
        skip_without_terminals()
        for arguments, code in (([], 2), (["--output", "-"], 0), (["--json"], 0)):
            program = OnTerminal([ALBERT, "attention", "x", *arguments], stdin=subprocess.DEVNULL)
            self.assertEqual(program.end(120), code, program.seen)
            self.assertEqual(b"--output FILE" in program.seen, code == 2)

    def test_errors(self):
        wide = write_model(os.path.join(self.folder, "wide"), layers=7, heads=32)
        huge = write_model(os.path.join(self.folder, "huge"), layers=64, heads=32)
        broken = write_model(os.path.join(self.folder, "broken"), nan=True)
        long = "cold wind and dark hills " * 120
        for code, words, arguments in ((65, "second", [TEXT, PAIR]), (2, "--layers", [TEXT, "--layers", "5"]), (2, "--layers", [TEXT, "--layers", "0-2"]),
                                       (2, "--layers", [TEXT, "--layers", ""]), (2, "--slow", [TEXT, "--slow", "--fast"]),
                                       (66, "no model", [TEXT, "--model", "/nonexistent"]), (65, "between 0 and 1", [TEXT, "--model", broken]),
                                       (65, "--layers", [long, "--max-length", "512", "--model", wide]),
                                       (65, "--max-length", [long, "--max-length", "512", "--model", huge]), (74, "", [TEXT, "--output", "/nonexistent/a"]),
                                       (74, "", [TEXT, "--output", "/dev/full"])):
            done = albert("attention", *arguments)
            self.assertEqual(self.check(done, code), "", arguments)
            self.assertIn(words, done.stderr.decode(), arguments)
        self.check(albert("attention", input=b""), 65)
        fewer = Page(page_of(long, model=wide, options=["--max-length", "512", "--layers", "1"]))
        self.assertEqual(layers_of(fewer.weights()), [[32, 512, 512]])


if __name__ == "__main__":
    unittest.main()
