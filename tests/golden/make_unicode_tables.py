"""Writes src/tokenizer/unicode_tables.inc: what Python 3.11 (Unicode 14.0) knows and libutf8proc does not.

    python tests/golden/make_unicode_tables.py > src/tokenizer/unicode_tables.inc

The slow tokenizer's normalisation is Python's. Its decompositions, combining classes and simple lower-case
mappings are taken from libutf8proc (a newer Unicode) except for the code points listed here, which have none;
casedness, case-ignorability and digits, which libutf8proc does not have, are listed whole.
Run with Python 3.11 where libutf8proc.so.2 or .3 can be loaded.
"""

import ctypes
import sys
import unicodedata

assert unicodedata.unidata_version == "14.0.0", "the tables are those of Unicode 14.0: run Python 3.11"
CODES = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]


def load():
    for name in ("libutf8proc.so.2", "libutf8proc.so.3", "libutf8proc.so"):
        try:
            return ctypes.CDLL(name)
        except OSError:
            pass
    sys.exit("libutf8proc is not installed")


lib = load()
lib.utf8proc_decompose_char.restype = ctypes.c_ssize_t
lib.utf8proc_category_string.restype = ctypes.c_char_p
lib.utf8proc_get_property.restype = ctypes.POINTER(ctypes.c_int16)
STABLE, COMPAT, DECOMPOSE = 1 << 1, 1 << 2, 1 << 4


def decomposition(code):
    buffer = (ctypes.c_int32 * 64)()
    bound = ctypes.c_int(0)
    n = lib.utf8proc_decompose_char(ctypes.c_int32(code), buffer, ctypes.c_ssize_t(64), ctypes.c_int(COMPAT | DECOMPOSE), ctypes.byref(bound))
    return "".join(map(chr, buffer[:n]))


def combining_class(code):
    return lib.utf8proc_get_property(ctypes.c_int32(code))[1]  # fields: int16 category, int16 combining_class


def category(code):
    return lib.utf8proc_category_string(ctypes.c_int32(code)).decode()


def ranges(codes):
    out = []
    for code in codes:
        if out and out[-1][1] == code - 1:
            out[-1][1] = code
        else:
            out.append([code, code])
    return out


def emit(name, comment, codes):
    rows = ranges(codes)
    print(f"// {comment}\nconstexpr CodeRange {name}[] = {{")
    line = "   "
    for first, last in rows:
        item = f" {{0x{first:X}, 0x{last:X}}},"
        if len(line) + len(item) > 138:
            print(line)
            line = "   "
        line += item
    print(line + "\n};\n")


def main():
    newer = []
    for code in CODES:
        char = chr(code)
        lower = lib.utf8proc_tolower(ctypes.c_int32(code))
        same = (decomposition(code) == unicodedata.normalize("NFKD", char) and combining_class(code) == unicodedata.combining(char)
                and (chr(lower) == char.lower() or code == 0x130))
        if not same:
            assert unicodedata.category(char) == "Cn", f"U+{code:04X} is assigned in 14.0 and yet differs"
            assert unicodedata.normalize("NFKD", char) == char and unicodedata.combining(char) == 0 and char.lower() == char
            newer.append(code)
    assert "\u0130".lower() == "i\u0307"
    # Python has no function for these two, but its final-sigma rule tells them apart.
    final = lambda before: (before + "\u03a3").lower().endswith("\u03c2")
    ignorable = [c for c in CODES if final("A" + chr(c)) and not final(chr(c))]
    cased = [c for c in CODES if final(chr(c))]
    print("// Made by tests/golden/make_unicode_tables.py from Python's Unicode 14.0 tables; do not edit.\n")
    emit("newer_than_14", "Unassigned in 14.0: no decomposition, class 0, no other case.", newer)
    unassigned = [c for c in CODES if category(c) != unicodedata.category(chr(c))]
    assert all(unicodedata.category(chr(c)) == "Cn" for c in unassigned), "a category differs"
    emit("unassigned_in_14", "Unassigned in 14.0, assigned since.", unassigned)
    emit("cased_ranges", "Cased and not Case_Ignorable.", cased)
    emit("case_ignorable_ranges", "Case_Ignorable.", ignorable)
    emit("digit_ranges", "str.isdigit: Numeric_Type Decimal or Digit.", [c for c in CODES if chr(c).isdigit()])


if __name__ == "__main__":
    main()
