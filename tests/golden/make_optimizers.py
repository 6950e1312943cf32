#!/usr/bin/env python3
"""Writes tests/golden/optimizers/optimizers.json: ten steps of every optimizer and the rates of every schedule.

Run with the reference's Python (transformers 4.34.1, torch 2.1.2). Values and gradients come from philox.py, so the file
holds results only. AdamW and SGD are torch's, Adafactor and the schedules are the reference's, LAMB and AdamW without
bias correction are transcriptions of Google's ALBERT code (optimization.py, lamb_optimizer.py) in float64.
"""

import json
import math
import pathlib
import warnings

import numpy
import torch
import transformers
from philox import normal

warnings.filterwarnings("ignore")
HERE = pathlib.Path(__file__).resolve().parent
SHAPES = {"a.weight": (5, 7), "a.bias": (5,), "LayerNorm.weight": (6,), "b.weight": (2, 3, 4), "c.weight": (40, 11), "zero.weight": (3, 3)}
STEPS = 10


def value_of(index, shape):
    count = int(numpy.prod(shape))
    values = numpy.zeros(count) if index == 5 else normal(7, index, count) * 0.3
    return values.astype(numpy.float32).reshape(shape)


def gradient_of(step, index, shape):
    count = int(numpy.prod(shape))
    return (normal(11, step * 100 + index, count) * (0.01 if index % 2 else 2.0)).astype(numpy.float32).reshape(shape)


def decays(name):
    return not ("bias" in name or "LayerNorm" in name)


def with_torch(make, clip=None):
    parameters = {name: torch.nn.Parameter(torch.tensor(value_of(i, shape))) for i, (name, shape) in enumerate(SHAPES.items())}
    optimizer = make([p for n, p in parameters.items() if decays(n)], [p for n, p in parameters.items() if not decays(n)])
    norms = []
    for step in range(STEPS):
        for i, (name, shape) in enumerate(SHAPES.items()):
            parameters[name].grad = torch.tensor(gradient_of(step, i, shape))
        if clip:
            norms.append(float(torch.nn.utils.clip_grad_norm_(parameters.values(), clip)))
        optimizer.step()
    return {"values": {name: p.detach().numpy().ravel().tolist() for name, p in parameters.items()}, **({"norms": norms} if clip else {})}


def with_google(lamb, weight_decay, rate, clip):
    values = {name: value_of(i, shape).astype(numpy.float64) for i, (name, shape) in enumerate(SHAPES.items())}
    first = {name: numpy.zeros(shape) for name, shape in SHAPES.items()}
    second = {name: numpy.zeros(shape) for name, shape in SHAPES.items()}
    for step in range(STEPS):
        gradients = {name: gradient_of(step, i, shape).astype(numpy.float64) for i, (name, shape) in enumerate(SHAPES.items())}
        norm = math.sqrt(sum((g**2).sum() for g in gradients.values()))
        for name, value in values.items():
            g = gradients[name] * clip / max(norm, clip)
            first[name] = 0.9 * first[name] + 0.1 * g
            second[name] = 0.999 * second[name] + 0.001 * g * g
            update = first[name] / (numpy.sqrt(second[name]) + 1e-6)
            ratio = 1.0
            if decays(name):
                update = update + weight_decay * value
                if lamb:
                    weight_norm, update_norm = numpy.linalg.norm(value), numpy.linalg.norm(update)
                    ratio = weight_norm / update_norm if weight_norm > 0 and update_norm > 0 else 1.0
            values[name] = value - rate * ratio * update
    return {"values": {name: value.ravel().tolist() for name, value in values.items()}}


def groups(decay):
    return lambda decayed, others: [{"params": decayed, "weight_decay": decay}, {"params": others, "weight_decay": 0.0}]


def adafactor(**options):
    return lambda decayed, others: transformers.Adafactor(groups(options.pop("weight_decay", 0.0))(decayed, others), **options)


def schedules():
    cases = []
    for name in ("linear", "cosine", "cosine_with_restarts", "polynomial", "constant", "constant_with_warmup", "inverse_sqrt"):
        for warmup, total in ((0, 10), (3, 17), (5, 5), (20, 10)):
            if name == "inverse_sqrt" and warmup == 0 or name == "polynomial" and warmup >= total:
                continue  # the reference divides by zero
            optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=3e-4)
            schedule = transformers.get_scheduler(name, optimizer, num_warmup_steps=warmup, num_training_steps=total)
            rates = []
            for _ in range(22):
                rates.append(schedule.get_last_lr()[0])
                optimizer.step()
                schedule.step()
            cases.append({"type": name, "warmup": warmup, "total": total, "rates": rates})
    for warmup, total, power in ((0, 10, 1.0), (3, 17, 1.0), (5, 12, 2.0)):
        rates = [3e-4 * t / warmup if t < warmup else 3e-4 * (1 - min(t, total) / total) ** power for t in range(22)]
        cases.append({"type": "google_polynomial", "warmup": warmup, "total": total, "power": power, "rates": rates})
    return cases


def rounded(value):
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [rounded(one) for one in value]
    return float(f"{value:.9g}") if isinstance(value, float) else value


def main():
    cases = {
        "adamw": with_torch(lambda d, o: torch.optim.AdamW(groups(0.0)(d, o), lr=1e-2)),
        "adamw_decay": with_torch(lambda d, o: torch.optim.AdamW(groups(0.1)(d, o), lr=1e-2, betas=(0.8, 0.95), eps=1e-6), clip=1.0),
        "adamw_google": with_google(False, 0.01, 1e-2, 1.0),
        "lamb": with_google(True, 0.01, 1e-2, 1.0),
        "sgd": with_torch(lambda d, o: torch.optim.SGD(groups(0.0)(d, o), lr=1e-2)),
        "sgd_momentum": with_torch(lambda d, o: torch.optim.SGD(groups(0.1)(d, o), lr=1e-2, momentum=0.9, dampening=0.25)),
        "sgd_nesterov": with_torch(lambda d, o: torch.optim.SGD(groups(0.1)(d, o), lr=1e-2, momentum=0.9, nesterov=True)),
        "adafactor": with_torch(adafactor()),
        "adafactor_trainer": with_torch(adafactor(lr=1e-3, scale_parameter=False, relative_step=False)),
        "adafactor_warmup": with_torch(adafactor(beta1=0.9, warmup_init=True, weight_decay=0.1, clip_threshold=0.5)),
    }
    folder = HERE / "optimizers"
    folder.mkdir(exist_ok=True)
    (folder / "optimizers.json").write_text(json.dumps(rounded({"optimizers": cases, "schedules": schedules()}), separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
