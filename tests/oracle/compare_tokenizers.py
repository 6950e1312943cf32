"""Compares our tokenizers with the reference's, field by field, over generated texts and calls.

    python tests/oracle/compare_tokenizers.py --program build/release/bin/tokenize_rows --tokenizer DIR \
        [--form slow|fast] [--count 20000] [--suite texts,calls,dictionary,added,decode,files] [--seed N] [--init JSON]

Run it in the reference environment (transformers 4.34.1). Prints each suite's number of rows and of differences,
the first few differences, and exits with 1 if there is any, with 77 (skipped) when the reference is absent.
A seed gives other rows. --init: init arguments that both sides load the tokenizer with ({"do_lower_case": false}).
`--command "albert tokenize --model DIR --slow --json --input - --input-format jsonl"` compares the command line instead,
with the fields that it prints (suite texts only).
"""

import argparse
import difflib
import json
import logging
import os
import random
import shutil
import subprocess
import sys
import tempfile
import warnings

os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ["RUST_BACKTRACE"] = "0"  # some calls of the fast form panic
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden"))
warnings.filterwarnings("ignore")

from oracle import need, table  # noqa: E402
from text_cases import cases  # noqa: E402

FILES = ("tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "spiece.model", "vocab.txt", "tokenizer.json")


class Kind:
    """What differs between a folder with spiece.model (AlbertTokenizer) and one with vocab.txt (BertTokenizer).

    A tokenizer.json of either whose configuration names PreTrainedTokenizerFast goes with its kind, too.
    """

    def __init__(self, directory, seed=""):
        self.seed = seed
        read = lambda name: json.load(open(os.path.join(directory, name), encoding="utf-8"))
        config = "tokenizer_config.json"
        if os.path.exists(os.path.join(directory, config)) and read(config).get("tokenizer_class") == "PreTrainedTokenizerFast":
            model = read("tokenizer.json")["model"]
            self.bert, self.size = model["type"] == "WordPiece", len(model["vocab"])
            self.vocabulary, self.class_name = "tokenizer.json", "PreTrainedTokenizer"
        else:
            self.bert = os.path.exists(os.path.join(directory, "vocab.txt"))
            self.vocabulary = "vocab.txt" if self.bert else "spiece.model"
            self.class_name = "BertTokenizer" if self.bert else "AlbertTokenizer"
            self.size = len(open(os.path.join(directory, "vocab.txt"), encoding="utf-8").readlines()) if self.bert else 30000
        self.unk, self.pad = ("[UNK]", "[PAD]") if self.bert else ("<unk>", "<pad>")
        self.switches = {"do_lower_case": [True, False], "split_special_tokens": [True, False], "clean_up_tokenization_spaces": [True, False]}
        if self.bert:
            self.switches |= {"tokenize_chinese_chars": [True, False], "strip_accents": [True, False, None], "do_basic_tokenize": [True, False],
                              "never_split": [None, [], ["CAF\u00c9", "hello,"], ["[X]", "a.b", "2000,"]]}
        else:
            self.switches |= {"remove_space": [True, False], "keep_accents": [True, False]}
        self.config_switches = ["do_lower_case", "strip_accents", "tokenize_chinese_chars"] if self.bert else ["do_lower_case", "keep_accents"]

    def texts(self, count):
        texts = cases(count, self.seed)
        if not self.bert:
            return texts
        return [text.replace("<unk>", self.unk).replace("<pad>", self.pad).replace("<PAD>", "[pad]") for text in texts]

    def random(self, name):
        return random.Random(name + self.seed)


class Log(logging.Handler):
    """Keeps what the reference logs."""

    messages = []

    def emit(self, record):
        self.messages.append(record.getMessage())


LOG = Log()


class Reference:
    """The reference behind the same rows as tests/tokenizer/tokenize_rows.cpp."""

    def __init__(self, directory, fast, seed=""):
        import transformers

        transformers.utils.logging.set_verbosity_warning()
        logging.getLogger("transformers").handlers[:] = [LOG]
        self.kind = Kind(directory, seed)
        self.cls = getattr(transformers, self.kind.class_name + ("Fast" if fast else ""))
        self.fast = fast
        self.tok = self.cls.from_pretrained(directory)

    def encoding(self, out, index, options):
        """One row of a BatchEncoding."""
        if self.fast:
            e = out[index]
            row = {"ids": e.ids, "tokens": e.tokens, "type_ids": e.type_ids, "attention_mask": e.attention_mask,
                   "special_tokens_mask": e.special_tokens_mask, "offsets": [list(o) for o in e.offsets],
                   "word_ids": e.word_ids, "sequence_ids": e.sequence_ids}
            if options.get("return_overflowing_tokens"):
                row["overflowing"] = [self.encoding([o], 0, {}) for o in e.overflowing]
            return row
        get = (lambda k: out[k]) if index is None else (lambda k: out[k][index])
        row = {"ids": get("input_ids"), "type_ids": get("token_type_ids"), "attention_mask": get("attention_mask"),
               "special_tokens_mask": get("special_tokens_mask")}
        if options.get("return_overflowing_tokens"):
            row |= {"overflowing_tokens": get("overflowing_tokens"), "num_truncated_tokens": get("num_truncated_tokens")}
        return row

    def batch(self, op, row, options):
        """A call that returns a dictionary: its fields in order, and what was logged."""
        tok = self.tok
        tok.deprecation_warnings = {}
        LOG.messages.clear()
        if options.get("return_tensors"):
            options["return_tensors"] = "pt"
        tensors = (lambda d: {k: torch.tensor(v) for k, v in d.items()}) if row.get("tensors") else (lambda d: d)
        import torch

        with warnings.catch_warnings(record=True) as given:
            warnings.simplefilter("always")
            if op == "call":
                out = tok(**{k: row[k] for k in ("text", "text_pair", "text_target", "text_pair_target") if k in row}, **options)
            elif op == "encode_plus":
                out = tok.encode_plus(row["text"], row.get("text_pair"), **options)
            elif op == "batch_encode_plus":
                out = tok.batch_encode_plus([i[0] if len(i) == 1 and not (i[0] and isinstance(i[0][0], int)) else tuple((i + [None])[:2]) for i in row["items"]], **options)
            elif op == "prepare":
                out = tok.prepare_for_model(row["ids"], row.get("pair_ids"), prepend_batch_axis=row.get("prepend", False), **options)
            else:
                encoded = row["encoded"]
                out = tok.pad(tensors(encoded) if isinstance(encoded, dict) else [tensors(e) for e in encoded], **options)
            logged = [str(w.message) for w in given if not str(w.message).startswith("To copy construct")] + LOG.messages
        fields = dict(out.items())
        result = {"keys": list(fields), "warnings": sorted(set(logged))}
        shapes = {k: list(v.shape) for k, v in fields.items() if hasattr(v, "shape")}
        result["fields"] = json.loads(json.dumps({k: v.tolist() if hasattr(v, "tolist") else v for k, v in fields.items()}))
        if shapes:
            result["shapes"] = shapes
        result["n_sequences"] = getattr(out, "n_sequences", None)
        if "queries" in row:
            result["answers"] = [self.query(out, *q) for q in row["queries"]]
        return result

    @staticmethod
    def query(out, method, *arguments):
        try:
            answer = getattr(out, method)(*arguments)
        except Exception as error:
            return {"error": f"{type(error).__name__}: {error}"}
        return list(answer) if isinstance(answer, tuple) else answer

    def run(self, row):
        op, options = row.get("op", "encode"), dict(row.get("options", {}))
        call = dict(options, return_special_tokens_mask=True)
        tok = self.tok
        if op in ("call", "encode_plus", "batch_encode_plus", "prepare", "pad"):
            return self.batch(op, row, options)
        if op == "encode_ids":
            return tok.encode(row["text"], row.get("text_pair"), **options)
        if op == "truncate":
            return list(tok.truncate_sequences(row["ids"], row.get("pair_ids"), row["remove"], row["strategy"], row["stride"]))
        if op == "specials":
            ids, pair = row["ids"], row.get("pair_ids")
            return {"built": tok.build_inputs_with_special_tokens(ids, pair), "types": tok.create_token_type_ids_from_sequences(ids, pair),
                    "counts": [tok.num_special_tokens_to_add(False), tok.num_special_tokens_to_add(True),
                               *(n if n < 10**18 else 10**18 for n in (tok.max_len_single_sentence, tok.max_len_sentences_pair))],
                    "mask": tok.get_special_tokens_mask(ids, pair, row["already"])}
        if op == "names":
            return [tok.convert_ids_to_tokens(row["ids"], skip_special_tokens=row["skip"])]
        if op == "batch_decode":
            return tok.batch_decode(row["sequences"], skip_special_tokens=row["skip"], clean_up_tokenization_spaces=row.get("clean"),
                                    spaces_between_special_tokens=row.get("spaces", True))
        if op == "vocabulary":
            return {"vocab": tok.get_vocab(), "added": tok.get_added_vocab(), "special": tok.special_tokens_map}
        if op == "encode":
            out = tok(row["text"], row.get("text_pair"), **call)
            result = self.encoding(out, 0 if self.fast else None, options)
            if not self.fast and "text_pair" not in row and "options" not in row:
                result["tokens"] = [tok.cls_token, *tok.tokenize(row["text"]), tok.sep_token]
            return result
        if op == "batch":
            pairs = [r.get("text_pair") for r in row["rows"]]
            texts = [r["text"] for r in row["rows"]]
            if self.fast and any(p is not None for p in pairs):
                out = tok(list(zip(texts, pairs)), **call)
            else:
                out = tok(texts, None if all(p is None for p in pairs) else pairs, **call)
            # The fast form's windows come as rows of their own, behind their text's.
            starts = out["overflow_to_sample_mapping"] if "overflow_to_sample_mapping" in out else range(len(texts))
            return [self.encoding(out, list(starts).index(i), options) for i in range(len(texts))]
        if op == "words":
            out = tok(row["words"], row.get("words_pair"), is_split_into_words=True, **call)
            return self.encoding(out, 0 if self.fast else None, options)
        if op == "tokenize":
            return tok.tokenize(row["text"])
        if op == "decode":
            return tok.decode(row["ids"], skip_special_tokens=row.get("skip", False), clean_up_tokenization_spaces=row.get("clean"),
                              spaces_between_special_tokens=row.get("spaces", True))
        if op == "to_string":
            return tok.convert_tokens_to_string(row["tokens"])
        if op == "add_tokens":
            return tok.add_tokens([self.token(t) for t in row["tokens"]], special_tokens=row.get("special", False))
        if op == "add_special_tokens":
            roles = {(k if k.endswith("tokens") else k + "_token"): ([self.token(t) for t in v] if isinstance(v, list) else self.token(v))
                     for k, v in row["roles"].items()}
            return tok.add_special_tokens(roles, replace_additional_special_tokens=row.get("replace", True))
        if op == "save":
            return len(tok.save_pretrained(row["directory"]))
        if op == "load":
            self.tok = self.cls.from_pretrained(row["directory"], **row.get("overrides", {}))
            return True
        if op == "set":
            for key in ("padding_side", "truncation_side", "model_max_length", "model_input_names"):
                if key in row:
                    setattr(tok, key, row[key])
            return True
        if op == "info":
            added = {str(i): json.loads(json.dumps(t.__getstate__())) for i, t in tok.added_tokens_decoder.items()}
            return {"size": len(tok), "vocab_size": tok.vocab_size, "added": added, "special": tok.all_special_tokens,
                    "special_ids": tok.all_special_ids}
        raise ValueError(op)

    @staticmethod
    def token(value):
        from tokenizers import AddedToken

        return value if isinstance(value, str) else AddedToken(**value)

    def answer(self, row):
        try:
            result = self.run(row)
            if isinstance(result, dict) and None in result.get("ids", []):
                return {"error": "an id is None"}  # of a word that is not to be split when there is no unknown token
            return result
        except BaseException as error:  # a panic of the fast form is no Exception
            if isinstance(error, KeyboardInterrupt):
                raise
            return {"error": f"{type(error).__name__}: {error}"}


def suite_texts(count, kind):
    return [{"text": text} for text in kind.texts(count)]


def suite_calls(count, kind):
    """Pairs, batches, split words with every kind of option, in changing order and on changing sides."""
    r, texts, rows = kind.random("calls"), kind.texts(4000), []

    def options():
        o = {}
        if r.random() < 0.6:
            o["max_length"] = r.choice([0, 1, 2, 3, 4, 5, 7, 8, 12, 16, 24, 64])
        if r.random() < 0.5:
            o["padding"] = r.choice(["longest", "max_length", "do_not_pad"])
        if r.random() < 0.6:
            o["truncation"] = r.choice(["longest_first", "only_first", "only_second", "do_not_truncate"])
        if r.random() < 0.2:
            o["pad_to_multiple_of"] = r.choice([1, 3, 8])
        if r.random() < 0.2:
            o["add_special_tokens"] = False
        if r.random() < 0.25:
            o["return_overflowing_tokens"] = True
            o.setdefault("max_length", r.choice([4, 8, 16]))
            o["stride"] = r.choice([0, 0, 1, 2, 3])
        return o

    pick = lambda: r.choice(texts) if r.random() < 0.9 else ""
    while len(rows) < count:
        kind = r.random()
        if kind < 0.03:
            rows.append({"op": "set", "padding_side": r.choice(["left", "right"]), "truncation_side": r.choice(["left", "right"])})
        elif kind < 0.06:
            rows.append({"op": "set", "model_max_length": r.choice([10, 40, 512])})
        elif kind < 0.4:
            rows.append({"op": "encode", "text": pick(), **({"text_pair": pick()} if r.random() < 0.6 else {}), "options": options()})
        elif kind < 0.75:
            pair = r.random() < 0.5
            rows.append({"op": "batch", "rows": [{"text": pick(), **({"text_pair": pick()} if pair else {})} for _ in range(r.randint(1, 5))],
                         "options": options()})
        else:
            words = lambda: [w for w in pick().split(" ")][:12]
            rows.append({"op": "words", "words": words(), **({"words_pair": words()} if r.random() < 0.4 else {}), "options": options()})
    return rows


def suite_dictionary(count, kind):
    """The calls that return a dictionary, over all combinations of their arguments, and the methods around them."""
    r, texts, rows = kind.random("dictionary"), kind.texts(4000), []

    def text():
        draw = r.random()
        if draw < 0.06:
            return ""
        if draw < 0.3:
            return r.choice(texts)
        return " ".join(r.choice(["the", "cold", "wind", "hello", "[MASK]", "2000,", "Caf\u00e9", "un", "x,y", "\u4e2d\u6587", "[SEP]"]) for _ in range(r.randint(1, 14)))

    words = lambda: [r.choice([text(), "wind", "cold", "\u00e9t\u00e9", "", "99,", "New York"]) for _ in range(r.choice([0, 1, 2, 3, 5, 8]) if r.random() < 0.1 else r.randint(1, 6))]
    ids = lambda: [r.randrange(5, 1500) for _ in range(r.choice([0, 1, 2, 3, 4, 6, 9, 15]))]

    def options(prepare=False):
        o = {}
        maybe = lambda key, chance, *values: o.__setitem__(key, r.choice(values)) if r.random() < chance else None
        maybe("add_special_tokens", 0.2, False, True)
        maybe("padding", 0.6, True, False, "longest", "max_length", "do_not_pad")
        maybe("truncation", 0.6, True, False, None, "longest_first", "only_first", "only_second", "do_not_truncate")
        maybe("max_length", 0.6, 0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 24, 40)
        if kind.seed:  # the golden rows are older
            maybe("pad_to_max_length", 0.1, True, False)
            maybe("truncation_strategy", 0.1, "longest_first", "only_first", "only_second", "do_not_truncate")
        maybe("stride", 0.3, 0, 1, 2, 3, 5)
        maybe("pad_to_multiple_of", 0.25, 1, 2, 3, 4, 8)
        maybe("return_tensors", 0.15, True)
        maybe("return_token_type_ids", 0.3, None, True, False)
        maybe("return_attention_mask", 0.3, None, True, False)
        maybe("return_overflowing_tokens", 0.3, True, False)
        maybe("return_special_tokens_mask", 0.25 if not prepare else 0.1, True, False)
        maybe("return_length", 0.3, True, False)
        maybe("verbose", 0.1, False)
        if not prepare:
            maybe("return_offsets_mapping", 0.15, True, False)
            maybe("split_special_tokens", 0.05, True, False)
        if r.random() < 0.02:
            maybe("max_length", 0.5, -1, -7)
            maybe("stride", 0.5, -1, -3)
            maybe("pad_to_multiple_of", 0.5, 0, -4)
        return o

    def queries():
        q = [["tokens", 0], ["word_ids", r.choice([0, 0, 1, -1])], ["sequence_ids", r.choice([0, 0, 1, -1, 3])]]
        number = lambda: r.choice([0, 1, 2, 3, 4, 5, 7, 9, 12, 20, 40, -1]) if r.random() < 0.3 else r.randrange(12)
        for _ in range(8):
            batch = r.choice([0, 0, 0, 0, 1, 2, -1])
            if r.random() < 0.5:
                q.append([r.choice(["token_to_word", "token_to_sequence", "token_to_chars"]), batch, number()])
            else:
                q.append([r.choice(["word_to_tokens", "word_to_chars", "char_to_token", "char_to_word"]), batch, number(), r.choice([0, 0, 0, 1, 1, 2])])
        return q

    def call():
        o, row = options(), {"op": "call"}
        if r.random() < 0.4:
            o["is_split_into_words"] = True
            if r.random() < 0.5:
                row["text"] = words()
                if r.random() < 0.5:
                    row["text_pair"] = words()
            else:
                n = r.randint(1, 4)
                row["text"] = [words() for _ in range(n)]
                if r.random() < 0.5:
                    row["text_pair"] = [words() for _ in range(n)]
        elif r.random() < 0.5:
            row["text"] = text()
            if r.random() < 0.5:
                row["text_pair"] = text()
        else:
            n = r.randint(1, 4)
            row["text"] = [text() for _ in range(n)]
            if r.random() < 0.5:
                row["text_pair"] = [text() for _ in range(n)]
            elif r.random() < 0.15:
                row["text"] = [[text(), text()] for _ in range(n)]
        if r.random() < 0.05:  # forms that do not go together
            row |= r.choice([{"text": []}, {"text": [[]]}, {"text": "a b"}, {"text": ["a", "b"]}, {"text": [["a", "b", "c"]]}, {"text": [["a"], []]}])
        if r.random() < 0.05:
            row |= r.choice([{"text_pair": ["c", "d"]}, {"text_pair": "c"}, {"text_pair": []}, {"text_pair": [["c"]]}])
        if r.random() < 0.1:
            row["text_target"] = row["text"]
            if r.random() < 0.5:
                del row["text"]
        o.pop("is_split_into_words", None) if r.random() < 0.05 else None
        return row | {"options": o, "queries": queries()}

    def sequence():
        return r.choice([text, text, words, ids])()

    def fields(length):
        encoded = {"input_ids": [r.randrange(2000) for _ in range(length)]}
        if chosen["attention_mask"]:
            encoded["attention_mask"] = [1] * length
        if chosen["token_type_ids"]:
            encoded["token_type_ids"] = [r.randrange(2) for _ in range(length)]
        if chosen["special_tokens_mask"]:
            encoded["special_tokens_mask"] = [r.randrange(2) for _ in range(length)]
        if chosen["labels"]:
            encoded["labels"] = [r.randrange(9) for _ in range(length)]
        return encoded

    while len(rows) < count:
        draw = r.random()
        if draw < 0.04:
            rows.append({"op": "set", "padding_side": r.choice(["left", "right"]), "truncation_side": r.choice(["left", "right"])})
        elif draw < 0.07:
            rows.append({"op": "set", "model_max_length": r.choice([10, 40, 512, 10**21]),
                         "model_input_names": r.choice([["input_ids", "token_type_ids", "attention_mask"]] * 3 + [["input_ids"], ["input_ids", "attention_mask"], ["input_ids", "token_type_ids"]])})
        elif draw < 0.6:
            rows.append(call())
        elif draw < 0.66:
            rows.append({"op": "encode_plus", "text": sequence(), **({"text_pair": sequence()} if r.random() < 0.5 else {}),
                         "options": options() | ({"is_split_into_words": True} if r.random() < 0.4 else {})})
        elif draw < 0.72:
            rows.append({"op": "batch_encode_plus", "items": [[sequence()] + ([sequence()] if r.random() < 0.5 else []) for _ in range(r.randint(1, 3))],
                         "options": options() | ({"is_split_into_words": True} if r.random() < 0.3 else {})})
        elif draw < 0.82:
            rows.append({"op": "prepare", "ids": ids(), **({"pair_ids": ids()} if r.random() < 0.5 else {}), "options": options(prepare=True), "prepend": r.random() < 0.5})
        elif draw < 0.85:
            rows.append({"op": "truncate", "ids": ids(), "pair_ids": ids() if r.random() < 0.5 else None, "remove": r.randint(-1, 12),
                         "strategy": r.choice(["longest_first", "only_first", "only_second", "do_not_truncate"]), "stride": r.choice([0, 0, 1, 2, 5, -1])})
        elif draw < 0.93:
            chosen = {k: r.random() < 0.4 for k in ("attention_mask", "token_type_ids", "special_tokens_mask", "labels")}
            o = {k: v for k, v in options().items() if k in ("padding", "max_length", "pad_to_multiple_of", "return_attention_mask", "return_tensors")}
            lengths = [r.randint(0, 7) for _ in range(r.randint(1, 4))]
            if r.random() < 0.3:
                encoded, tensors = fields(lengths[0]), r.random() < 0.3
            elif r.random() < 0.5:
                each = [fields(n) for n in lengths]
                encoded, tensors = {k: [e[k] for e in each] for k in each[0]}, False
                if r.random() < 0.1:
                    encoded["extra"] = [1] * r.randint(1, 4)
            else:
                encoded, tensors = [fields(n) for n in lengths], False
                if r.random() < 0.1:
                    encoded[-1].pop(r.choice(list(encoded[-1])))
            if r.random() < 0.03 and isinstance(encoded, dict):
                encoded = {"x": [1]}
            rows.append({"op": "pad", "encoded": encoded, "options": o, "tensors": tensors and all(lengths)})
        elif draw < 0.95:
            rows.append({"op": "specials", "ids": ids(), "pair_ids": ids() if r.random() < 0.4 else None, "already": r.random() < 0.6})
        elif draw < 0.97:
            rows.append({"op": "names", "ids": [r.choice([0, 1, 2, 3, 4, 5, 99, 700, *([10**6] if r.random() < 0.1 else []), *([-1] if r.random() < 0.05 else [])]) for _ in range(r.randint(0, 6))],
                         "skip": r.random() < 0.5})
        elif draw < 0.99:
            rows.append({"op": "batch_decode", "sequences": [ids() for _ in range(r.randint(0, 3))], "skip": r.random() < 0.5, "clean": r.choice([None, True, False])})
        else:
            rows.append({"op": "encode_ids", "text": sequence(), "options": {k: v for k, v in options().items() if k not in ("return_tensors", "return_overflowing_tokens")}})
    rows.append({"op": "vocabulary"})
    return rows


ADDED = ["NEWTOK", "newtok", "new", "tok", "AB", "BC", "aabb", "b", "aa", "ab", "x y", "\u00e9t\u00e9", "\u00c9T\u00c9", "\u4e2d", "##", "<ent>", "<E2>", "2000,", "\u2581the",
         "the", "hello", "\u03a3\u03a3", "[X]", "[MASK]x", "a b", "'s", ",", "99", "\U0001f600", "of", "<ENT>", "tt", "ttt", "ta"]


def suite_added(count, kind):
    """Added tokens of every flag, touching and overlapping each other, and what becomes of them in decode."""
    r, rows = kind.random("added"), []
    glue = ["", "", "", " ", "  ", "\t", "x", ",", "\u3000"]
    while len(rows) < count:
        rows.append({"op": "load", "directory": "@TOKENIZER"})
        for _ in range(r.randint(1, 4)):
            if r.random() < 0.8:
                tokens = []
                for text in r.sample(ADDED, r.randint(1, 5)):
                    if r.random() < 0.5:
                        tokens.append(text)
                    else:
                        flags = {k: r.random() < 0.3 for k in ("lstrip", "rstrip", "single_word", "special")}
                        if r.random() < 0.5:
                            flags["normalized"] = r.random() < 0.5
                        tokens.append({"content": text, **flags})
                rows.append({"op": "add_tokens", "tokens": tokens, "special": r.random() < 0.25})
            else:
                role = r.choice(["cls", "sep", "pad", "mask", "unk", "bos", "eos", "additional_special_tokens"])
                value = r.choice(ADDED)
                rows.append({"op": "add_special_tokens", "roles": {role: [value] if role.endswith("tokens") else value}, "replace": r.random() < 0.5})
        rows.append({"op": "info"})
        for _ in range(30):
            pool = ADDED + ["[MASK]", kind.unk, "word", "The", "d"]
            text = "".join(r.choice(glue) + r.choice(pool) for _ in range(r.randint(1, 8)))
            rows.append({"op": "encode", "text": text})
        for _ in range(10):
            ids = [r.choice([*range(0, 40), *range(kind.size, kind.size + 8), kind.size + 1, 2000, 555]) for _ in range(r.randint(1, 12))]
            rows.append({"op": "decode", "ids": ids, "skip": r.random() < 0.5, **({"clean": r.random() < 0.5} if r.random() < 0.5 else {}),
                         **({"spaces": False} if kind.seed and r.random() < 0.3 else {})})
        if r.random() < 0.5:
            rows += [{"op": "save", "directory": "@TMP"}, {"op": "compare_files", "directory": "@TMP"}, {"op": "load", "directory": "@TMP"}, {"op": "info"},
                     {"op": "encode", "text": " ".join(r.sample(ADDED, 6))}]
    return rows


def suite_decode(count, kind):
    r, rows = kind.random("decode"), []
    pool = [*range(0, 60), 13, 13, 2, 3, 4, 1, 0]
    while len(rows) < count:
        ids = [r.choice(pool) if r.random() < 0.5 else r.randrange(min(8000, kind.size + kind.bert)) for _ in range(r.randint(0, 20))]
        rows.append({"op": "decode", "ids": ids, "skip": r.random() < 0.5, **({"clean": r.random() < 0.5} if r.random() < 0.6 else {})})
        pieces = ["\u2581", "\u2581\u2581", "\u2581a", "a", "[CLS]", "[MASK]", "<unk>", "\u65e5", " ", "", "\u2581.", ",", "x\u2581y", "<pad>", "\u2581n't"]
        if kind.bert:
            pieces = ["##", "##a", "a", "####b", " ##", "x ##y", "[CLS]", "[MASK]", "[UNK]", "\u65e5", " ", "", ".", "##.", "##,", ",", "do", "not", "do not", "n't", "##n't", "'", "s",
                      "[PAD]", "\u3000", "'m"]
        rows.append({"op": "to_string", "tokens": [r.choice(pieces) for _ in range(r.randint(0, 8))]})
    return rows


def suite_files(count, kind):
    """Loading with overrides and from legacy files; every file saved from there, byte for byte."""
    r, rows = kind.random("files"), []
    token = lambda: {"content": r.choice(ADDED), "lstrip": r.random() < 0.5, "rstrip": False, "normalized": r.random() < 0.5, "single_word": False}
    while len(rows) < count:
        overrides = {}
        for key, values in kind.switches.items():
            if r.random() < 0.25:
                overrides[key] = r.choice(values)
        if r.random() < 0.3:
            overrides["model_max_length"] = r.choice([10, 512, 100000])
        if r.random() < 0.3:
            overrides["padding_side"] = r.choice(["left", "right"])
        if r.random() < 0.3:
            overrides[r.choice(["cls", "sep", "mask", "pad", "unk", "bos", "eos"]) + "_token"] = r.choice(ADDED + ["[SEP]", kind.unk])
        if r.random() < 0.2:
            overrides["additional_special_tokens"] = r.sample(ADDED, 2)
        if r.random() < 0.2:
            overrides["my_own_key"] = r.choice([1, 1.5, None, "x\u00e9", [1, {"a": True}], 10**25])
        legacy = None
        if r.random() < 0.6:
            legacy = {}
            if r.random() < 0.7:
                config = {k: r.choice([True, False]) for k in kind.config_switches if r.random() < 0.4}
                if r.random() < 0.4:
                    config["max_len"] = 77
                if r.random() < 0.4:
                    config["mask_token"] = r.choice(["[MASK]", "[M]"])
                if r.random() < 0.3:
                    config["additional_special_tokens"] = ["<A>", "<B>"]
                legacy["tokenizer_config.json"] = config
            if r.random() < 0.6:
                m = {k + "_token": (r.choice(ADDED + ["[CLS]"]) if r.random() < 0.6 else token())
                     for k in ("bos", "eos", "unk", "sep", "pad", "cls", "mask") if r.random() < 0.3}
                if r.random() < 0.3:
                    m["additional_special_tokens"] = r.choice([["<A>", "<C>"], [token(), "<Z>"]])
                legacy["special_tokens_map.json"] = m
            if r.random() < 0.6:
                n = r.randint(1, 5)
                start = r.choice([kind.size, kind.size, kind.size + 2, kind.size + 10000])
                legacy["added_tokens.json"] = {t: start + i for i, t in enumerate(r.sample(ADDED, n))}
            if r.random() < 0.3:
                legacy["tokenizer.json"] = "@COPY"
        rows.append({"op": "load", "directory": "@LEGACY" if legacy is not None else "@TOKENIZER", "legacy": legacy, "overrides": overrides})
        rows.append({"op": "info"})
        for _ in range(4):
            rows.append({"op": "encode", "text": " ".join(r.sample(ADDED, 4)) + r.choice([" [MASK] Caf\u00e9", "  [CLS]<A>", ""])})
        rows += [{"op": "save", "directory": "@TMP"}, {"op": "compare_files", "directory": "@TMP"}]
        if r.random() < 0.5:
            rows += [{"op": "load", "directory": "@TMP"}, {"op": "info"}, {"op": "save", "directory": "@TMP"}, {"op": "compare_files", "directory": "@TMP"}]
    return rows


SUITES = {"texts": suite_texts, "calls": suite_calls, "dictionary": suite_dictionary, "added": suite_added, "decode": suite_decode, "files": suite_files}
SHARE = {"texts": 1.0, "calls": 0.3, "dictionary": 0.5, "added": 0.3, "decode": 0.2, "files": 0.1}


class Ours:
    def __init__(self, arguments):
        self.process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")

    def answer(self, row):
        self.process.stdin.write(json.dumps(row) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"the program ended with {self.process.wait()} on {json.dumps(row)[:300]}")
        return json.loads(line)


def prepare_legacy(directory, source, files):
    """A folder with the model file and these legacy files."""
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(directory)
    shutil.copy(os.path.join(source, Kind(source).vocabulary), directory)
    for name, content in files.items():
        if content == "@COPY":
            if os.path.exists(os.path.join(source, name)):
                shutil.copy(os.path.join(source, name), directory)
        else:
            with open(os.path.join(directory, name), "w") as f:
                json.dump(content, f)


def compare_files(a, b):
    differences = []
    for name in FILES:
        paths = [os.path.join(d, name) for d in (a, b)]
        contents = [open(p, "rb").read() if os.path.exists(p) else None for p in paths]
        if contents[0] != contents[1]:
            differences.append(name)
    return differences


KINDS = {"ValueError": "value", "RuntimeError": "value", "OverflowError": "value", "ZeroDivisionError": "value", "PanicException": "value", "Exception": "value",
         "TypeError": "type", "IndexError": "index", "KeyError": "key", "AttributeError": "key", "NotImplementedError": "not_implemented",
         "AssertionError": "value key not_implemented"}


def same_kind(ours, theirs):
    """Whether our code stands for the reference's exception."""
    return ours in KINDS.get(theirs.split(":")[0], ours).split()


def torch_lost_rows(ours, theirs):
    """torch.tensor looks at the first row alone: rows behind an empty one are lost, where tf and we refuse such lists."""
    return (isinstance(theirs, dict) and any(shape[1:] == [0] for shape in theirs.get("shapes", {}).values()) and isinstance(ours, dict)
            and "no tensor" in ours.get("message", ""))


def same(ours, theirs):
    if torch_lost_rows(ours, theirs):
        return True
    if isinstance(theirs, dict) and "error" in theirs:
        return isinstance(ours, dict) and "error" in ours and same_kind(ours["error"], theirs["error"])
    if isinstance(theirs, dict) and "keys" in theirs and isinstance(ours, dict) and "keys" in ours:
        ours = dict(ours, warnings=sorted(ours["warnings"]))
        if "answers" in theirs:
            return all(map(same, ours["answers"], theirs["answers"])) and same(ours, {k: v for k, v in theirs.items() if k != "answers"})
    if isinstance(theirs, list) and theirs and isinstance(theirs[0], dict):
        return isinstance(ours, list) and len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(theirs, dict):
        return isinstance(ours, dict) and all(key in ours and ours[key] == value for key, value in theirs.items())
    return ours == theirs


def explicit(row, fast):
    """What is not said of an object to add follows from the call in the fast form: normalized unless it adds special tokens."""
    if not fast or row.get("op") != "add_tokens":
        return row
    return dict(row, tokens=[t if isinstance(t, str) else {"normalized": not row.get("special", False), **t} for t in row["tokens"]])


def run_suite(suite, rows, ours, reference, source, init, show):
    differences, errors = 0, 0
    with tempfile.TemporaryDirectory() as work:
        folders = [os.path.join(work, side) for side in ("ours", "theirs")]
        skip = False  # after a load that failed, up to the next load
        for row in rows:
            mine, theirs = dict(explicit(row, reference.fast)), dict(row)
            if row.get("op") == "load":
                skip = False
            if skip:
                continue
            if row.get("directory") == "@TMP":
                mine["directory"], theirs["directory"] = folders
                if row["op"] == "save":
                    for folder in folders:
                        if not reference.fast:
                            shutil.rmtree(folder, ignore_errors=True)
                        # The fast reference saves no vocabulary when the file that it was loaded from is gone.
                        for name in os.listdir(folder) if os.path.isdir(folder) else ():
                            if name != reference.kind.vocabulary:
                                os.remove(os.path.join(folder, name))
            elif row.get("directory") == "@LEGACY":
                mine["directory"] = theirs["directory"] = os.path.join(work, "legacy")
                prepare_legacy(mine["directory"], source, row["legacy"])
            elif row.get("directory") == "@TOKENIZER":
                mine["directory"] = theirs["directory"] = source
                mine["overrides"] = theirs["overrides"] = init | row.get("overrides", {})
            if row.get("op") == "compare_files":
                a, b = compare_files(*folders), []
            else:
                a, b = ours.answer(mine), reference.answer(theirs)
            if isinstance(b, dict) and "error" in b:
                errors += 1
                skip = row.get("op") == "load"
            if not same(a, b):
                differences += 1
                if differences <= show:
                    print(f"  {json.dumps({k: v for k, v in row.items()})[:600]}\n    ours:   {json.dumps(a)[:900]}\n    theirs: {json.dumps(b)[:900]}")
                    if row.get("op") == "compare_files":
                        for file in a:
                            lines = [open(p, errors="replace").readlines() if os.path.exists(p) else [] for p in (os.path.join(f, file) for f in folders)]
                            print("".join(difflib.unified_diff(*lines, "ours/" + file, "theirs/" + file))[:3000])
    return suite, len(rows), differences, errors


def run_command(command, rows, reference, show):
    text = "".join(json.dumps(row) + "\n" for row in rows)
    answers = subprocess.run(command, shell=True, input=text, capture_output=True, text=True, check=True, encoding="utf-8").stdout.split("\n")
    differences = 0
    for row, line in zip(rows, answers):
        a, b = json.loads(line), reference.answer(row)
        b = {k: v for k, v in b.items() if k in ("ids", "tokens", "offsets", "type_ids", "special_tokens_mask")}
        if not same(a, b):
            differences += 1
            if differences <= show:
                print(f"  {json.dumps(row)[:600]}\n    ours:   {json.dumps(a)[:900]}\n    theirs: {json.dumps(b)[:900]}")
    return "command line", len(rows), differences, 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", help="the test program tokenize_rows")
    parser.add_argument("--command", help="a command that reads JSONL rows and prints JSON lines, in place of --program")
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument("--form", choices=["slow", "fast"], default="slow")
    parser.add_argument("--count", type=int, default=20000)
    parser.add_argument("--suite", default="texts,calls,dictionary,added,decode,files")
    parser.add_argument("--seed", default="")
    parser.add_argument("--init", type=json.loads, default={})
    parser.add_argument("--show", type=int, default=5)
    arguments = parser.parse_args()
    need("transformers", "tokenizers", "sentencepiece")
    reference = Reference(arguments.tokenizer, arguments.form == "fast", arguments.seed)
    results = []
    if arguments.command:
        results.append(run_command(arguments.command, suite_texts(arguments.count, reference.kind), reference, arguments.show))
    else:
        ours = Ours([arguments.program, arguments.tokenizer, arguments.form])
        for name in arguments.suite.split(","):
            for who in (ours, reference):
                who.answer({"op": "load", "directory": arguments.tokenizer, "overrides": arguments.init})
            results.append(run_suite(name, SUITES[name](int(arguments.count * SHARE[name]), reference.kind), ours, reference, arguments.tokenizer, arguments.init,
                                     arguments.show))
    name = " ".join([os.path.basename(os.path.normpath(arguments.tokenizer)), *(f"{k}={json.dumps(v)}" for k, v in arguments.init.items())])
    table([f"{arguments.form} tokenizer, {name}", "rows", "different", "errors in the reference"], results)
    return 1 if any(differences for _, _, differences, _ in results) else 0


if __name__ == "__main__":
    sys.exit(main())
