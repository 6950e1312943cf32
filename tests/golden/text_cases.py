"""Texts that tokenizers get wrong: one deterministic generator for every tokenizer golden and comparison.

    from text_cases import cases
    for text in cases(20000): ...

`cases(n)` gives n texts, the same ones each time: the kinds below in turn, each drawing from its own random
stream, so that a longer list begins with the shorter one. A seed gives others. Needs Python 3.11 (Unicode 14.0 names).
"""

import itertools
import random
import sys
import unicodedata
from collections import defaultdict

SPECIALS = ["[CLS]", "[SEP]", "[MASK]", "<pad>", "<unk>"]
SPACES = [chr(c) for c in [*range(0x09, 0x0E), *range(0x1C, 0x21), 0x85, 0xA0, 0x1680, 0x180E, *range(0x2000, 0x2010),
                           0x2028, 0x2029, 0x202F, 0x205F, 0x2060, 0x3000, 0xFEFF]] + ["\u2581"]
CONTROLS = [chr(c) for c in [*range(0x00, 0x20), *range(0x7F, 0xA0), 0xAD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F,
                             0x202A, 0x202E, 0x2066, 0xFFF9, 0xFFFC, 0xFFFD, 0xE0001, 0xE0020]]
WORDS = ("the of and to a in that it was his he is with as had for at not on but be by her from she this which I have "
         "are were him or an they so said one all when no there who my been would some could into than then upon time "
         "man only like what them out up little about can more do very after did now over where before good made how "
         "see much never through such must should those himself himself unbelievable internationalisation "
         "counterrevolutionary don't can't it's we've they're I'm he'd n't xylophone quixotic zzyzx "
         "café naïve résumé Zürich São façade élève œuvre smørrebrød").split()


def scripts():
    """Assigned letters, marks and digits by the first word of their names: a stand-in for the script property."""
    groups = defaultdict(list)
    for code in range(0x20, sys.maxunicode + 1):
        char = chr(code)
        if unicodedata.category(char)[0] in "LMNPS":
            groups[unicodedata.name(char, "NONE").split()[0].split("-")[0]].append(char)
    return {name: chars for name, chars in sorted(groups.items()) if len(chars) >= 8}


SCRIPTS = scripts()
SCRIPT_NAMES = list(SCRIPTS)
MARKS = [chr(c) for c in range(sys.maxunicode + 1) if unicodedata.category(chr(c))[0] == "M"]
CLASSED = [c for c in MARKS if unicodedata.combining(c)]
DECOMPOSED = [chr(c) for c in range(sys.maxunicode + 1)
              if not 0xAC00 <= c <= 0xD7A3 and not 0xD800 <= c <= 0xDFFF and unicodedata.decomposition(chr(c))]
CASED = [chr(c) for c in range(sys.maxunicode + 1) if not 0xD800 <= c <= 0xDFFF and chr(c).lower() != chr(c)]
DIGITS = [chr(c) for c in range(sys.maxunicode + 1) if chr(c).isdigit()]
PUNCTUATION = [chr(c) for c in range(sys.maxunicode + 1) if unicodedata.category(chr(c))[0] in "PS"]
EMOJI = [chr(c) for c in [*range(0x1F300, 0x1F6D8), *range(0x1F900, 0x1FA00), 0x2764, 0x2600, 0x26A0, 0x270D, 0x231A]]
ASCII_PUNCTUATION = list("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")


def words(r, n):
    out = []
    for _ in range(n):
        word = r.choice(WORDS)
        style = r.random()
        word = word.upper() if style < 0.08 else word.capitalize() if style < 0.25 else word
        if r.random() < 0.15:
            word += r.choice([",", ".", ";", ":", "!", "?", "--", "...", "'s", ")", "\""])
        out.append(word)
    return " ".join(out)


def k_sentence(r, i):
    return words(r, r.randint(1, 30))


def k_script(r, i):
    chars = SCRIPTS[SCRIPT_NAMES[i % len(SCRIPT_NAMES)]]
    return " ".join("".join(r.choice(chars) for _ in range(r.randint(1, 9))) for _ in range(r.randint(1, 6)))


def k_code_points(r, i):
    """Every assigned code point, in runs of 12 neighbours; between words and glued to letters."""
    start = (i * 12) % 0x32000 if i % 8 else 0xE0000 + (i * 12) % 0x1000
    run = [chr(c) for c in range(start, start + 12) if not 0xD800 <= c <= 0xDFFF]
    glue = ["", " ", "a", "A ", "1,", "\u03a3"][i % 6]
    return glue.join(run)


def k_any(r, i):
    """Any code point at all, unassigned ones included."""
    out = []
    for _ in range(r.randint(1, 20)):
        code = r.choice([r.randrange(0x110000), r.randrange(0x3000), r.randrange(0x600), r.randrange(0x80), 0x1F000 + r.randrange(0x1000)])
        out.append(chr(code) if not 0xD800 <= code <= 0xDFFF else " ")
    return "".join(out)


def k_marks(r, i):
    out = []
    for _ in range(r.randint(1, 8)):
        base = r.choice(["a", "E", "o", "\u0391", "\u05d0", "\u0915", "\u0e01", "\u1100", "\uac00", "1", " ", "", "\u00e9", "\u1e69"])
        out.append(base + "".join(r.choice(MARKS if r.random() < 0.4 else CLASSED) for _ in range(r.randint(0, 4))))
    return r.choice(["", " "]).join(out)


def k_decomposed(r, i):
    start = (i * 9) % len(DECOMPOSED)
    glue = r.choice(["", " ", "x", "\u0301"])
    return glue.join(DECOMPOSED[start:start + 9]) + r.choice(["", "\u0327", "\u0301a"])


def k_hangul(r, i):
    pick = lambda: r.choice([chr(r.randrange(0xAC00, 0xD7A4)), chr(r.randrange(0x1100, 0x1200)), chr(r.randrange(0x1161, 0x1176)),
                             chr(r.randrange(0x11A8, 0x11C3)), chr(r.randrange(0x3131, 0x318F)), " "])
    return "".join(pick() for _ in range(r.randint(1, 14)))


def k_case(r, i):
    out = []
    for _ in range(r.randint(1, 12)):
        out.append(r.choice([r.choice(CASED), "\u03a3", "\u0130", "I\u0307", "\u00df", "\ufb03", "\U0001d6ba", "A\u0301", "'", "\u00b7", ".", "\u00ad",
                             " ", "\u02b0", "\u1fb3", "\u01c5", "\u2126", "\u212a", "a", "B", "1", "\u0345", "\u200d"]))
    return "".join(out)


def k_emoji(r, i):
    def one():
        shape = r.randrange(7)
        if shape == 0:
            return r.choice(EMOJI)
        if shape == 1:
            return r.choice(EMOJI) + chr(0x1F3FB + r.randrange(5))
        if shape == 2:
            return "\u200d".join(r.choice(EMOJI) + r.choice(["", "\ufe0f"]) for _ in range(r.randint(2, 4)))
        if shape == 3:
            return chr(0x1F1E6 + r.randrange(26)) + chr(0x1F1E6 + r.randrange(26))
        if shape == 4:
            return r.choice("0123456789#*") + "\ufe0f\u20e3"
        if shape == 5:
            return r.choice(["\u2764", "\u2600", "\u00a9", "\u2122", "\u203c"]) + r.choice(["\ufe0e", "\ufe0f"])
        return "\U0001f3f4" + "".join(chr(0xE0000 + ord(c)) for c in "gbeng") + "\U000e007f"
    return r.choice(["", " ", " ok "]).join(one() for _ in range(r.randint(1, 7)))


def k_spaces(r, i):
    out = []
    for _ in range(r.randint(1, 9)):
        out.append("".join(r.choice(SPACES) for _ in range(r.randint(0, 3))))
        out.append(r.choice(["a", "The", "x,", "9", "[MASK]", "\u2581", "", "end.", "``", "\u0301"]))
    return "".join(out)


def k_controls(r, i):
    return "".join(r.choice([r.choice(CONTROLS), r.choice(CONTROLS), r.choice(WORDS), " ", "a", "\r\n", "\n"]) for _ in range(r.randint(1, 12)))


def k_numbers(r, i):
    def number():
        digits = "".join(r.choice("0123456789") for _ in range(r.randint(1, 5)))
        if r.random() < 0.2:
            digits = "".join(r.choice(DIGITS) for _ in range(r.randint(1, 3)))
        return digits
    out = []
    for _ in range(r.randint(1, 7)):
        out.append(r.choice(["", "", "$", "-", "(", "a", "\u00a3", "\u20ac", "\u2013", "in ", "x", "[MASK]"]) + number())
        out.append(r.choice([",", ",", ", ", ",,", ".", " ,", "\uff0c", ",000", "th,", ",\"", "%,", "/", " "]))
    return "".join(out)


def k_specials(r, i):
    pool = SPECIALS + ["[mask]", "[Mask]", "[CLS", "CLS]", "[MASK", "<unk", "[[MASK]]", "\uff1cunk\uff1e", "[\u200bMASK]", "<PAD>", "[MASK]s"]
    glue = ["", "", " ", "  ", "\t", "\u3000", "\x1c", "\n", ",", "a", ".", "\u2581"]
    return "".join(r.choice(glue) + r.choice(pool if r.random() < 0.7 else WORDS) for _ in range(r.randint(1, 7))) + r.choice(glue)


def k_quotes(r, i):
    pool = ["`", "``", "```", "'", "''", "'''", "\"", "\u2018", "\u2019", "\u201c", "\u201d", "\u00b4", "\u2032", "\u2033", "`'", "'`", "a", "The ",
            " ", "quote", "\uff40", "\uff07", "\u02bc"]
    return "".join(r.choice(pool) for _ in range(r.randint(1, 14)))


def k_punctuation(r, i):
    out = []
    for _ in range(r.randint(1, 10)):
        out.append(r.choice([r.choice(ASCII_PUNCTUATION), r.choice(ASCII_PUNCTUATION), r.choice(PUNCTUATION), r.choice(WORDS)]))
    return r.choice(["", " "]).join(out)


def k_repeats(r, i):
    unit = r.choice(["a", "ab", "the", " the", "\u3042", "\u0301", "!", "-", "=", "ha", "\U0001f600", "\u00e9", "9", "1,", " ", "``", "[MASK]", "xyz ", "\u4e2d\u6587", "\u0e01"])
    return unit * r.choice([1, 2, 3, 7, 20, 64, 150])


def k_user_defined(r, i):
    pool = list("()\"-.") + ["\u2013", "\u00a3", "\u20ac"]
    return "".join(r.choice(pool) if r.random() < 0.6 else r.choice(WORDS + [" ", "1", "\u2014", "\uff08", "\uff0d"]) for _ in range(r.randint(1, 12)))


def k_mixed(r, i):
    kinds = [k for k in KINDS if k is not k_mixed]
    return r.choice(["", " "]).join(r.choice(kinds)(r, r.randrange(10000)) for _ in range(r.randint(2, 3)))


def k_wide(r, i):
    """Full-width and other compatibility forms, CJK and kana with and without spaces."""
    pick = lambda: r.choice([chr(r.randrange(0xFF01, 0xFFEF)), chr(r.randrange(0x4E00, 0xA000)), chr(r.randrange(0x3041, 0x3100)),
                             chr(r.randrange(0x3200, 0x3400)), chr(r.randrange(0x2460, 0x2500)), chr(r.randrange(0x1D400, 0x1D800)), " ", "\u3000", "a"])
    return "".join(pick() for _ in range(r.randint(1, 16)))


KINDS = [k_sentence, k_script, k_code_points, k_any, k_marks, k_decomposed, k_hangul, k_case, k_emoji, k_spaces, k_controls, k_numbers,
         k_specials, k_quotes, k_punctuation, k_repeats, k_user_defined, k_wide, k_mixed, k_code_points]
FIXED = ["", " ", "\u2581", "a", ",", "1,", "\x00", "\ufffd", "\u0301", "[MASK]", " [MASK] ", "[CLS] [SEP]", "Hello world", "This is a test.",
         "In 1999, 2000,3 cats", "don't ``quote'' me", "\u03a3\u03a3", "O\u03a3 \u039f\u03a3", "caf\u00e9 cafe\u0301", "\u2581\u2581a \u2581", "a" * 500]


def cases(count, seed=""):
    streams = [random.Random(f"{kind.__name__} {position}{seed}") for position, kind in enumerate(KINDS)]
    out = list(itertools.islice(FIXED, count))
    for i in itertools.count():
        # The two streams of k_code_points take the even and the odd runs.
        for position, (kind, stream) in enumerate(zip(KINDS, streams)):
            if len(out) >= count:
                return out
            index = 2 * i + (position == len(KINDS) - 1) if kind is k_code_points else i
            out.append(kind(stream, index))


if __name__ == "__main__":
    import json

    for text in cases(int(sys.argv[1]) if len(sys.argv) > 1 else 20000):
        print(json.dumps({"text": text}))
