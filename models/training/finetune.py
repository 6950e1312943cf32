#!/usr/bin/env python3
"""Fine-tune the one encoder on all tasks at once, each with its own small head; over after --minutes.

Masked tokens and sentence order stay in the mix. Every step is one batch of one task, drawn by the shares below.
"""
import argparse
import os
import time
from pathlib import Path

import numpy
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from transformers import AlbertConfig, AlbertForPreTraining

import corpus
import tasks
from pretrain import losses

SHARES = {"pre-training": 0.22, "question-answering": 0.34, "text-classification": 0.22, "token-classification": 0.10,
          "multiple-choice": 0.12}
OUTPUTS = {"question-answering": 2, "text-classification": 77, "token-classification": 13, "multiple-choice": 1}


def load(checkpoint):
    stored = torch.load(checkpoint, map_location="cpu", weights_only=False)
    model = AlbertForPreTraining(AlbertConfig(**stored["config"]))
    model.load_state_dict(stored["model"], strict=False)
    for module in model.modules():  # gelu_new in one kernel
        if hasattr(module, "activation") and not isinstance(module.activation, torch.nn.Tanh):
            module.activation = torch.nn.GELU(approximate="tanh")
    model.sop_classifier.dropout = torch.nn.Identity()
    heads = torch.nn.ModuleDict({name: torch.nn.Linear(model.config.hidden_size, size)
                                 for name, size in OUTPUTS.items()})
    for name, state in stored.get("heads", {}).items():
        heads[name].load_state_dict(state)
    return model, heads, stored


def encode(model, ids, segments=None):
    ids = torch.from_numpy(ids)
    segments = torch.zeros_like(ids) if segments is None else torch.from_numpy(segments)
    return model.albert(input_ids=ids, token_type_ids=segments, attention_mask=(ids != 0).long())


def drop(x, training):
    return F.dropout(x, 0.1, training)


def task_loss(name, model, heads, batch):
    """Mean loss of a batch of examples of one of the four tasks."""
    training = model.training
    if name == "question-answering":
        ids, segments = tasks.pad([b[0] for b in batch]), tasks.pad([b[1] for b in batch])
        logits = heads[name](encode(model, ids, segments)[0])
        logits = logits.masked_fill(torch.from_numpy(ids == 0)[:, :, None], -1e4)
        return sum(F.cross_entropy(logits[:, :, i], torch.tensor([b[2 + i] for b in batch])) for i in (0, 1)) / 2
    if name == "text-classification":
        pooled = encode(model, tasks.pad([b[0] for b in batch]))[1]
        return F.cross_entropy(heads[name](drop(pooled, training)), torch.tensor([b[1] for b in batch]))
    if name == "token-classification":
        hidden = encode(model, tasks.pad([b[0] for b in batch]))[0]
        labels = torch.from_numpy(tasks.pad([b[1] for b in batch], -100))
        return F.cross_entropy(heads[name](drop(hidden, training)).flatten(0, 1), labels.flatten(), ignore_index=-100)
    rows = [choice for b in batch for choice in b[0]]
    pooled = encode(model, tasks.pad([r[0] for r in rows]), tasks.pad([r[1] for r in rows]))[1]
    scores = heads[name](drop(pooled, training)).view(len(batch), 4)
    return F.cross_entropy(scores, torch.tensor([b[1] for b in batch]))


def endless(examples, pieces, generator, length=lambda e: len(e[0])):
    """Batches of about `pieces` pieces of like length, in random order, for ever."""
    while True:
        order = generator.permutation(len(examples))
        for start in range(0, len(order), 1024):
            pool = sorted((examples[i] for i in order[start:start + 1024]), key=length)
            batches, batch = [], []
            for example in pool:
                if batch and length(example) * (len(batch) + 1) > pieces:
                    batches.append(batch)
                    batch = []
                batch.append(example)
            batches.append(batch)
            for i in generator.permutation(len(batches)):
                yield batches[i]


def pretraining(data, args, generator):
    while True:
        parts = [corpus.sequences([d[i] for i in generator.permutation(len(d))[:len(d) // 12]], 128, generator, 0.65)
                 for d in data.values()]
        rows, splits, labels = (numpy.concatenate(p) for p in zip(*parts))
        order = generator.permutation(len(rows))
        size = args.pieces // 128
        for start in range(0, len(order) - size + 1, size):
            index = order[start:start + size]
            ids = rows[index]
            masked, positions, targets = corpus.mask(ids, generator, 0.15, args.vocabulary)
            types = ((numpy.arange(128)[None] >= splits[index][:, None]) & (ids != 0)).astype(numpy.int64)
            yield tuple(torch.from_numpy(x) for x in (masked, types, positions, targets, labels[index]))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, required=True, help="of pretrain.py")
    parser.add_argument("--tokenizer", type=Path, required=True, help="tokenizer.json")
    parser.add_argument("--squad", type=Path, required=True)
    parser.add_argument("--banking77", type=Path, required=True)
    parser.add_argument("--wnut17", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="checkpoint with the heads; an existing one is continued")
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--lr", type=float, default=5e-4)
    parser.add_argument("--head-lr", type=float, default=2e-3)
    parser.add_argument("--order-weight", type=float, default=1.0)
    parser.add_argument("--pieces", type=int, default=2048)
    parser.add_argument("--questions", type=int, default=30000, help="questions encoded for the run")
    parser.add_argument("--vocabulary", type=int, default=8000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--checkpoint-minutes", type=float, default=5)
    args = parser.parse_args()
    begin = time.time()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    torch.manual_seed(args.seed)
    generator = numpy.random.default_rng(args.seed)
    tokenizer = Tokenizer.from_file(str(args.tokenizer))
    texts = {name: corpus.load(args.data / f"{name}.train.npz") for name in ("books", "squad", "wordnet")}
    questions = tasks.squad(next(args.squad.glob("train*.xz")))
    questions = [questions[i] for i in generator.permutation(len(questions))[:args.questions]]
    stories = texts["books"] + texts["squad"]

    def whole(example):
        return 4 * max(len(r[0]) for r in example[0])

    streams = {
        "pre-training": pretraining(texts, args, generator),
        "question-answering": endless(tasks.question_rows(questions, tokenizer, generator), args.pieces, generator),
        "text-classification": endless(tasks.intents(args.banking77, tokenizer, "train"), args.pieces * 3 // 4, generator),
        "token-classification": endless(tasks.entities(args.wnut17 / "wnut17train.conll", tokenizer),
                                        args.pieces * 3 // 4, generator),
        "multiple-choice": endless(tasks.continuations(stories, generator, 8000), args.pieces, generator, whole),
    }
    spent, steps, seen = 0.0, 0, 0
    if args.out.exists():
        model, heads, stored = load(args.out)
        spent, steps = stored["finetune_spent"], stored["finetune_steps"]
    else:
        model, heads, stored = load(args.checkpoint)
    begin -= spent
    optimiser = torch.optim.AdamW([dict(params=[p for p in model.parameters()], lr=args.lr),
                                   dict(params=heads.parameters(), lr=args.head_lr)], betas=(0.9, 0.98), weight_decay=0.01)
    if "finetune_optimiser" in stored:
        optimiser.load_state_dict(stored["finetune_optimiser"])
    base = [args.lr, args.head_lr]

    def save():
        temporary = args.out.with_suffix(".tmp")
        state = {name: head.state_dict() for name, head in heads.items()}
        torch.save(dict(model=model.state_dict(), heads=state, config=stored["config"], steps=stored["steps"],
                        tokens=stored["tokens"], finetune_optimiser=optimiser.state_dict(),
                        finetune_spent=time.time() - begin, finetune_steps=steps), temporary)
        os.replace(temporary, args.out)

    model.train()
    heads.train()
    names, weights = list(SHARES), numpy.array(list(SHARES.values()))
    running = {name: [] for name in names}
    saved = time.time()
    while (share := (time.time() - begin) / (60 * args.minutes)) < 1:
        factor = min(1.0, (steps + 1) / 50) * (1 - share)
        for group, rate in zip(optimiser.param_groups, base):
            group["lr"] = rate * factor
        name = names[generator.choice(len(names), p=weights)]
        batch = next(streams[name])
        if name == "pre-training":
            mlm, sop, _, _ = losses(model, *batch)
            loss = mlm + args.order_weight * sop
        else:
            loss = task_loss(name, model, heads, batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_([*model.parameters(), *heads.parameters()], 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        running[name].append(loss.item())
        steps += 1
        if steps % 50 == 0:
            print(f"{steps:5} {share:6.2%} " + " ".join(
                f"{n} {numpy.mean(v[-30:]):.3f} ({len(v)})" for n, v in running.items() if v), flush=True)
        if time.time() - saved > 60 * args.checkpoint_minutes:
            save()
            saved = time.time()
    save()


if __name__ == "__main__":
    main()
