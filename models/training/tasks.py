"""The labelled data of the four heads, as piece ids."""
import csv
import json
import lzma

import numpy

from corpus import CLS, SEP

ENTITIES = ["O"] + [f"{prefix}-{kind}" for kind in
                    ("corporation", "creative-work", "group", "location", "person", "product") for prefix in "BI"]


def pad(rows, value=0, multiple=1):
    longest = max(len(r) for r in rows)
    longest = -(-longest // multiple) * multiple
    return numpy.stack([numpy.concatenate([r, numpy.full(longest - len(r), value, dtype=numpy.int64)]) for r in rows])


def single(ids):
    return numpy.array([CLS, *ids, SEP], dtype=numpy.int64)


def pair(a, b):
    """Ids and segment numbers of `[CLS] a [SEP] b [SEP]`."""
    ids = numpy.array([CLS, *a, SEP, *b, SEP], dtype=numpy.int64)
    return ids, (numpy.arange(len(ids)) >= len(a) + 2).astype(numpy.int64)


def intents(folder, tokenizer, part):
    """Banking77: (ids, class number) with the classes in the order of categories.json."""
    names = json.loads((folder / "categories.json").read_text(encoding="utf-8"))
    number = {name: i for i, name in enumerate(names)}
    with (folder / f"{part}.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["text"], number[row["category"]]) for row in csv.DictReader(file)]
    encoded = tokenizer.encode_batch([text for text, _ in rows], add_special_tokens=False)
    return [(single(e.ids[:126]), label) for e, (_, label) in zip(encoded, rows)]


def entities(path, tokenizer):
    """WNUT-17: (ids, labels) with the label on the first piece of each word and -100 elsewhere."""
    number = {name: i for i, name in enumerate(ENTITIES)}
    examples = []
    for block in path.read_text(encoding="utf-8").replace("\r", "").split("\n\n"):
        lines = [line.split("\t") for line in block.split("\n") if "\t" in line]
        if not lines:
            continue
        words, tags = zip(*((line[0], line[1].strip()) for line in lines))
        ids, labels = [], []
        for encoded, tag in zip(tokenizer.encode_batch(list(words), add_special_tokens=False), tags):
            if encoded.ids:
                ids += encoded.ids
                labels += [number[tag]] + [-100] * (len(encoded.ids) - 1)
        examples.append((single(ids[:126]), numpy.array([-100, *labels[:126], -100], dtype=numpy.int64)))
    return examples


def squad(path):
    """(question, context, answer texts, answer starts)"""
    found = []
    for article in json.loads(lzma.open(path).read())["data"]:
        for paragraph in article["paragraphs"]:
            for qa in paragraph["qas"]:
                found.append((qa["question"].strip(), paragraph["context"], [a["text"] for a in qa["answers"]],
                              [a["answer_start"] for a in qa["answers"]]))
    return found


def question_rows(examples, tokenizer, generator, room=320, short=112, share_short=0.75):
    """(ids, segments, start, end); most rows keep only a window of the paragraph that holds the answer."""
    rows = []
    questions = tokenizer.encode_batch([e[0] for e in examples], add_special_tokens=False)
    contexts = tokenizer.encode_batch([e[1] for e in examples], add_special_tokens=False)
    for (_, _, texts, starts), question, context in zip(examples, questions, contexts):
        asked = question.ids[:40]
        size = (short if generator.random() < share_short else room) - 3 - len(asked)
        begin, end = starts[0], starts[0] + len(texts[0])
        offsets = numpy.array(context.offsets)
        first = int(numpy.searchsorted(offsets[:, 1], begin, side="right"))
        last = int(numpy.searchsorted(offsets[:, 0], end, side="left")) - 1
        if last < first or last - first + 1 > size:
            continue
        low, high = max(0, last - size + 1), min(first, max(0, len(context.ids) - size))
        window = int(generator.integers(min(low, high), high + 1))
        ids, segments = pair(asked, context.ids[window:window + size])
        rows.append((ids, segments, first - window + len(asked) + 2, last - window + len(asked) + 2))
    return rows


def continuations(documents, generator, count, room=62):
    """(four (ids, segments), number of the true one): the sentence that follows among three from elsewhere."""
    long = [d for d in documents if len(d) >= 4]
    examples = []
    while len(examples) < count:
        document = long[int(generator.integers(len(long)))]
        at = int(generator.integers(1, len(document)))
        follows = document[at][:room // 2]
        if len(follows) < 5:
            continue
        context = numpy.concatenate(document[max(0, at - 2):at])[-(room - len(follows) - 1):]
        others = []
        while len(others) < 3:
            other = long[int(generator.integers(len(long)))]
            other = other[int(generator.integers(len(other)))][:room // 2]
            if len(other) >= 5:
                others.append(other)
        right = int(generator.integers(4))
        others.insert(right, follows)
        examples.append(([pair(context, o[:room - 1 - len(context)]) for o in others], right))
    return examples
