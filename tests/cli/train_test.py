#!/usr/bin/env python3
"""`albert train` as a user runs it: a tiny model on a little labelled data for every task, stopped in every way and resumed.

Usage: train_test.py PROGRAM [unittest arguments]. Needs the standard library only.
"""

import json
import os
import random
import resource
import signal
import subprocess
import tempfile
import time
import unittest

from program_test import ALBERT, MODEL, Program, albert, run_tests

CONFIG = {"vocab_size": 8000, "embedding_size": 8, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32,
          "max_position_embeddings": 64, "model_type": "albert"}
GOOD = "good fine great lovely warm kind".split()
BAD = "bad poor cold dull dark cruel".split()
OTHER = "the film was a book and it had an old friend who came from far away".split()
PLACES = "London Paris Rome Berlin".split()


def sentence(generator, words):
    return " ".join(generator.choices(OTHER, k=generator.randrange(2, 6)) + [generator.choice(words)])


class WithData(Program):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.write("config.json", json.dumps(CONFIG))
        for name, count, seed in (("train", 48, 1), ("dev", 16, 2)):
            self.write_all(name, count, random.Random(seed))

    def write_all(self, name, count, generator):
        rows = [(sentence(generator, GOOD if i % 2 else BAD), "pos" if i % 2 else "neg") for i in range(count)]
        self.write(name + ".tsv", "sentence\tlabel\n" + "".join(f"{text}\t{label}\n" for text, label in rows))
        self.write(name + ".several.jsonl", "".join(json.dumps({"text": text, "labels": [label, "any"][:1 + i % 2]}) + "\n" for i, (text, label) in enumerate(rows)))
        pairs = [(sentence(generator, GOOD), sentence(generator, GOOD if i % 2 else BAD), 4.5 if i % 2 else 0.5 + i % 3 / 4) for i in range(count)]
        self.write(name + ".pairs.tsv", "sentence1\tsentence2\tscore\n" + "".join(f"{a}\t{b}\t{score}\n" for a, b, score in pairs))
        self.write(name + ".conll", "".join("".join(f"{word}\t{'B-place' if word in PLACES else 'O'}\n" for word in sentence(generator, PLACES).split()) + "\n" for _ in range(count)))
        questions = []
        for i in range(count):
            place, rest = generator.choice(PLACES), sentence(generator, GOOD)
            context = rest + " in " + place + " . " + sentence(generator, BAD) * (1 + i % 4)
            questions.append({"id": f"{name}{i}", "question": "where was it ?", "answers": [] if i % 5 == 4 else [{"text": place, "answer_start": context.index(place)}], "is_impossible": i % 5 == 4, "context": context})
        self.write(name + ".squad.json", json.dumps({"version": "v2.0", "data": [{"title": "t", "paragraphs": [{"context": q.pop("context"), "qas": [q]} for q in questions]}]}))
        self.write(name + ".choices.jsonl", "".join(json.dumps({"text": generator.choice(OTHER), "choices": [generator.choice(GOOD), generator.choice(BAD), generator.choice(BAD)], "label": 0}) + "\n" for _ in range(count)))

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, content):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(content)
        return self.path(name)

    def read(self, *names):
        with open(self.path(*names), "rb") as file:
            return file.read()

    def command(self, output, *more, task="text-classification", data=".tsv", steps=24):
        return ["train", task, "--config", self.path("config.json"), "--tokenizer", MODEL, "--train", self.path("train" + data), "--dev", self.path("dev" + data),
                "--output", self.path(output), "--steps", str(steps), "--batch-size", "8", "--eval-steps", "10", "--save-steps", "5", "--logging-steps", "3", "--json", *more]

    def train(self, output, *more, code=0, **rest):
        return self.check(albert(*self.command(output, *more, **rest)), code)

    def figures(self, *arguments, **rest):
        return json.loads(self.train(*arguments, **rest)[0])

    def assert_same_run(self, one, other):
        for name in ("last/model.safetensors", "best/model.safetensors", "metrics.jsonl", "metrics.csv", "checkpoints/step-24/optimizer.safetensors", "trainer_state.json"):
            self.assertEqual(self.read(one, name), self.read(other, name), name)


class TrainingTasks(WithData):
    def evaluate(self, task, data, output, *more):
        return json.loads(self.check(albert("evaluate", task, "--model", self.path(output, "best"), "--data", self.path("dev" + data), "--json", *more), 0)[0])

    def assert_agree(self, figures, evaluated, *names):
        for name in names:
            self.assertAlmostEqual(figures[name], evaluated[name], places=6, msg=name)

    def test_classes(self):
        figures = self.figures("run", "--learning-rate", "0.01", steps=60)
        self.assertGreater(figures["accuracy"], 0.8)
        self.assert_agree(figures, self.evaluate("text-classification", ".tsv", "run"), "accuracy", "f1", "loss")
        config = json.loads(self.read("run", "best", "config.json"))
        self.assertEqual(config["id2label"], {"0": "neg", "1": "pos"})
        self.assertEqual(config["problem_type"], "single_label_classification")
        self.assertEqual(config["finetuning_task"], "text-classification")
        self.assertEqual(config["architectures"], ["AlbertForSequenceClassification"])
        for name in ("best/tokenizer.json", "last/spiece.model", "metrics.csv", "report.html", "README.md", "best/README.md"):
            self.assertTrue(os.path.exists(self.path("run", name)), name)
        self.assertIn("Confusion", self.read("run", "report.html").decode())
        out, _ = self.check(albert("text-classification", "--model", self.path("run", "best"), "--json", "it was good"), 0)
        self.assertIn(json.loads(out)["label"], ("neg", "pos"))
        # The head stays where its labels do, and is a new one for others.
        _, err = self.check(albert("train", "text-classification", "--model", self.path("run", "best"), "--train", self.path("train.tsv"), "--output", self.path("on"), "--steps", "1"), 0)
        self.assertNotIn("new, at random", err)
        _, err = self.check(albert("train", "text-classification", "--model", self.path("run", "best"), "--train", self.path("train.several.jsonl"), "--output", self.path("over"), "--steps", "1"), 0)
        self.assertIn("new, at random: classifier.weight, classifier.bias", err)

    def test_several_and_numbers(self):
        figures = self.figures("several", data=".several.jsonl")
        self.assert_agree(figures, self.evaluate("text-classification", ".several.jsonl", "several"), "f1", "loss")
        self.assertEqual(json.loads(self.read("several", "best", "config.json"))["problem_type"], "multi_label_classification")
        figures = self.figures("numbers", data=".pairs.tsv")
        self.assert_agree(figures, self.evaluate("text-classification", ".pairs.tsv", "numbers"), "pearson", "loss")
        self.assertEqual(json.loads(self.read("numbers", "best", "config.json"))["problem_type"], "regression")

    def test_words(self):
        figures = self.figures("run", "--learning-rate", "0.01", task="token-classification", data=".conll", steps=60)
        self.assert_agree(figures, self.evaluate("token-classification", ".conll", "run"), "f1", "accuracy", "loss")
        self.assertGreater(figures["accuracy"], 0.7)

    def test_questions(self):
        figures = self.figures("run", "--max-length", "32", "--doc-stride", "8", task="question-answering", data=".squad.json")
        self.assertIn("f1", figures)
        self.check(albert("question-answering", "--model", self.path("run", "last"), "--question", "where ?", "--context", "it was in Rome"), 0)

    def test_choices(self):
        figures = self.figures("run", task="multiple-choice", data=".choices.jsonl")
        self.assert_agree(figures, self.evaluate("multiple-choice", ".choices.jsonl", "run"), "accuracy", "loss")

    def test_masked_words(self):
        figures = self.figures("run", "--block-size", "16", task="masked-language-modelling", data=".tsv")
        self.assert_agree(figures, self.evaluate("masked-language-modelling", ".tsv", "run", "--block-size", "16"), "loss")
        self.check(albert("fill-mask", "--model", self.path("run", "best"), "the [MASK] was cold"), 0)
        self.assertLess(self.figures("rows", "--block-size", "0", task="masked-language-modelling", data=".tsv")["loss"], 10)

    def test_vectors(self):
        self.assertIn("spearmanr", self.figures("scored", "--loss", "cosine", task="sentence-embedding", data=".pairs.tsv"))
        figures = self.figures("pairs", "--learning-rate", "0.01", task="sentence-embedding", data=".pairs.tsv")
        self.assertIn("mrr", figures)
        losses = [entry["loss"] for entry in map(json.loads, self.read("pairs", "metrics.jsonl").splitlines()) if "loss" in entry]
        self.assertLess(losses[-1], losses[0])
        self.check(albert("feature-extraction", "--model", self.path("pairs", "best"), "--pooling", "mean", "--json", "a cat"), 0)

    def test_seeds(self):
        figures = self.figures("run", "--seeds", "1,2,3")
        self.assertEqual([run["seed"] for run in figures["runs"]], [1, 2, 3])
        mean = sum(run["accuracy"] for run in figures["runs"]) / 3
        self.assertAlmostEqual(figures["accuracy"], mean)
        spread = (sum((run["accuracy"] - mean) ** 2 for run in figures["runs"]) / 2) ** 0.5
        self.assertAlmostEqual(figures["accuracy_std"], spread)
        self.assertIn("seed-3/report.html", self.read("run", "report.html").decode())
        alone = self.figures("alone", "--seed", "2")
        self.assertEqual(self.read("alone", "last", "model.safetensors"), self.read("run", "seed-2", "last", "model.safetensors"))
        self.assertEqual(alone["accuracy"], figures["runs"][1]["accuracy"])

    def test_frozen(self):
        self.train("start", steps=1)
        arguments = ["train", "text-classification", "--model", self.path("start", "last"), "--train", self.path("train.tsv"), "--steps", "3", "--output"]
        self.check(albert(*arguments, self.path("frozen"), "--freeze-encoder"), 0)
        self.check(albert(*arguments, self.path("free")), 0)
        weights = lambda run: self.tensors(self.read(run, "last", "model.safetensors"))
        start, frozen, free = weights("start"), weights("frozen"), weights("free")
        encoder = "albert.encoder.albert_layer_groups.0.albert_layers.0.ffn.weight"
        self.assertEqual(start[encoder], frozen[encoder])
        self.assertNotEqual(start[encoder], free[encoder])
        self.assertNotEqual(start["classifier.weight"], frozen["classifier.weight"])

    def tensors(self, content):
        length = int.from_bytes(content[:8], "little")
        header = json.loads(content[8:8 + length])
        return {name: content[8 + length + one["data_offsets"][0]:8 + length + one["data_offsets"][1]] for name, one in header.items() if name != "__metadata__"}


class TrainingStops(WithData):
    def test_threads_make_no_difference(self):
        self.train("one", "--threads", "1")
        self.train("two", "--threads", "2")
        self.assert_same_run("one", "two")

    def test_killed_at_random_moments(self):
        self.train("whole")
        generator = random.Random(int.from_bytes(os.urandom(4), "big"))
        kills = 0
        for attempt in range(40):
            program = subprocess.Popen([ALBERT, *self.command("killed", "--resume")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            # A machine of any speed: soon after something has been written.
            limit = time.monotonic() + 20
            before = self.newest("killed")
            while program.poll() is None and self.newest("killed") == before and time.monotonic() < limit:
                time.sleep(0.002)
            time.sleep(generator.random() * 0.05)
            program.kill()
            if program.wait() == 0:
                break
            kills += 1
        self.train("killed", "--resume")
        self.assertGreater(kills, 1)
        self.assert_same_run("whole", "killed")

    def newest(self, output):
        try:
            return sorted(os.listdir(self.path(output, "checkpoints")))
        except OSError:
            return []

    def test_interrupted(self):
        self.train("whole")
        program = subprocess.Popen([ALBERT, *self.command("stopped")], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        seen = b""
        while b"update 3 " not in seen:
            data = program.stderr.read1(4096)
            self.assertTrue(data, seen)
            seen += data
        program.send_signal(signal.SIGINT)
        _, err = program.communicate(timeout=60)
        if program.returncode != 0:  # it may have been done already
            self.assertEqual(program.returncode, 130, err)
            self.assertIn(b"--resume", err)
        self.train("stopped", "--resume")
        self.assert_same_run("whole", "stopped")

    def test_no_room(self):
        """A limit on the size of files stands for a full disk."""
        self.train("whole")
        model = os.path.getsize(self.path("whole", "last", "model.safetensors"))

        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (model // 2, model // 2))

        done = subprocess.run([ALBERT, *self.command("full")], capture_output=True, timeout=120, preexec_fn=limit)
        self.assertEqual(done.returncode, 74, done.stderr)
        self.assertFalse(os.path.exists(self.path("full", "last")))
        self.train("full", "--resume")
        self.assert_same_run("whole", "full")


class TrainingRefusals(WithData):
    def test_what_cannot_be_used(self):
        self.check(albert("train"), 2)
        _, err = self.check(albert("train", "text-clasification", "--train", "x", "--output", "y"), 2)
        self.assertIn("text-classification", err)
        self.check(albert("train", "text-classification", "--output", self.path("x")), 2)
        self.check(albert("train", "text-classification", "--train", self.path("train.tsv")), 2)
        self.train("x", "--dtype", "bfloat16", code=2)
        self.train("x", "--seeds", "1,b", code=2)
        self.train("x", "--loss", "cosine", code=2)
        self.train("x", "--field", "nothing=x", code=2)
        self.train("x", "--max-length", "65", code=65)
        self.train("x", "--metric-for-best-model", "beauty", code=65)
        self.train("x", "--tokenizer", self.path("nothing"), code=66)
        self.check(albert("train", "text-classification", "--train", self.path("nothing.tsv"), "--output", self.path("x")), 66)
        self.train("/proc/none", code=74)
        os.makedirs(self.path("mine"))
        self.write("mine/file", "mine")
        self.train("mine", code=2)
        self.assertEqual(self.read("mine", "file"), b"mine")

    def refuse(self, content, words, *more, name="bad.tsv", task="text-classification"):
        self.write(name, content)
        _, err = self.check(albert("train", task, "--config", self.path("config.json"), "--tokenizer", MODEL, "--train", self.path(name), "--output", self.path("x"), *more), 65)
        self.assertIn(words, err)
        self.assertIn(name, err)

    def test_data_that_cannot_be_used(self):
        self.refuse("", "no examples")
        self.refuse("sentence\tlabel\n", "no examples")
        self.refuse("sentence\tlabel\na\tx\nb\tx\n", "every example has the label 'x'")
        self.refuse("one\ttwo\tthree\na\tb\tc\n", "text")
        self.refuse("sentence\tlabel\na\t0\nb\t1\nc\t7\n", "'7'", "--labels", "0,1")
        self.refuse("a O\n\nb O\n", "every example has the label 'O'", name="bad.conll", task="token-classification")
        self.refuse('{"text": "a", "choices": ["b", "c"], "label": 0}\n{"text": "a", "choices": ["b", "c", "d"], "label": 0}\n', "line 2", name="bad.jsonl", task="multiple-choice")
        self.refuse('{"id": "1", "question": "a", "context": "b", "answers": {"text": ["c"], "answer_start": [9]}}\n', "line 1", name="bad.jsonl", task="question-answering")
        self.refuse("sentence\na\n", "pair", name="bad.tsv", task="sentence-embedding")
        self.write("strange.tsv", "sentence\tlabel\na\tother\n")
        _, err = self.check(albert(*self.command("x"), "--dev", self.path("strange.tsv")), 65)
        self.assertIn("'other'", err)
        self.assertFalse(os.path.exists(self.path("x", "last")))

    def test_what_is_not_resumed(self):
        self.train("run", steps=5)
        self.train("run", "--resume", "--learning-rate", "0.5", code=65, steps=5)
        self.write("config.json", json.dumps({**CONFIG, "hidden_size": 24}))
        self.train("run", "--resume", code=65, steps=5)
        self.assertTrue(os.path.exists(self.path("run", "last", "model.safetensors")))

    def test_divergence(self):
        _, err = self.train("wild", "--optimizer", "sgd", "--learning-rate", "1000", "--max-grad-norm", "0", "--lr-scheduler-type", "constant", "--warmup-ratio", "0", data=".pairs.tsv", code=1)
        self.assertIn("half the rate", err)
        self.assertIn("--learning-rate", err)


if __name__ == "__main__":
    run_tests()
