#!/usr/bin/env python3
"""All figures of the model card, on held-out data, each beside its baseline."""
import argparse
import collections
import json
import re
import string
from pathlib import Path

import numpy
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

import corpus
import tasks
from finetune import encode, load


class Trigram:
    """Interpolated trigram of pieces from the left context (Witten-Bell weights)."""

    def __init__(self, sentences, size):
        self.size = size
        ids = numpy.concatenate([numpy.concatenate([[corpus.CLS, corpus.CLS], s]) for s in sentences])
        keep = ids >= corpus.FIRST_ORDINARY
        self.unigram = numpy.bincount(ids[keep], minlength=size) + 0.5
        self.unigram /= self.unigram.sum()
        self.bigram = self.table(ids[:-1] * size + ids[1:], keep[1:])
        self.trigram = self.table((ids[:-2] * size + ids[1:-1]) * size + ids[2:], keep[2:])

    @staticmethod
    def table(keys, keep):
        return numpy.unique(keys[keep], return_counts=True)

    def mix(self, table, context, lower):
        keys, counts = table
        a, b = numpy.searchsorted(keys, [context * self.size, (context + 1) * self.size])
        if a == b:
            return lower
        result = lower * (b - a)
        result[keys[a:b] - context * self.size] += counts[a:b]
        return result / (counts[a:b].sum() + b - a)

    def distribution(self, left):
        p = self.mix(self.bigram, int(left[-1]), self.unigram)
        return self.mix(self.trigram, int(left[-2]) * self.size + int(left[-1]), p)


def masked_tokens(model, data, args):
    """Accuracy at 15 % of the positions; the baselines see the true (unmasked) left context."""
    train = [s for name in ("books", "squad", "wordnet") for d in corpus.load(data / f"{name}.train.npz") for s in d]
    trigram = Trigram(train, args.vocabulary)
    generator = numpy.random.default_rng(99)
    report, totals = {}, numpy.zeros(5)
    for name in ("books", "squad", "wordnet"):
        rows, _, _ = corpus.sequences(corpus.load(data / f"{name}.heldout.npz"), 128, generator, pairs=0)
        rows = rows[generator.permutation(len(rows))[:args.rows]]
        masked, positions, targets = corpus.mask(rows, generator, 0.15, args.vocabulary)
        found, loss = [], 0.0
        for start in range(0, len(rows), 32):
            inside = (positions >= start * 128) & (positions < (start + 32) * 128)
            hidden = encode(model, masked[start:start + 32])[0].flatten(0, 1)[positions[inside] - start * 128]
            p = model.predictions
            logits = F.linear(p.LayerNorm(p.activation(p.dense(hidden))),
                              model.albert.embeddings.word_embeddings.weight, p.bias)
            found.append(logits.argmax(1).numpy())
            loss += F.cross_entropy(logits, torch.from_numpy(targets[inside]), reduction="sum").item()
        right = (numpy.concatenate(found) == targets).sum()
        padded = numpy.concatenate([[corpus.CLS, corpus.CLS], rows.ravel()])
        right_tri, loss_tri = 0, 0.0
        for position, target in zip(positions, targets):
            left = padded[position:position + 2]
            if left[1] == corpus.CLS:
                left = numpy.array([corpus.CLS, corpus.CLS])
            p = trigram.distribution(left)
            right_tri += p.argmax() == target
            loss_tri -= numpy.log(p[target])
        right_uni = (targets == trigram.unigram.argmax()).sum()
        counts = numpy.array([len(targets), right, right_tri, right_uni, loss])
        totals += counts
        report[name] = dict(positions=len(targets), model=right / len(targets), trigram=right_tri / len(targets),
                            unigram=right_uni / len(targets), loss=loss / len(targets), loss_trigram=loss_tri / len(targets))
    report["all"] = dict(positions=int(totals[0]), model=totals[1] / totals[0], trigram=totals[2] / totals[0],
                         unigram=totals[3] / totals[0], loss=totals[4] / totals[0])
    return report


def sentence_order(model, data, args):
    generator = numpy.random.default_rng(98)
    right = ones = count = 0
    for name in ("books", "squad"):
        rows, splits, labels = corpus.sequences(corpus.load(data / f"{name}.heldout.npz"), 128, generator, pairs=1.0)
        pick = numpy.flatnonzero(labels >= 0)
        pick = pick[generator.permutation(len(pick))[:args.rows]]
        for start in range(0, len(pick), 32):
            index = pick[start:start + 32]
            types = ((numpy.arange(128)[None] >= splits[index][:, None]) & (rows[index] != 0)).astype(numpy.int64)
            logits = model.sop_classifier(encode(model, rows[index], types)[1])
            right += (logits.argmax(1).numpy() == labels[index]).sum()
        count += len(pick)
        ones += (labels[pick] == 1).sum()
    return dict(pairs=count, accuracy=right / count, majority=max(ones, count - ones) / count)


def multiple_choice(model, heads, data, args):
    generator = numpy.random.default_rng(97)
    documents = corpus.load(data / "books.heldout.npz") + corpus.load(data / "squad.heldout.npz")
    examples = tasks.continuations(documents, generator, args.rows)
    right = 0
    for start in range(0, len(examples), 8):
        batch = examples[start:start + 8]
        rows = [row for example in batch for row in example[0]]
        pooled = encode(model, tasks.pad([r[0] for r in rows]), tasks.pad([r[1] for r in rows]))[1]
        scores = heads["multiple-choice"](pooled).view(len(batch), 4)
        right += (scores.argmax(1).numpy() == numpy.array([e[1] for e in batch])).sum()
    answers = collections.Counter(e[1] for e in examples)
    return dict(examples=len(examples), accuracy=right / len(examples),
                majority=answers.most_common(1)[0][1] / len(examples))


def text_classification(model, heads, tokenizer, args):
    examples = tasks.intents(args.banking77, tokenizer, "test")
    train = collections.Counter(e[1] for e in tasks.intents(args.banking77, tokenizer, "train"))
    right = 0
    for start in range(0, len(examples), 64):
        batch = examples[start:start + 64]
        logits = heads["text-classification"](encode(model, tasks.pad([b[0] for b in batch]))[1])
        right += (logits.argmax(1).numpy() == numpy.array([b[1] for b in batch])).sum()
    most = train.most_common(1)[0][0]
    return dict(examples=len(examples), accuracy=right / len(examples),
                majority=sum(e[1] == most for e in examples) / len(examples))


def chunks(tags):
    """Entities of a tag sequence as seqeval's default mode counts them."""
    found, start, kind, previous = [], None, None, "O"
    for i, tag in enumerate([*tags, "O"]):
        prefix, this = tag[0], tag[2:]
        if start is not None and (prefix == "O" or prefix == "B" or this != kind):
            found.append((kind, start, i - 1))
            start = None
        if prefix != "O" and start is None:
            start, kind = i, this
    return set(found)


def token_classification(model, heads, tokenizer, args):
    examples = tasks.entities(args.wnut17 / "emerging.test.annotated", tokenizer)
    right = words = others = 0
    hits = guessed = gold = 0
    for start in range(0, len(examples), 32):
        batch = examples[start:start + 32]
        logits = heads["token-classification"](encode(model, tasks.pad([b[0] for b in batch]))[0]).argmax(2).numpy()
        for row, (_, labels) in zip(logits, batch):
            keep = labels >= 0
            truth, guess = labels[keep], row[:len(labels)][keep]
            right += (truth == guess).sum()
            others += (truth == 0).sum()
            words += len(truth)
            a, b = (chunks([tasks.ENTITIES[t] for t in x]) for x in (truth, guess))
            hits, guessed, gold = hits + len(a & b), guessed + len(b), gold + len(a)
    precision, recall = hits / max(guessed, 1), hits / gold
    return dict(words=int(words), accuracy=right / words, majority=others / words, precision=precision, recall=recall,
                f1=2 * precision * recall / max(precision + recall, 1e-9), majority_f1=0.0)


def plain(text):
    text = "".join(c for c in text.lower() if c not in string.punctuation)
    return re.sub(r"\b(a|an|the)\b", " ", text).split()


def scores(guess, answers):
    best = 0.0
    for answer in answers:
        a, b = collections.Counter(plain(answer)), collections.Counter(plain(guess))
        same = sum((a & b).values())
        best = max(best, 2 * same / (sum(a.values()) + sum(b.values())) if same else 0.0)
    return max(plain(guess) == plain(a) for a in answers), best


def question_answering(model, heads, tokenizer, args, room=384, stride=128, longest=15):
    examples = tasks.squad(next(args.squad.glob("dev*.xz")))
    pick = numpy.random.default_rng(96).permutation(len(examples))[:args.questions]
    examples = [examples[i] for i in pick]
    frequent = collections.Counter(t for e in tasks.squad(next(args.squad.glob("train*.xz"))) for t in e[2])
    constant = frequent.most_common(1)[0][0]
    result = numpy.zeros(6)
    shapes = numpy.tril(numpy.triu(numpy.ones((room, room), dtype=bool)), longest - 1)
    for question, context, answers, _ in examples:
        asked = tokenizer.encode(question, add_special_tokens=False).ids[:64]
        encoded = tokenizer.encode(context, add_special_tokens=False)
        size, best, guess = room - 3 - len(asked), -1.0, ""
        for begin in range(0, max(1, len(encoded.ids) - stride), size - stride):
            part = encoded.ids[begin:begin + size]
            ids, segments = tasks.pair(asked, part)
            logits = heads["question-answering"](encode(model, ids[None], segments[None])[0])[0]
            start, end = logits[len(asked) + 2:len(asked) + 2 + len(part)].softmax(0).numpy().T
            table = numpy.where(shapes[:len(part), :len(part)], start[:, None] * end[None], 0)
            s, e = divmod(int(table.argmax()), len(part))
            if table[s, e] > best:
                best = table[s, e]
                guess = context[encoded.offsets[begin + s][0]:encoded.offsets[begin + e][1]].strip()
        opening = " ".join(context.split()[:3])
        result += [*scores(guess, answers), *scores(constant, answers), *scores(opening, answers)]
    result *= 100 / len(examples)
    return dict(questions=len(examples), em=result[0], f1=result[1], majority_answer=constant, majority_em=result[2],
                majority_f1=result[3], opening_em=result[4], opening_f1=result[5])


def fill(model, tokenizer, text, count=5):
    ids = numpy.array([tokenizer.encode(text).ids])
    hidden = encode(model, ids)[0][0, int((ids[0] == corpus.MASK).argmax())]
    p = model.predictions
    logits = F.linear(p.LayerNorm(p.activation(p.dense(hidden))), model.albert.embeddings.word_embeddings.weight, p.bias)
    values, indices = logits.softmax(0).topk(count)
    return [(tokenizer.id_to_token(int(i)), round(float(v), 3)) for v, i in zip(values, indices)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True, help="tokenizer.json")
    parser.add_argument("--squad", type=Path, required=True)
    parser.add_argument("--banking77", type=Path, required=True)
    parser.add_argument("--wnut17", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=600, help="rows per source")
    parser.add_argument("--questions", type=int, default=1000)
    parser.add_argument("--vocabulary", type=int, default=8000)
    parser.add_argument("--only", nargs="*", default=["fill", "masked", "order", "choice", "intents", "entities", "questions"])
    args = parser.parse_args()
    torch.set_num_threads(1)
    model, heads, _ = load(args.checkpoint)
    with torch.no_grad():
        for parameter in [*model.parameters(), *heads.parameters()]:  # what is shipped
            parameter.copy_(parameter.half().float())
    model.eval()
    heads.eval()
    tokenizer = Tokenizer.from_file(str(args.tokenizer))
    runs = {
        "fill": lambda: {t: fill(model, tokenizer, t) for t in
                         ("The [MASK] was dark and the wind was cold.", "The capital of France is [MASK].")},
        "masked": lambda: masked_tokens(model, args.data, args),
        "order": lambda: sentence_order(model, args.data, args),
        "choice": lambda: multiple_choice(model, heads, args.data, args),
        "intents": lambda: text_classification(model, heads, tokenizer, args),
        "entities": lambda: token_classification(model, heads, tokenizer, args),
        "questions": lambda: question_answering(model, heads, tokenizer, args),
    }
    with torch.no_grad():
        for name in args.only:
            print(name, json.dumps(runs[name](), indent=1, default=float, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
