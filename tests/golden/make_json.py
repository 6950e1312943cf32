"""Writes json/cases.json: texts with what Python's json module makes of them.

Each case holds the text (hexadecimal bytes) and either the five dumps of its value or null, when
json.loads refuses it. Run with any Python 3.11: python3 make_json.py
"""
import json
import pathlib
import random
import struct

texts = [
    "null", "true", "false", "NaN", "Infinity", "-Infinity", "[NaN, -Infinity]", "-NaN", "+1", "nan", "nul", "-", "", " ", "\t\n\r 1 \n",
    "0", "-0", "-0.0", "0.0", "00", "01", "-01", "1.", ".5", "1e", "1e+", "1e5", "1E5", "1e-5", "1e16", "1e15", "123456789012345678", "1.5e300",
    "1e400", "-1e400", "1e-400", "-1e-400", "0e999999999999999999999", "0.0e99", "1e99999999999999999999999", "1e-99999999999999999999999",
    "0.00000000000000000000000001e30", "100000000000000000000000000000e-20", "4.9e-324", "2.4e-324", "2.5e-324", "1.7976931348623157e308",
    "1.7976931348623159e308", "2.2250738585072011e-308", "0." + "0" * 400 + "1e405", "1" + "0" * 400 + "e-400", "0." + "0" * 400 + "1",
    "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "1000000000000000019884624838656",
    "9" * 4300, "-" + "9" * 4300, "9" * 4301, "0.1", "1e22", "1e23", "123456.789", "0.0001", "0.00001", "9007199254740993.0", "9999999999999998.0",
    '""', '"a"', '"\\u00e9\\ud83d\\ude00"', '"é😀\x7f"', '"\\n\\t\\r\\b\\f\\/\\\\\\""', '"\\x"', '"\\u12"', '"\\u12g4"', '"\\u+123"', '"\\', '"\\"', '"a',
    '"\t"', '"\x00"', '"a\x00b"', '"\\u0000\\u001f\\u007f\\u0080\\uffff"', "'a'", '"\u2028\u2029"',
    "[]", "[ ]", "{}", "{ }", "[1,]", "[,1]", "[1 2]", "[1", "[", "]", "[[]", "{", "}", '{"a"}', '{"a":}', '{"a":1,}', '{,"a":1}', "{a:1}", "{1:2}",
    '{"a" : 1 , "b" : [ ] , "c" : { } }', '{"b":1,"a":2,"b":3}', '{"a":{"x":1},"a":[1,2,{"k":null}]}', '{"\\u0061":1,"a":2}', '{"":0,"":1}',
    "1 2", "1,", "[1]]", "{}{}", "// c\n1", "[1,/**/2]", "\ufeff1", "1\ufeff", "\u00a01", "[1\u00a0]", "[1\x0b]", "[1\x0c]",
    '{"z":1,"é":2,"a":3,"😀":4,"\uffff":5,"Z":6}', '[[[[[[1]]]]], {"a":{"b":{"c":[1,{"d":[]}]}}}]', "[" * 30 + "]" * 30, "[1.0, 1, true, 1.50, -1.5e-7]",
    '["\\ud83dx"]'.replace("\\ud83dx", "x"), "TRUE", "None", "0x10", "1_000", "1e5.5", "--1", "- 1", "[1.e5]", '{"a":1 "b":2}', '{"a" 1}', "١",
]
raw = [b"\xff", b'"\xc3"', b'"\xed\xa0\x80"', b'"\xc0\x80"', b'"\xf4\x90\x80\x80"', b"[1]\x00", "[1]".encode("utf-16")[2:], b'"\xf0\x9f\x98\x80"']

rng = random.Random(1)


def value(depth):
    kind = rng.randrange(9 if depth < 4 else 7)
    if kind == 0:
        return rng.choice([None, True, False])
    if kind == 1:
        return rng.randrange(-(10 ** rng.randrange(1, 40)), 10 ** rng.randrange(1, 40))
    if kind == 2:
        return struct.unpack("<d", rng.randbytes(8))[0]
    if kind in (3, 4):
        return rng.choice([1, -1]) * float(f"{rng.randrange(10 ** rng.randrange(1, 18))}e{rng.randrange(-30, 30)}")
    if kind in (5, 6):
        return "".join(chr(rng.choice([rng.randrange(128), rng.randrange(0xD800), rng.randrange(0xE000, 0x110000)])) for _ in range(rng.randrange(8)))
    items = [value(depth + 1) for _ in range(rng.randrange(5))]
    return items if kind == 7 else {str(value(4)): item for item in items}


for _ in range(150):
    texts.append(json.dumps(value(0), ensure_ascii=rng.random() < 0.5, indent=rng.choice([None, 1])))
for _ in range(150):  # one character changed
    text = list(rng.choice(texts[-150:]))
    if text:
        text[rng.randrange(len(text))] = rng.choice('{}[]",:\\u019.-eE ')
    texts.append("".join(text))

cases = []
for data in [t.encode() for t in texts] + raw:
    try:
        parsed = json.loads(data.decode("utf-8"))
        dumps = [
            json.dumps(parsed), json.dumps(parsed, sort_keys=True), json.dumps(parsed, indent=2, sort_keys=True),
            json.dumps(parsed, indent=0), json.dumps(parsed, ensure_ascii=False),
        ]
        dumps[4].encode()  # a lone surrogate, which we refuse, does not encode
    except ValueError:
        dumps = None
    cases.append({"text": data.hex(), "dumps": dumps})

path = pathlib.Path(__file__).parent / "json" / "cases.json"
path.write_text(json.dumps(cases, indent=0) + "\n")
print(len(cases), sum(c["dumps"] is None for c in cases), path.stat().st_size)
