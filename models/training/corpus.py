"""Training sequences of exactly `length` pieces, without padding, and the masking of them."""
import numpy

CLS, SEP, MASK, FIRST_ORDINARY = 2, 3, 4, 5


def load(path):
    with numpy.load(path) as stored:
        ids = stored["ids"].astype(numpy.int64)
        ends, documents = stored["sentence_ends"], stored["document_ends"]
    sentences = numpy.split(ids, ends[:-1])
    return [sentences[a:b] for a, b in zip(numpy.concatenate([[0], documents[:-1]]), documents)]


def sequences(documents, length, generator, pairs=0.6):
    """Rows (ids, segment start of B, order label) as three arrays.

    Sentences are collected until the row is full. A share `pairs` of the rows that lie inside one document is cut
    between two sentences and half of those swapped (label 1); all others are one segment (label -100).
    """
    rows, splits, labels = [], [], []
    order = generator.permutation(len(documents))
    stream = [(s, d) for d in order for s in documents[d]]
    position = 0
    while position < len(stream):
        room, taken, size = length - 3, [], 0
        while position < len(stream) and size < room + 1:
            taken.append(stream[position])
            size += len(stream[position][0])
            position += 1
        if size < room + 1:
            break
        same = taken[0][1] == taken[-1][1]
        if len(taken) > 1 and same and generator.random() < pairs:
            cut = int(generator.integers(1, len(taken)))
            a = numpy.concatenate([s for s, _ in taken[:cut]])[:room - 1]
            b = numpy.concatenate([s for s, _ in taken[cut:]])[:room - len(a)]
            if len(a) + len(b) < room:
                continue
            label = int(generator.random() < 0.5)
            if label:
                a, b = b, a
            row = numpy.concatenate([[CLS], a, [SEP], b, [SEP]])
            splits.append(len(a) + 2)
        else:
            row = numpy.concatenate([[CLS], numpy.concatenate([s for s, _ in taken])[:room + 1], [SEP]])
            splits.append(length)
            label = -100
        rows.append(row)
        labels.append(label)
        last = len(taken[-1][0])
        if size - room > last // 2 and len(taken) > 1:  # mostly cut off: begin the next row with it
            position -= 1
    return numpy.stack(rows), numpy.array(splits), numpy.array(labels)


def mask(ids, generator, rate, vocabulary):
    """Masked copy, flat positions, labels: 80 % [MASK], 10 % random, 10 % unchanged."""
    chosen = (generator.random(ids.shape) < rate) & (ids >= FIRST_ORDINARY)
    positions = numpy.flatnonzero(chosen)
    labels = ids.ravel()[positions]
    masked = ids.copy().ravel()
    dice = generator.random(len(positions))
    masked[positions[dice < 0.8]] = MASK
    noise = positions[dice >= 0.9]
    masked[noise] = generator.integers(0, vocabulary, len(noise))
    return masked.reshape(ids.shape), positions, labels
