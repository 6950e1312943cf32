"""Training sequences of up to `length` pieces, and the masking of them."""
import numpy

PAD, CLS, SEP, MASK, FIRST_ORDINARY = 0, 2, 3, 4, 5


def load(path):
    with numpy.load(path) as stored:
        ids = stored["ids"].astype(numpy.int64)
        ends, documents = stored["sentence_ends"], stored["document_ends"]
    sentences = numpy.split(ids, ends[:-1])
    return [sentences[a:b] for a, b in zip(numpy.concatenate([[0], documents[:-1]]), documents)]


def sequences(documents, length, generator, pairs=0.5):
    """Rows (ids, start of segment B, order label) as three arrays.

    A share `pairs` of the rows holds whole sentences of one document, cut into two segments between two sentences;
    half of them are swapped (label 1). They may end in a little padding: were they cut off at the full length, the
    cut would give the order away. All other rows are one full segment (label -100), across documents if need be.
    """
    rows, splits, labels = [], [], []
    order = generator.permutation(len(documents))
    stream = [(s, d) for d in order for s in documents[d]]
    position = 0
    while position < len(stream):
        document, room = stream[position][1], length - 3
        last, size = position, 0
        while last < len(stream) and stream[last][1] == document and size + len(stream[last][0]) <= room:
            size += len(stream[last][0])
            last += 1
        row = numpy.zeros(length, dtype=numpy.int64)
        if last - position > 1 and size > 0.65 * room and generator.random() < pairs / 0.65:
            cut = int(generator.integers(position + 1, last))
            a = numpy.concatenate([s for s, _ in stream[position:cut]])
            b = numpy.concatenate([s for s, _ in stream[cut:last]])
            label = int(generator.random() < 0.5)
            if label:
                a, b = b, a
            row[:size + 3] = numpy.concatenate([[CLS], a, [SEP], b, [SEP]])
            split = len(a) + 2
        else:
            room, label, split = length - 2, -100, length
            while last < len(stream) and size < room:
                size += len(stream[last][0])
                last += 1
            if size < room:
                break
            row[:] = numpy.concatenate([[CLS], numpy.concatenate([s for s, _ in stream[position:last]])[:room], [SEP]])
            if size - room > len(stream[last - 1][0]) // 2 and last - position > 1:
                last -= 1  # mostly cut off: begin the next row with it
        rows.append(row)
        splits.append(split)
        labels.append(label)
        position = last
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
