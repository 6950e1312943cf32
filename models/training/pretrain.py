#!/usr/bin/env python3
"""Pre-train with masked-token and sentence-order losses; resumable, and over at a given time of day.

The learning-rate schedule follows the clock: warm-up by steps, then a cosine in the share of time used up, so it
reaches its end whatever else the machine does.
"""
import argparse
import math
import os
import time
from pathlib import Path

import numpy
import torch
import torch.nn.functional as F
from transformers import AlbertConfig, AlbertForPreTraining

import corpus
from initial import initialise


class Muon(torch.optim.Optimizer):
    """Momentum whose update matrix is orthogonalised (Newton-Schulz, five steps, single precision)."""

    def __init__(self, parameters, lr, momentum=0.95, weight_decay=0.0):
        super().__init__(parameters, dict(lr=lr, momentum=momentum, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                buffer = self.state[p].setdefault("momentum", torch.zeros_like(p))
                buffer.lerp_(p.grad, 1 - group["momentum"])
                x = p.grad.lerp(buffer, group["momentum"])
                wide = x.shape[0] > x.shape[1]
                x = x.T if wide else x
                x = x / (x.norm() + 1e-7)
                for _ in range(5):
                    gram = x @ x.T
                    x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
                x = x.T if wide else x
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.add_(x, alpha=-group["lr"] * 0.2 * max(p.shape) ** 0.5)


def optimisers(model, args):
    matrices, tables, vectors = [], [], []
    for name, parameter in model.named_parameters():
        if name.startswith("predictions.decoder"):
            continue
        if "embeddings" in name and "LayerNorm" not in name:
            tables.append(parameter)
        elif parameter.ndim == 2 and "sop" not in name:
            matrices.append(parameter)
        else:
            vectors.append(parameter)
    adam = dict(betas=(0.9, 0.98), eps=1e-8)
    if args.optimiser == "muon":
        return [Muon(matrices, lr=args.lr, weight_decay=args.decay),
                torch.optim.AdamW([dict(params=tables, weight_decay=0.0), dict(params=vectors, weight_decay=0.0)],
                                  lr=args.table_lr, **adam)]
    return [torch.optim.AdamW([dict(params=matrices, weight_decay=args.decay),
                               dict(params=tables + vectors, weight_decay=0.0)], lr=args.table_lr, **adam)]


def losses(model, ids, types, positions, targets, orders):
    hidden = model.albert(input_ids=ids, token_type_ids=types, attention_mask=(ids != corpus.PAD).long())
    predictions = model.predictions
    picked = hidden[0].reshape(-1, hidden[0].shape[-1])[positions]
    transformed = predictions.LayerNorm(predictions.activation(predictions.dense(picked)))
    logits = F.linear(transformed, model.albert.embeddings.word_embeddings.weight, predictions.bias)
    mlm = F.cross_entropy(logits, targets)
    order_logits = model.sop_classifier(hidden[1])
    sop = F.cross_entropy(order_logits, orders, ignore_index=-100, reduction="sum") / (orders >= 0).sum().clamp(min=1)
    correct = (logits.argmax(1) == targets).float().mean()
    return mlm, sop, correct, ((order_logits.argmax(1) == orders).float().sum() / (orders >= 0).sum().clamp(min=1))


def batches(data, args, epoch, length):
    """One pass over all sources in random order, already masked."""
    generator = numpy.random.default_rng([args.seed, epoch, length])
    parts = []
    for documents, share in data:
        chosen = generator.random(len(documents)) < share
        parts.append(corpus.sequences([d for d, c in zip(documents, chosen) if c], length, generator))
    rows, splits, labels = (numpy.concatenate(p) for p in zip(*parts))
    order = generator.permutation(len(rows))
    size = args.tokens // length
    for start in range(0, len(order) - size + 1, size):
        index = order[start:start + size]
        ids = rows[index]
        masked, positions, targets = corpus.mask(ids, generator, args.rate, args.vocabulary)
        types = ((numpy.arange(length)[None] >= splits[index][:, None]) & (ids != corpus.PAD)).astype(numpy.int64)
        yield tuple(torch.from_numpy(x) for x in (masked, types, positions, targets, labels[index]))


def evaluate(model, data, args):
    model.eval()
    generator = numpy.random.default_rng(7)
    report = []
    with torch.no_grad():
        for name, documents in data.items():
            rows, splits, labels = corpus.sequences(documents, args.length, generator)
            pick = generator.permutation(len(rows))[:args.evaluation_rows]
            masked, positions, targets = corpus.mask(rows[pick], generator, 0.15, args.vocabulary)
            types = numpy.arange(args.length)[None] >= splits[pick][:, None]
            types = (types & (rows[pick] != corpus.PAD)).astype(numpy.int64)
            mlm, sop, correct, order = losses(model, *(torch.from_numpy(x) for x in
                                                       (masked, types, positions, targets, labels[pick])))
            report.append(f"{name} {mlm:.3f} {correct:.2%}" + (f" sop {order:.1%}" if (labels[pick] >= 0).any() else ""))
    model.train()
    return " | ".join(report)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="checkpoint file; an existing one is continued")
    parser.add_argument("--minutes", type=float, required=True, help="length of the whole run, resumptions included")
    parser.add_argument("--long-from", type=float, default=0.8, help="share of the run after which rows are twice as long")
    parser.add_argument("--lr", type=float, default=3e-3, help="of the matrices under Muon")
    parser.add_argument("--table-lr", type=float, default=1e-3, help="of the embeddings and vectors (AdamW)")
    parser.add_argument("--decay", type=float, default=0.05)
    parser.add_argument("--warmup", type=int, default=200)
    parser.add_argument("--optimiser", choices=("muon", "adamw"), default="muon")
    parser.add_argument("--tokens", type=int, default=2048, help="pieces per batch")
    parser.add_argument("--length", type=int, default=64)
    parser.add_argument("--rate", type=float, default=0.2)
    parser.add_argument("--order-weight", type=float, default=0.2)
    parser.add_argument("--hidden", type=int, default=256)
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--groups", type=int, default=2)
    parser.add_argument("--heads", type=int, default=8)
    parser.add_argument("--intermediate", type=int, default=1024)
    parser.add_argument("--vocabulary", type=int, default=8000)
    parser.add_argument("--wordnet-share", type=float, default=0.6, help="share of the glosses seen in an epoch")
    parser.add_argument("--evaluation-rows", type=int, default=128)
    parser.add_argument("--seed", type=int, default=12345)
    parser.add_argument("--plain", action="store_true", help="usual random initialisation")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--checkpoint-minutes", type=float, default=8)
    parser.add_argument("--write-initial", action="store_true", help="write the untrained checkpoint and stop")
    args = parser.parse_args()

    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    torch.manual_seed(args.seed)
    config = AlbertConfig(
        vocab_size=args.vocabulary, embedding_size=128, hidden_size=args.hidden, num_hidden_layers=args.layers,
        num_hidden_groups=args.groups, num_attention_heads=args.heads, intermediate_size=args.intermediate,
        hidden_act="gelu_new", hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, classifier_dropout_prob=0.0,
        max_position_embeddings=512, type_vocab_size=2)
    model = AlbertForPreTraining(config)
    for module in model.modules():  # gelu_new in one kernel
        if hasattr(module, "activation") and not isinstance(module.activation, torch.nn.Tanh):
            module.activation = torch.nn.GELU(approximate="tanh")
    model.sop_classifier.dropout = torch.nn.Identity()

    shares = {"books": 1.0, "squad": 1.0, "wordnet": args.wordnet_share}
    data = [(corpus.load(args.data / f"{name}.train.npz"), share) for name, share in shares.items()]
    heldout = {name: corpus.load(args.data / f"{name}.heldout.npz") for name in shares}
    steps = tokens = epoch = 0
    spent = 0.0
    optimiser = optimisers(model, args)
    base = [[group["lr"] for group in one.param_groups] for one in optimiser]
    if args.out.exists():
        stored = torch.load(args.out, weights_only=False)
        model.load_state_dict(stored["model"])
        for one, state in zip(optimiser, stored["optimisers"]):
            one.load_state_dict(state)
        steps, tokens, epoch, spent = (stored[k] for k in ("steps", "tokens", "epoch", "spent"))
        epoch += 1
        print(f"continuing at step {steps}", flush=True)
    elif not args.plain:
        ids = numpy.concatenate([numpy.concatenate([s for d in documents for s in d]) for documents, _ in data])
        initialise(model, ids, args.seed)

    begin = time.time() - spent

    def save():
        temporary = args.out.with_suffix(".tmp")
        torch.save(dict(model=model.state_dict(), optimisers=[o.state_dict() for o in optimiser], steps=steps,
                        tokens=tokens, epoch=epoch, spent=time.time() - begin, config=config.to_dict()), temporary)
        os.replace(temporary, args.out)

    if args.write_initial:
        return save()
    function = torch.compile(losses, dynamic=True) if args.compile else losses
    total = args.minutes * 60
    sums, marked, saved = numpy.zeros(5), time.time(), time.time()
    cpu = time.process_time()
    model.train()
    length = args.length
    while time.time() - begin < total:
        for batch in batches(data, args, epoch, length):
            share = (time.time() - begin) / total
            if share >= 1:
                break
            if share >= args.long_from and length == args.length:
                length *= 2
                print("longer rows", flush=True)
                break
            factor = min(1.0, (steps + 1) / args.warmup) * (0.5 + 0.5 * math.cos(math.pi * share))
            for one, rates in zip(optimiser, base):
                for group, rate in zip(one.param_groups, rates):
                    group["lr"] = rate * factor
            mlm, sop, correct, order = function(model, *batch)
            (mlm + args.order_weight * sop).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            for one in optimiser:
                one.step()
            model.zero_grad(set_to_none=True)
            steps += 1
            tokens += batch[0].numel()
            sums += (mlm.item(), sop.item(), correct.item(), order.item(), 1)
            if steps % 50 == 0:
                now, used = time.time(), time.process_time()
                mean = sums[:4] / sums[4]
                print(f"{steps:6} {share:6.2%} loss {mean[0]:.3f} order {mean[1]:.3f} accuracy {mean[2]:.2%} "
                      f"order accuracy {mean[3]:.1%} | {sums[4] * args.tokens / (now - marked):.0f} pieces/s, "
                      f"core {(used - cpu) / (now - marked):.0%}", flush=True)
                sums, marked, cpu = numpy.zeros(5), now, used
            if steps % 500 == 0:
                print("held out:", evaluate(model, heldout, args), flush=True)
            if time.time() - saved > args.checkpoint_minutes * 60:
                save()
                saved = time.time()
        else:
            epoch += 1
    save()
    print(f"{steps} steps, {tokens} pieces, held out:", evaluate(model, heldout, args), flush=True)


if __name__ == "__main__":
    main()
