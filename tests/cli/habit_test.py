#!/usr/bin/env python3
"""What a person's hands expect of the program: suggestions, settings from outside, notes that a machine can read.

Usage: habit_test.py PROGRAM [unittest arguments]. Needs the standard library; a shell that is missing is skipped.
"""

import contextlib
import fcntl
import json
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
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


class OnTerminal:
    """A program that believes it talks to a person."""

    def __init__(self, arguments, folder, **variables):
        self.seen = b""
        self.leaving = False
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            environment = {**os.environ, "TERM": "xterm", "HOME": folder, "XDG_STATE_HOME": os.path.join(folder, "state"), "LANG": "C.UTF-8", **variables}
            os.execvpe(arguments[0], arguments, environment)
        # Wide enough that no line wraps.
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 300, 0, 0))

    def send(self, text):
        self.leaving = text == "\x04"
        os.write(self.terminal, text.encode())

    def until(self, word, seconds=60):
        """What it wrote, up to and including `word`; what follows waits for the next call."""
        end = time.monotonic() + seconds
        while word.encode() not in self.seen:
            if time.monotonic() > end:
                raise AssertionError(f"waited for {word!r}, got {self.seen!r}")
            if not select.select([self.terminal], [], [], 1)[0]:
                continue
            try:
                data = os.read(self.terminal, 65536)
            except OSError:
                data = b""
            if not data:
                raise AssertionError(f"ended before {word!r}, got {self.seen!r}")
            self.seen += data
        before, _, self.seen = self.seen.partition(word.encode())
        return before.decode(errors="replace") + word

    def end(self, seconds=60):
        """Waits for its end, and reads what it still writes."""
        end = time.monotonic() + seconds
        while True:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid != 0:
                break
            if time.monotonic() > end:
                os.kill(self.pid, signal.SIGKILL)
            if select.select([self.terminal], [], [], 0.5)[0]:
                with contextlib.suppress(OSError):
                    self.seen += os.read(self.terminal, 65536)
            elif self.leaving:
                with contextlib.suppress(OSError):
                    self.send("\x04")  # one that came while the terminal changed its mode is lost
        os.close(self.terminal)
        return os.waitstatus_to_exitcode(status)


class Prompt(Program):
    @classmethod
    def setUpClass(cls):
        try:
            for end in pty.openpty():
                os.close(end)
        except OSError as error:
            raise unittest.SkipTest(f"this machine has no pseudo-terminals: {error}") from None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.history = os.path.join(self.folder, "state", "albert", "history")

    def test_a_session(self):
        program = OnTerminal([ALBERT, "fill-mask"], self.folder)
        program.until("fill-mask> ")
        program.send("The [MASK] was dark.\n")
        self.assertRegex(program.until("fill-mask> "), r"\d\.\d{4}")
        program.send("no mask\n")
        self.assertIn("albert fill-mask: ", program.until("fill-mask> "))
        program.send("\n")
        program.until("fill-mask> ")
        program.send("half a line")
        program.until("half a line")
        program.send("\x03")
        program.until("^C\r\nfill-mask> ")
        # Backspace takes a character of three bytes as one, Ctrl-A goes to the start.
        program.send("[MASK] caf\u00e9\u2581\x7f!\x01A ")
        program.send("\n")
        self.assertIn("a ", program.until("fill-mask> "))
        # The line before, from the history.
        program.send("\x1b[A\n")
        self.assertRegex(program.until("caf\u00e9!\x1b[0m\r\n"), "A \\[MASK\\] caf\u00e9!")
        program.until("fill-mask> ")
        program.send("\x04")
        self.assertEqual(program.end(), 0)
        self.assertEqual(os.stat(self.history).st_mode & 0o777, 0o600)
        self.assertEqual(os.listdir(os.path.dirname(self.history)), ["history"])
        program = OnTerminal([ALBERT, "fill-mask", "--json"], self.folder)
        program.until("fill-mask> ")
        program.send("\x1b[A\n")
        self.assertIn('[{"score"', program.until('"sequence"'))
        program.until("fill-mask> ")
        program.send("\x04")
        self.assertEqual(program.end(), 0)

    def test_other_commands(self):
        for arguments, line, answer in ((["tokenize"], "The wind", "[CLS]"), (["sentence-order", "--text-pair", "Then he left."], "He came.", "0."),
                                        (["text-classification"], "My card", "0."), (["detokenize"], "2 14 3", "[SEP]")):
            program = OnTerminal([ALBERT, *arguments], self.folder, TERM="dumb")
            program.until(arguments[0] + "> ")
            program.send(line + "\n")
            program.until(answer)
            program.until(arguments[0] + "> ")
            program.send("\x04")
            self.assertEqual(program.end(), 0)

    def test_terminated(self):
        program = OnTerminal([ALBERT, "tokenize"], self.folder)
        program.until("tokenize> ")
        os.kill(program.pid, signal.SIGTERM)
        self.assertEqual(program.end(), 130)

    def test_history_that_is_no_file(self):
        os.makedirs(os.path.dirname(self.history))
        os.symlink("/dev/null", self.history)
        program = OnTerminal([ALBERT, "tokenize"], self.folder)
        program.until("tokenize> ")
        program.send("secret\n")
        program.until("tokenize> ")
        program.send("\x04")
        self.assertEqual(program.end(), 0)
        self.assertTrue(os.path.islink(self.history))

    def test_input_that_is_given_needs_no_prompt(self):
        path = os.path.join(self.folder, "rows.txt")
        with open(path, "w", encoding="utf-8") as file:
            file.write("wind\n")
        for arguments in (["wind"], ["--input", path]):
            program = OnTerminal([ALBERT, "tokenize", "--json", *arguments], self.folder)
            self.assertNotIn("> ", program.until("]}"))
            self.assertEqual(program.end(), 0)
        program = OnTerminal([ALBERT, "tokenize", "--json", "--input-format", "jsonl"], self.folder)
        program.send('{"text": "wind"}\n\x04')
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

    @skip_without("zsh")
    def test_zsh(self):
        """In a shell of its own: what the line becomes when the Tab key is pressed."""
        self.script("zsh", "_albert")
        shell = OnTerminal(["zsh", "-f", "-i"], self.folder, PS1="% ", TERM="dumb")
        shell.send("unset zle_bracketed_paste; zstyle ':completion:*' insert-tab false; fpath=($PWD $fpath); autoload -Uz compinit; compinit -u -D; print rea''dy\n")
        shell.until("ready")
        for typed, becomes in (("albert fi\t", "albert fill-mask "),
                               ("albert fill-mask --device r\t", "albert fill-mask --device ref "), ("albert fill-mask --device=r\t", "albert fill-mask --device=ref "),
                               ("albert tokenize --input-format j\t", "albert tokenize --input-format jsonl "), ("albert help fo\t", "albert help forward "),
                               ("albert tokenize --input rows.t\t", "albert tokenize --input rows.txt "), ("albert completion z\t", "albert completion zsh "),
                               ("albert man --all fo\t", "albert man --all folder"), ("albert bench --config xxl\t", "albert bench --config xxlarge ")):
            # Ctrl-U empties the line, Ctrl-A and the rest turn it into a command that prints it.
            shell.send("\x15" + typed + "\x01print -r -- '<\x05>'\n")
            self.assertRegex(shell.until(">\r\n"), r"\n<" + re.escape(becomes.rstrip()) + r"[ =]*>\r\n$", typed)
        # Options are listed with what they do.
        shell.send("\x15albert fill-mask --devi\t")
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
