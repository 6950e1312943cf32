#!/usr/bin/env python3
"""Runs the committed task rows (tests/golden/tasks) through the program and compares with the reference's answers.

Usage: tasks_test.py PROGRAM [unittest arguments]. Needs the standard library only.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from compare_json import difference

ALBERT = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else "build/release/bin/albert"
ROOT = pathlib.Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests/golden/tasks"
VOCABULARY = ROOT / "models/albert-mini-en"


class Tasks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.golden = json.loads((GOLDEN / "cases.json").read_text())
        cls.temporary = tempfile.TemporaryDirectory()
        for name, config in cls.golden["configs"].items():
            folder = pathlib.Path(cls.temporary.name) / name
            folder.mkdir()
            for file in ("spiece.model", "tokenizer.json", "special_tokens_map.json"):
                shutil.copyfile(VOCABULARY / file, folder / file)
            settings = {**json.loads((VOCABULARY / "tokenizer_config.json").read_text()), **cls.golden["tokenizer_settings"][name]}
            (folder / "tokenizer_config.json").write_text(json.dumps(settings))
            (folder / "config.json").write_text(json.dumps(config))
            shutil.copyfile(GOLDEN / "model.safetensors", folder / "model.safetensors")

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def compare(self, task, *more):
        count = 0
        for case in self.golden["cases"]:
            if case["task"] != task:
                continue
            command = [ALBERT, task, "--model", str(pathlib.Path(self.temporary.name) / case["model"]), "--json", "--keep-going", "--input", "-",
                       "--input-format", "jsonl", *case["flags"], *more]
            text = "".join(json.dumps(row) + "\n" for row in case["rows"])
            done = subprocess.run(command, input=text.encode(), capture_output=True, timeout=60)
            wrong = [answer == {"error": True} for answer in case["answers"]]
            if done.returncode == 2:
                self.assertTrue(all(wrong), (command, done.stderr.decode(errors="replace")))
                continue
            self.assertEqual(done.returncode, 0, done.stderr.decode(errors="replace"))
            got = [json.loads(line) for line in done.stdout.decode().splitlines()]
            self.assertEqual(len(got), len(case["rows"]), command)
            for row, expected, value in zip(case["rows"], case["answers"], got):
                refused = isinstance(value, dict) and list(value) == ["error"]
                self.assertEqual(refused, expected == {"error": True}, (command, row, value))
                if not refused:
                    self.assertIsNone(difference(expected, value), (command, row))
                count += 1
        self.assertGreater(count, 0)

    def test_fill_mask(self):
        self.compare("fill-mask")

    def test_text_classification(self):
        self.compare("text-classification")

    def test_token_classification(self):
        self.compare("token-classification")

    def test_question_answering(self):
        self.compare("question-answering")

    def test_zero_shot_classification(self):
        self.compare("zero-shot-classification")

    def test_feature_extraction(self):
        self.compare("feature-extraction")

    def test_reference_backend(self):
        self.compare("token-classification", "--device", "ref")


if __name__ == "__main__":
    unittest.main()
