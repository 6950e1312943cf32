"""Writes config/cases.json: configurations made by the reference, and what it makes of them.

Each case is a way to make a configuration (`make`), steps on it (`then`), and the outcome: the kind
of the exception and the step that raised it (0: making it), or the texts. `diff` is the text of
config.json; `full` and `order` are the FNV-1a hashes of the full text and of json.dumps(to_dict()).

Run with transformers 4.34.1 and PyTorch: python make_config.py
"""
import json
import logging
import math
import os
import pathlib
import random
import tempfile
import warnings

os.environ["TRANSFORMERS_OFFLINE"] = os.environ["HF_HUB_OFFLINE"] = "1"
from transformers import AlbertConfig  # noqa: E402
from transformers.utils import logging as hf_logging  # noqa: E402

hf_logging.disable_default_handler()


class Counter(logging.Handler):
    count = 0

    def emit(self, record):
        self.count += record.levelno == logging.WARNING


counter = Counter()
logging.getLogger("transformers").addHandler(counter)


def fnv(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return f"{value:016x}"


def kind(error):
    if isinstance(error, (json.JSONDecodeError, UnicodeDecodeError)) or "not a valid JSON" in str(error):
        return "bad_data"
    kinds = [(OSError, "not_found"), ((AttributeError, KeyError), "key"), (IndexError, "index"), (TypeError, "type"), ((ValueError, AssertionError), "value")]
    return next(name for types, name in kinds if isinstance(error, types))


def make(how, folder):
    overrides = how.get("overrides", {})
    if "init" in how:
        return AlbertConfig(**how["init"]), None
    if "dict" in how:
        return AlbertConfig.from_dict(how["dict"], return_unused_kwargs=True, **overrides)
    for name, text in how["files"].items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes.fromhex(text[4:]) if text.startswith("hex:") else text.encode())
    path = str(folder / how["path"])
    if how.get("plain"):
        return AlbertConfig.from_json_file(path), None
    return AlbertConfig.from_pretrained(path, return_unused_kwargs=True, **overrides)


def has_nan(value):
    if isinstance(value, dict):
        return any(map(has_nan, value.values()))
    return any(map(has_nan, value)) if isinstance(value, list) else isinstance(value, float) and math.isnan(value)


def outcome(case):
    step = 0
    counter.count = 0
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            config, unused = make(case["make"], pathlib.Path(folder))
            noted = counter.count + len(caught)
            for step, (action, *arguments) in enumerate(case.get("then", []), 1):
                {"set": lambda name, value: setattr(config, name, value), "update": config.update, "string": config.update_from_string}[action](*arguments)
            step += 1
            result = {"diff": config.to_json_string(), "full": fnv(config.to_json_string(use_diff=False)), "order": fnv(json.dumps(config.to_dict()))}
            result["num_labels"] = None if config.id2label is None or isinstance(config.id2label, (int, float)) else config.num_labels
            result["return_dict"] = config.use_return_dict
            if unused:
                unused.pop("_configuration_file", None)  # an internal name that leaks
            if unused:
                result["unused"] = unused
            if noted:
                result["warnings"] = noted
            if not has_nan(config.to_dict()):
                result["is_default"] = config == AlbertConfig()
                try:
                    again = AlbertConfig.from_dict(json.loads(config.to_json_string()))
                    result["again"] = [config == again, again == AlbertConfig.from_dict(again.to_dict()), again.to_json_string(False) == config.to_json_string(False)]
                except Exception as error:
                    result["again"] = kind(error)
            return result
        except Exception as error:
            return {"error": kind(error), "step": step}


cases = []


def init(**arguments):
    cases.append({"make": {"init": arguments}})


def from_dict(dict, then=None, **overrides):
    cases.append({"make": {"dict": dict, "overrides": overrides}, **({"then": then} if then else {})})


def files(path, plain=False, then=None, overrides=None, **texts):
    texts = {name.replace("__", "/").replace("_json", ".json"): text if isinstance(text, str) else json.dumps(text) for name, text in texts.items()}
    cases.append({"make": {"files": texts, "path": path, "plain": plain, "overrides": overrides or {}}})


def steps(*then, **arguments):
    cases.append({"make": {"init": arguments}, "then": [list(s) for s in then]})


# Constructor: every kind of argument.
init()
init(vocab_size=100, embedding_size=16, hidden_size=36, num_hidden_layers=6, num_hidden_groups=6, num_attention_heads=6, intermediate_size=37)
init(hidden_size=-5, num_hidden_layers=0, hidden_act="nothing", position_embedding_type="strange", num_attention_heads=7)
init(hidden_dropout_prob=0.0, attention_probs_dropout_prob=1e-05, layer_norm_eps=1e16, initializer_range=1e15, classifier_dropout_prob=None)
init(hidden_dropout_prob=float("inf"), layer_norm_eps=float("nan"), initializer_range=-float("inf"))
init(vocab_size=10**30, hidden_size=None, hidden_act=["a", 1.5, {"b": []}], embedding_size="128", type_vocab_size=True)
init(pad_token_id=None, bos_token_id=None, eos_token_id=7)
init(pad_token_id=-1, sep_token_id=4, decoder_start_token_id=5)
init(pad_token_id=0.0, bos_token_id=2.0, eos_token_id=3)
init(num_labels=3)
init(num_labels=0)
init(num_labels=1)
init(num_labels=12)
init(num_labels=-4)
init(num_labels=2.0)
init(num_labels=3.0)
init(num_labels=True)
init(num_labels=False)
init(num_labels=None)
init(num_labels="3")
init(num_labels=[1, 2])
init(num_labels=10**30 * -1)
init(id2label={"0": "a", "1": "b", "2": "c"})
init(id2label={"0": "a", "1": "b", "2": "c"}, num_labels=3)
init(id2label={"0": "a", "1": "b", "2": "c"}, num_labels=5)
init(id2label={"0": "a", "1": "b"}, num_labels=2.0)
init(id2label={"0": "a", "1": "b"}, num_labels=None)
init(id2label={"0": "a", "1": "b"}, num_labels="two")
init(id2label={str(i): f"l{i}" for i in range(12)}, label2id={f"l{i}": i for i in range(12)})
init(id2label={"10": "z", "2": "y", "-1": "x", "-10": "w", "007": "v", " 3 ": "u", "1_000": "t", "+5": "s", "99999999999999999999": "r"})
init(id2label={"1": "a", "01": "b", "+1": "c"})
init(id2label={"a": "b"})
init(id2label={"1.0": "b"})
init(id2label={"": "b"})
init(id2label={"1__0": "b"})
init(id2label={"_1": "b"})
init(id2label={"0": 5, "1": None})
init(id2label={})
init(id2label=None, num_labels=4)
init(id2label=[])
init(id2label=["a", "b"])
init(id2label="ab")
init(id2label=3)
init(id2label={"0": "LABEL_0", "1": "LABEL_1"}, label2id={"LABEL_0": 0, "LABEL_1": 1})
init(id2label={"0": "LABEL_0", "1": "LABEL_1"})
init(label2id={"x": 0, "y": 1})
init(label2id={"x": 0, "y": 1}, num_labels=2)
init(label2id=["x"])
init(label2id=0)
init(label2id={}, id2label={})
for problem in ["regression", "single_label_classification", "multi_label_classification", "other", "", 5, ["regression"], None, False]:
    init(problem_type=problem)
for dtype in ["float32", "float16", "bfloat16", "float", "half", "double", "long", "int", "short", "bool", "uint8", "complex64", "auto", "float33", "", None, 5, 1.5, True, [2.5], {"a": 1}, {"a": 1.5}]:
    init(torch_dtype=dtype)
init(task_specific_params={"x": {"torch_dtype": "float"}, "y": {"torch_dtype": None}})
init(task_specific_params={"x": {"torch_dtype": 1.25}})
init(task_specific_params={"x": {"torch_dtype": 1}})
init(task_specific_params={"x": [{"torch_dtype": 1}]})
init(quantization_config={"bits": 8, "torch_dtype": "float16"})
init(quantization_config={})
init(quantization_config=None)
init(quantization_config=[1])
init(xla_device=True)
init(xla_device=None)
init(gradient_checkpointing=True)
init(gradient_checkpointing=False)
init(gradient_checkpointing=0.0)
init(gradient_checkpointing="x")
init(gradient_checkpointing=[])
init(use_return_dict=True)
init(return_dict=False)
init(return_dict=None)
init(torchscript=True)
init(torchscript=1, return_dict="yes")
init(return_dict=0, torchscript=[])
init(name_or_path="somewhere", _name_or_path="else")
init(name_or_path="somewhere")
for name in [None, True, 3, 1e-7, ["a", 'b"c', "it's", "both'\"", "\n\t\\", {"k": None, "f": float("nan")}], {"a": 1}, float("inf"), -0.0]:
    init(name_or_path=name)
init(_name_or_path=5)
init(_commit_hash="abc", transformers_version="2.0", model_type="bert", _auto_class="x", _flash_attn_2_enabled=True)
init(pruned_heads={"0": [1, 2], "10": [0], "2": []})
init(pruned_heads=None)
init(pruned_heads=[1])
init(unknown=None, other=[1, {"z": 1, "a": [], "é": {}}], Zeta="ü😀\x7f\u2028", a1=1e300, text="quote\" \\ /")
init(down_scale_factor=1, gap_size=0, net_structure_type=0, num_memory_blocks=0, _num_labels=2, output_past=True)
init(max_length=20.0, min_length=False, temperature=1, top_p=True, diversity_penalty=0, do_sample=0)
init(max_length=21, temperature=0.7, bad_words_ids=[[1], []], suppress_tokens=[], forced_bos_token_id=0)
init(architectures=["AlbertForMaskedLM"], finetuning_task="mnli", tokenizer_class="AlbertTokenizer", prefix="", task_specific_params={})
init(output_hidden_states=True, output_attentions=1, tf_legacy_loss=True, use_bfloat16=True, tie_word_embeddings=False, chunk_size_feed_forward=4)
init(is_encoder_decoder=True, is_decoder=True, tie_encoder_decoder=True, add_cross_attention=True, cross_attention_hidden_size=7)
init(is_composition=True, pad_token_id=None)
init(is_composition=False, pad_token_id=None)
init(self=1)
init(to_dict=1)
init(update=1)
init(**{"": 1, " ": 2, "a b": 3, "ÿ": 4, "zz": 5, "Z": 6})

# Dictionaries and their overrides.
from_dict({})
from_dict({"pruned_heads": {"0": [1, 2], "10": [0], "2": []}})
from_dict({"pruned_heads": {"x": []}})
from_dict({"pruned_heads": None})
from_dict({"pruned_heads": [1]})
from_dict({"num_labels": 3}, num_labels=4)
from_dict({"num_labels": 3, "id2label": {"0": "x", "1": "y"}}, num_labels=2)
from_dict({"id2label": {"0": "x", "1": "y"}}, num_labels=3)
from_dict({"id2label": {"0": "x", "1": "y"}, "label2id": {"x": 0, "y": 1}}, num_labels=2)
from_dict({}, id2label={"0": "x", "10": "y", "2": "z"})
from_dict({}, id2label={"0": "x", "1": "y"}, num_labels=2)
from_dict({}, num_labels=2, id2label={"0": "x", "1": "y"})
from_dict({}, num_labels=3, id2label={"0": "x", "1": "y", "2": "z"})
from_dict({}, id2label={"0": "x", "1": "y", "2": "z"}, num_labels=3)
from_dict({}, num_labels=3, id2label={"0": "x", "1": "y"})
from_dict({}, num_labels=0, id2label=None)
from_dict({}, id2label=None, num_labels=0)
from_dict({}, num_labels=2, id2label=None)
from_dict({}, id2label=None)
from_dict({}, id2label=["a", "b", "c"])
from_dict({}, id2label="añb")
from_dict({}, num_labels=3, id2label="añb")
from_dict({}, num_labels=1, id2label=1)
from_dict({}, id2label=1)
from_dict({}, label2id={"x": 0})
from_dict({}, label2id=5)
from_dict({}, num_labels=None)
from_dict({}, num_labels="x")
from_dict({}, problem_type="anything")
from_dict({}, torch_dtype="float")
from_dict({}, torch_dtype="auto")
from_dict({"torch_dtype": "half"}, torch_dtype=None)
from_dict({}, torch_dtype=3)
from_dict({}, foo=1, bar=[2], vocab_size=7, model_type="bert", hidden_act="relu")
from_dict({"foo": 3}, foo=1, bar=None)
from_dict({}, use_return_dict=False)
from_dict({}, name_or_path="x")
from_dict({}, _name_or_path=5)
from_dict({"_commit_hash": "a"}, _commit_hash="b")
from_dict({}, _commit_hash="b")
from_dict({}, _from_auto=True, _from_pipeline="x", zed=1)
from_dict({}, gradient_checkpointing=True)
from_dict({}, xla_device=True)
from_dict({"gradient_checkpointing": True}, gradient_checkpointing=False)
from_dict({}, is_composition=True, pad_token_id=None)
from_dict({}, attention_probs_dropout_prob=0.25, pad_token_id=None, eos_token_id=2)
from_dict({}, pruned_heads={"3": [1], "20": [0], "1": []})
from_dict({}, pruned_heads=5)
from_dict({}, quantization_config=4)
from_dict({"quantization_config": {"a": 1}}, quantization_config=4)
from_dict({"task_specific_params": {"torch_dtype": 1}})
from_dict({"problem_type": "x"})
from_dict({"num_labels": None})
from_dict({"xla_device": 1, "gradient_checkpointing": 1})
from_dict({"model_type": "bert", "transformers_version": "1.0"})
from_dict({}, from_dict=1, push_to_hub=2, to_json_file=3)

# Steps on a configuration.
steps(("set", "num_labels", 3))
steps(("set", "num_labels", 2), label2id={"a": 1})
steps(("set", "num_labels", 2), id2label={"0": "x", "1": "y"})
steps(("set", "num_labels", 2.0), id2label={"0": "x", "1": "y"})
steps(("set", "num_labels", 1), ("set", "num_labels", 2))
steps(("set", "num_labels", 2.5))
steps(("set", "id2label", {"0": "x", "10": "y", "9": "z"}))
steps(("set", "id2label", {}))
steps(("set", "id2label", None), ("set", "num_labels", 2))
steps(("set", "id2label", None))
steps(("set", "id2label", 4), ("set", "num_labels", 4))
steps(("set", "label2id", None))
steps(("set", "use_return_dict", True))
steps(("set", "name_or_path", None))
steps(("set", "problem_type", "free"))
steps(("set", "torch_dtype", "float"))
steps(("set", "torch_dtype", 7))
steps(("set", "architectures", ["AlbertModel"]), ("set", "torch_dtype", "float32"))
steps(("set", "classifier_dropout_prob", None), ("set", "brand_new", {"b": [1, 2], "a": {}}))
steps(("set", "pad_token_id", None))
steps(("set", "vocab_size", 30000.0))
steps(("update", {"hidden_size": 8, "num_labels": 4, "new": None}))
steps(("update", {"use_return_dict": 1}))
steps(("update", {"id2label": {"0": "q"}, "num_labels": 1}))
steps(("update", {"hidden_size": 8, "use_return_dict": 1}))
for text in [
    "vocab_size=10", "vocab_size=10,hidden_act=relu,output_attentions=true,layer_norm_eps=1e-5", "hidden_dropout_prob=0.1", "hidden_dropout_prob=1",
    "nothing=1", "", ",", "vocab_size", "vocab_size=", "vocab_size=1=2", "vocab_size= 7 ", " vocab_size=7", "vocab_size=1_000", "vocab_size=0x10", "vocab_size=1.0",
    "vocab_size=+5", "vocab_size=-5", "vocab_size=007", "vocab_size=--5", "vocab_size=_1", "vocab_size=1_", "vocab_size=99999999999999999999", "vocab_size=1,vocab_size=2,hidden_size=3",
    "output_attentions=True", "output_attentions=yEs", "output_attentions=1", "output_attentions=n", "output_attentions=0", "output_attentions=maybe", "output_attentions=",
    "layer_norm_eps=1", "layer_norm_eps=.5", "layer_norm_eps=5.", "layer_norm_eps=.", "layer_norm_eps=1e", "layer_norm_eps=1e+05", "layer_norm_eps= 1_0.5_0e1_0 ",
    "layer_norm_eps=inf", "layer_norm_eps=-Infinity", "layer_norm_eps=+1.e2", "layer_norm_eps=infi", "layer_norm_eps=0x1p3", "layer_norm_eps=1e999", "layer_norm_eps=-1e-999",
    "layer_norm_eps=00012.50", "layer_norm_eps=1__0", "layer_norm_eps=1_.5", "layer_norm_eps=1._5", "layer_norm_eps=1e_5", "layer_norm_eps=", "layer_norm_eps=--1",
    "hidden_act=", "hidden_act= a b ", "hidden_act=é", "problem_type=regression", "id2label=3", "torch_dtype=float32", "num_labels=5", "num_labels=2", "num_labels=x",
    "use_return_dict=false", "use_return_dict=7", "name_or_path=abc", "_name_or_path=abc", "model_type=bert", "is_composition=true", "is_composition=q", "attribute_map=1", "to_dict=1",
    "_auto_class=x", "num_labels=-1", "temperature=2,top_k=3.5", "temperature=2,top_k=3,tie_word_embeddings=no", "pad_token_id=5,architectures=x", "=1", "hidden_size=4,nothing=1",
]:
    steps(("string", text))
steps(("string", "torch_dtype=float32"), torch_dtype="float16")
steps(("string", "extra=5"), extra="text")
steps(("string", "extra=5"), extra=[1])
steps(("string", "extra=5.5"), extra=True)
steps(("string", "extra=2.5"), extra=10**25)
steps(("string", "extra=25"), extra=10**25)
steps(("set", "torch_dtype", "float16"), ("string", "torch_dtype=anything"))

# Files.
good = {"vocab_size": 50, "num_labels": 3, "pruned_heads": {"0": [1], "11": [0]}, "extra": 1}
files(".", config_json=good)
files("config.json", config_json=good)
files("config.json", plain=True, config_json=good)
files(".", plain=True, config_json=good)
files("absent", config_json=good)
files("absent.json", config_json=good)
files("absent.json", plain=True, config_json=good)
files(".", other_json=good)
files(".", config_json="{}")
for text in ["", " ", "{", "[]", "[1]", "3", "null", '"text"', "true", "{} {}", "\ufeff{}", "hex:fffe7b7d", 'hex:7b226122203a2022ff227d', "{'a': 1}", '{"a": 1,}', "NaN", "nonsense"]:
    files(".", config_json=text)
    files("config.json", plain=True, config_json=text)
files(".", config_json='{"layer_norm_eps": NaN, "a": Infinity, "b": -Infinity, "c": -0.0, "d": 1E5, "e": 1.0e-7}')
files(".", config_json='{"vocab_size": 1, "hidden_size": 2, "vocab_size": 3}')
files(".", config_json='{"big": 1000000000000000019884624838656, "u": "\\u00e9\\ud83d\\ude00", "t": "\\t"}')
files(".", config_json={"model_type": "bert"})
files(".", config_json={"model_type": None})
files(".", config_json={"model_type": "albert", "transformers_version": "4.0.0", "_name_or_path": "old", "_commit_hash": "gone"})
files(".", config_json={"num_labels": 4, "id2label": {"0": "n"}, "problem_type": "regression"}, overrides={"num_labels": 2, "left": 1, "subfolder": "", "revision": "x", "cache_dir": "y"})
files(".", config_json={"hidden_size": 1}, sub__config_json={"hidden_size": 2}, overrides={"subfolder": "sub"})
files("sub", sub__config_json={"hidden_size": 2})
files(".", config_json=good, overrides={"trust_remote_code": True, "force_download": True, "torch_dtype": "float16"})
files("config.json", plain=True, config_json={"model_type": "bert", "configuration_files": ["config.4.0.0.json"]})


def versions(names, first=None, path=".", **more):
    texts = {name.replace(".json", "_json"): {"hidden_size": i + 1} for i, name in enumerate(n for n in names if isinstance(n, str) and "/" not in n)}
    cases.append({"make": {"files": {"config.json": json.dumps({"hidden_size": 99, "configuration_files": names, **(first or {})}),
                                     **{k.replace("_json", ".json"): json.dumps(v) for k, v in texts.items() if k not in more.get("without", ())}}, "path": path}})


versions(["config.4.0.0.json"])
versions(["config.4.0.0.json", "config.5.0.0.json"])
versions(["config.4.0.0.json", "config.4.34.1.json", "config.4.34.2.json"])
versions(["config.4.9.0.json", "config.4.10.0.json"])
versions(["config.10.0.0.json", "config.4.0.0.json"])
versions(["config.5.json", "config.6.json"])
versions(["config.4.json", "config.4.34.json", "config.4.34.1.0.json"])
versions(["config.4.34.1rc1.json"])
versions(["config.4.34.1.post1.json"])
versions(["config.4.34.1.dev0.json"])
versions(["config.4.34.1.post1.dev0.json"])
versions(["config.4.34.1+local.1.json"])
versions(["config.4.34.1-1.json"])
versions(["config.1!0.1.json"])
versions(["config.0!4.34.1.json"])
versions(["config.v4.2.json"])
versions(["config.4.34.2a1.json"])
versions(["config.4.34.2.dev1.json"])
versions(["config.4.34.1-ALPHA_2.json"])
versions(["config.4.34.1preview.json"])
versions(["config.abc.json"])
versions(["config..json"])
versions(["config.4.0.json.json"])
versions(["config.4.0.x.json"])
versions(["config.4..0.json"])
versions(["config. 4.0 .json"])
versions(["config.5.0.json", "config.bad.json"])
versions(["config.4.0.json", "config.bad.json"])
versions(["config.json", "other.json"])
versions(["my.config.4.1.json"])
versions(["config.4.1.json.bak"])
versions([])
versions([], {"configuration_files": None})
versions([], {"configuration_files": "config.4.0.0.json"})
versions([], {"configuration_files": {"config.4.0.0.json": 1}})
versions([], {"configuration_files": [3]})
versions([], {"configuration_files": 3})
versions(["config.4.0.0.json"], path="config.json")
cases.append({"make": {"files": {"config.json": '{"configuration_files": ["config.4.0.0.json"]}'}, "path": "."}})
cases.append({"make": {"files": {"config.json": '{"configuration_files": ["config.4.0.0.json"]}', "config.4.0.0.json": "[]"}, "path": "."}})
cases.append({"make": {"files": {"config.json": '{"configuration_files": ["config.4.0.0.json"], "vocab_size": 3}', "config.4.0.0.json": '{"configuration_files": ["config.4.1.json"], "model_type": "x"}'}, "path": "."}})

# Other names for attributes, which a file may bring along.
for names in [{"d_model": "hidden_size"}, {}, None, 3, True, 1.5, "", "x", "hidden_size", "num_labels and more", [], ["hidden_size"], ["d_model"], [3], {"d_model": 3},
              {"d_model": None}, {"hidden_size": "d_model"}, {"hidden_size": "hidden_size"}, {"a": "d_model", "d_model": "hidden_size"},
              {"d_model": "hidden_size", "hidden_size": "d_model"}, {"attribute_map": "x"}, {"num_labels": "x"}, {"x": "num_labels"}, {"id2label": "x"}, {"x": "id2label"},
              {"return_dict": "x"}, {"x": "use_return_dict"}, {"use_return_dict": "x"}, {"name_or_path": "x"}, {"_name_or_path": "x"}, {"x": "name_or_path"},
              {"pruned_heads": "x"}, {"x": "pruned_heads"}, {"pad_token_id": "x"}, {"x": "model_type"}, {"vocab_size": ""}]:
    init(attribute_map=names)
    init(attribute_map=names, d_model=8, hidden_size=16, x=3)
    init(d_model=8, x=3, attribute_map=names)
    from_dict({"attribute_map": names, "hidden_size": 16}, d_model=12, x=5)
    from_dict({"d_model": 8, "attribute_map": names, "pruned_heads": {"1": [0]}}, hidden_size=12, num_labels=4)
    steps(("set", "d_model", 24), ("set", "x", 4), ("set", "num_labels", 3), attribute_map=names)
    steps(("set", "hidden_size", 32), ("string", "d_model=48"), attribute_map=names, d_model=5)
steps(("set", "attribute_map", {"d_model": "hidden_size"}), ("set", "d_model", 8), ("update", {"d_model": 9, "vocab_size": 3}))
steps(("set", "attribute_map", None), ("set", "d_model", 8))
steps(("set", "attribute_map", {"attribute_map": "other"}), ("set", "attribute_map", {"d_model": "hidden_size"}), ("set", "d_model", 8))
steps(("string", "attribute_map=3"), attribute_map={"d_model": "hidden_size"})
files(".", config_json={"attribute_map": {"d_model": "hidden_size"}, "d_model": 3, "hidden_size": 4}, overrides={"d_model": 5, "other": 6})

# Random mixtures.
rng = random.Random(7)
names = list(AlbertConfig().to_dict()) + ["num_labels", "name_or_path", "xla_device", "gradient_checkpointing", "use_return_dict", "quantization_config", "x", "Y", "_z"]
pool = [None, True, False, 0, 1, 2, 3, -1, 0.0, 0.5, 1e-12, 1e22, "", "gelu", "float16", "regression", [], [1, "a"], {}, {"0": "A"}, {"1": "B", "0": "A"}, {"10": [1], "9": []}, {"a": 0}, 10**20]
safe = {n: [v for v in pool if type(v) in (int, float, bool) and v != 10**20] for n in names}
for i in range(150):
    def some(count, likely):
        chosen = rng.sample(names, count)
        return {n: rng.choice(safe[n] if likely and rng.random() < 0.8 and n not in ("id2label", "label2id", "pruned_heads", "torch_dtype", "problem_type") else
                              [{"1": "B", "0": "A"}, {}] if likely and n in ("id2label", "label2id", "pruned_heads") else
                              [v for v in pool if v != 10**20] if n == "num_labels" else  # so many labels fill the memory
                              [None, "float32"] if likely and n == "torch_dtype" else [None, "regression"] if likely and n == "problem_type" else pool) for n in chosen
                if not (likely and n in ("use_return_dict", "quantization_config"))}
    likely = rng.random() < 0.9
    case = {"make": {"init": some(rng.randrange(6), likely)} if i % 3 == 0 else {"dict": some(rng.randrange(6), likely), "overrides": some(rng.randrange(4), likely)}}
    case["make"].get("overrides", {}).pop("self", None)
    if i % 2:
        case["then"] = [["set", *pair] for pair in some(rng.randrange(3), likely).items()] + [["update", some(2, likely)]]
    cases.append(case)

for case in cases:
    case["make"] = {k: v for k, v in case["make"].items() if v or k in ("init", "dict", "files")}
    text = json.dumps({k: case[k] for k in ("make", "then") if k in case})
    case["result"] = outcome(json.loads(text))  # the reference may change what it is given

path = pathlib.Path(__file__).parent / "config" / "cases.json"
path.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
print(len(cases), sum("error" in case["result"] for case in cases), path.stat().st_size)
