"""Writes tests/golden/wordpiece/vocab.txt: a small WordPiece vocabulary that meets the texts of text_cases.py.

    python tests/golden/make_wordpiece_vocabulary.py [FILE [--cased]]

Characters of many scripts with and without ##, parts of words, ideographs, kana, jamo, punctuation, emoji and
combining marks, and what a vocabulary should not have but may: a repeated line, an empty one, blanks, ## alone.
--cased: words with capitals too, and letters with accents.
Needs Python 3.11 (Unicode 14.0).
"""

import os
import random
import sys
import unicodedata

from text_cases import ASCII_PUNCTUATION, EMOJI, PUNCTUATION, SCRIPT_NAMES, SCRIPTS, WORDS

HERE = os.path.dirname(os.path.abspath(__file__))
SPECIALS = ["[PAD]", "[unused1]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
ODD = ["##", "", " ", " a", "a ", "the", "#", "###", "\u00a0", "[X]", "don't", "a.b", "\u2028", "\u0085", "2000,", "<ent>", "\u00c9t\u00e9", "####a"]


def lines(cased=False):
    r = random.Random("wordpiece")
    entries = [*SPECIALS, *ASCII_PUNCTUATION, *"0123456789abcdefghijklmnopqrstuvwxyzABCDEIMTZ", "\u00e9", "\u00c9", "\u00df", "\u03c3", "\u03c2", "\u03a3"]
    entries += ["##" + c for c in "0123456789abcdefghijklmnopqrstuvwxyzABCDE'.,-\u00e9\u03c3\u03c2\u0301\u0308\u093e"]
    for word in WORDS:
        for text in {word, word.lower(), "".join(c for c in unicodedata.normalize("NFD", word.lower()) if unicodedata.category(c) != "Mn")}:
            cut = r.randint(1, len(text))
            entries += [text] if r.random() < 0.5 else [text[:cut], "##" + text[cut:]] if cut < len(text) else [text[:cut]]
    if cased:
        for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ\u00e0\u00e7\u00e8\u00ea\u00ef\u00f8\u00f6\u00fc\u0153\u00c0\u00c7\u00d6\u00dc\u0152":
            entries += [letter, "##" + letter]
        entries += [text for word in WORDS for text in (word.capitalize(), word.upper()) if r.random() < 0.5]
    for name in SCRIPT_NAMES:
        for char in r.sample(SCRIPTS[name], min(6, len(SCRIPTS[name]))):
            entries += [r.choice(["", "##"]) + char, r.choice(["", "##"]) + char.lower()]
    for first, last, n in ((0x4E00, 0x9FFF, 300), (0x3041, 0x30FF, 120), (0x1100, 0x11FF, 150), (0xAC00, 0xD7A3, 120), (0x3131, 0x318E, 40),
                           (0xFF01, 0xFFEE, 60), (0x3400, 0x4DBF, 10), (0x20000, 0x2A6DF, 10), (0x2B740, 0x2B81F, 6), (0x2B820, 0x2B91F, 6), (0xF900, 0xFAD9, 10)):
        for code in r.sample(range(first, last + 1), n):
            entries += [chr(code), "##" + chr(code)] if r.random() < 0.6 else [chr(code)]
    entries += r.sample(PUNCTUATION, 120) + r.sample(EMOJI, 60) + ["##" + c for c in r.sample(EMOJI, 20)] + ["\u200d", "##\ufe0f", "\ufe0f", "##\u20e3"]
    seen, out = set(), []
    for entry in entries:
        if entry not in seen and not any(c in "\r\n" for c in entry):
            seen.add(entry)
            out.append(entry)
    for odd in ODD:
        out.insert(r.randrange(len(SPECIALS), len(out)), odd)
    return out


if __name__ == "__main__":
    path = sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, "wordpiece", "vocab.txt")
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="\n") as f:
        f.writelines(line + "\n" for line in lines("--cased" in sys.argv[2:]))
