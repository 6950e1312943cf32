#!/usr/bin/env python3
"""`albert tokenize` on a terminal: the text coloured by token, the ids below.

Usage: token_view_test.py PROGRAM [unittest arguments]. Needs the standard library only.
"""

import json
import re
import subprocess
import tempfile
import unicodedata

from on_terminal import OnTerminal, skip_without_terminals
from program_test import ALBERT, Program, albert, run_tests

SGR = re.compile(r"\x1b\[([0-9;]*)m")
TEXTS = ["The wind was cold.", "unbelievable Zyx7 \u2603", "caf\u00e9 cafe\u0301 e\u0327\u0301", "\u6771\u4eac\u30bf\u30ef\u30fc \ud55c\uad6d\uc5b4",
         "\ufb01ne \u00bd", "a \U0001F469\u200D\U0001F469\u200D\U0001F467 b \U0001F1E9\U0001F1EA \u2764\ufe0f c", "the [MASK] was [MASK].", "", "   ", "  a   b  ",
         "so " * 100, "x" * 500, "\u6771" * 300, "tab\there\x07 \x1b[31mred", "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627", "\u0e01\u0e33 \u0928\u093f"]


def columns_of(text):
    """As terminals count, for the characters above (what joins an emoji or stands on a letter takes nothing)."""
    width, joined = 0, False
    regional = False
    for c in text:
        if c == "\ufe0f":
            width += 0 if joined else 1
            continue
        if c == "\u200d":
            joined = True
            continue
        if 0x1F1E6 <= ord(c) <= 0x1F1FF:
            width += 0 if regional else 2
            regional = not regional
            continue
        own = 0 if unicodedata.category(c) in ("Mn", "Me") else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        width += 0 if joined else own
        joined = False
    return width


class TokenView(Program):
    @classmethod
    def setUpClass(cls):
        skip_without_terminals()

    def view(self, *arguments, columns=80, text=b"", **variables):
        with tempfile.TemporaryFile() as rows:
            rows.write(text)
            rows.seek(0)
            clean = {"NO_COLOR": None, "COLORTERM": None, "COLUMNS": None, "TERM": "xterm-256color"}
            return OnTerminal([ALBERT, "tokenize", *arguments], columns, stdin=rows, stderr=subprocess.DEVNULL, **{**clean, **variables}).output()

    def pairs(self, out):
        lines = out.split("\n")
        self.assertEqual(lines[-2:], ["", ""], out)
        lines = lines[:-2]
        self.assertEqual(len(lines) % 2, 0, out)
        return list(zip(lines[::2], lines[1::2]))

    def spans(self, line):
        """Pieces of a line: (codes, text)."""
        pieces, codes, position = [], "", 0
        for match in SGR.finditer(line):
            if match.start() > position:
                pieces.append((codes, line[position:match.start()]))
            codes, position = ("" if match.group(1) == "0" else match.group(1)), match.end()
        if position < len(line):
            pieces.append((codes, line[position:]))
        self.assertNotIn("\x1b", "".join(text for _, text in pieces))
        return pieces

    def rows(self, text):
        return [json.loads(line) for line in albert("tokenize", "--json", "--", text).stdout.decode().splitlines()][0]

    def test_ids_in_order_under_their_text(self):
        for columns in (20, 80, 200):
            for text in TEXTS:
                row = self.rows(text)
                ids = []
                for upper, lower in self.pairs(self.view("--", text, columns=columns)):
                    plain = SGR.sub("", upper)
                    self.assertLessEqual(columns_of(plain), columns, (columns, text))
                    self.assertLessEqual(len(lower), columns)
                    starts, column = set(), 0
                    for codes, piece in self.spans(upper):
                        if codes:
                            starts.add(column)
                        column += columns_of(piece)
                    for match in re.finditer(r"\d+", lower):
                        self.assertIn(match.start(), starts, (text, upper, lower))
                    ids += [int(x) for x in lower.split()]
                self.assertEqual(ids, row["ids"], text)

    def test_neighbours_differ_and_specials_are_marked(self):
        for text in ("The wind was cold and [MASK] so it was dark.", "unbelievable"):
            row = self.rows(text)
            looks = [(codes, piece) for upper, _ in self.pairs(self.view("--", text)) for codes, piece in self.spans(upper) if codes]
            self.assertEqual(len(looks), len(row["ids"]))
            last = None
            for (codes, piece), token, id in zip(looks, row["tokens"], row["ids"]):
                self.assertEqual("7" in codes.split(";"), id in (2, 3, 4), (token, codes))
                if id not in (2, 3, 4):
                    self.assertNotEqual(codes, last)
                    last = codes
                    self.assertEqual(piece.startswith("\u2581"), token.startswith("\u2581"))

    def test_the_text_itself_is_shown(self):
        for text in ("The Wind was COLD.", "caf\u00e9 Cafe\u0301", "\u6771\u4eac \ufb01ne"):
            shown = "".join(piece for upper, _ in self.pairs(self.view("--no-add-special-tokens", "--", text)) for codes, piece in self.spans(upper) if codes)
            self.assertEqual(shown.replace("\u2581", " ").split(), text.split())

    def test_characters_in_several_tokens_and_in_none(self):
        out = self.view("--no-add-special-tokens", "--max-length", "2", "--", "the wind was cold")
        self.assertIn("was cold", out)  # cut off: shown without an id
        self.assertEqual(sum(len(lower.split()) for _, lower in self.pairs(out)), 2)

    def test_pairs_and_slow(self):
        for arguments in (["--slow", "the wind"], ["the wind", "--text-pair", "was cold"], ["--slow", "the wind", "--text-pair", "was cold"]):
            ids = [json.loads(line)["ids"] for line in albert("tokenize", "--json", *arguments).stdout.decode().splitlines()][0]
            self.assertEqual([int(x) for _, lower in self.pairs(self.view(*arguments)) for x in lower.split()], ids)

    def test_plain_where_asked(self):
        for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
            out = self.view("the wind was cold", **environment)
            self.assertNotIn("\x1b", out)
            self.assertIn("\u2581wind", out)
        self.assertNotIn(b"\x1b", albert("tokenize", "the wind was cold").stdout)
        self.assertNotIn("\x1b", self.view("--json", "the wind"))

    def test_few_colours(self):
        out = self.view("the wind was cold", TERM="xterm")
        self.assertNotIn("38;5", out)
        self.assertIn("\x1b[", out)

    def test_many_rows(self):
        out = self.view(text=b"the wind\nwas cold\n")
        self.assertEqual(out.count("[CLS]"), 2)


if __name__ == "__main__":
    run_tests()
