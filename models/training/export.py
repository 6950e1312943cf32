#!/usr/bin/env python3
"""Write the model folder: half-precision weights, configurations and the small heads.

Run it in an environment with transformers 4.34.1 so that configuration and tokenizer files have that shape.
Of a checkpoint without heads (before finetune.py) they are seeded random values.
"""
import argparse
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import AlbertConfig, AlbertTokenizerFast

ENTITIES = ["O"] + [f"{prefix}-{kind}" for kind in
                    ("corporation", "creative-work", "group", "location", "person", "product") for prefix in "BI"]


def write_config(config: dict, path: Path, **extra):
    text = AlbertConfig(**config, **extra, torch_dtype="float16").to_json_string()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def half(tensors: dict) -> dict:
    return {name: tensor.detach().to(torch.float16).contiguous().clone() for name, tensor in sorted(tensors.items())}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True, help="written by pretrain.py or finetune.py")
    parser.add_argument("--vocabulary", type=Path, required=True, help="spiece.model")
    parser.add_argument("--intents", type=Path, required=True, help="Banking77's categories.json")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    stored = torch.load(args.checkpoint, map_location="cpu")
    keys = ("vocab_size", "embedding_size", "hidden_size", "num_hidden_layers", "num_hidden_groups",
            "num_attention_heads", "intermediate_size", "inner_group_num", "hidden_act", "max_position_embeddings",
            "type_vocab_size", "initializer_range", "layer_norm_eps")
    config = {key: stored["config"][key] for key in keys}
    config |= {"hidden_dropout_prob": 0, "attention_probs_dropout_prob": 0, "classifier_dropout_prob": 0.1}

    args.out.mkdir(parents=True, exist_ok=True)
    write_config(config, args.out / "config.json", architectures=["AlbertForPreTraining"])
    weights = {k: v for k, v in stored["model"].items() if not k.startswith("predictions.decoder")}
    save_file(half(weights), args.out / "model.safetensors", metadata={"format": "pt"})

    intents = json.loads(args.intents.read_text(encoding="utf-8"))
    hidden = config["hidden_size"]
    heads = {
        "text-classification": ("AlbertForSequenceClassification", "classifier", intents,
                                {"problem_type": "single_label_classification"}),
        "token-classification": ("AlbertForTokenClassification", "classifier", ENTITIES, {}),
        "question-answering": ("AlbertForQuestionAnswering", "qa_outputs", [None] * 2, {}),
        "multiple-choice": ("AlbertForMultipleChoice", "classifier", [None], {}),
    }
    generator = torch.Generator().manual_seed(0)
    for task, (architecture, layer, labels, extra) in heads.items():
        if labels[0] is not None:
            extra = extra | {"id2label": dict(enumerate(labels)), "label2id": {n: i for i, n in enumerate(labels)}}
        write_config(config, args.out / "heads" / task / "config.json", architectures=[architecture], **extra)
        tensors = stored.get("heads", {}).get(task)
        if tensors is None:
            tensors = {"weight": torch.randn(len(labels), hidden, generator=generator) * 0.02,
                       "bias": torch.zeros(len(labels))}
        save_file(half({f"{layer}.{name}": tensor for name, tensor in tensors.items()}),
                  args.out / "heads" / task / "model.safetensors", metadata={"format": "pt"})

    shutil.copyfile(args.vocabulary, args.out / "spiece.model")
    tokenizer = AlbertTokenizerFast(vocab_file=str(args.out / "spiece.model"), model_max_length=512)
    tokenizer.save_pretrained(args.out)
    tokenizer_file = args.out / "tokenizer.json"
    tokenizer_file.write_text(json.dumps(json.loads(tokenizer_file.read_text(encoding="utf-8")), ensure_ascii=False,
                                         separators=(",", ":")) + "\n", encoding="utf-8")
    total = sum(f.stat().st_size for f in args.out.rglob("*") if f.is_file())
    print(f"{args.out}: {total} bytes")


if __name__ == "__main__":
    main()
