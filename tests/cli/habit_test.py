#!/usr/bin/env python3
"""What a person's hands expect of the program: suggestions, settings from outside, notes that a machine can read.

Usage: habit_test.py PROGRAM [unittest arguments]. Needs the standard library; a shell that is missing is skipped.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from on_terminal import END_OF_INPUT, INTERRUPT, STOP, OnTerminal, skip_without_terminals
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


class JsonNotes(Program):
    """With --log-format json standard error holds JSON lines and nothing else."""

    @classmethod
    def setUpClass(cls):
        skip_without_terminals()

    def messages(self, err, level, command):
        notes = [json.loads(line) for line in err.splitlines()]
        self.assertNotEqual(notes, [])
        for note in notes:
            self.assertEqual((list(note), note["command"]), (["time", "level", "command", "message"], command))
        return [note["message"] for note in notes if note["level"] == level]

    def program(self, file, *arguments, **more):
        """Standard error is the terminal, or, with one of its arguments, elsewhere."""
        program = OnTerminal([ALBERT, *arguments, "--log-format", "json"], **{"stdin": subprocess.PIPE, "stdout": file, **more})
        self.addCleanup(program.process.kill)
        return program

    def test_progress(self):
        rows = b"The [MASK] was dark.\n" * 200000
        with tempfile.NamedTemporaryFile() as file, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            file.write(rows)
            file.flush()
            for ending, on_terminal in ((signal.SIGINT, True), (signal.SIGTERM, True), (signal.SIGINT, False)):
                program = self.program(out, "fill-mask", "--input", file.name, **({} if on_terminal else {"stdin": None, "stderr": err}))
                end = time.monotonic() + 60
                seen = b""
                while b"rows/s" not in seen and time.monotonic() < end:
                    program.read(0.1)
                    seen = program.seen if on_terminal else os.pread(err.fileno(), 65536, 0)
                os.kill(program.process.pid, ending)
                self.assertEqual(program.end(), 130)
                seen = program.seen if on_terminal else os.pread(err.fileno(), 65536, 0)
                notes = self.messages(seen.decode(), "info", "fill-mask")
                for note in notes[:-1]:  # a slow machine has no row to count at first
                    self.assertRegex(note, r"^(\d+ rows, [\d.]+ rows/s, \d+ s left|\d+ s)$")
                self.assertRegex(notes[-1], r"^\d+ rows, [\d.]+ rows/s, \d+ s left$")
                self.assertEqual(len(self.messages(seen.decode(), "error", "fill-mask")), 1)

    def test_on_a_terminal(self):
        with tempfile.TemporaryFile() as file:
            program = self.program(file, "fill-mask", "--targets", "nightingale", MASKED)
            self.assertIn("nightingale", self.messages(program.output(), "warning", "fill-mask")[0])
            for arguments, code in ((["--input", "/nonexistent"], 66), (["no mask"], 65), (["--bogus", TEXT], 2)):
                program = self.program(file, "fill-mask", *arguments)
                self.assertEqual(program.end(), code)
                self.assertEqual(len(self.messages(program.seen.decode(), "error", "fill-mask")), 1)

    def test_the_prompt(self):
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as file:
            program = self.program(None, "fill-mask", stdin=None, stderr=file, HOME=folder, XDG_STATE_HOME=folder)
            program.send("no mask\n" + END_OF_INPUT)
            self.assertEqual(program.end(), 0)
            err = os.pread(file.fileno(), 65536, 0).decode()
            self.assertEqual(len(self.messages(err, "error", "fill-mask")), 1)
            self.assertEqual(len(self.messages(err, "info", "fill-mask")), 1)

    def test_elsewhere(self):
        with tempfile.TemporaryDirectory() as folder:
            text, short = os.path.join(folder, "text"), os.path.join(folder, "short")
            for path, lines in ((text, 500), (short, 0)):
                with open(path, "w", encoding="utf-8") as file:
                    file.write("".join(f"the wind {i} was cold {i * i}\n" for i in range(lines)) or "a\n")
            train = ["train-tokenizer", "--log-level", "debug", "--force", "--output", os.path.join(folder, "new")]
            for arguments, code in (([*train, "--text", text, "--vocab-size", "60"], 0), ([*train, "--text", text, "--vocab-size", "90000"], 65),
                                    ([*train, "--text", short], 65), ([*train, "--text", text, "--model-type", "wordpiece", "--vocab-size", "60"], 0),
                                    (["tokenize", "--max-length", "2", TEXT, "--log-level", "debug"], 0), (["bogus"], 2),
                                    (["help", "bogus"], 2), (["question-answering", "--question", "Who?", ""], 65)):
                _, err = self.check(albert(*arguments, "--log-format", "json"), code)
                self.messages(err, "error", arguments[0] if arguments[0] in COMMANDS else "")
        _, err = self.check(albert(env={**os.environ, "ALBERT_LOG_FORMAT": "json"}), 2)
        self.messages(err, "error", "")


class ConfigFile(Program):
    """albert.toml in the folder where the program runs, and the user's."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.here = os.path.join(self.folder.name, "here")
        self.home = os.path.join(self.folder.name, "home")
        os.makedirs(self.here)
        os.makedirs(os.path.join(self.home, ".config", "albert"))

    def write(self, text, user=False):
        path = os.path.join(self.home, ".config", "albert", "albert.toml") if user else os.path.join(self.here, "albert.toml")
        with open(path, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        return path

    def run_here(self, *arguments, **variables):
        environment = {name: value for name, value in os.environ.items() if name != "XDG_CONFIG_HOME"}
        return albert(*arguments, cwd=self.here, env={**environment, "HOME": self.home, **variables})

    def count(self, *arguments, **variables):
        return len(self.rows(self.run_here("fill-mask", "--json", *arguments, MASKED, **variables))[0])

    def test_precedence(self):
        self.assertEqual(self.count(), 5)
        self.write("top-k = 6\n", user=True)
        self.assertEqual(self.count(), 6)
        self.write("top-k = 7\n")
        self.assertEqual(self.count(), 7)
        self.write("top-k = 7\n[fill-mask]\ntop-k = 8\n[text-classification]\ntop-k = 9\n")
        self.assertEqual(self.count(), 8)
        self.assertEqual(self.count(ALBERT_TOP_K="2"), 2)
        self.assertEqual(self.count("--top-k", "3", ALBERT_TOP_K="2"), 3)
        self.write("[fill-mask]\ntop-k = 4\n")
        self.assertEqual(self.count(XDG_CONFIG_HOME=os.path.join(self.folder.name, "nowhere")), 4)

    def test_where_the_users_file_is(self):
        path = self.write("top-k = 6\n", user=True)
        self.assertEqual(self.count(HOME=""), 5)
        self.assertEqual(self.count(HOME="", XDG_CONFIG_HOME=os.path.dirname(os.path.dirname(path))), 6)
        self.assertEqual(self.count(XDG_CONFIG_HOME="relative"), 6)

    def test_kinds_of_value(self):
        self.write('json = true\n[fill-mask]\ntargets = ["sun", "moon"]\ntop-k = "all"\n[zero-shot-classification]\ncandidate-labels = ["money", "travel"]\n')
        self.assertEqual(len(self.rows(self.run_here("fill-mask", MASKED))[0]), 2)
        self.assertEqual(len(self.rows(self.run_here("zero-shot-classification", "-q", TEXT))[0]["labels"]), 2)
        self.write("[fill-mask]\njson = true\n[tokenize]\nslow = true\njson = true\n")
        self.assertNotIn("offsets", self.rows(self.run_here("tokenize", TEXT))[0])
        self.assertIn("offsets", self.rows(self.run_here("tokenize", "--fast", TEXT))[0])
        self.assertIn("offsets", self.rows(self.run_here("tokenize", TEXT, ALBERT_FAST="1"))[0])
        out, _ = self.check(self.run_here("fill-mask", MASKED, ALBERT_JSON="no"), 0)
        self.assertNotIn("{", out)

    def test_characters_beyond_ascii(self):
        self.write('# \u3042\n[zero-shot-classification]\njson = true\ncandidate-labels = ["caf\u00e9~", \'\u3042~C3\', "\\u00e9"]')
        row = self.rows(self.run_here("zero-shot-classification", "-q", TEXT))[0]
        self.assertEqual(sorted(row["labels"]), sorted(["caf\u00e9~", "\u3042~C3", "\u00e9"]))
        self.write(b"\xef\xbb\xbf" + 'top-k = 2\n'.encode())
        self.assertEqual(self.count(), 2)

    def refused(self, text, *words, arguments=("fill-mask", MASKED)):
        self.write(text)
        out, err = self.check(self.run_here(*arguments), 65)
        self.assertEqual(out, "")
        for word in ("albert.toml", *words):
            self.assertIn(word, err, text[:80])

    def test_mistakes(self):
        self.refused("json = true\ntop_k = 3\n", "albert.toml:2", "did you mean 'top-k'?")
        self.refused("[fill-mask]\nquestion = 'x'\n", "albert.toml:2", "[fill-mask]")
        self.refused("[tokenize]\ntop-k = 3\n", "albert.toml:2", "[tokenize]")
        self.refused("\n[fillmask]\ntop-k = 3\n", "albert.toml:2", "did you mean 'fill-mask'?")
        self.refused("[fill-mask]\ntop-k = 'many'\n", "albert.toml:2", "top-k")
        self.refused("[fill-mask]\ntop-k = [1, 2]\n", "albert.toml:2")
        self.refused("[fill-mask]\ndevice = 'cpuu'\n", "albert.toml:2", "did you mean 'cpu'?")
        self.refused("[fill-mask.top-k]\nx = 1\n", "albert.toml")
        self.refused("top-k = 1979-05-27\n", "albert.toml:1")
        self.refused("top-k = 2.5\n", "albert.toml:1")
        self.refused("fast = true\nslow = true\n", "exclude each other")
        self.refused("top-k = 1\ntop-k = 2\n", "albert.toml:2")
        self.check(self.run_here("fill-mask", "--help"), 0)
        for command in ("help", "completion", "man"):
            self.check(self.run_here(command, *(["bash"] if command == "completion" else [])), 0)
        note = json.loads(self.check(self.run_here("fill-mask", "--log-format", "json", MASKED), 65)[1])
        self.assertEqual(note["level"], "error")

    def test_a_folder_cannot_say_what_is_written(self):
        victim = os.path.join(self.folder.name, "victim")
        with open(victim, "w", encoding="utf-8") as file:
            file.write("mine\n")
        for key, value in (("output", f"'{victim}'"), ("output", "'-'"), ("append", "true"), ("save-tokenizer", f"'{victim}'"), ("outputs", f"'{victim}'"),
                           ("gradients", f"'{victim}'"), ("force", "true"), ("all", f"'{victim}'")):
            for command in ("fill-mask", "tokenize", "forward", "env"):
                self.refused(f"{key} = {value}\n", "albert.toml:1", f"'{key}'", arguments=(command,))
        for command in ("fill-mask", "attention", "tokenize", "train-tokenizer", "info", "env", "bench", "completion"):
            self.refused(f"[{command}]\noutput = '{victim}'\n", "albert.toml:2", "'output'")
        self.assertEqual(os.listdir(self.here), ["albert.toml"])
        with open(victim, encoding="utf-8") as file:
            self.assertEqual(file.read(), "mine\n")
        os.remove(os.path.join(self.here, "albert.toml"))
        path = self.write(f"[fill-mask]\noutput = '{victim}'\n", user=True)
        for folder in (self.here, os.path.dirname(path)):
            environment = {name: value for name, value in os.environ.items() if name != "XDG_CONFIG_HOME"}
            out, _ = self.check(albert("fill-mask", MASKED, cwd=folder, env={**environment, "HOME": self.home}), 0)
            self.assertEqual(out, "")
        with open(victim, encoding="utf-8") as file:
            self.assertNotEqual(file.read(), "mine\n")

    def test_every_option_that_writes_is_refused(self):
        for command in COMMANDS:
            out, _ = self.check(albert("man", command), 0)
            for option, told in re.findall(r"\n\\fB\\-\\-([a-z\\-]+)\\fR[^\n]*\n((?:[^.\n][^\n]*\n)+)", out):
                key = option.replace("\\-", "-")
                if re.search(r"\bwrite|where the fields|the new folder", told.lower()) and key != "help":
                    self.refused(f"[{command}]\n{key} = 'true'\n", "says what is written")

    def test_hostile_files(self):
        for text in (b"\x00", b"\xff\xfe", b"[", b"a = ", b"= 1", b"[[fill-mask]]", b"[" * 100000, "[fill-\ufefft]".encode(), "top-k = 4['\u017d".encode(), 'top-k = """\\\n\u00e9"""'.encode(), b"top-k = " + b"[" * 100000, b"a" + b".a" * 60000 + b" = 1",
                     b"[a" + b".a" * 60000 + b"]", b"top-k = " + b"{a = " * 50000, b"'" * 200000, b'top-k = "' + b"\\" * 1000, b"#" * (1 << 19), b"a = 1\n" * 30000,
                     b"".join(b"k%d = 1\n" % i for i in range(20000)), b"x = " + b"9" * 100000, bytes(range(256)) * 64, b"\xff = 1", b'"\\u0000" = 1', b'"a\nb" = 1'):
            self.refused(text)

    def test_not_a_file(self):
        os.mkfifo(os.path.join(self.here, "albert.toml"))
        self.check(self.run_here("fill-mask", MASKED), 65)
        os.remove(os.path.join(self.here, "albert.toml"))
        os.symlink("/dev/zero", os.path.join(self.here, "albert.toml"))
        self.check(self.run_here("fill-mask", MASKED), 65)
        os.remove(os.path.join(self.here, "albert.toml"))
        os.mkdir(os.path.join(self.here, "albert.toml"))
        self.check(self.run_here("fill-mask", MASKED), 65)

    def test_env_shows_what_is_in_effect(self):
        report = self.rows(self.run_here("env", "--json"))[0]
        self.assertEqual(report["config_files"], [])
        paths = [self.write("json = true\n"), self.write("top-k = 3\n", user=True)]
        report = self.rows(self.run_here("env", ALBERT_TOP_K="2", ALBERT_UNKNOWN="1", ALBERT_SLOW=""))[0]
        self.assertEqual([os.path.realpath(path) for path in report["config_files"]], [os.path.realpath(path) for path in paths])
        self.assertEqual(report["variables"]["ALBERT_TOP_K"], "2")
        self.assertFalse({"ALBERT_UNKNOWN", "ALBERT_SLOW"} & set(report["variables"]))


class Prompt(Program):
    @classmethod
    def setUpClass(cls):
        skip_without_terminals()

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.history = os.path.join(self.folder, "state", "albert", "history")

    def start(self, *arguments, **more):
        program = OnTerminal(arguments, folder=self.folder, HOME=self.folder, XDG_STATE_HOME=os.path.join(self.folder, "state"), LANG="C.UTF-8", **more)
        self.addCleanup(program.process.kill)
        return program

    def leave(self, program, code=0):
        program.send(END_OF_INPUT)
        self.assertEqual(program.end(), code)

    def test_a_session(self):
        program = self.start(ALBERT, "fill-mask")
        program.until("fill-mask> ")
        program.send("The [MASK] was dark.\n")
        self.assertRegex(program.until("fill-mask> "), r"\d\.\d{4}")
        program.send("no mask\n")
        self.assertIn("albert fill-mask: ", program.until("fill-mask> "))
        program.send("\n")
        program.until("fill-mask> ")
        program.send("half a line")
        program.until("half a line")
        program.send(INTERRUPT)
        program.until("^C\r\nfill-mask> ")
        # Backspace takes a character of three bytes as one, Ctrl-A goes to the start.
        program.send("[MASK] caf\u00e9\u2581\x7f!\x01A \n")
        self.assertIn("a ", program.until("fill-mask> "))
        # The line before, from the history.
        program.send("\x1b[A\n")
        self.assertRegex(program.until("caf\u00e9!\x1b[0m\r\n"), "A \\[MASK\\] caf\u00e9!")
        program.until("fill-mask> ")
        self.leave(program)
        self.assertEqual(os.stat(self.history).st_mode & 0o777, 0o600)
        self.assertEqual(os.listdir(os.path.dirname(self.history)), ["history"])
        program = self.start(ALBERT, "fill-mask", "--json")
        program.until("fill-mask> ")
        program.send("\x1b[A\n")
        self.assertIn('[{"score"', program.until('"sequence"'))
        program.until("fill-mask> ")
        self.leave(program)

    def test_other_commands(self):
        for arguments, line, answer in ((["tokenize"], "The wind", "[CLS]"), (["sentence-order", "--text-pair", "Then he left."], "He came.", "0."),
                                        (["text-classification"], "My card", "0."), (["detokenize"], "2 14 3", "[SEP]")):
            program = self.start(ALBERT, *arguments, TERM="dumb")
            program.until(arguments[0] + "> ")
            program.send(line + "\n")
            program.until(answer)
            program.until(arguments[0] + "> ")
            self.leave(program)

    def test_typed_ahead(self):
        """What is typed before the first prompt, and while a line is answered, is read as if typed later."""
        program = self.start(ALBERT, "fill-mask", "--json")
        program.send("The [MASK] was dark.\nThe [MASK] is blue.\n" + END_OF_INPUT)
        self.assertEqual(program.output().count('[{"score"'), 2)
        program = self.start(ALBERT, "fill-mask", "--json")
        program.until("fill-mask> ")
        # The line before once more, a line put right with the arrow to the left, one in which Backspace takes a character.
        program.send("The [MASK] was dark.\n\x1b[A\nThe wind was MASK]\x1b[D\x1b[D\x1b[D\x1b[D\x1b[D[\n\u2581\u2581[MASK]\x7f]!\n" + END_OF_INPUT)
        rows = [json.loads(line) for line in program.output().splitlines() if line.startswith("[{")]
        self.assertEqual([row[0]["sequence"].startswith(start) for row, start in zip(rows, ("the ", "the ", "the wind was"))], [True] * 3, rows)
        self.assertEqual(rows[0], rows[1])
        self.assertEqual(len(rows), 4)
        with open(self.history, encoding="utf-8") as file:
            self.assertIn("MASK]!", file.read())

    def test_a_paste(self):
        """More than a terminal keeps for its reader."""
        program = self.start(ALBERT, "tokenize", "--json")
        program.until("tokenize> ")
        for i in range(500):
            program.send(f"the wind was cold {i}\n")
            program.read(0)
        program.send(END_OF_INPUT)
        self.assertEqual(program.output().count('{"ids"'), 500)

    def test_a_changed_window(self):
        program = self.start(ALBERT, "tokenize", "--json", columns=60)
        program.until("tokenize> ")
        program.send("The wi")
        program.until("The wi")
        program.resize(100)
        program.until("The wi")  # drawn again
        program.send("nd\n")
        program.until('"\u2581wind"')
        program.until("tokenize> ")
        self.leave(program)

    def test_the_terminal_is_given_back(self):
        for ending, code in ((END_OF_INPUT, 0), (signal.SIGTERM, 130)):
            program = self.start(ALBERT, "tokenize")
            program.until("tokenize> ")
            self.assertNotEqual(program.mode(), program.mode_before)
            if ending is END_OF_INPUT:
                program.send(ending)
            else:
                os.kill(program.process.pid, ending)
            program.process.wait(60)
            self.assertEqual(program.mode(), program.mode_before)
            self.assertEqual(program.end(), code)

    def test_interrupts_while_a_line_is_answered(self):
        """One ends that line, two the program, and its mode goes with it."""
        labels = ",".join(f"label {i}" for i in range(4000))
        program = self.start(ALBERT, "zero-shot-classification", "--device", "ref", "--candidate-labels", labels)
        program.until("classification> ")
        program.send("The wind was cold.\n")
        program.until("cold.\r\n")
        limit = time.monotonic() + 60
        while program.process.poll() is None and time.monotonic() < limit:
            program.send(INTERRUPT)  # two that come at once are one, and one that comes early the editor's
            time.sleep(0.2)
        self.assertEqual(program.mode(), program.mode_before)
        self.assertEqual(program.end(), 130)
        program = self.start(ALBERT, "zero-shot-classification", "--candidate-labels", labels[:1000])
        program.until("classification> ")
        program.send("The wind was cold.\n")
        program.until("cold.\r\n")
        program.send(INTERRUPT)
        program.until("^C\r\nzero-shot-classification> ")
        self.leave(program)

    def test_stopped(self):
        shell = self.start("bash", "--norc", "--noprofile", "-i", PS1="$ ", TERM="dumb")
        shell.send(f"'{ALBERT}' tokenize\n")
        shell.until("tokenize> ")
        shell.send("The wi")
        shell.until("The wi")
        shell.send(STOP)
        shell.until("Stopped")
        shell.send("fg\n")
        shell.until("tokenize> The wi")
        shell.send("nd\n")
        shell.until("\u2581wind")
        shell.until("tokenize> ")
        shell.send(END_OF_INPUT)
        shell.until("$ ")
        shell.send("exit\n")
        self.assertEqual(shell.end(), 0)

    def test_history_that_is_no_file(self):
        os.makedirs(os.path.dirname(self.history))
        os.symlink("/dev/null", self.history)
        program = self.start(ALBERT, "tokenize")
        program.until("tokenize> ")
        program.send("secret\n")
        program.until("tokenize> ")
        self.leave(program)
        self.assertTrue(os.path.islink(self.history))

    def test_input_that_is_given_needs_no_prompt(self):
        path = os.path.join(self.folder, "rows.txt")
        with open(path, "w", encoding="utf-8") as file:
            file.write("wind\n")
        for arguments in (["wind"], ["--input", path]):
            program = self.start(ALBERT, "tokenize", "--json", *arguments)
            self.assertNotIn("> ", program.until("]}"))
            self.assertEqual(program.end(), 0)
        program = self.start(ALBERT, "tokenize", "--json", "--input-format", "jsonl")
        program.send('{"text": "wind"}\n' + END_OF_INPUT)
        self.assertNotIn("tokenize> ", program.until('"special_tokens_mask"'))
        self.assertEqual(program.end(), 0)


def skip_without(program):
    return unittest.skipIf(shutil.which(program) is None, f"{program} is not installed")


class Completion(Program):
    #        the words so far, the last one to be completed; what comes, or (as a set) what must be among it
    CASES = [(["fi"], ["fill-mask"]), (["to"], ["token-classification", "tokenize"]), (["fill-mask", "--dev"], ["--device"]),
             (["fill-mask", "--device", ""], ["cpu", "ref"]), (["fill-mask", "--device", "r"], ["ref"]), (["fill-mask", "--top-k", ""], ["all"]),
             (["tokenize", "--input-format", "j"], ["jsonl"]), (["tokenize", "--truncation", "only"], ["only_first", "only_second"]),
             (["tokenize", "--input", "ro"], ["rows one.txt", "rows.txt"]), (["tokenize", "--text-pair", "ro"], []), (["fill-mask", "--log-l"], ["--log-level"]),
             (["fill-mask", "--log-format", ""], ["json", "text"]), (["help", "fo"], ["forward"]), (["completion", ""], {"bash", "fish", "zsh"}),
             (["env", "--j"], ["--json"]), (["env", "--top"], []), (["man", "--all", "fold"], ["folder"]), (["forward", "--class", "AlbertForM"],
                                                                                                            ["AlbertForMaskedLM", "AlbertForMultipleChoice"])]

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        for name in ("rows.txt", "rows one.txt"):
            with open(os.path.join(self.folder, name), "w", encoding="utf-8"):
                pass
        os.mkdir(os.path.join(self.folder, "folder"))

    def script(self, shell, name):
        out, _ = self.check(albert("completion", shell), 0)
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(out)
        return path

    def shell(self, *command, **more):
        done = subprocess.run(command, capture_output=True, timeout=60, cwd=self.folder, env={**os.environ, "HOME": self.folder}, **more)
        self.assertEqual(done.stderr, b"", command)
        return done.stdout.decode()

    def compare(self, words, expected, got):
        if isinstance(expected, set):
            self.assertLessEqual(expected, set(got), words)
        else:
            self.assertEqual(sorted(got), sorted(expected), words)

    def test_every_command_and_option_is_there(self):
        for shell in ("bash", "zsh", "fish"):
            out, _ = self.check(albert("completion", shell), 0)
            for command in COMMANDS:
                self.assertIn(command, out)
                for option in re.findall(r"--([a-z-]+)", albert(command, "--help").stdout.decode().rpartition("\nexample: ")[0]):
                    self.assertIn(option, out, (shell, command))
        self.check(albert("completion"), 2)
        self.check(albert("completion", "csh"), 2)

    @skip_without("bash")
    def test_bash(self):
        path = self.script("bash", ".albert.bash")
        self.shell("bash", "-n", path)
        cases = [*self.CASES, (["fill-mask", "--device", "="], ["cpu", "ref"]), (["fill-mask", "--device", "=", "c"], ["cpu"]),
                 (["tokenize", "--", "--in"], []), (["--v"], ["--version"]), (["fill-mask", ""], {"--top-k", "--help"})]
        for words, expected in cases:
            code = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _albert; ((${#COMPREPLY[@]})) && printf "%s\\n" "${COMPREPLY[@]}"; true'
            self.compare(words, expected, self.shell("bash", "-c", code, "bash", path, "albert", *words).splitlines())

    @skip_without("fish")
    def test_fish(self):
        path = self.script("fish", ".albert.fish")
        for words, expected in [*self.CASES, (["fill-mask", "--device=c"], ["--device=cpu"])]:
            line = "albert " + " ".join(words)
            got = [one.split("\t")[0].replace("\\ ", " ").rstrip("/") for one in
                   self.shell("fish", "-N", "-c", "source $argv[1]; complete -C $argv[2]", path, line).splitlines()]
            self.compare(words, expected, got)

    ZSHRC = """
    fpath=($PWD $fpath)
    autoload -Uz compinit
    compinit -u -D
    completed() { zle complete-word; zle -I; print -r -- "<$BUFFER>"; BUFFER=; }
    ready() { zle -D zle-line-init; zle -I; print ready; }
    zle -N completed
    zle -N zle-line-init ready
    bindkey '^X' completed
    bindkey '^T' list-choices
    """

    @skip_without("zsh")
    def test_zsh(self):
        """In a shell of its own. Not by the Tab key, which inserts itself when more has been typed already."""
        skip_without_terminals()
        self.script("zsh", "_albert")
        with open(os.path.join(self.folder, ".zshrc"), "w", encoding="utf-8") as file:
            file.write(self.ZSHRC)
        shell = OnTerminal(["zsh", "-d", "-i"], folder=self.folder, ZDOTDIR=self.folder, HOME=self.folder, PS1="% ", TERM="dumb")
        self.addCleanup(shell.process.kill)
        shell.until("ready")
        for typed, becomes in (("albert fi", "albert fill-mask"), ("albert fill-mask --device r", "albert fill-mask --device ref"),
                               ("albert fill-mask --device=r", "albert fill-mask --device=ref"),
                               ("albert tokenize --input-format j", "albert tokenize --input-format jsonl"), ("albert help fo", "albert help forward"),
                               ("albert tokenize --input rows.t", "albert tokenize --input rows.txt"), ("albert completion z", "albert completion zsh"),
                               ("albert man --all fo", "albert man --all folder/"), ("albert bench --config xxl", "albert bench --config xxlarge")):
            shell.send(typed + "\x18")
            self.assertRegex(shell.until(">\r\n"), r"<" + re.escape(becomes) + r"[ =]*>\r\n$", typed)
        # Options are listed with what they do.
        shell.send("albert fill-mask --devi\x14")
        shell.until("--device")
        shell.until("vectorised code")
        shell.send("\x15exit\n")
        shell.end()


class Manual(Program):
    def pages(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.check(albert("man", "--all", folder.name), 0)
        return [os.path.join(folder.name, name) for name in sorted(os.listdir(folder.name))]

    def test_every_command_has_a_page(self):
        pages = self.pages()
        self.assertEqual([os.path.basename(page) for page in pages], sorted(["albert.1", *(f"albert-{command}.1" for command in COMMANDS)]))
        for page in pages:
            command = os.path.basename(page).removesuffix(".1").removeprefix("albert").lstrip("-")
            with open(page, encoding="utf-8") as file:
                text = file.read()
            self.assertEqual(text, albert("man", *([command] if command else [])).stdout.decode())
            for heading in ("NAME", "SYNOPSIS", "DESCRIPTION", "ENVIRONMENT", "FILES", "EXIT STATUS", "EXAMPLES", "SEE ALSO"):
                self.assertIn(f".SH {heading}\n", text, page)
            plain = text.replace("\\-", "-")
            for code in (0, 1, 2, 65, 66, 70, 74, 130):
                self.assertIn(f"\\fB{code}\\fR", text, page)
            for option in re.findall(r"--[a-z][a-z-]+", albert(command or "fill-mask", "--help").stdout.decode().rpartition("\nexample: ")[0]) if command else []:
                self.assertIn(option, plain, page)
                if option != "--help":
                    self.assertIn("ALBERT_" + option[2:].upper().replace("-", "_"), plain, page)
        self.check(albert("man", "bogus"), 2)
        self.check(albert("man", "--all", "/nonexistent"), 74)

    def lint(self, *command):
        for page in self.pages():
            done = subprocess.run([*command, page], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False)
            self.assertEqual((done.returncode, done.stdout), (0, b""), page)

    @skip_without("mandoc")
    def test_mandoc(self):
        self.lint("mandoc", "-Tlint", "-W", "warning")

    @skip_without("groff")
    def test_groff(self):
        self.lint("groff", "-man", "-Tutf8", "-ww", "-z")


if __name__ == "__main__":
    result = unittest.main(exit=False).result
    nothing_ran = result.skipped and result.testsRun <= len(result.skipped)
    sys.exit(1 if not result.wasSuccessful() else 77 if nothing_ran else 0)
