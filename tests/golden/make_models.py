"""Forward passes of the reference over many small, random, awkward configurations.

Run in the reference environment (transformers 4.34.1, torch 2.1.2): writes models/pytorch.json (the
cases) and models/pytorch.f32 (the outputs, float32, one after the other). Weights and floating inputs
are not stored (philox.py). Each output also carries how far the reference's float32 run lies from its
own float64 run.
"""

import copy
import json
import os
import random
import warnings

import numpy as np
import torch
import transformers

from philox import golden_value

warnings.filterwarnings("ignore")
transformers.logging.set_verbosity_error()
torch.set_num_threads(1)

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "models")
CLASSES = ["AlbertModel", "AlbertForPreTraining", "AlbertForMaskedLM", "AlbertForSequenceClassification",
           "AlbertForMultipleChoice", "AlbertForTokenClassification", "AlbertForQuestionAnswering"]
ACTIVATIONS = ["gelu", "gelu_python", "gelu_new", "gelu_accurate", "gelu_pytorch_tanh", "gelu_fast", "gelu_10", "quick_gelu",
               "relu", "relu6", "relu2", "silu", "swish", "mish", "laplace", "sigmoid", "tanh", "linear"]
POSITIONS = ["absolute", "relative_key", "relative_key_query", "something_else"]

rng = random.Random(20240229)
cases = []


def config(**overrides):
    """Two groups of two inner layers over four iterations, E != H, nothing degenerate."""
    fields = dict(vocab_size=37, embedding_size=12, hidden_size=24, num_hidden_layers=4, num_hidden_groups=2, num_attention_heads=3,
                  intermediate_size=40, inner_group_num=2, hidden_act="gelu_new", max_position_embeddings=19, type_vocab_size=3,
                  initializer_range=0.2, classifier_dropout_prob=0.1, num_labels=3)
    fields.update(overrides)
    return fields


def ints(values, shape, dtype="int64"):
    return {"dtype": dtype, "shape": list(shape), "data": [int(v) for v in values]}


def floats(values, shape, dtype="float32"):
    return {"dtype": dtype, "shape": list(shape), "data": [float(v) for v in values]}


def random_ints(high, shape, dtype="int64"):
    return ints([rng.randrange(high) for _ in range(int(np.prod(shape)))], shape, dtype)


def ragged_mask(rows, width, dtype="int64"):
    values = []
    for _ in range(rows):
        length = rng.randint(1, width)
        values += [1] * length + [0] * (width - length)
    return ints(values, (rows, width), dtype)


def add(name, cls, cfg, inputs, **case):
    cases.append(dict(name=name, **{"class": cls}, config=cfg, inputs=inputs, seed=len(cases) + 1, **case))


def token_shape(cls, b=2, s=7, k=3):
    return (b, k, s) if cls == "AlbertForMultipleChoice" else (b, s)


def labels_for(cls, cfg, b, s, k=3):
    if cls == "AlbertForMaskedLM":
        return {"labels": ints([rng.choice([-100, rng.randrange(cfg["vocab_size"])]) for _ in range(b * s)], (b, s))}
    if cls == "AlbertForPreTraining":
        return {**labels_for("AlbertForMaskedLM", cfg, b, s), "sentence_order_label": random_ints(2, (b,))}
    if cls == "AlbertForSequenceClassification":
        return {"labels": random_ints(max(cfg["num_labels"], 1), (b,))}
    if cls == "AlbertForTokenClassification":
        return {"labels": ints([rng.choice([-100] + list(range(cfg["num_labels"]))) for _ in range(b * s)], (b, s))}
    if cls == "AlbertForQuestionAnswering":
        return {"start_positions": random_ints(s + 2, (b,)), "end_positions": random_ints(s + 2, (b,))}
    if cls == "AlbertForMultipleChoice":
        return {"labels": random_ints(k, (b,))}
    return {}


def class_config(cls, **overrides):
    cfg = config(**overrides)
    if cls == "AlbertForQuestionAnswering":
        cfg["num_labels"] = 2
    if cls == "AlbertForPreTraining":
        cfg["num_labels"] = 2
    return cfg


def systematic():
    for cls in CLASSES:  # every class, with and without labels, ragged masks and types
        for b, s in ((2, 7), (3, 11)):
            shape = token_shape(cls, b, s)
            cfg = class_config(cls)
            rows = int(np.prod(shape[:-1]))
            mask = ragged_mask(rows, s)
            mask["shape"] = list(shape)
            add(f"{cls} {b}x{s}", cls, cfg,
                {"input_ids": random_ints(37, shape), "attention_mask": mask, "token_type_ids": random_ints(3, shape),
                 **labels_for(cls, cfg, b, s)}, hidden=s == 7, attentions=s == 7)
    for act in ACTIVATIONS:
        add(f"activation {act}", "AlbertForMaskedLM", config(hidden_act=act, num_hidden_layers=2, num_hidden_groups=1), {"input_ids": random_ints(37, (2, 5))})
    for kind in POSITIONS:
        for s in (5, 19):
            add(f"positions {kind} {s}", "AlbertModel", config(position_embedding_type=kind),
                {"input_ids": random_ints(37, (2, s)), "attention_mask": ragged_mask(2, s)}, hidden=s == 5, attentions=s == 5)
        add(f"positions {kind} given", "AlbertModel", config(position_embedding_type=kind),
            {"input_ids": random_ints(37, (2, 6)), "position_ids": random_ints(19, (2, 6))})
    for n, g, j in ((5, 2, 1), (4, 1, 1), (3, 3, 1), (6, 2, 3), (7, 3, 2), (0, 1, 1), (1, 1, 1), (12, 1, 1), (5, 4, 1), (9, 4, 2)):
        add(f"layers {n} groups {g} inner {j}", "AlbertModel", config(num_hidden_layers=n, num_hidden_groups=g, inner_group_num=j),
            {"input_ids": random_ints(37, (1, 6))}, hidden=True, attentions=n < 8)
    add("no inner layers", "AlbertModel", config(inner_group_num=0), {"input_ids": random_ints(37, (1, 6))}, hidden=True)

    words = {"input_ids": random_ints(37, (2, 7))}
    for name, g, j, mask in (("1-D", 2, 2, floats([1, 0, 0.5], (3,))), ("2-D", 2, 2, floats([rng.random() for _ in range(12)], (4, 3))),
                             ("2-D one group", 1, 1, floats([rng.random() for _ in range(12)], (4, 3))),
                             ("2-D longer than needed", 2, 1, floats([rng.random() for _ in range(18)], (6, 3))),
                             ("2-D shorter, rows exist", 1, 1, floats([rng.random() for _ in range(3)], (1, 3))),
                             ("2-D one column", 2, 2, floats([rng.random() for _ in range(4)], (4, 1))),
                             ("integers", 2, 2, ints([1, 0, 1], (3,))),
                             ("5-D", 2, 2, floats([rng.random() for _ in range(4 * 2 * 3)], (4, 2, 3, 1, 1))),
                             ("5-D by slot", 2, 2, floats([rng.random() for _ in range(4 * 3 * 49)], (4, 1, 3, 7, 7))),
                             ("5-D by key", 2, 2, floats([rng.random() for _ in range(4 * 7)], (4, 1, 1, 1, 7)))):
        add(f"head mask {name}", "AlbertModel", config(num_hidden_groups=g, inner_group_num=j), {**words, "head_mask": mask},
            attentions=name in ("1-D", "2-D", "5-D by slot"))

    embeds = {"inputs_embeds": {"dtype": "float32", "shape": [2, 7, 12], "name": "inputs_embeds"}}
    add("inputs_embeds", "AlbertModel", config(), embeds)
    add("inputs_embeds masked", "AlbertForMaskedLM", config(), {**embeds, "attention_mask": ragged_mask(2, 7)})
    add("inputs_embeds multiple choice", "AlbertForMultipleChoice", config(),
        {"inputs_embeds": {"dtype": "float32", "shape": [2, 3, 5, 12], "name": "inputs_embeds"}, "labels": random_ints(3, (2,))})

    for name, mask in (("zeros in one row", ints([1] * 7 + [0] * 7, (2, 7))), ("all zeros", ints([0] * 14, (2, 7))),
                       ("fractions", floats([1, 0.5, 0.25, 1, 0, 0.9, 1] * 2, (2, 7))), ("all halves", floats([0.5] * 14, (2, 7))),
                       ("above one", floats([1, 2, 1, 0, 1.5, 1, 1] * 2, (2, 7))), ("overflow", floats([1] * 7 + [1, 3, 1, 0, 1, 1, 1], (2, 7))),
                       ("negative", floats([1, -1, 1, 0, 1, 1, 1] * 2, (2, 7))),
                       ("boolean", {"dtype": "bool", "shape": [2, 7], "data": [1, 1, 0, 1, 1, 0, 0] * 2}),
                       ("first hidden", ints([0, 0, 1, 1, 1, 1, 0] * 2, (2, 7))), ("one row for all", ints([1, 1, 1, 0, 1, 0, 0], (1, 7))),
                       ("holes", ints([1, 0, 1, 0, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1], (2, 7))), ("int32", ints([1, 1, 1, 1, 1, 0, 0] * 2, (2, 7), "int32")),
                       ("uint8", ints([1, 1, 1, 1, 1, 0, 0] * 2, (2, 7), "uint8")), ("float64", floats([1, 1, 1, 1, 1, 0, 0] * 2, (2, 7), "float64"))):
        for kind in ("absolute", "relative_key_query"):
            add(f"mask {name}, {kind}", "AlbertModel", config(position_embedding_type=kind, num_hidden_layers=2, inner_group_num=1),
                {**words, "attention_mask": mask}, attentions=kind == "absolute")

    add("types [1, S]", "AlbertModel", config(), {**words, "token_type_ids": random_ints(3, (1, 7))})
    add("types [S]", "AlbertModel", config(), {**words, "token_type_ids": random_ints(3, (7,), "int32")})
    add("positions [1, S]", "AlbertModel", config(), {**words, "position_ids": random_ints(19, (1, 7))})
    add("positions [S]", "AlbertModel", config(), {**words, "position_ids": random_ints(19, (7,))})
    add("int32 ids", "AlbertModel", config(), {"input_ids": random_ints(37, (2, 7), "int32")})
    add("longer than positions, both given", "AlbertModel", config(max_position_embeddings=5),
        {**words, "token_type_ids": random_ints(3, (2, 7)), "position_ids": random_ints(5, (2, 7))})
    add("longer than positions, no table", "AlbertModel", config(max_position_embeddings=5, position_embedding_type="nothing"),
        {**words, "token_type_ids": random_ints(3, (2, 7))})
    for chunk, s in ((1, 7), (3, 6), (2, 8), (-1, 7)):
        add(f"chunk {chunk}", "AlbertModel", config(chunk_size_feed_forward=chunk), {"input_ids": random_ints(37, (2, s))})
    add("untied", "AlbertForMaskedLM", config(tie_word_embeddings=False), words)
    add("untied pre-training", "AlbertForPreTraining", config(tie_word_embeddings=False, num_labels=2), words)
    add("torchscript", "AlbertForMaskedLM", config(torchscript=True), words)
    add("E == H", "AlbertModel", config(embedding_size=24), words)
    add("one head", "AlbertModel", config(num_attention_heads=1), words, attentions=True)
    add("heads of one", "AlbertModel", config(num_attention_heads=24), words)
    add("large epsilon", "AlbertForMaskedLM", config(layer_norm_eps=0.3), words)
    add("sequence of one", "AlbertForMaskedLM", config(), {"input_ids": random_ints(37, (3, 1))}, hidden=True, attentions=True)
    add("no pooler", "AlbertModel", config(), words, add_pooling_layer=False)
    add("pre-training with four labels", "AlbertForPreTraining", config(num_labels=4), words)
    add("pre-training with four labels and pairs", "AlbertForPreTraining", config(num_labels=4),
        {**words, "labels": random_ints(37, (2, 7)), "sentence_order_label": random_ints(2, (4,))})
    add("pre-training, one label given", "AlbertForPreTraining", config(num_labels=2), {**words, "labels": random_ints(37, (2, 7))})
    add("flags in the config", "AlbertModel", config(output_hidden_states=True, output_attentions=True), words)
    add("token classification without rate", "AlbertForTokenClassification", config(classifier_dropout_prob=None), words)
    add("wide", "AlbertForMaskedLM", config(hidden_size=64, embedding_size=32, num_attention_heads=4, intermediate_size=96, vocab_size=101),
        {"input_ids": random_ints(101, (2, 9)), "labels": random_ints(101, (2, 9))})
    add("long", "AlbertModel", config(max_position_embeddings=80), {"input_ids": random_ints(37, (1, 70)), "attention_mask": ragged_mask(1, 70)})

    for pruned in ({0: [1]}, {0: [0, 2], 3: [1]}, {1: [0, 1, 2]}, {0: [0], 1: [1], 2: [2], 3: [0, 1]}, {-1: [1]}, {2: []}):
        add(f"pruned {pruned}", "AlbertModel", config(pruned_heads={str(k): v for k, v in pruned.items()}), words, hidden=True, attentions=True)
    add("pruned, H % A != 0", "AlbertModel", config(num_attention_heads=5, pruned_heads={"0": [1], "1": [2], "2": [0], "3": [3]}), words)
    add("pruned, relative", "AlbertModel", config(position_embedding_type="relative_key", pruned_heads={"1": [2]}), words)


def losses():
    words = {"input_ids": random_ints(37, (3, 5))}
    seq = "AlbertForSequenceClassification"
    for c in (1, 2, 4):
        add(f"labels int, C={c}", seq, config(num_labels=c), {**words, "labels": random_ints(c, (3,))})
    add("labels float, C=1", seq, config(num_labels=1), {**words, "labels": floats([0.5, -1, 2], (3,))})
    add("labels float [3, 1], C=1", seq, config(num_labels=1), {**words, "labels": floats([0.5, -1, 2], (3, 1))})
    add("labels float, C=3", seq, config(num_labels=3), {**words, "labels": floats([1, 0, 1, 0, 0, 1, 0.5, 0.2, 1], (3, 3))})
    add("regression, C=3", seq, config(num_labels=3, problem_type="regression"), {**words, "labels": floats([rng.random() for _ in range(9)], (3, 3))})
    add("regression, broadcast", seq, config(num_labels=3, problem_type="regression"), {**words, "labels": floats([0.1, 2, -0.4], (3,))})
    add("regression, one label for all", seq, config(num_labels=1), {**words, "labels": floats([0.25], (1,))})
    add("regression, integer labels", seq, config(num_labels=3, problem_type="regression"), {**words, "labels": random_ints(3, (3, 3))})
    add("single label given", seq, config(num_labels=3, problem_type="single_label_classification"), {**words, "labels": random_ints(3, (3, 1))})
    add("single label, ignored", seq, config(num_labels=3), {**words, "labels": ints([0, -100, 2], (3,))})
    add("multi label given", seq, config(num_labels=3, problem_type="multi_label_classification"),
        {**words, "labels": floats([rng.random() for _ in range(9)], (3, 3))})
    add("multi label float64", seq, config(num_labels=2), {**words, "labels": floats([0, 1, 1, 1, 0, 0], (3, 2), "float64")})
    add("first call decides", seq, config(num_labels=2), {**words, "labels": random_ints(2, (3,))}, again={"labels": ints([1, 1, 0], (3,))})
    add("masked LM, all ignored", "AlbertForMaskedLM", config(), {**words, "labels": ints([-100] * 15, (3, 5))})
    add("masked LM, flat labels", "AlbertForMaskedLM", config(), {**words, "labels": random_ints(37, (15,))})
    add("masked LM, labels on masked tokens", "AlbertForMaskedLM", config(),
        {**words, "attention_mask": ragged_mask(3, 5), "labels": random_ints(37, (3, 5))})
    add("token classification, labels [15]", "AlbertForTokenClassification", config(), {**words, "labels": random_ints(3, (15,))})
    qa, two = "AlbertForQuestionAnswering", config(num_labels=2)
    add("QA clamped", qa, two, {**words, "start_positions": ints([-3, 2, 9], (3,)), "end_positions": ints([4, 5, 0], (3,))})
    add("QA all ignored", qa, two, {**words, "start_positions": ints([5, 6, 7], (3,)), "end_positions": ints([4, 5, 0], (3,))})
    add("QA two axes", qa, two, {**words, "start_positions": ints([0, 2, 3], (3, 1)), "end_positions": ints([4, 4, 4], (3, 1))})
    add("QA one given", qa, two, {**words, "start_positions": ints([0, 2, 3], (3,))})
    add("QA masked", qa, two, {**words, "attention_mask": ragged_mask(3, 5), "start_positions": ints([0, 2, 3], (3,)), "end_positions": ints([1, 4, 3], (3,))})
    add("choice ignored", "AlbertForMultipleChoice", config(), {"input_ids": random_ints(37, (3, 2, 5)), "labels": ints([1, -100, 0], (3,))})
    add("choice, flat input", "AlbertForMultipleChoice", config(), {"input_ids": random_ints(37, (6, 3))})
    add("SOP ignored", "AlbertForPreTraining", config(num_labels=2),
        {**words, "labels": random_ints(37, (3, 5)), "sentence_order_label": ints([1, -100, 0], (3,))})


def changes():
    words = {"input_ids": random_ints(37, (2, 5))}
    add("prune later", "AlbertModel", config(), words, actions=[["prune_heads", {"0": [1], "3": [0, 2]}]], attentions=True)
    add("prune twice", "AlbertForMaskedLM", config(), words, actions=[["prune_heads", {"1": [0]}], ["prune_heads", {"1": [0, 2]}]])
    add("prune after config", "AlbertModel", config(pruned_heads={"2": [0]}), words, actions=[["prune_heads", {"2": [1]}]], attentions=True)
    add("prune negative layer", "AlbertModel", config(), words, actions=[["prune_heads", {"-1": [0]}]], attentions=True)
    for cls in ("AlbertModel", "AlbertForMaskedLM", "AlbertForPreTraining", "AlbertForSequenceClassification"):
        for n in (50, 37, 20):
            add(f"resize {cls} {n}", cls, class_config(cls), {"input_ids": random_ints(min(n, 37), (2, 5))}, actions=[["resize_token_embeddings", n, None]])
    for n in (50, 20):
        add(f"resize untied {n}", "AlbertForMaskedLM", config(tie_word_embeddings=False), {"input_ids": random_ints(20, (2, 5))},
            actions=[["resize_token_embeddings", n, None]])
    add("resize to a multiple", "AlbertForMaskedLM", config(), words, actions=[["resize_token_embeddings", 41, 8]])
    add("resize to a multiple of now", "AlbertForMaskedLM", config(), words, actions=[["resize_token_embeddings", None, 16]])
    add("resize to nothing", "AlbertForMaskedLM", config(), words, actions=[["resize_token_embeddings", None, None]])
    add("set embeddings", "AlbertForMaskedLM", config(), words, actions=[["set_input_embeddings", 37]])
    add("set embeddings, tie", "AlbertForMaskedLM", config(), words, actions=[["set_input_embeddings", 37], ["tie_weights"]])
    add("set longer embeddings, tie", "AlbertForMaskedLM", config(), words, actions=[["set_input_embeddings", 44], ["tie_weights"]])
    add("set embeddings, resize", "AlbertForMaskedLM", config(), words, actions=[["set_input_embeddings", 37], ["resize_token_embeddings", 40, None]])


def random_cases(count):
    for n in range(count):
        cls = rng.choice(CLASSES)
        heads, size = rng.choice([1, 2, 3, 4]), rng.choice([2, 4, 5, 8])
        groups = rng.choice([1, 2, 3])
        inner = rng.choice([1, 2])
        cfg = class_config(cls, vocab_size=rng.randint(11, 60), embedding_size=rng.choice([3, 8, 17]), hidden_size=heads * size,
                           num_attention_heads=heads, num_hidden_groups=groups, inner_group_num=inner,
                           num_hidden_layers=groups * inner + rng.randint(0, 3), intermediate_size=rng.choice([7, 16, 33]),
                           hidden_act=rng.choice(ACTIVATIONS), type_vocab_size=rng.randint(1, 4), max_position_embeddings=rng.randint(9, 20),
                           position_embedding_type=rng.choice(POSITIONS), num_labels=rng.randint(1, 5), layer_norm_eps=rng.choice([1e-12, 1e-5]),
                           tie_word_embeddings=rng.random() < 0.8)
        b, s = rng.randint(1, 3), rng.randint(1, 9)
        shape = token_shape(cls, b, s)
        inputs = {"input_ids": random_ints(cfg["vocab_size"], shape)}
        if rng.random() < 0.7:
            mask = ragged_mask(int(np.prod(shape[:-1])), s)
            mask["shape"] = list(shape)
            inputs["attention_mask"] = mask
        if rng.random() < 0.5:
            inputs["token_type_ids"] = random_ints(cfg["type_vocab_size"], shape)
        if rng.random() < 0.3:
            inputs["position_ids"] = random_ints(cfg["max_position_embeddings"], shape)
        if rng.random() < 0.6:
            inputs.update(labels_for(cls, cfg, b, s))
        if rng.random() < 0.2:
            inputs["head_mask"] = floats([rng.random() for _ in range(cfg["num_hidden_layers"] * heads)], (cfg["num_hidden_layers"], heads))
        add(f"random {n}", cls, cfg, inputs, hidden=rng.random() < 0.3, attentions=rng.random() < 0.2)


def errors():
    words = {"input_ids": random_ints(37, (2, 7))}

    def bad(name, cls, cfg, inputs, **case):
        add(f"error: {name}", cls, cfg, inputs, fails=True, **case)

    bad("both inputs", "AlbertModel", config(), {**words, "inputs_embeds": {"dtype": "float32", "shape": [2, 7, 12], "name": "e"}})
    bad("no input", "AlbertModel", config(), {})
    bad("no input, multiple choice", "AlbertForMultipleChoice", config(), {})
    bad("float ids", "AlbertModel", config(), {"input_ids": floats([1, 2], (1, 2))})
    bad("short ids", "AlbertModel", config(), {"input_ids": ints([1, 2], (1, 2), "int16")})
    bad("id too large", "AlbertModel", config(), {"input_ids": ints([1, 37], (1, 2))})
    bad("negative id", "AlbertModel", config(), {"input_ids": ints([1, -1], (1, 2))})
    bad("type too large", "AlbertModel", config(), {**words, "token_type_ids": ints([3] * 14, (2, 7))})
    bad("position too large", "AlbertModel", config(), {**words, "position_ids": ints([19] * 14, (2, 7))})
    bad("float types", "AlbertModel", config(), {**words, "token_type_ids": floats([0] * 14, (2, 7))})
    bad("one axis", "AlbertModel", config(), {"input_ids": ints([1, 2, 3], (3,))})
    bad("three axes", "AlbertModel", config(), {"input_ids": ints([1, 2, 3, 4], (1, 2, 2))})
    bad("mask too wide", "AlbertModel", config(), {**words, "attention_mask": ints([1] * 16, (2, 8))})
    bad("mask with other rows", "AlbertModel", config(), {**words, "attention_mask": ints([1] * 21, (3, 7))})
    bad("types too wide", "AlbertModel", config(), {**words, "token_type_ids": ints([1] * 16, (2, 8))})
    bad("embeds of width H", "AlbertModel", config(), {"inputs_embeds": {"dtype": "float32", "shape": [2, 7, 24], "name": "e"}})
    bad("longer than positions", "AlbertModel", config(max_position_embeddings=5), words)
    bad("longer than positions, types given", "AlbertModel", config(max_position_embeddings=5), {**words, "token_type_ids": random_ints(3, (2, 7))})
    bad("longer than positions, positions given", "AlbertModel", config(max_position_embeddings=5), {**words, "position_ids": random_ints(5, (2, 7))})
    bad("longer than positions, relative", "AlbertModel", config(max_position_embeddings=5, position_embedding_type="relative_key"),
        {**words, "token_type_ids": random_ints(3, (2, 7)), "position_ids": random_ints(5, (2, 7))})
    bad("chunk", "AlbertModel", config(chunk_size_feed_forward=2), words)
    bad("head mask, three axes", "AlbertModel", config(), {**words, "head_mask": floats([1] * 12, (4, 1, 3))})
    bad("head mask, other heads", "AlbertModel", config(), {**words, "head_mask": floats([1] * 4, (4,))})
    bad("head mask, rows missing", "AlbertModel", config(), {**words, "head_mask": floats([1] * 3, (1, 3))})
    bad("J > N / G", "AlbertModel", config(inner_group_num=3), words)
    bad("N < G", "AlbertModel", config(num_hidden_layers=1), words)
    bad("H % A", "AlbertModel", config(num_attention_heads=5), words)
    bad("no heads", "AlbertModel", config(num_attention_heads=0), words)
    bad("no groups", "AlbertModel", config(num_hidden_groups=0), words)
    bad("activation", "AlbertModel", config(hidden_act="glu"), words)
    bad("dropout rate", "AlbertModel", config(hidden_dropout_prob=1.5), words)
    bad("attention dropout rate", "AlbertModel", config(attention_probs_dropout_prob=-0.1), words)
    bad("negative size", "AlbertModel", config(intermediate_size=-1), words)
    bad("pad id", "AlbertModel", config(pad_token_id=37), words)
    bad("negative pad id", "AlbertModel", config(pad_token_id=-38), words)
    bad("no classifier rate", "AlbertForSequenceClassification", config(classifier_dropout_prob=None), words)
    bad("no classifier rate, choice", "AlbertForMultipleChoice", config(classifier_dropout_prob=None), {"input_ids": random_ints(37, (2, 2, 3))})
    bad("no classifier rate, pre-training", "AlbertForPreTraining", config(classifier_dropout_prob=None), words)
    bad("encoder-decoder", "AlbertModel", config(is_encoder_decoder=True, tie_encoder_decoder=True), words)
    bad("pruned layer", "AlbertModel", config(pruned_heads={"4": [0]}), words)
    bad("pruned head", "AlbertModel", config(pruned_heads={"0": [3]}), words)
    bad("prune layer later", "AlbertModel", config(), words, actions=[["prune_heads", {"9": [0]}]])
    bad("prune head later", "AlbertModel", config(), words, actions=[["prune_heads", {"0": [3]}]])
    bad("resize to a multiple of 0", "AlbertModel", config(), words, actions=[["resize_token_embeddings", 40, 0]])
    bad("masked LM label", "AlbertForMaskedLM", config(), {**words, "labels": ints([37] * 14, (2, 7))})
    bad("masked LM negative label", "AlbertForMaskedLM", config(), {**words, "labels": ints([-1] * 14, (2, 7))})
    bad("masked LM label count", "AlbertForMaskedLM", config(), {**words, "labels": ints([1] * 7, (1, 7))})
    bad("masked LM float labels", "AlbertForMaskedLM", config(), {**words, "labels": floats([1] * 14, (2, 7))})
    bad("token label", "AlbertForTokenClassification", config(), {**words, "labels": ints([3] * 14, (2, 7))})
    bad("sequence label", "AlbertForSequenceClassification", config(), {**words, "labels": ints([0, 3], (2,))})
    bad("sequence label count", "AlbertForSequenceClassification", config(), {**words, "labels": ints([0, 1, 1], (3,))})
    bad("regression shape", "AlbertForSequenceClassification", config(num_labels=3, problem_type="regression"), {**words, "labels": floats([0.5, 1], (2,))})
    bad("multi label shape", "AlbertForSequenceClassification", config(), {**words, "labels": floats([0.5, 1], (2,))})
    bad("multi label integers", "AlbertForSequenceClassification", config(problem_type="multi_label_classification"), {**words, "labels": ints([1] * 6, (2, 3))})
    bad("single label floats", "AlbertForSequenceClassification", config(problem_type="single_label_classification"), {**words, "labels": floats([1, 0], (2,))})
    bad("QA with three labels", "AlbertForQuestionAnswering", config(), words)
    bad("QA float positions", "AlbertForQuestionAnswering", config(num_labels=2),
        {**words, "start_positions": floats([1, 2], (2,)), "end_positions": floats([1, 2], (2,))})
    bad("choice label", "AlbertForMultipleChoice", config(), {"input_ids": random_ints(37, (2, 2, 3)), "labels": ints([0, 2], (2,))})
    bad("choice label axes", "AlbertForMultipleChoice", config(), {"input_ids": random_ints(37, (2, 2, 3)), "labels": ints([0, 1], (2, 1))})
    bad("SOP with three labels", "AlbertForPreTraining", config(num_labels=3), {**words, "labels": random_ints(37, (2, 7)), "sentence_order_label": ints([0, 1], (2,))})
    bad("SOP label", "AlbertForPreTraining", config(num_labels=2), {**words, "labels": random_ints(37, (2, 7)), "sentence_order_label": ints([0, 2], (2,))})
    bad("empty sequences", "AlbertModel", config(), {"input_ids": ints([], (2, 0))})


def tensor(spec, seed):
    dtype = getattr(torch, spec["dtype"])
    if "name" in spec:
        return torch.tensor(golden_value(seed, spec["name"], spec["shape"], 1.0)).to(dtype)
    return torch.tensor(spec["data"], dtype=dtype).reshape(spec["shape"])


def fill(model, seed, deviation):
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(torch.tensor(golden_value(seed, name, tuple(parameter.shape), deviation)))
    model.tie_weights()


def act(model, actions, seed, deviation):
    """Changes a model; rows that a change draws at random get golden values instead."""
    for kind, *arguments in actions:
        if kind == "prune_heads":
            model.prune_heads({int(k): v for k, v in arguments[0].items()})
        elif kind == "tie_weights":
            model.tie_weights()
        elif kind == "set_input_embeddings":
            shape = (arguments[0], model.config.embedding_size)
            table = torch.nn.Embedding(*shape)
            with torch.no_grad():
                table.weight.copy_(torch.tensor(golden_value(seed, "set_input_embeddings", shape, deviation)))
            model.set_input_embeddings(table)
        else:
            before = {name: p.shape[0] for name, p in model.named_parameters()}
            model.resize_token_embeddings(arguments[0], arguments[1])
            with torch.no_grad():
                for name, p in model.named_parameters():
                    if p.dim() == 2 and name in before and before[name] < p.shape[0]:
                        p[before[name]:] = torch.tensor(golden_value(seed, "new." + name, tuple(p.shape), deviation))[before[name]:]


def build(case):
    cfg = dict(case["config"])
    if "pruned_heads" in cfg:
        cfg["pruned_heads"] = {int(k): v for k, v in cfg["pruned_heads"].items()}
    arguments = {} if case.get("add_pooling_layer", True) else {"add_pooling_layer": False}
    model = getattr(transformers, case["class"])(transformers.AlbertConfig(**cfg), **arguments)
    fill(model, case["seed"], 0.2)
    act(model, case.get("actions", []), case["seed"], 0.2)
    return model.eval()


def flatten(output):
    fields = {}
    for name, value in output.items():
        if isinstance(value, tuple):
            for i, part in enumerate(value):
                fields[f"{name}.{i}"] = part
        else:
            fields[name] = value
    return {name: value.detach().double().numpy() for name, value in fields.items()}


def call(model, case, inputs):
    arguments = {name: tensor(spec, case["seed"]) for name, spec in inputs.items()}
    if next(model.parameters()).dtype == torch.float64:
        for name in ("inputs_embeds",):
            if name in arguments:
                arguments[name] = arguments[name].double()
        if "labels" in arguments and arguments["labels"].is_floating_point():
            arguments["labels"] = arguments["labels"].double()
    flags = {}
    if case.get("hidden"):
        flags["output_hidden_states"] = True
    if case.get("attentions"):
        flags["output_attentions"] = True
    return flatten(model(**arguments, **flags, return_dict=True))


def largest_difference(a, b):
    both = np.isfinite(a) & np.isfinite(b)
    return float(np.abs(a - b)[both].max()) if both.any() else 0.0


def main():
    systematic()
    losses()
    changes()
    random_cases(60)
    errors()
    blob = bytearray()
    for case in cases:
        if case.get("fails"):
            try:
                call(build(case), case, case["inputs"])
                raise SystemExit(f"{case['name']}: did not fail")
            except Exception as error:  # the kind is what is recorded
                case["error"] = type(error).__name__
            continue
        model = build(case)
        exact_model = copy.deepcopy(model).double()
        try:
            outputs = call(model, case, case["inputs"])
        except Exception as error:
            raise SystemExit(f"{case['name']}: {error}")
        exact = call(exact_model, case, case["inputs"])
        if "again" in case:
            outputs = call(model, case, {**case["inputs"], **case["again"]})
            exact = call(exact_model, case, {**case["inputs"], **case["again"]})
            case["problem_type"] = model.config.problem_type
        case["outputs"] = {}
        for name, value in outputs.items():
            case["outputs"][name] = {"shape": list(value.shape), "offset": len(blob) // 4, "distance": float(f"{largest_difference(value, exact[name]):.2e}")}
            blob += value.astype("<f4").tobytes()
    os.makedirs(HERE, exist_ok=True)
    with open(os.path.join(HERE, "pytorch.f32"), "wb") as file:
        file.write(blob)
    with open(os.path.join(HERE, "pytorch.json"), "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
    print(f"{len(cases)} cases, {sum('error' in c for c in cases)} of them errors, {len(blob)} bytes of outputs")


if __name__ == "__main__":
    main()
