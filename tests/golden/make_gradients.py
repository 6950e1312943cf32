#!/usr/bin/env python3
"""Writes tests/golden/gradients: gradients of every parameter by the reference's autograd, which the C++ test replays.

    python tests/golden/make_gradients.py        # in an environment with transformers 4.34.1 and torch 2.1.2

As in make_models.py, weights and floating inputs are golden_value(seed, name), and so are the cotangents:
golden_value(seed, "cotangent " + field). A case without cotangents differentiates the loss. gradients.json has the
cases, gradients.f32 all gradients one after the other, each at an offset that the case names; a parameter that is not
there had none.
"""

import json
import os

os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
import numpy as np
import torch

import make_models as models
from philox import golden_value

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "gradients")


def run(model, case, **flags):
    """The arguments of the call, and its outputs by name."""
    arguments = {name: models.tensor(spec, case["seed"]) for name, spec in case["inputs"].items()}
    if next(model.parameters()).dtype == torch.float64:
        arguments = {name: value.double() if value.dtype == torch.float32 and name != "attention_mask" else value for name, value in arguments.items()}
    if "inputs_embeds" in arguments:
        arguments["inputs_embeds"].requires_grad_()
    outputs = {}
    for name, value in model(**arguments, **flags, return_dict=True).items():
        outputs.update({f"{name}.{i}": part for i, part in enumerate(value)} if isinstance(value, tuple) else {name: value})
    return arguments, outputs


def differentiate(model, case):
    """The gradient of each parameter (and of inputs_embeds) that has one, as float64."""
    model.zero_grad(set_to_none=True)
    arguments, outputs = run(model, case, output_hidden_states=True, output_attentions=True)
    fields = case.get("cotangents") or []
    parts = [(outputs[f] * torch.tensor(cotangent(case, f, outputs[f].shape)).to(outputs[f].dtype)).sum() for f in fields]
    sum(parts[1:], parts[0]).backward() if parts else outputs["loss"].backward()
    # Parameters by their names, tied ones once.
    gradients = {name: p.grad.double().numpy() for name, p in model.named_parameters() if p.grad is not None}
    if "inputs_embeds" in arguments and arguments["inputs_embeds"].grad is not None:
        gradients["inputs_embeds"] = arguments["inputs_embeds"].grad.double().numpy()
    return gradients


def cotangent(case, field, shape):
    value = golden_value(case["seed"], "cotangent " + field, tuple(shape), 1.0)
    keep = case.get("kept_tokens")  # a comparison of packed batches: nothing flows from the rows that are left out
    if keep is not None:
        keep = np.asarray(keep)
        if value.shape[:2] == keep.shape and not field.startswith("attentions"):
            value = value * keep.reshape(keep.shape + (1,) * (value.ndim - 2))
        elif field.startswith("attentions"):
            value = value * keep[:, None, :, None]
    return value.astype(np.float32)


def small(**overrides):
    fields = dict(vocab_size=23, embedding_size=5, hidden_size=8, num_attention_heads=2, intermediate_size=9, max_position_embeddings=11,
                  num_hidden_layers=2, num_hidden_groups=1, inner_group_num=1, hidden_act="gelu_new", pad_token_id=0, type_vocab_size=2)
    fields.update(overrides)
    return models.config(**fields)


def small_class(cls, **overrides):
    cfg = small(**overrides)
    if cls in ("AlbertForQuestionAnswering", "AlbertForPreTraining"):
        cfg["num_labels"] = 2
    return cfg


def make_cases():
    add, ints, floats, random_ints = models.add, models.ints, models.floats, models.random_ints
    for cls in models.CLASSES:
        shape = models.token_shape(cls, 2, 5)
        cfg = small_class(cls, num_hidden_layers=4, num_hidden_groups=2, inner_group_num=2)
        mask = models.ragged_mask(int(np.prod(shape[:-1])), 5)
        mask["shape"] = list(shape)
        inputs = {"input_ids": random_ints(23, shape), "attention_mask": mask, "token_type_ids": random_ints(2, shape)}
        labels = models.labels_for(cls, cfg, 2, 5)
        if labels:
            add(f"{cls} loss", cls, cfg, {**inputs, **labels})
        outputs = {"AlbertModel": ["last_hidden_state", "pooler_output"], "AlbertForPreTraining": ["prediction_logits", "sop_logits"],
                   "AlbertForQuestionAnswering": ["start_logits", "end_logits"]}.get(cls, ["logits"])
        add(f"{cls} cotangents", cls, cfg, inputs, cotangents=outputs)
        for one in outputs if len(outputs) > 1 else []:
            add(f"{cls} {one} alone", cls, small_class(cls), {"input_ids": random_ints(23, shape)}, cotangents=[one])
    words = {"input_ids": ints([3, 0, 7, 22, 1, 5, 5, 0, 2, 9], (2, 5))}
    for act in models.ACTIVATIONS:
        add(f"activation {act}", "AlbertForMaskedLM", small(hidden_act=act, num_hidden_layers=1), words, cotangents=["logits"])
    for kind in models.POSITIONS:
        add(f"positions {kind}", "AlbertModel", small(position_embedding_type=kind), {**words, "attention_mask": models.ragged_mask(2, 5)},
            cotangents=["last_hidden_state"])
    add("hidden states", "AlbertForMaskedLM", small(num_hidden_layers=4, num_hidden_groups=2), words, cotangents=["hidden_states.0", "hidden_states.1"])
    add("hidden states and logits", "AlbertForMaskedLM", small(num_hidden_layers=3), words, cotangents=["hidden_states.2", "hidden_states.3", "logits"])
    add("attentions alone", "AlbertModel", small(num_hidden_layers=4, num_hidden_groups=2), words, cotangents=["attentions.1"])
    add("attentions of the first layer", "AlbertModel", small(position_embedding_type="relative_key_query"), words, cotangents=["attentions.0"])
    add("loss and logits", "AlbertForTokenClassification", small(), {**words, "labels": random_ints(3, (2, 5))}, cotangents=["loss", "logits"])
    add("no inner layers", "AlbertModel", small(inner_group_num=0), words, cotangents=["hidden_states.0", "hidden_states.2", "last_hidden_state"])
    add("head mask", "AlbertModel", small(), {**words, "head_mask": floats([0.5, 0, 1, 0.25], (2, 2))}, cotangents=["last_hidden_state"])
    add("nothing attended", "AlbertModel", small(), {**words, "attention_mask": ints([0] * 5 + [1, 1, 0, 0, 0], (2, 5))}, cotangents=["last_hidden_state"])
    add("chunks", "AlbertModel", small(chunk_size_feed_forward=1), words, cotangents=["last_hidden_state"])
    add("untied", "AlbertForMaskedLM", small(tie_word_embeddings=False), {**words, "labels": random_ints(23, (2, 5))})
    add("torchscript", "AlbertForMaskedLM", small(torchscript=True), {**words, "labels": random_ints(23, (2, 5))})
    add("no padding row", "AlbertModel", small(pad_token_id=None), words, cotangents=["last_hidden_state"])
    add("padding row from the end", "AlbertModel", small(pad_token_id=-1), words, cotangents=["last_hidden_state"])
    add("pruned", "AlbertModel", small(pruned_heads={"0": [1]}), words, cotangents=["last_hidden_state"])
    add("no head left", "AlbertModel", small(pruned_heads={"0": [0, 1]}), words, cotangents=["last_hidden_state"])
    add("resized", "AlbertForMaskedLM", small(pad_token_id=None), words, cotangents=["logits"], actions=[["resize_token_embeddings", 26, None]])
    add("embeddings of the caller's", "AlbertForMaskedLM", small(), words, cotangents=["logits"], actions=[["set_input_embeddings", 23]])
    add("inputs_embeds", "AlbertForMaskedLM", small(), {"inputs_embeds": {"dtype": "float32", "shape": [2, 5, 5], "name": "inputs_embeds"}},
        cotangents=["logits"])
    add("inputs_embeds multiple choice", "AlbertForMultipleChoice", small(),
        {"inputs_embeds": {"dtype": "float32", "shape": [2, 3, 4, 5], "name": "inputs_embeds"}, "labels": random_ints(3, (2,))})
    seq = "AlbertForSequenceClassification"
    for name, labels_count, labels, more in (("regression, C=1", 1, floats([0.5, -1], (2,)), {}),
                                             ("regression, C=3", 3, floats([1, 2, 3, 4, 5, 6], (2, 3)), {"problem_type": "regression"}),
                                             ("regression, broadcast", 3, floats([0.1, 2, -0.4], (3,)), {"problem_type": "regression"}),
                                             ("multi label", 3, floats([1, 0, 1, 0, 0.5, 1], (2, 3)), {}), ("single label, ignored", 3, ints([-100, 2], (2,)), {})):
        add(name, seq, small(num_labels=labels_count, **more), {**words, "labels": labels})
    add("all ignored", "AlbertForMaskedLM", small(), {**words, "labels": ints([-100] * 10, (2, 5))})
    add("QA clamped", "AlbertForQuestionAnswering", small(num_labels=2), {**words, "start_positions": ints([-3, 9], (2,)), "end_positions": ints([4, 2], (2,))})
    add("pre-training with four labels", "AlbertForPreTraining", small(num_labels=4),
        {**words, "labels": random_ints(23, (2, 5)), "sentence_order_label": random_ints(2, (4,))})


def main():
    make_cases()
    blob = bytearray()
    for case in models.cases:
        gradients = differentiate(models.build(case), case)
        case["gradients"] = {}
        for name, value in gradients.items():
            case["gradients"][name] = {"shape": list(value.shape), "offset": len(blob) // 4}
            blob += value.astype("<f4").tobytes()
    os.makedirs(HERE, exist_ok=True)
    with open(os.path.join(HERE, "pytorch.f32"), "wb") as file:
        file.write(blob)
    with open(os.path.join(HERE, "pytorch.json"), "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(case) for case in models.cases) + "\n]\n")
    print(f"{len(models.cases)} cases, {len(blob)} bytes of gradients")


if __name__ == "__main__":
    main()
