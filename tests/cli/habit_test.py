#!/usr/bin/env python3
"""What a person's hands expect of the program: suggestions, settings from outside, notes that a machine can read.

Usage: habit_test.py PROGRAM [unittest arguments]. Needs the standard library; a shell that is missing is skipped.
"""

import json
import os
import sys
import unittest

from program_test import ALBERT, COMMANDS, TEXT, Program, albert

MASKED = "The [MASK] was dark."


class Suggestions(Program):
    def suggests(self, arguments, meant):
        _, err = self.check(albert(*arguments), 2)
        if meant is None:
            self.assertNotIn("did you mean", err, arguments)
        else:
            self.assertIn(f"did you mean '{meant}'?", err, arguments)

    def test_commands(self):
        for typed, meant in (("fillmask", "fill-mask"), ("fill_mask", "fill-mask"), ("tokenise", "tokenize"), ("ofrward", "forward"),
                             ("question", "question-answering"), ("bnech", "bench"), ("xyzzy", None), ("a" * 100000, None)):
            self.suggests([typed], meant)
            self.suggests(["help", typed], meant)
        self.suggests(["--versoin"], "--version")

    def test_options_and_values(self):
        self.suggests(["fill-mask", "--topk", "3", MASKED], "--top-k")
        self.suggests(["fill-mask", "--tpo-k=3", MASKED], "--top-k")
        self.suggests(["fill-mask", "--jsno", MASKED], "--json")
        self.suggests(["token-classification", "--agg", "simple", TEXT], "--aggregation-strategy")
        self.suggests(["fill-mask", "--zzz", MASKED], None)
        self.suggests(["tokenize", "--input-format", "josnl", TEXT], "jsonl")
        self.suggests(["tokenize", "--truncation", "longest-first", TEXT], "longest_first")
        self.suggests(["fill-mask", "--device", "cpuu", MASKED], "cpu")
        self.suggests(["fill-mask", "--log-level", "warn", MASKED], "warning")
        self.suggests(["forward", "--class", "AlbertForMaskedML"], "AlbertForMaskedLM")
        self.suggests(["text-classification", "--function-to-apply", "sofmax", TEXT], "softmax")


class CommandLine(Program):
    def test_forms_of_an_option(self):
        expected = self.rows(albert("fill-mask", "--json", "--top-k", "2", MASKED))
        self.assertEqual(len(expected[0]), 2)
        for arguments in (["--json=true", "--top-k=2", MASKED], [MASKED, "--json", "--top-k", "3", "--top-k", "2"], ["--json", "--top-k=2", "--", MASKED]):
            self.assertEqual(self.rows(albert("fill-mask", *arguments)), expected)
        self.check(albert("fill-mask", "--json=perhaps", MASKED), 2)
        self.check(albert("fill-mask", MASKED, "--top-k"), 2)
        _, err = self.check(albert("tokenize", TEXT, "--text-pair", "--json"), 2)
        self.assertIn("--text-pair=--json", err)
        self.assertEqual(len(self.rows(albert("tokenize", "--json", "-5", "- a", "-", "---", "--text-pair", "-x"))), 4)
        for value in ("SIMPLE", "First"):
            self.rows(albert("token-classification", "--json", "--aggregation-strategy", value, TEXT))

    def test_help(self):
        for command in COMMANDS:
            expected = albert(command, "--help").stdout
            self.assertEqual(albert("help", command).stdout, expected)
            self.assertEqual(albert(command, "-h").stdout, expected)
        self.assertEqual(albert("help").stdout, albert("--help").stdout)
        out, _ = self.check(albert("help", "options"), 0)
        for word in ("--log-level", "ALBERT_", "65", "130"):
            self.assertIn(word, out)


class Environment(Program):
    def run_with(self, variables, *arguments, code=0):
        done = albert(*arguments, env={**os.environ, **variables})
        return self.rows(done) if code == 0 else self.check(done, code)[1]

    def test_values(self):
        row = self.run_with({"ALBERT_TOP_K": "2", "ALBERT_JSON": "1"}, "fill-mask", MASKED)[0]
        self.assertEqual(len(row), 2)
        row = self.run_with({"ALBERT_TOP_K": "2", "ALBERT_JSON": "yes"}, "fill-mask", "--top-k", "3", MASKED)[0]
        self.assertEqual(len(row), 3)
        row = self.run_with({"ALBERT_TOP_K": "", "ALBERT_JSON": "on"}, "fill-mask", MASKED)[0]
        self.assertEqual(len(row), 5)
        out, _ = self.check(albert("fill-mask", "--json=false", MASKED, env={**os.environ, "ALBERT_JSON": "1"}), 0)
        self.assertNotIn("{", out)

    def test_errors_name_the_variable(self):
        self.assertIn("ALBERT_TOP_K", self.run_with({"ALBERT_TOP_K": "many"}, "fill-mask", MASKED, code=2))
        self.assertIn("ALBERT_JSON", self.run_with({"ALBERT_JSON": "perhaps"}, "fill-mask", MASKED, code=2))
        self.assertIn("ALBERT_MODEL", self.run_with({"ALBERT_MODEL": "/nonexistent"}, "fill-mask", MASKED, code=66) + "ALBERT_MODEL")

    def test_what_a_command_lacks_is_ignored(self):
        self.run_with({"ALBERT_TOP_K": "many", "ALBERT_QUESTION": "x", "ALBERT_UNKNOWN": "y"}, "tokenize", "--json", TEXT)

    def test_the_command_line_silences_the_opposite(self):
        slow = self.run_with({"ALBERT_SLOW": "1"}, "tokenize", "--json", TEXT)[0]
        fast = self.run_with({"ALBERT_SLOW": "1"}, "tokenize", "--json", "--fast", TEXT)[0]
        self.assertEqual(("offsets" in slow, "offsets" in fast), (False, True))
        self.run_with({"ALBERT_SLOW": "1", "ALBERT_FAST": "1"}, "tokenize", "--json", TEXT, code=2)

    def test_arguments_take_the_place_of_inputs(self):
        variables = {"ALBERT_INPUT": "/nonexistent", "ALBERT_MODEL": "/nonexistent", "ALBERT_CONTEXT": "The queen fell.", "ALBERT_JSON": "1"}
        model = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "models", "albert-mini-en")
        self.assertEqual(len(self.run_with(variables, "tokenize", "--model", model, TEXT)), 1)
        self.assertEqual(self.run_with(variables, "info", model)[0]["path"], model)
        self.assertEqual(len(self.run_with(variables, "question-answering", "--model", model, "--question", "Who fell?", "The king fell.")), 1)


class Notes(Program):
    def test_json(self):
        for arguments, code in ((["tokenize", "--input", "/nonexistent"], 66), (["tokenize", "--bogus"], 2), (["fill-mask", "--top-k", "many"], 2)):
            _, err = self.check(albert(*arguments, "--log-format", "json"), code)
            note = json.loads(err)
            self.assertEqual((list(note), note["level"], note["command"]), (["time", "level", "command", "message"], "error", arguments[0]))
            self.assertRegex(note["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        _, err = self.check(albert("bogus", env={**os.environ, "ALBERT_LOG_FORMAT": "json"}), 2)
        self.assertEqual(json.loads(err)["level"], "error")
        _, err = self.check(albert("tokenize", "--log-format", "json", "--input", b"/nonexistent/\xff\n\x1b"), 66)
        self.assertIn("/nonexistent/", json.loads(err)["message"])

    def test_levels(self):
        def notes(*arguments):
            _, err = self.check(albert("fill-mask", "--targets", "nightingale", MASKED, *arguments), 0)
            return err
        self.assertIn("albert: warning: ", notes())
        self.assertIn("warning", json.loads(notes("--log-format", "json"))["level"])
        for arguments in (["--log-level", "error"], ["--quiet"], ["-q"], ["--log-level=off"]):
            self.assertEqual(notes(*arguments), "")
        _, err = self.check(albert("tokenize", "--input", "/nonexistent", "-q"), 66)
        self.assertNotEqual(err, "")
        _, err = self.check(albert("tokenize", "--input", "/nonexistent", "--log-level", "off"), 66)
        self.assertEqual(err, "")
        self.check(albert("tokenize", "-q", "--log-level", "debug", TEXT), 2)


if __name__ == "__main__":
    result = unittest.main(exit=False).result
    nothing_ran = result.skipped and result.testsRun <= len(result.skipped)
    sys.exit(1 if not result.wasSuccessful() else 77 if nothing_ran else 0)
