"""Forward passes of the reference's TensorFlow and Flax classes where they differ from PyTorch's.

Run in the frameworks environment (transformers 4.34.1 with TensorFlow 2.14 and Flax): writes
models/tensorflow.json, .f32 and models/flax.json, .f32, in the form of make_models.py. Weights are the
PyTorch ones of the same name, loaded with from_pt.
"""

import json
import os
import re
import sys
import tempfile
import warnings

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import numpy as np
import torch
import transformers

import make_models as pt
from make_models import add, class_config, config, floats, ints, labels_for, ragged_mask, random_ints, token_shape
from philox import golden_value

warnings.filterwarnings("ignore")
transformers.logging.set_verbosity(50)

TF_ACTIVATIONS = ["gelu", "gelu_10", "gelu_fast", "gelu_new", "mish", "quick_gelu", "relu", "sigmoid", "silu", "swish", "tanh"]
FX_ACTIVATIONS = ["gelu", "relu", "silu", "swish", "gelu_new", "quick_gelu"]


def bad(name, cls, cfg, inputs, **case):
    add(f"error: {name}", cls, cfg, inputs, fails=True, **case)


def common(labels):
    for cls in pt.CLASSES:
        for s in (5, 8):
            shape = token_shape(cls, 2, s)
            cfg = class_config(cls)
            mask = ragged_mask(int(np.prod(shape[:-1])), s)
            mask["shape"] = list(shape)
            inputs = {"input_ids": random_ints(37, shape), "attention_mask": mask, "token_type_ids": random_ints(3, shape)}
            if labels:
                inputs.update(labels_for(cls, cfg, 2, s))
                for name in ("start_positions", "end_positions"):
                    if name in inputs:
                        inputs[name] = random_ints(s, (2,))
            add(f"{cls} 2x{s}", cls, cfg, inputs, hidden=s == 5, attentions=s == 5)
    words = {"input_ids": random_ints(37, (2, 6))}
    for kind in ("relative_key", "something_else"):
        add(f"positions {kind}", "AlbertModel", config(position_embedding_type=kind), words)
    add("chunk ignored", "AlbertModel", config(chunk_size_feed_forward=5), words)
    add("pruned heads ignored", "AlbertModel", config(pruned_heads={"0": [1]}), words, attentions=True)
    add("positions given", "AlbertModel", config(), {**words, "position_ids": random_ints(19, (2, 6))})
    add("positions [1, S]", "AlbertModel", config(), {**words, "position_ids": random_ints(19, (1, 6), "int32")})
    for n, g, j in ((5, 2, 1), (6, 2, 3), (0, 1, 1)):
        add(f"layers {n} groups {g} inner {j}", "AlbertModel", config(num_hidden_layers=n, num_hidden_groups=g, inner_group_num=j), words, hidden=True)
    add("untied", "AlbertForMaskedLM", config(tie_word_embeddings=False), words)
    bad("H % A", "AlbertModel", config(num_attention_heads=5), words)
    bad("activation", "AlbertModel", config(hidden_act="relu6"), words)


def tensorflow_cases():
    common(labels=True)
    for act in TF_ACTIVATIONS:
        add(f"activation {act}", "AlbertForMaskedLM", config(hidden_act=act, num_hidden_layers=2, num_hidden_groups=1), {"input_ids": random_ints(37, (2, 5))})
    words = {"input_ids": random_ints(37, (2, 6))}
    add("fractions", "AlbertModel", config(), {**words, "attention_mask": floats([1, 0.5, 0.999, 1, 0, 0.9999] * 2, (2, 6))}, tolerance=2e-3)
    add("all zeros", "AlbertModel", config(), {**words, "attention_mask": ints([0] * 12, (2, 6))}, tolerance=2e-3)
    add("mask of another shape", "AlbertModel", config(), {**words, "attention_mask": ints([1, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0], (3, 4))})
    add("inputs_embeds", "AlbertModel", config(), {"inputs_embeds": {"dtype": "float32", "shape": [2, 6, 12], "name": "inputs_embeds"}})
    mlm = ints([-100, 3, -1, 5, -100, 36, 0, -7, 2, -100, -100, 1], (2, 6))
    for legacy in (False, True):
        cfg = dict(tf_legacy_loss=legacy)
        positive = ints([-100, 3, 1, 5, -100, 36, 0, 7, 2, -100, -100, 1], (2, 6))
        add(f"masked LM, legacy {legacy}", "AlbertForMaskedLM", config(**cfg), {**words, "labels": positive})
        add(f"pre-training, legacy {legacy}", "AlbertForPreTraining", config(num_labels=2, **cfg),
            {**words, "labels": positive, "sentence_order_label": ints([1, 0], (2,))})
        add(f"pre-training, one ignored, legacy {legacy}", "AlbertForPreTraining", config(num_labels=2, **cfg),
            {**words, "labels": positive, "sentence_order_label": ints([-100, 0], (2,))})
        add(f"token classification, legacy {legacy}", "AlbertForTokenClassification", config(**cfg),
            {**words, "labels": ints([-100, 0, 1, 2, -100, 0, 0, 1, 2, 2, 1, -100], (2, 6))})
        add(f"token classification with -1, legacy {legacy}", "AlbertForTokenClassification", config(**cfg),
            {**words, "labels": ints([-1, 0, 1, 2, -1, 0, 0, 1, 2, 2, 1, -1], (2, 6))})
        add(f"masked LM, all ignored, legacy {legacy}", "AlbertForMaskedLM", config(**cfg), {**words, "labels": ints([-100] * 12, (2, 6))})
    add("masked LM, other negative labels", "AlbertForMaskedLM", config(), {**words, "labels": mlm})
    seq = "AlbertForSequenceClassification"
    add("one logit, integers", seq, config(num_labels=1), {**words, "labels": ints([1, 0], (2,))})
    add("one logit, floats", seq, config(num_labels=1), {**words, "labels": floats([1.5, -0.5], (2,))})
    add("one logit, two axes", seq, config(num_labels=1), {**words, "labels": floats([1.5, -0.5], (2, 1))})
    add("problem type ignored", seq, config(problem_type="multi_label_classification"), {**words, "labels": ints([1, 2], (2,))})
    add("no classifier rate", seq, config(classifier_dropout_prob=None), {**words, "labels": ints([1, 2], (2,))})
    bad("head mask", "AlbertModel", config(), {**words, "head_mask": floats([1, 1, 1], (3,))})
    bad("id too large", "AlbertModel", config(), {"input_ids": ints([1, 37], (1, 2))})
    bad("negative id", "AlbertModel", config(), {"input_ids": ints([1, -1], (1, 2))})
    bad("type too large", "AlbertModel", config(), {**words, "token_type_ids": ints([3] * 12, (2, 6))})
    bad("longer than positions", "AlbertModel", config(max_position_embeddings=5), words)
    bad("mask of another size", "AlbertModel", config(), {**words, "attention_mask": ints([1] * 14, (2, 7))})
    bad("J > N / G", "AlbertModel", config(inner_group_num=3), words)
    bad("QA label", "AlbertForQuestionAnswering", config(num_labels=2), {**words, "start_positions": ints([6, 0], (2,)), "end_positions": ints([0, 0], (2,))})
    bad("ignored in an unreduced loss", seq, config(), {**words, "labels": ints([-100, 2], (2,))})
    bad("masked LM label", "AlbertForMaskedLM", config(), {**words, "labels": ints([37] * 12, (2, 6))})
    bad("both inputs", "AlbertModel", config(), {**words, "inputs_embeds": {"dtype": "float32", "shape": [2, 6, 12], "name": "e"}})
    for cls in pt.CLASSES:  # glu halves the width, for which a masked-LM head has no use: its logits are those of mixed tokens, or an error
        odd = cls in ("AlbertForPreTraining", "AlbertForMaskedLM")
        case = (f"activation glu, {cls}", cls, class_config(cls, hidden_act="glu"), {"input_ids": random_ints(37, (1, 5) if odd else token_shape(cls, 2, 6))})
        bad(*case) if odd else add(*case, hidden=True)
    bad("activation glu, odd width", "AlbertModel", config(hidden_act="glu", intermediate_size=33), words)


def flax_cases():
    common(labels=False)
    for act in FX_ACTIVATIONS:
        add(f"activation {act}", "AlbertForMaskedLM", config(hidden_act=act, num_hidden_layers=2, num_hidden_groups=1), {"input_ids": random_ints(37, (2, 5))})
    words = {"input_ids": random_ints(37, (2, 6))}
    for name, mask in (("fractions hide", floats([1, 0.5, 0.9, 1, 0, 1] * 2, (2, 6))), ("all zeros", ints([0] * 12, (2, 6))),
                       ("above one", ints([1, 2, 3, 0, 1, 0] * 2, (2, 6))), ("negative", ints([1, -1, 1, 0, 1, 1] * 2, (2, 6)))):
        add(f"mask {name}", "AlbertModel", config(), {**words, "attention_mask": mask}, attentions=True)
    add("id too large", "AlbertModel", config(), {"input_ids": ints([1, 37, 2, 3, 4, 5], (2, 3))})
    add("negative ids", "AlbertModel", config(), {"input_ids": ints([1, -1, 2, -37, 4, 5], (2, 3))})
    add("id too negative", "AlbertModel", config(), {"input_ids": ints([1, -38, 2, 3, 4, 5], (2, 3))})
    add("type too large", "AlbertModel", config(), {**words, "token_type_ids": ints([0] * 11 + [3], (2, 6))})
    add("negative type", "AlbertModel", config(), {**words, "token_type_ids": ints([0] * 11 + [-1], (2, 6))})
    add("longer than positions", "AlbertModel", config(max_position_embeddings=5), words)
    add("J > N / G", "AlbertModel", config(num_hidden_layers=2, inner_group_num=3), words, hidden=True)
    add("N < G", "AlbertModel", config(num_hidden_layers=1, num_hidden_groups=3), words, hidden=True)
    add("SOP of a config with four labels", "AlbertForPreTraining", config(num_labels=4), words)
    add("large epsilon", "AlbertModel", config(layer_norm_eps=0.3), words)
    bad("QA with three labels", "AlbertForQuestionAnswering", config(), words)
    bad("head mask", "AlbertModel", config(), {**words, "head_mask": floats([1, 1, 1], (3,))})
    bad("inputs_embeds", "AlbertModel", config(), {"inputs_embeds": {"dtype": "float32", "shape": [2, 6, 12], "name": "e"}})
    bad("labels", "AlbertForMaskedLM", config(), {**words, "labels": random_ints(37, (2, 6))})


def build(case, prefix, folder):
    """The framework's model with the golden values, by way of a PyTorch file."""
    cfg = dict(case["config"])
    own = {k: v for k, v in cfg.items() if k not in ("pruned_heads", "hidden_act")}
    if prefix == "Flax" and case["class"] == "AlbertForPreTraining":
        own["num_labels"] = 2
    if own.get("classifier_dropout_prob", 0) is None:
        own["classifier_dropout_prob"] = 0.1
    keep = {} if case.get("add_pooling_layer", True) else {"add_pooling_layer": False}
    model = getattr(transformers, case["class"])(transformers.AlbertConfig(**own), **keep)
    pt.fill(model, case["seed"], 0.2)
    model.save_pretrained(folder)
    if cfg.get("hidden_act") == "glu":
        return halved(case, getattr(transformers, prefix + case["class"]), own, cfg, folder)
    full = transformers.AlbertConfig(**{k: v for k, v in cfg.items() if k != "pruned_heads"})
    if "pruned_heads" in cfg:
        full.pruned_heads = {int(k): v for k, v in cfg["pruned_heads"].items()}
    return getattr(transformers, prefix + case["class"]).from_pretrained(folder, config=full, from_pt=True, **keep)


def halved(case, cls, own, cfg, folder):
    """A TensorFlow model with glu: PyTorch has none, so the halved matrices are put in by hand."""
    import tensorflow

    words = tensorflow.constant(array(case["inputs"]["input_ids"], case["seed"]))
    whole, model = cls.from_pretrained(folder, config=transformers.AlbertConfig(**own), from_pt=True), cls(transformers.AlbertConfig(**cfg))
    model(words)
    for source, target in zip(whole.weights, model.weights):
        value = source.numpy()
        if source.shape != target.shape:
            layer = re.search(r"groups_\._(\d+)/albert_layers_\._(\d+)/ffn_output/kernel", target.name).groups()
            name = "{}encoder.albert_layer_groups.{}.albert_layers.{}.ffn_output.weight".format("" if case["class"] == "AlbertModel" else "albert.", *layer)
            value = golden_value(case["seed"], name, tuple(target.shape)[::-1], 0.2).T
        target.assign(value)
    return model


def array(spec, seed):
    if "name" in spec:
        return golden_value(seed, spec["name"], spec["shape"], 1.0)
    return np.array(spec["data"], dtype=spec["dtype"]).reshape(spec["shape"])


def call(model, case):
    arguments = {name: array(spec, case["seed"]) for name, spec in case["inputs"].items()}
    flags = {}
    if case.get("hidden"):
        flags["output_hidden_states"] = True
    if case.get("attentions"):
        flags["output_attentions"] = True
    if model.__class__.__name__.startswith("TF"):
        import tensorflow

        arguments = {"input_ids": None, **{name: tensorflow.constant(value) for name, value in arguments.items()}}
    fields = {}
    for name, value in model(**arguments, **flags, return_dict=True).items():
        parts = {f"{name}.{i}": part for i, part in enumerate(value)} if isinstance(value, (tuple, list)) else {name: value}
        fields.update({key: np.asarray(part, dtype=np.float64) for key, part in parts.items()})
    return fields


def record(prefix, stem):
    blob = bytearray()
    for case in pt.cases:
        with tempfile.TemporaryDirectory() as folder:
            try:
                outputs = call(build(case, prefix, folder), case)
                if case.get("fails"):
                    raise SystemExit(f"{case['name']}: did not fail")
            except Exception as error:
                if not case.get("fails"):
                    raise SystemExit(f"{case['name']}: {type(error).__name__}: {error}")
                case["error"] = type(error).__name__
                continue
        case["outputs"] = {}
        for name, value in outputs.items():
            case["outputs"][name] = {"shape": list(value.shape), "offset": len(blob) // 4}
            blob += value.astype("<f4").tobytes()
    with open(os.path.join(pt.HERE, stem + ".f32"), "wb") as file:
        file.write(blob)
    with open(os.path.join(pt.HERE, stem + ".json"), "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(case) for case in pt.cases) + "\n]\n")
    print(f"{stem}: {len(pt.cases)} cases, {sum('error' in c for c in pt.cases)} of them errors, {len(blob)} bytes of outputs")


def main():
    for prefix, stem, make in (("TF", "tensorflow", tensorflow_cases), ("Flax", "flax", flax_cases)):
        if len(sys.argv) > 1 and stem not in sys.argv[1:]:
            continue
        pt.cases.clear()
        pt.rng.seed(len(stem))
        make()
        record(prefix, stem)


if __name__ == "__main__":
    main()
