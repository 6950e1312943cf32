#!/usr/bin/env python3
"""`albert pretrain` as a user runs it: a tiny model on a little text, stopped in every way and resumed.

Usage: pretrain_test.py PROGRAM [unittest arguments]. Needs the standard library only.
"""

import gzip
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from program_test import ALBERT, MODEL, Program, albert, run_tests

CONFIG = {"vocab_size": 8000, "embedding_size": 8, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32,
          "max_position_embeddings": 64, "model_type": "albert"}
WORDS = "the wind was cold and it was dark so he went home with an old friend who had come from far away".split()


def text(documents, seed):
    generator = random.Random(seed)
    sentence = lambda: " ".join(generator.choices(WORDS, k=generator.randrange(3, 12))).capitalize() + "."
    return "\n\n".join(" ".join(sentence() for _ in range(generator.randrange(2, 12))) for _ in range(documents)) + "\n"


class WithText(Program):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        for i in range(8):
            self.write(f"text/{i}.txt", text(6, i))
        self.write("config.json", json.dumps(CONFIG))

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, content):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(content)
        return self.path(name)

    def read(self, *names):
        with open(self.path(*names), "rb") as file:
            return file.read()

    def command(self, output, *more, steps=40):
        return ["pretrain", "--text", self.path("text"), "--tokenizer", MODEL, "--config", self.path("config.json"), "--output", self.path(output), "--steps", str(steps),
                "--batch-size", "4", "--max-length", "32", "--save-steps", "7", "--eval-steps", "13", "--held-out-every", "4", "--logging-steps", "3", *more]

    def pretrain(self, output, *more, code=0, steps=40):
        return self.check(albert(*self.command(output, *more, steps=steps)), code)

    def assert_same_run(self, one, other):
        for name in ("last/model.safetensors", "best/model.safetensors", "metrics.jsonl", "metrics.csv", "checkpoints/step-40/optimizer.safetensors", "trainer_state.json"):
            self.assertEqual(self.read(one, name), self.read(other, name), name)


class Pretraining(WithText):
    def test_a_run(self):
        _, err = self.pretrain("run")
        self.assertIn("documents", err)
        self.assertIn("masked_lm_accuracy", err)
        for name in ("best/config.json", "best/tokenizer.json", "last/spiece.model", "metrics.csv", "report.html", "README.md"):
            self.assertTrue(os.path.exists(self.path("run", name)), name)
        entries = [json.loads(line) for line in self.read("run", "metrics.jsonl").splitlines()]
        self.assertEqual([entry["step"] for entry in entries if "eval_loss" in entry], [13, 26, 39, 40])
        losses = [entry["loss"] for entry in entries if "loss" in entry]
        self.assertLess(losses[-1], losses[0])
        self.check(albert("fill-mask", "--model", self.path("run", "best"), "the [MASK] was cold"), 0)
        # The same again, from a compressed copy of the same text and another number of threads: the same bits.
        os.makedirs(self.path("other"))
        for i in range(8):
            with gzip.open(self.path("other", f"{i}.txt.gz"), "wb") as file:
                file.write(self.read("text", f"{i}.txt"))
        shutil.rmtree(self.path("text"))
        os.rename(self.path("other"), self.path("text"))
        self.pretrain("again", "--threads", "1")
        self.assert_same_run("run", "again")
        self.assertEqual(self.read("run.tokens"), self.read("again.tokens"))
        self.pretrain("seeded", "--seed", "7")
        self.assertNotEqual(self.read("run", "last/model.safetensors"), self.read("seeded", "last/model.safetensors"))

    def test_killed_at_random_moments(self):
        self.pretrain("whole")
        generator = random.Random(int.from_bytes(os.urandom(4), "big"))
        kills = 0
        for attempt in range(60):
            program = subprocess.Popen([ALBERT, *self.command("killed", "--resume")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            # A machine of any speed: soon after something has been written.
            limit = time.monotonic() + 20
            before = self.newest("killed")
            while program.poll() is None and self.newest("killed") == before and time.monotonic() < limit:
                time.sleep(0.002)
            time.sleep(generator.random() * 0.1)
            program.kill()
            if program.wait() == 0:
                break
            kills += 1
        self.pretrain("killed", "--resume")
        self.assertGreater(kills, 1)
        self.assert_same_run("whole", "killed")

    def newest(self, output):
        try:
            return sorted(os.listdir(self.path(output, "checkpoints")))
        except OSError:
            return []

    def test_interrupted(self):
        self.pretrain("whole", steps=40)
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
        self.pretrain("stopped", "--resume")
        self.assert_same_run("whole", "stopped")

    def test_no_room(self):
        """A limit on the size of files stands for a full disk."""
        self.pretrain("whole")
        model = os.path.getsize(self.path("whole", "last", "model.safetensors"))

        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (model // 2, model // 2))

        shutil.copy(self.path("whole.tokens"), self.path("full.tokens"))
        done = subprocess.run([ALBERT, *self.command("full", "--resume")], capture_output=True, timeout=120, preexec_fn=limit)
        self.assertEqual(done.returncode, 74, done.stderr)
        self.assertFalse(os.path.exists(self.path("full", "last")))
        self.pretrain("full", "--resume")
        self.assert_same_run("whole", "full")

    def test_what_cannot_be_used(self):
        self.check(albert("pretrain"), 2)
        self.check(albert("pretrain", "--text", self.path("text"), "--output", self.path("x")), 2)
        self.check(albert("pretrain", "--text", self.path("text"), "--output", self.path("x"), "--config", self.path("config.json")), 2)
        self.pretrain("long", "--max-length", "65", code=2)
        self.pretrain("absent", "--tokenizer", self.path("nothing"), code=66)
        self.pretrain("absent", "--text", self.path("nothing"), code=66)
        self.pretrain("bad", "--lr-scheduler-type", "line", code=2)
        self.pretrain("bad", "--learning-rate", "-1", code=2)
        os.makedirs(self.path("full"))
        self.write("full/mine.txt", "mine")
        self.pretrain("full", code=2)
        self.write("empty/a.txt", " \n\n")
        self.check(albert("pretrain", "--text", self.path("empty"), "--tokenizer", MODEL, "--config", self.path("config.json"), "--output", self.path("none")), 65)
        self.pretrain("/proc/none", code=74)
        # A store of other ids, and one that is damaged.
        self.pretrain("run", steps=7)
        store = self.read("run.tokens")
        arguments = ["pretrain", "--tokenizer", MODEL, "--config", self.path("config.json"), "--max-length", "32", "--steps", "1", "--output", self.path("from-store"), "--tokens"]
        for number, damaged in enumerate((store[:100], store[:-1], store.replace(b"sentence_offsets", b"sentence_offset5"), b"", os.urandom(2000))):
            with open(self.path(f"damaged{number}"), "wb") as file:
                file.write(damaged)
            self.check(albert(*arguments, self.path(f"damaged{number}")), 65)
        self.check(albert(*arguments, self.path("run.tokens")), 0)
        # Another configuration, and other options, are not resumed.
        self.pretrain("run", "--resume", "--learning-rate", "0.5", code=65, steps=7)
        self.write("config.json", json.dumps({**CONFIG, "hidden_size": 24}))
        self.pretrain("run", "--resume", code=65, steps=7)
        self.assertTrue(os.path.exists(self.path("run", "last", "model.safetensors")))

    def test_divergence(self):
        out, err = self.pretrain("wild", "--optimizer", "sgd", "--learning-rate", "1000", "--max-grad-norm", "0", "--lr-scheduler-type", "constant", code=1)
        self.assertIn("half the rate", err)
        self.assertIn("--learning-rate", err)


if __name__ == "__main__":
    run_tests()
