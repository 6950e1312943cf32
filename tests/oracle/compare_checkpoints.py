"""Compares loading and saving with torch, safetensors and transformers over random files and models.

    python tests/oracle/compare_checkpoints.py --tool build/release/bin/checkpoint_tool [--count 100] [--seed 1]

Run it in the reference environment (transformers 4.34.1, torch 2.1.2). Three comparisons, --count rounds each:
  files    random torch files (dtypes, strides, sharing, nesting, protocols, legacy) give us what torch.load gives
  models   random models that we save load in the reference without a word and with the same numbers, and back
  reports  damaged and renamed checkpoints give the reference's missing, unexpected and mismatched keys and warnings
Exits with 1 on any difference, with 77 (skipped) when the reference is absent.
"""

import argparse
import io
import json
import logging
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")

from oracle import need, table  # noqa: E402

need("numpy", "torch", "safetensors", "transformers")
import torch  # noqa: E402
import transformers  # noqa: E402
from safetensors.torch import load_file, save_file  # noqa: E402
from transformers import AlbertConfig  # noqa: E402

CLASSES = ["AlbertModel", "AlbertForPreTraining", "AlbertForMaskedLM", "AlbertForSequenceClassification", "AlbertForMultipleChoice",
           "AlbertForTokenClassification", "AlbertForQuestionAnswering"]
DTYPES = [torch.bool, torch.uint8, torch.int8, torch.int16, torch.float16, torch.bfloat16, torch.int32, torch.float32, torch.float64, torch.int64]
rng = random.Random()
messages = io.StringIO()


class Tool:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, **request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


def same(a, b):
    return a.dtype == b.dtype and a.shape == b.shape and torch.equal(torch.nan_to_num(a.double(), 7), torch.nan_to_num(b.double(), 7))


def random_tensor(pool):
    if pool and rng.random() < 0.3:
        tensor = rng.choice(pool)
    else:
        shape = [rng.randrange(0, 5) for _ in range(rng.randrange(0, 4))]
        tensor = (torch.randn(shape) * 10).to(rng.choice(DTYPES))
        pool.append(tensor)
    for _ in range(rng.randrange(0, 3)):
        kind = rng.randrange(5)
        if tensor.dim() >= 2 and kind == 0:
            tensor = tensor.transpose(0, -1)
        elif tensor.dim() >= 1 and kind == 1 and tensor.shape[0] > 1:
            tensor = tensor[1:]
        elif tensor.dim() >= 1 and kind == 2:
            tensor = tensor[..., ::2]
        elif tensor.dim() >= 1 and kind == 3:
            tensor = tensor.unsqueeze(0).expand(3, *tensor.shape)
        elif tensor.dim() >= 1 and kind == 4 and tensor.shape[0] > 0:
            tensor = tensor[0]
    if tensor.is_floating_point() and rng.random() < 0.2:
        tensor = torch.nn.Parameter(tensor, requires_grad=rng.random() < 0.5)
    return tensor


def random_dict(pool, depth=0):
    rows = {}
    for i in range(rng.randrange(1, 6)):
        key = rng.choice(["weight", "bias", "größe", "a.b", f"k{i}", "x" * rng.randrange(1, 300)])
        rows[key] = random_dict(pool, depth + 1) if depth < 3 and rng.random() < 0.2 else random_tensor(pool)
        if rng.random() < 0.1:
            rows[f"note{i}"] = rng.choice([None, 3, 1 << 70, -1.5, "text", [1, (2, "x")], True, torch.Size([1, 2]), torch.float16, b"bytes"])
    if rng.random() < 0.3:
        import collections
        rows = collections.OrderedDict(rows)
    return rows


def flatten(value, prefix=""):
    rows = {}
    for key, item in value.items():
        if isinstance(item, torch.Tensor):
            rows[f"{prefix}{key}"] = item.detach()
        elif isinstance(item, dict):
            rows.update(flatten(item, f"{prefix}{key}."))
    return rows


def compare_file(tool, folder):
    value = random_dict([])
    path, out = f"{folder}/in.bin", f"{folder}/out.safetensors"
    legacy = rng.random() < 0.4
    torch.save(value, path, pickle_protocol=rng.choice([2, 2, 3, 4, 5]), _use_new_zipfile_serialization=not legacy)
    expected = flatten(torch.load(path))
    reply = tool(do="read", file=path, out=out)
    if "error" in reply:
        return reply["message"]
    ours = load_file(out)
    if ours.keys() != expected.keys():
        return f"names differ: {sorted(ours.keys() ^ expected.keys())}"
    return next((f"{k}: {ours[k]} != {expected[k]}" for k in ours if not same(ours[k], expected[k])), None)


def random_config():
    heads = rng.choice([1, 2, 4])
    return AlbertConfig(vocab_size=rng.randrange(5, 40), embedding_size=rng.randrange(1, 9), hidden_size=heads * rng.randrange(1, 5), num_attention_heads=heads,
                        num_hidden_layers=rng.randrange(1, 4), num_hidden_groups=rng.randrange(1, 4), inner_group_num=rng.randrange(1, 3),
                        intermediate_size=rng.randrange(1, 12), max_position_embeddings=rng.randrange(4, 20), type_vocab_size=rng.randrange(1, 4),
                        position_embedding_type=rng.choice(["absolute", "relative_key", "relative_key_query"]), num_labels=rng.randrange(1, 5),
                        tie_word_embeddings=rng.random() < 0.7, pad_token_id=0, classifier_dropout_prob=0.1)


def quiet_load(name, path, **options):
    messages.truncate(0)
    messages.seek(0)
    model, info = getattr(transformers, name).from_pretrained(path, output_loading_info=True, **options)
    return model, info, messages.getvalue()


def compare_model(tool, folder):
    name = rng.choice(CLASSES)
    model = getattr(transformers, name)(random_config())
    their_safe, safe = rng.random() < 0.5, rng.random() < 0.5
    dtype = rng.choice([torch.float32, torch.float32, torch.float16, torch.bfloat16, torch.float64])
    model.to(dtype)
    theirs, ours = f"{folder}/theirs", f"{folder}/ours"
    size = rng.choice(["10GB", "1KB", "3KB", "10KiB"])
    variant = rng.choice(["", "", "v"])
    model.save_pretrained(theirs, safe_serialization=their_safe, max_shard_size=rng.choice(["10GB", "1KB", "5KB"]), variant=variant or None)
    reply = tool(do="load", path=theirs, options={"variant": variant} if variant else {}, save=ours, safe=safe, size=size, variant=variant, **{"class": name})
    if "error" in reply:
        return reply["message"]
    if any(reply[key] for key in ("missing", "unexpected", "mismatched", "warnings")):
        return f"a whole model gives {reply}"
    loaded, info, words = quiet_load(name, ours, variant=variant or None)
    if words or any(info.values()):
        return f"the reference says of our file: {info} {words}"
    expected = {k: v.float() for k, v in model.state_dict().items()}
    got = loaded.state_dict()
    if list(got) != list(expected):
        return "state dicts differ in their names"
    if wrong := [k for k in got if not same(got[k], expected[k])]:
        return f"numbers differ: {wrong}"
    again = f"{folder}/again"
    loaded.config._name_or_path = theirs
    loaded.save_pretrained(again, safe_serialization=safe, max_shard_size=size, variant=variant or None)
    names = sorted(os.listdir(again))
    if sorted(os.listdir(ours)) != names:
        return f"files differ: {sorted(os.listdir(ours))} {names}"
    for file in names:
        a, b = pathlib.Path(ours, file).read_bytes(), pathlib.Path(again, file).read_bytes()
        if not file.endswith(".bin") and a != b:
            return f"{file} differs from the reference's"
    return None


def sort_lists(text):
    return re.sub(r"\[('[^\]]*')\]", lambda m: "[" + ", ".join(sorted(m[1].split(", "))) + "]", text)


def compare_report(tool, folder):
    source, target = rng.choice(CLASSES), rng.choice(CLASSES)
    config = random_config()
    model = getattr(transformers, source)(config)
    config.architectures = [rng.choice([source, target])]
    state = {k: v.clone() for k, v in model.state_dict().items()}
    for key in list(state):
        kind = rng.randrange(40)
        if kind == 0:
            del state[key]
        elif kind == 1:
            state[key] = torch.randn([n + 1 for n in state[key].shape])
        elif kind == 2:
            state[key.replace("weight", "gamma").replace("bias", "beta")] = state.pop(key)
        elif kind == 3:
            state[key + rng.choice([".extra", "x", ".gamma"])] = torch.randn(2)
        elif kind == 4:
            state["albert.embeddings.position_ids"] = torch.arange(3)[None]
    change = rng.randrange(4)
    if change == 0:
        state = {k.removeprefix("albert."): v for k, v in state.items()}
    elif change == 1:
        state = {("albert." + k if rng.random() < 0.9 else k): v for k, v in state.items()}
    path = f"{folder}/model"
    config.save_pretrained(path)
    if rng.random() < 0.5:
        torch.save(state, f"{path}/pytorch_model.bin")
    else:
        save_file(state, f"{path}/model.safetensors", metadata={"format": "pt"})
    options = {"ignore_mismatched_sizes": True} if rng.random() < 0.6 else {}
    if rng.random() < 0.3:
        options["num_labels"] = rng.randrange(1, 5)
    reply = tool(do="load", path=path, options=options, state=f"{folder}/state", **{"class": target})
    try:
        loaded, info, words = quiet_load(target, path, **options)
    except Exception as error:  # noqa: BLE001
        if reply.get("message", "").split(" ('")[0] != str(error).split(" ('")[0]:
            return f"the reference: {error}\nwe: {reply}"
        return None
    if "error" in reply:
        return f"only we refuse: {reply}"
    for key, names in (("missing", info["missing_keys"]), ("unexpected", info["unexpected_keys"]), ("mismatched", [m[0] for m in info["mismatched_keys"]])):
        if sorted(reply[key]) != sorted(names):
            return f"{source} -> {target}, {key}: {reply[key]} != {sorted(names)}"
    if "".join(w + "\n" for w in reply["warnings"]) != sort_lists(words):
        return f"warnings differ:\n{reply['warnings']}\n{words}"
    # What the file holds must be in the model; new values are random and differ.
    ours, theirs = load_file(f"{folder}/state"), loaded.state_dict()
    values = {id(v): v for v in state.values()}.values()
    for key, tensor in ours.items():
        given = any(v.shape == theirs[key].shape and torch.equal(v.to(theirs[key].dtype), theirs[key]) for v in values)
        constant = bool((theirs[key] == 0).all() or (theirs[key] == 1).all())
        if (given or constant) and not same(tensor, theirs[key]):
            return f"{source} -> {target}: {key} differs: {tensor.flatten()[:3]} {theirs[key].flatten()[:3]}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tool", default="build/release/bin/checkpoint_tool")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    transformers.logging.set_verbosity_warning()
    transformers.logging.disable_default_handler()
    transformers.logging.add_handler(logging.StreamHandler(messages))
    transformers.utils.logging.disable_progress_bar()
    tool = Tool(arguments.tool)
    rows = []
    for what, compare in (("files", compare_file), ("models", compare_model), ("reports", compare_report)):
        wrong = 0
        for round_ in range(arguments.count):
            rng.seed(f"{what} {arguments.seed} {round_}")
            torch.manual_seed(rng.randrange(1 << 30))
            with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as folder:
                if difference := compare(tool, folder):
                    wrong += 1
                    print(f"{what} round {round_}: {difference}".replace(folder, "FOLDER"))
        rows.append((what, arguments.count, wrong))
    table(["checkpoints", "rounds", "different"], rows)
    sys.exit(any(wrong for _, _, wrong in rows))


if __name__ == "__main__":
    main()
