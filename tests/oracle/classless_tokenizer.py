"""Writes folders with a tokenizer.json and the class PreTrainedTokenizerFast, as many on the hub have.

    python tests/oracle/classless_tokenizer.py DIR      (in the reference environment)

DIR/unigram and DIR/wordpiece from our own vocabularies; DIR/bert-processing has another post-processor.
"""

import json
import os
import sys

from tokenizers.processors import BertProcessing
from transformers import AlbertTokenizerFast, BertTokenizerFast, PreTrainedTokenizerFast

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def write(tokenizer, directory):
    tokenizer.save_pretrained(directory, legacy_format=False)
    path = os.path.join(directory, "tokenizer_config.json")
    with open(path, encoding="utf-8") as f:
        config = json.load(f)
    with open(path, "w", encoding="utf-8") as f:
        json.dump(config | {"tokenizer_class": PreTrainedTokenizerFast.__name__}, f)


if __name__ == "__main__":
    target = sys.argv[1]
    write(AlbertTokenizerFast.from_pretrained(os.path.join(ROOT, "models", "albert-mini-en")), os.path.join(target, "unigram"))
    bert = BertTokenizerFast.from_pretrained(os.path.join(ROOT, "tests", "golden", "wordpiece"))
    write(bert, os.path.join(target, "wordpiece"))
    bert.backend_tokenizer.post_processor = BertProcessing((bert.sep_token, bert.sep_token_id), (bert.cls_token, bert.cls_token_id))
    write(bert, os.path.join(target, "bert-processing"))
