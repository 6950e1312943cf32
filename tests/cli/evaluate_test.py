#!/usr/bin/env python3
"""albert evaluate from outside: metrics of predictions and of the model inside the program, and what is said of bad data.

Usage: evaluate_test.py PROGRAM [unittest arguments]. Needs the standard library only; ALBERT_ASSETS, or ../shared/assets beside the
repository, for the published predictions.
"""

import gzip
import json
import lzma
import math
import os
import pathlib
import tempfile
import unittest

from program_test import Program, albert, run_tests

ROOT = pathlib.Path(__file__).resolve().parents[2]
ASSETS = pathlib.Path(os.environ.get("ALBERT_ASSETS", ROOT.parent / "shared/assets"))


class WithData(Program):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def file(self, name, content):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return path

    def metrics(self, task, data, *more):
        out, _ = self.check(albert("evaluate", task, "--data", data, "--json", *more), 0)
        self.assertEqual(out.count("\n"), 1)
        return json.loads(out)

    def refusal(self, code, *arguments, text=b""):
        out, err = self.check(albert("evaluate", *arguments, text=text), code)
        self.assertEqual(out, "")
        return err


class OfPredictions(WithData):
    def test_two_classes(self):
        data = self.file("a.tsv", "sentence\tlabel\n" + "".join(f"t{i}\t{label}\n" for i, label in enumerate("11100")))
        scores = self.metrics("text-classification", data, "--predictions", self.file("p.txt", "1\n1\n0\n1\n0\n"))
        self.assertEqual(scores["accuracy"], 0.6)
        self.assertEqual((scores["precision"], scores["recall"], scores["f1"]), (2 / 3, 2 / 3, 2 / 3))
        self.assertAlmostEqual(scores["matthews_correlation"], 1 / 6)
        self.assertNotIn("loss", scores)
        lines = "".join(json.dumps(row) + "\n" for row in ({"label": "1", "score": 1}, [{"label": "1"}, {"label": "0"}], "0", {"prediction": 1}, 0))
        self.assertEqual(self.metrics("text-classification", data, "--predictions", self.file("p.jsonl", lines)), scores)
        zero = self.metrics("text-classification", data, "--predictions", self.file("p.txt", "1\n1\n0\n1\n0\n"), "--positive-label", "0")
        self.assertEqual(zero["f1"], 0.5)

    def test_several_labels_and_numbers(self):
        data = self.file("a.jsonl", '{"text": "x", "labels": ["a", "b"]}\n{"text": "y", "labels": []}\n')
        scores = self.metrics("text-classification", data, "--predictions", self.file("p.jsonl", '["a"]\n[]\n'))
        self.assertEqual((scores["accuracy"], scores["precision"], scores["recall"], scores["f1"]), (0.5, 1, 0.5, 2 / 3))
        data = self.file("a.tsv", "sentence1\tsentence2\tscore\n" + "".join(f"a\tb\t{x}\n" for x in (0, 1.5, 2, 5)))
        scores = self.metrics("text-classification", data, "--predictions", self.file("p.txt", "0\n1\n3\n4\n"))
        self.assertAlmostEqual(scores["pearson"], 0.91434, places=5)
        self.assertEqual(scores["spearmanr"], 1)

    def test_tags(self):
        data = self.file("a.conll", "a B-PER\nb I-PER\nc O\n\nd B-LOC\n")
        for name, content in (("p.txt", "B-PER I-PER O\nO\n"), ("p.jsonl", '["B-PER", "I-PER", "O"]\n{"tags": ["O"]}\n'),
                              ("p.conll", "a B-PER\nb I-PER\nc O\n\nd O\n")):
            scores = self.metrics("token-classification", data, "--predictions", self.file(name, content))
            self.assertEqual((scores["precision"], scores["recall"], scores["f1"], scores["accuracy"]), (1, 0.5, 2 / 3, 0.75))
            self.assertEqual(list(scores["by_type"]), ["LOC", "PER"])
        strict = self.metrics("token-classification", data, "--predictions", self.file("p.txt", "I-PER I-PER O\nB-LOC\n"), "--tag-scheme", "IOB2")
        self.assertEqual((strict["precision"], strict["recall"]), (1, 0.5))
        lenient = self.metrics("token-classification", data, "--predictions", self.file("p.txt", "I-PER I-PER O\nB-LOC\n"))
        self.assertEqual(lenient["f1"], 1)

    def test_answers(self):
        question = {"question": "q", "context": "A b.", "answers": [{"text": "the b", "answer_start": 2}]}
        questions = [{**question, "id": "1"}, {**question, "id": "2"}, {"id": "3", "question": "q", "answers": [], "is_impossible": True}]

        def squad(count, version):
            return json.dumps({"version": version, "data": [{"paragraphs": [{"context": "A b.", "qas": questions[:count]}]}]})

        predictions = self.file("p.json", json.dumps({"1": "B!", "2": "b c", "3": "x"}))
        scores = self.metrics("question-answering", self.file("v1.json.gz", gzip.compress(squad(2, "1.1").encode())), "--predictions", predictions)
        self.assertEqual(scores, {"exact_match": 50.0, "f1": 100 * (1 + 2 / 3) / 2, "total": 2, "missing": 0})
        data = self.file("v2.json.xz", lzma.compress(squad(3, "v2.0").encode()))
        scores = self.metrics("question-answering", data, "--predictions", predictions)
        self.assertAlmostEqual(scores["exact_match"], 100 / 3)
        self.assertEqual((scores["NoAns_exact"], scores["HasAns_exact"]), (0, 50))
        probabilities = self.file("n.json", json.dumps({"1": 0.1, "2": 0.2, "3": 0.9}))
        scores = self.metrics("question-answering", data, "--predictions", predictions, "--no-answer-probabilities", probabilities,
                              "--no-answer-threshold", "0.5")
        self.assertAlmostEqual(scores["exact_match"], 200 / 3)
        self.assertAlmostEqual(scores["best_exact"], 200 / 3)
        self.assertEqual(scores["best_exact_thresh"], 0.1)

    def test_choices(self):
        data = self.file("a.tsv", "o\tI am\ta\tb\tc\td\t3\no\tI am\ta\tb\tc\td\t0\n")
        lines = '[{"choice": 3, "text": "d", "score": 1}, {"choice": 0}]\n1\n'
        self.assertEqual(self.metrics("multiple-choice", data, "--predictions", self.file("p.jsonl", lines)), {"accuracy": 0.5, "examples": 2})

    def test_the_published_predictions(self):
        folder = ASSETS / "data/squad"
        if not folder.is_dir():
            self.skipTest(f"no data at {folder}")
        data = str(folder / "dev-v1.1.rebuilt.json.xz")
        for name, exact, f1 in (("1.1__BERT__ensemble___Google_AI_Language_", 86.2062, 92.1956),
                                ("1.1__Logistic_Regression_Baseline__Stanford_University_", 40.1419, 50.9815)):
            scores = self.metrics("question-answering", data, "--predictions", str(folder / f"predictions/{name}.json.gz"))
            self.assertEqual((round(scores["exact_match"], 4), round(scores["f1"], 4)), (exact, f1))


class OfTheModel(WithData):
    def test_texts(self):
        rows = [("How old must I be?", "age_limit"), ("Where is my card?", "card_arrival"), ("I lost my card", "lost_or_stolen_card")] * 4
        data = self.file("a.csv", "text,category\n" + "".join(f"{text},{label}\n" for text, label in rows))
        saved = os.path.join(self.folder, "saved.jsonl")
        scores = self.metrics("text-classification", data, "--save-predictions", saved, "--confusion-matrix")
        # The same through the task's own command.
        answers = self.rows(albert("text-classification", "--json", "--input", data))
        right = [answer["label"] == label for answer, (_, label) in zip(answers, rows, strict=True)]
        self.assertEqual(scores["accuracy"], sum(right) / len(right))
        self.assertEqual(scores["examples"], 12)
        everything = self.rows(albert("text-classification", "--json", "--top-k", "all", "--input", data))
        loss = [-math.log(next(x["score"] for x in scores if x["label"] == label)) for scores, (_, label) in zip(everything, rows)]
        self.assertAlmostEqual(scores["loss"], sum(loss) / len(loss), places=4)
        self.assertEqual(sum(map(sum, scores["confusion_matrix"]["counts"])), 12)
        again = self.metrics("text-classification", data, "--predictions", saved)
        self.assertEqual((again["accuracy"], again["f1_macro"]), (scores["accuracy"], scores["f1_macro"]))
        for more in (["--batch-tokens", "1"], ["--threads", "1"], ["--device", "ref"]):
            other = self.metrics("text-classification", data, *more)
            self.assertEqual(other["accuracy"], scores["accuracy"])
            self.assertAlmostEqual(other["loss"], scores["loss"], places=4)

    def test_tokens(self):
        data = self.file("a.conll", "Peter B-person\nBlackburn I-person\nspoke O\n\nLondon B-location\n")
        saved = os.path.join(self.folder, "saved.jsonl")
        scores = self.metrics("token-classification", data, "--save-predictions", saved)
        self.assertEqual((scores["entities"], scores["words"], scores["examples"]), (2, 4, 2))
        self.assertGreater(scores["loss"], 0)
        again = self.metrics("token-classification", data, "--predictions", saved)
        self.assertEqual((again["f1"], again["accuracy"]), (scores["f1"], scores["accuracy"]))
        # The same entities in another scheme.
        other = self.metrics("token-classification", self.file("b.conll", "Peter B-person\nBlackburn E-person\nspoke O\n\nLondon S-location\n"))
        self.assertEqual(other, scores)

    def test_questions(self):
        rows = [{"id": str(i), "question": "Who fell?", "context": "A king fell in the " + "cold " * i + "winter.",
                 "answers": {"text": ["A king"], "answer_start": [0]}} for i in (1, 400)]
        data = self.file("a.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
        saved = os.path.join(self.folder, "saved.json")
        scores = self.metrics("question-answering", data, "--save-predictions", saved)
        self.assertEqual(scores["total"], 2)
        with open(saved, encoding="utf-8") as file:
            texts = json.load(file)
        answers = self.rows(albert("question-answering", "--json", "--input", data))
        self.assertEqual(texts, {row["id"]: answer["answer"] for row, answer in zip(rows, answers, strict=True)})
        again = self.metrics("question-answering", data, "--predictions", saved)
        self.assertEqual((again["exact_match"], again["f1"]), (scores["exact_match"], scores["f1"]))

    def test_the_others(self):
        scores = self.metrics("multiple-choice", self.file("a.csv", "sent1,sent2,ending0,ending1,label\nIt was hot.,She,opened the window.,ate a ship.,0\n"))
        self.assertIn(scores["accuracy"], (0, 1))
        text = "".join(f"The wind was cold and the night was dark on day {i}.\n" for i in range(60))
        scores = self.metrics("masked-language-modelling", self.file("a.txt", text))
        self.assertAlmostEqual(scores["perplexity"], math.exp(scores["loss"]))
        self.assertEqual(scores, self.metrics("masked-language-modeling", self.file("a.txt", text), "--batch-tokens", "300", "--threads", "1"))
        self.assertNotEqual(scores["loss"], self.metrics("masked-language-modelling", self.file("a.txt", text), "--seed", "1")["loss"])
        scores = self.metrics("sentence-order", self.file("a.tsv", "text\ttext_pair\nHe fell.\tHe rose.\n"))
        self.assertEqual(scores["examples"], 2)
        scores = self.metrics("fill-mask", self.file("a.tsv", "text\tlabel\nThe [MASK] was dark and the wind was cold.\tnight\n"))
        ranks = self.rows(albert("fill-mask", "--json", "--top-k", "50", "The [MASK] was dark and the wind was cold."))[0]
        self.assertEqual(scores["mrr"], 1 / (1 + [candidate["token_str"] for candidate in ranks].index("night")))

    def test_the_table(self):
        data = self.file("a.csv", "text,label\nHow old must I be?,age_limit\n")
        out, _ = self.check(albert("evaluate", "text-classification", "--data", data, "--metric", "accuracy", "--metric", "by_label"), 0)
        self.assertRegex(out, r"^accuracy  +[01]\.0000\n")
        self.assertIn("support", out)


class Refused(WithData):
    def test_usage(self):
        data = self.file("a.csv", "text,label\nx,1\n")
        for arguments in ([], ["text-clasification", "--data", data], ["text-classification"], ["text-classification", "--data", data, "--field", "context=x"],
                          ["text-classification", "--data", data, "--metric", "f2", "--predictions", self.file("p.txt", "1\n")],
                          ["text-classification", "--data", data, "--data-format", "conll"], ["multiple-choice", "--data", data, "--threshold", "2"],
                          ["text-classification", "--data", data, "--predictions", "p", "--model", "m"],
                          ["sentence-order", "--data", data, "--predictions", "p"]):
            self.refusal(2, *arguments)
        self.assertIn("did you mean", self.refusal(2, "text-clasification", "--data", data))

    def test_data(self):
        for content, said in (("text,label\nx,nothing\n", "a.csv, line 2: the label 'nothing' is none of the model's 77 labels"),
                              ("text,label\nx\n", "a.csv, line 2: expected 2 cells"), ("text,label\nx,\n", "the label is empty"),
                              ("text,label\n", "no examples"), ("", "no examples"), ("a,b\n", "no text: expected a column")):
            self.assertIn(said, self.refusal(65, "text-classification", "--data", self.file("a.csv", content)))
        self.assertIn("no_such.csv", self.refusal(66, "text-classification", "--data", os.path.join(self.folder, "no_such.csv")))
        self.refusal(66, "text-classification", "--data", self.folder)
        self.assertIn("line 2", self.refusal(65, "token-classification", "--data", self.file("a.conll", "a O\nb\n")))
        self.refusal(65, "question-answering", "--data", self.file("a.json", "[" * 2000))
        self.refusal(65, "multiple-choice", "--data", self.file("b.jsonl", '{"text": "x", "choices": ["a"], "label": 7}\n'))
        data = self.file("c.csv", "text,label\nx,1\n")
        self.assertIn("each of 1 examples, got 2", self.refusal(65, "text-classification", "--data", data, "--predictions", self.file("p.txt", "1\n1\n")))
        self.refusal(65, "text-classification", "--data", data, "--predictions", self.file("p.jsonl", "{}\n"))
        self.refusal(65, "text-classification", "--data", self.file("c.csv.gz", gzip.compress(b"text,label\nx,1\n")[:-4]))


if __name__ == "__main__":
    run_tests()
