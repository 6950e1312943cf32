"""Task inputs that pipelines get wrong, tiny models to run them on, and the reference's answers.

Used by make_tasks.py (our vocabulary, committed) and by ../oracle/compare_tasks.py (any vocabulary, many rows). A case
is {"task", "model", "slow", "parameters", "rows"}: parameters as the reference's pipeline takes them, rows as the
program's JSON lines. Runs in the reference environment.
"""

import json
import os
import pathlib
import random
import shutil

os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

TOKENIZER_FILES = ["spiece.model", "vocab.txt", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"]
BASE = {"model_type": "albert", "embedding_size": 8, "hidden_size": 16, "num_hidden_layers": 2, "num_hidden_groups": 2,
        "num_attention_heads": 4, "intermediate_size": 20, "max_position_embeddings": 128, "initializer_range": 0.2,
        "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0, "classifier_dropout_prob": 0.0}


def labels(*names):
    return {"id2label": {str(i): name for i, name in enumerate(names)}, "label2id": {name: i for i, name in enumerate(names)}}


# name -> changes to the configuration, and to tokenizer_config.json
MODELS = {
    "plain": (labels("B-PER", "I-PER", "O"), {"model_max_length": 128}),
    "locations": (labels("B-LOC", "I-LOC", "I-PER"), {"model_max_length": 24}),
    "multi": ({**labels("a", "b", "c"), "problem_type": "multi_label_classification"}, {"model_max_length": 128}),
    "nli": (labels("contradiction", "neutral", "Entailment"), {"model_max_length": 40}),
    "nli_first": (labels("ENTAILED", "neutral", "no"), {"model_max_length": 128}),
    "left": (labels("x", "y", "z"), {"model_max_length": 128, "padding_side": "left"}),
    "choice": ({"num_labels": 1}, {"model_max_length": 60}),
    "two": (labels("x", "y"), {"model_max_length": 128}),
    "two_left": (labels("x", "y"), {"model_max_length": 128, "padding_side": "left"}),
}


def build_folder(folder, tokenizer, name, weights=None, **changes):
    """A model folder: the tokenizer's files, config.json with the changes of MODELS[name], and the weights' file if given."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for file in TOKENIZER_FILES:
        if (pathlib.Path(tokenizer) / file).exists():
            shutil.copyfile(pathlib.Path(tokenizer) / file, folder / file)
    config_changes, tokenizer_changes = MODELS[name]
    (folder / "config.json").write_text(json.dumps({**BASE, **config_changes, **changes}, indent=1))
    file = folder / "tokenizer_config.json"
    settings = json.loads(file.read_text()) if file.exists() else {}
    if (folder / "vocab.txt").exists():
        settings = {"tokenizer_class": "BertTokenizer", **settings}
    file.write_text(json.dumps({**settings, **tokenizer_changes}, indent=1))
    if weights:
        shutil.copyfile(weights, folder / "model.safetensors")
    return folder


def make_weights(path, vocab_size, seed, dtype="float32", labels=3):
    """One file that serves every class: an encoder and all heads (three labels; multiple choice wants one), random
    enough to have opinions."""
    import torch
    from safetensors.torch import save_file
    from transformers import (AlbertConfig, AlbertForMaskedLM, AlbertForPreTraining, AlbertForQuestionAnswering,
                              AlbertForSequenceClassification)

    torch.manual_seed(seed)
    config = AlbertConfig(vocab_size=vocab_size, num_labels=3, **BASE)
    state = {}
    for cls in (AlbertForMaskedLM, AlbertForQuestionAnswering, AlbertForSequenceClassification, AlbertForPreTraining):
        for name, value in cls(config).state_dict().items():
            if name.startswith("albert.") and name in state or name.endswith("position_ids"):
                continue
            scale = 1.0 if name.split(".")[0] in ("qa_outputs", "classifier", "sop_classifier") else 0.3
            noise = torch.randn(value.shape) * scale
            state[name] = 1 + noise * 0.3 if "LayerNorm.weight" in name or "layer_norm.weight" in name else noise
    state["albert.embeddings.word_embeddings.weight"] *= 3
    state.pop("predictions.decoder.weight", None)
    state.pop("predictions.decoder.bias", None)
    for part in ("weight", "bias"):
        state[f"classifier.{part}"] = state[f"classifier.{part}"][:labels].clone()
    for name in ("sop_classifier.classifier", "qa_outputs"):  # these two have two labels
        for part in ("weight", "bias"):
            state[f"{name}.{part}"] = state[f"{name}.{part}"][:2].clone()
    save_file({name: value.to(getattr(torch, dtype)).contiguous() for name, value in state.items()}, path, metadata={"format": "pt"})


# --- texts ---

NAMES = "Anna Paris New York London Mr. Smith the Rolling Stones O'Neill Jean-Luc Zürich 1813 $3.50 U.S.A. e-mail".split(" ")
COMMON = ("the of and to a in that it was his he is with as for had wind cold dark river king who opened window book "
          "written by about house small never walked down street money card bank account lost yesterday").split()
ODD = ["  ", "\t", "\n", "\u00a0", "\u3000", "\u202f", "…", "“quoted”", "(in)", "naïve", "ﬁne", "Ⅳ", "😂", "生活", "\u200d", "\x00", "1,000",
       "don't", "``x''", "<unk>", "<pad>", "[SEP]", "[CLS]", "İstanbul", "e\u0301", ",", ".", "?!", "--", "a\tb"]


def text(r, low, high, odd=0.12):
    parts = []
    for _ in range(r.randint(low, high)):
        x = r.random()
        parts.append(r.choice(ODD) if x < odd else r.choice(NAMES) if x < 0.35 else r.choice(COMMON))
    out = " ".join(parts)
    if r.random() < 0.5:
        out += r.choice([".", "?", "!", " ", "  "])
    return out


def fill_mask(r):
    def row():
        words = text(r, 2, 14).split(" ")
        for _ in range(r.choice([0, 1, 1, 1, 1, 2, 3])):
            words.insert(r.randint(0, len(words)), r.choice(["[MASK]", "[MASK]", "[MASK].", "x[MASK]"]))
        return {"text": " ".join(words)}
    parameters = {}
    if r.random() < 0.6:
        parameters["top_k"] = r.choice([0, 1, 2, 3, 8])
    if r.random() < 0.4:
        parameters["targets"] = r.sample(["▁the", "the", "▁king", "king", "zzyzxq", "▁was", "▁was", "wind", "London", "s", "😂"], r.randint(1, 5))
    return parameters, [row() for _ in range(6)], r.choice(["plain", "left"])


def text_classification(r):
    def row():
        pair = r.random()
        made = {"text": text(r, 0, 20)}
        if pair < 0.4:
            made["text_pair"] = text(r, 1, 12)
        elif pair < 0.5:
            made["text_pair"] = ""
        return made
    parameters = {}
    if r.random() < 0.6:
        parameters["top_k"] = r.choice([1, 2, 3, 7, None, 0])
    if r.random() < 0.4:
        parameters["function_to_apply"] = r.choice(["sigmoid", "softmax", "none", "SoftMax"])
    if r.random() < 0.2:
        parameters["truncation"] = True
    return parameters, [row() for _ in range(5)] + [{"text": text(r, 90, 130)}], r.choice(["plain", "multi", "nli"])


def token_classification(r):
    parameters = {}
    if r.random() < 0.8:
        parameters["aggregation_strategy"] = r.choice(["none", "simple", "first", "average", "max", "SIMPLE"])
    if r.random() < 0.4:
        parameters["ignore_labels"] = r.choice([[], ["O"], ["PER"], ["B-PER", "LOC"], ["I-LOC", "I-PER"]])
    if r.random() < 0.4:
        parameters["stride"] = r.choice([0, 2, 5, 10])
    return parameters, [{"text": text(r, 0, 12)} for _ in range(4)] + [{"text": text(r, 20, 60)} for _ in range(2)], r.choice(["plain", "locations"])


def question_answering(r):
    def row():
        size = r.choice([(1, 4), (5, 20), (20, 60), (60, 120)])
        return {"question": text(r, 1, r.choice([5, 5, 12]), 0.05), "context": text(r, *size)}
    parameters = {}
    if r.random() < 0.5:
        parameters["top_k"] = r.choice([1, 2, 3, 5])
    if r.random() < 0.6:
        parameters["max_seq_len"] = r.choice([32, 48, 64, 100])
    if r.random() < 0.6:
        parameters["doc_stride"] = r.choice([3, 8, 16])
    if r.random() < 0.5:
        parameters["max_answer_len"] = r.choice([1, 2, 5, 40])
    if r.random() < 0.4:
        parameters["handle_impossible_answer"] = True
    if r.random() < 0.3:
        parameters["align_to_words"] = False
    if r.random() < 0.3:
        parameters["max_question_len"] = r.choice([1, 4])
    rows = [row() for _ in range(4)]
    if r.random() < 0.3:
        rows.append({"question": "who?", "context": r.choice(["", "  ", "\n", " \u00a0 "])})
    return parameters, rows, r.choice(["two", "two", "two_left"])


def zero_shot_classification(r):
    parameters = {"candidate_labels": r.sample(["politics", "public health", "New York", "money", "a", "?", "the wind"], r.randint(1, 5))}
    if r.random() < 0.4:
        parameters["hypothesis_template"] = r.choice(["This is about {}.", "{}", "{{x}} {}", "no field", "{0}!"])
    if r.random() < 0.5:
        parameters["multi_label"] = True
    rows = [{"text": text(r, 1, 20)} for _ in range(3)] + [{"text": text(r, 40, 60)}, {"text": ""}]
    return parameters, rows, r.choice(["nli", "nli_first", "plain"])


def feature_extraction(r):
    parameters = {"truncation": True} if r.random() < 0.4 else {}
    return parameters, [{"text": text(r, 0, 6)} for _ in range(2)] + [{"text": text(r, 25, 40)}], r.choice(["plain", "locations"])


def multiple_choice(r):
    rows = [{"text": text(r, 0, 12), "choices": [text(r, 0, 9) for _ in range(r.randint(1, 5))]} for _ in range(5)]
    return {}, rows + [{"text": text(r, 60, 70), "choices": ["a", text(r, 60, 90)]}], "choice"


def sentence_order(r):
    return {}, [{"text": text(r, 0, 15), "text_pair": text(r, 1, 15)} for _ in range(5)], "two"


TASKS = {"fill-mask": fill_mask, "text-classification": text_classification, "token-classification": token_classification,
         "question-answering": question_answering, "zero-shot-classification": zero_shot_classification,
         "feature-extraction": feature_extraction}
OURS = {"multiple-choice": multiple_choice, "sentence-order": sentence_order}  # tasks that the reference has no pipeline for


def cases(seed, count, tasks=TASKS):
    for task, make in tasks.items():
        r = random.Random(f"{seed} {task}")
        for _ in range(count):
            parameters, rows, model = make(r)
            yield {"task": task, "model": model, "slow": r.random() < 0.35, "parameters": parameters, "rows": rows}


def for_vocab_txt(value, path):
    """A case's texts for a WordPiece vocabulary: its special tokens, and ideographs, kana and jamo of it in the place of some words."""
    if path not in _words:
        r = random.Random("vocab.txt")
        lines = pathlib.Path(path).read_text(encoding="utf-8").split("\n")
        wide = [line for line in lines if len(line) == 1 and "\u1100" <= line]
        _words[path] = {word: "".join(r.choice(wide) for _ in range(r.randint(1, 4))) for word in COMMON[::2] + ["London", "Paris"]}
        _words[path] |= {"<unk>": "[UNK]", "<pad>": "[PAD]"}
    if isinstance(value, dict):
        return {key: for_vocab_txt(item, path) for key, item in value.items()}
    if isinstance(value, list):
        return [for_vocab_txt(item, path) for item in value]
    if isinstance(value, str):
        return " ".join(_words[path].get(word, word) for word in value.split(" "))
    return value


# --- the reference's answers ---

CLASSES = {"fill-mask": "AlbertForMaskedLM", "text-classification": "AlbertForSequenceClassification",
           "zero-shot-classification": "AlbertForSequenceClassification", "token-classification": "AlbertForTokenClassification",
           "question-answering": "AlbertForQuestionAnswering", "feature-extraction": "AlbertModel",
           "multiple-choice": "AlbertForMultipleChoice", "sentence-order": "AlbertForPreTraining"}
_loaded, _words = {}, {}


def plain(value):
    """NumPy and torch numbers as Python's."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value.item() if hasattr(value, "item") else value


def own_answer(task, model, tokenizer, row):
    """What our own tasks are defined to give, by the reference's model and tokenizer."""
    import torch
    with torch.no_grad():
        if task == "sentence-order":
            inputs = tokenizer(row["text"], row["text_pair"], return_tensors="pt")
            scores = model(**inputs).sop_logits[0].softmax(-1)
            best = int(scores.argmax())
            return {"label": ["ordered", "swapped"][best], "score": scores[best].item()}
        choices = row["choices"]
        inputs = tokenizer([row["text"]] * len(choices), choices, truncation=True, padding=True, return_tensors="pt")
        scores = model(**{name: value[None] for name, value in inputs.items()}).logits[0].softmax(-1).tolist()
        order = sorted(range(len(choices)), key=lambda i: -scores[i])
        return [{"choice": i, "text": choices[i], "score": scores[i]} for i in order]


def answers(case, folder):
    """The value of the reference's pipeline for each row, or {"error": message}."""
    import transformers
    import warnings
    warnings.filterwarnings("ignore")
    transformers.logging.set_verbosity_error()

    key = (case["task"], str(folder), case["slow"])
    if key not in _loaded:
        family = "BertTokenizer" if (pathlib.Path(folder) / "vocab.txt").exists() else "AlbertTokenizer"
        cls = getattr(transformers, family if case["slow"] else family + "Fast")
        _loaded[key] = (getattr(transformers, CLASSES[case["task"]]).from_pretrained(folder), cls.from_pretrained(folder))
    model, tokenizer = _loaded[key]
    parameters, task = dict(case["parameters"]), case["task"]
    found = []
    for row in case["rows"]:
        try:
            if task in OURS:
                found.append(own_answer(task, model, tokenizer, row))
                continue
            pipe = transformers.pipeline(task, model=model, tokenizer=tokenizer, framework="pt", device="cpu")
            if task == "question-answering":
                value = pipe(dict(row), **parameters)
            elif task == "text-classification":
                value = pipe(dict(row), **parameters)
            else:
                value = pipe(row["text"], **parameters)
            found.append(plain(value))
        except BaseException as error:  # the fast tokenizer's panics are not Exceptions
            if isinstance(error, KeyboardInterrupt):
                raise
            found.append({"error": f"{type(error).__name__}: {str(error)[:160]}"})
    return found


def flags(case):
    """The program's options for a case."""
    made = ["--slow"] if case["slow"] else []
    for name, value in case["parameters"].items():
        option = "--" + name.replace("_", "-")
        if name == "align_to_words":
            made += ["--no-align-to-words"] if not value else []
        elif name == "top_k":
            made += [option, "all" if value is None else str(value)]
        elif isinstance(value, bool):
            made += [option, "true"] if name == "truncation" else [option] if value else []
        elif isinstance(value, list):
            made += [option, ",".join(value)]
        else:
            made += [option, str(value)]
    return made
