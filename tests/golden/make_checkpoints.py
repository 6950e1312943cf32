"""Asks the reference how checkpoints load and save: tests/golden/checkpoints.

Run in the reference environment (transformers 4.34.1): python tests/golden/make_checkpoints.py
Writes a few tiny model folders, and cases.json with what from_pretrained reports for them.
"""
import io
import json
import logging
import pathlib
import re
import shutil
import tempfile

import torch
import transformers
from safetensors.torch import save_file
from transformers import AlbertConfig
from transformers.utils.hub import convert_file_size_to_int

OUT = pathlib.Path(__file__).parent / "checkpoints"
shutil.rmtree(OUT, ignore_errors=True)
OUT.mkdir()
CLASSES = ["AlbertModel", "AlbertForPreTraining", "AlbertForMaskedLM", "AlbertForSequenceClassification", "AlbertForMultipleChoice",
           "AlbertForTokenClassification", "AlbertForQuestionAnswering"]
CONFIG = dict(vocab_size=11, embedding_size=3, hidden_size=4, num_hidden_layers=3, num_hidden_groups=2, num_attention_heads=2,
              intermediate_size=5, inner_group_num=2, max_position_embeddings=7, type_vocab_size=2, hidden_act="gelu",
              classifier_dropout_prob=0.1)

messages = io.StringIO()
handler = logging.StreamHandler(messages)
transformers.logging.set_verbosity_warning()
transformers.logging.disable_default_handler()
transformers.logging.add_handler(handler)
torch.manual_seed(3)


def make(name, **changes):
    model = getattr(transformers, name)(AlbertConfig(**{**CONFIG, **changes}))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn_like(parameter))
    return model


def sort_lists(text):
    return re.sub(r"\[('[^\]]*')\]", lambda m: "[" + ", ".join(sorted(m[1].split(", "))) + "]", text)


def load(folder, name, **options):
    """What from_pretrained reports; lists sorted, the folder's path replaced."""
    messages.truncate(0)
    messages.seek(0)
    try:
        model, info = getattr(transformers, name).from_pretrained(folder, output_loading_info=True, **options)
    except Exception as error:  # noqa: BLE001
        return {"error": type(error).__name__, "message": str(error).replace(str(folder), "FOLDER")}, None
    return {"missing": sorted(info["missing_keys"]), "unexpected": sorted(info["unexpected_keys"]),
            "mismatched": sorted([key, list(a), list(b)] for key, a, b in info["mismatched_keys"]),
            "warnings": sort_lists(messages.getvalue()).replace(str(folder), "FOLDER")}, model


def state(model):
    return {k: v.clone().contiguous() for k, v in model.state_dict().items()}


cases = {"outcomes": [], "tied": [], "sizes": {}, "mismatch": [], "folders": []}

# Every class's file into every class, in both containers, tied and not.
for changes in ({}, {"tie_word_embeddings": False}):
    for source in CLASSES if not changes else ["AlbertModel", "AlbertForMaskedLM"]:
        model = make(source, **changes)
        for safe in (False, True):
            with tempfile.TemporaryDirectory() as folder:
                model.save_pretrained(folder, safe_serialization=safe)
                for target in CLASSES:
                    result, _ = load(folder, target)
                    result.pop("warnings", None)
                    cases["outcomes"].append({"file": source, "model": target, "safetensors": safe, "config": changes, **result})

# Changed shapes.
with tempfile.TemporaryDirectory() as folder:
    make("AlbertForSequenceClassification").save_pretrained(folder)
    for options in ({"num_labels": 5}, {"num_labels": 5, "ignore_mismatched_sizes": True}, {"vocab_size": 13, "max_position_embeddings": 3},
                    {"vocab_size": 13, "intermediate_size": 9, "ignore_mismatched_sizes": True}):
        for target in ("AlbertForSequenceClassification", "AlbertModel", "AlbertForMaskedLM"):
            result, _ = load(folder, target, **options)
            cases["mismatch"].append({"file": "AlbertForSequenceClassification", "model": target, "options": options, **result})
with tempfile.TemporaryDirectory() as folder:
    make("AlbertModel").save_pretrained(folder)
    for options in ({"vocab_size": 13}, {"vocab_size": 13, "ignore_mismatched_sizes": True}):
        for target in ("AlbertModel", "AlbertForMaskedLM"):
            result, _ = load(folder, target, **options)
            cases["mismatch"].append({"file": "AlbertModel", "model": target, "options": options, **result})


def keep(name, target, **options):
    """Records what a committed folder loads as."""
    result, model = load(OUT / name, target, **options)
    if model is not None:
        save_file(state(model), OUT / name / f"expected.{target}.safetensors") if not result["missing"] else None
    cases["folders"].append({"folder": name, "model": target, "options": options, **result})


# Shards of both containers; a safetensors folder in which every file must be reproduced by a save.
make("AlbertForMaskedLM").save_pretrained(OUT / "sharded_bin", max_shard_size="2KB")
keep("sharded_bin", "AlbertForMaskedLM")
make("AlbertForPreTraining").save_pretrained(OUT / "sharded_safetensors", max_shard_size="1KiB", safe_serialization=True)
keep("sharded_safetensors", "AlbertForPreTraining")
make("AlbertForQuestionAnswering").save_pretrained(OUT / "variant", safe_serialization=True, variant="v1")
keep("variant", "AlbertForQuestionAnswering", variant="v1")
keep("variant", "AlbertForQuestionAnswering")
keep("variant", "AlbertForQuestionAnswering", variant="v1", use_safetensors=False)

# A file of 2019: old names, a buffer, tied members that disagree, half precision, the legacy form.
model = make("AlbertForMaskedLM")
old = {k.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): v.half() for k, v in model.state_dict().items()}
old["albert.embeddings.position_ids"] = torch.arange(7).expand(1, -1)
old["predictions.decoder.weight"] = old["predictions.decoder.weight"] + 1
old["predictions.bias"] = old["predictions.bias"] - 1
old["albert.embeddings.LayerNorm.weight"] = old["albert.embeddings.LayerNorm.gamma"] + 7  # the old spelling wins
old["albert.pooler.weight"] = torch.ones(4, 4)
model.config.save_pretrained(OUT / "old_names")
torch.save(old, OUT / "old_names" / "pytorch_model.bin", _use_new_zipfile_serialization=False)
keep("old_names", "AlbertForMaskedLM")
keep("old_names", "AlbertModel")

# bfloat16 and integers are converted; an index that disagrees with its shards.
model = make("AlbertForTokenClassification")
mixed = {k: v.bfloat16() for k, v in state(model).items()}
mixed["classifier.bias"] = torch.tensor([3, -4])
mixed["classifier.weight"] = mixed["classifier.weight"].double()
model.config.architectures = ["AlbertForTokenClassification"]
model.config.save_pretrained(OUT / "mixed")
save_file(mixed, OUT / "mixed" / "model.safetensors", metadata={"format": "pt"})
keep("mixed", "AlbertForTokenClassification")
folder = OUT / "odd_index"
model.config.save_pretrained(folder)
save_file({k: v for k, v in state(model).items() if not k.startswith("classifier")}, folder / "a.safetensors", metadata={"format": "pt"})
save_file({"classifier.weight": torch.full((2, 4), 2.0), "albert.embeddings.LayerNorm.bias": torch.full((3,), 5.0)}, folder / "b.safetensors",
          metadata={"format": "pt"})
names = {k: "a.safetensors" for k in state(model) if "token_type" not in k} | {"classifier.bias": "b.safetensors", "nothing": "b.safetensors"}
(folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": names}))
keep("odd_index", "AlbertForTokenClassification")

# A training script's file: values that are no tensors beside the weights, and in the place of one.
model = make("AlbertForQuestionAnswering")
model.config.architectures = ["AlbertForQuestionAnswering"]
for name, changes in (("notes", {}), ("not_a_tensor", {"qa_outputs.bias": 3, "albert.embeddings.LayerNorm.gamma": None})):
    model.config.save_pretrained(OUT / name)
    torch.save({"epoch": 3, **state(model), "optimizer": {"lr": torch.ones(1)}, "note": None, "losses": [0.5], **changes}, OUT / name / "pytorch_model.bin")
    keep(name, "AlbertForQuestionAnswering")

for text in ["10GB", "3mb", "3MB", "3Mb", "3mB", "1gib", "1KiB", " 5 KB", "1_000KB", "+2KB", "-1KB", "7", "7B", "1.5GB", "GB", "", "1__0KB", "_1KB", "1_KB",
             "0GB", "-3kb", "5 GB ", "1e3KB", "99999999999999999999GB", "2TB", "5KIB", "\t5\nKB"]:
    try:
        cases["sizes"][text] = str(convert_file_size_to_int(text))
    except ValueError:
        cases["sizes"][text] = None

(OUT / "cases.json").write_text(json.dumps(cases, indent=1, sort_keys=True) + "\n")
