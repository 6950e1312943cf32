#!/usr/bin/env python3
"""Uses the built program as a person does: exit codes, pipes, full disks, interrupts, bad rows, order.

Usage: program_test.py PROGRAM [unittest arguments]. Needs the standard library only.
"""

import contextlib
import gzip
import json
import math
import os
import pathlib
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest

from on_terminal import INTERRUPT, OnTerminal, skip_without_terminals

ALBERT = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else "build/release/bin/albert"
COMMANDS = ["fill-mask", "text-classification", "token-classification", "question-answering", "multiple-choice",
            "zero-shot-classification", "feature-extraction", "sentence-order", "attention", "tokenize", "detokenize", "train-tokenizer", "pretrain", "train", "evaluate", "forward",
            "info", "bench", "env", "help", "completion", "man"]
TEXT = "The wind was cold."
MODEL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "models", "albert-mini-en")


def albert(*arguments, text=b"", **more):
    if isinstance(text, str):
        text = text.encode()
    return subprocess.run([ALBERT, *arguments], input=text, capture_output=True, timeout=60, **more)


class Program(unittest.TestCase):
    def check(self, done, code):
        self.assertEqual(done.returncode, code, done.stderr.decode(errors="replace"))
        return done.stdout.decode(), done.stderr.decode(errors="replace")

    def rows(self, done, code=0):
        out, _ = self.check(done, code)
        return [json.loads(line) for line in out.splitlines()]


    BENCH_KEYS = ["batch", "sequence", "threads", "dtype", "milliseconds_min", "milliseconds_median", "tokens_per_second"]

    def check_speed(self, lines, tokens):
        for line, count in zip(lines, tokens, strict=True):
            self.assertLessEqual(line["milliseconds_min"], line["milliseconds_median"])
            self.assertAlmostEqual(line["tokens_per_second"] * line["milliseconds_median"] / 1000, count, places=3)


class Frame(Program):
    def test_version_and_help(self):
        out, _ = self.check(albert("--version"), 0)
        self.assertRegex(out, r"^albert \d+\.\d+\.\d+\n$")
        out, _ = self.check(albert("--help"), 0)
        for command in COMMANDS:
            self.assertIn(command, out)

    def test_help_fits_a_screen_and_ends_with_an_example(self):
        for command in COMMANDS:
            out, err = self.check(albert(command, "--help"), 0)
            rows = sum(max(1, -(-len(line) // 80)) for line in out.splitlines())  # as a terminal of 80 columns wraps them
            self.assertLessEqual(rows, 24, command)
            self.assertTrue(out.splitlines()[-1].startswith("example: albert " + command), command)
            self.assertEqual(err, "")

    def test_usage_errors(self):
        for arguments in ([], ["bogus"], ["--bogus"], ["tokenize", "--bogus"], ["tokenize", "--input-format", "xml", "x"],
                          ["tokenize", "--field", "nothing=x", "x"], ["tokenize", "--slow", "--fast", "x"], ["fill-mask", "--top-k", "many", "x"],
                          ["question-answering", "--top-k", "0"], ["token-classification", "--aggregation-strategy", "best", "x"],
                          ["fill-mask", "--dtype", "int8", "x"], ["fill-mask", "--dtype", "bfloat16", "x"], ["fill-mask", "--device", "tpu", "x"],
                          ["forward"], ["bench", "--shapes", "1by2"], ["bench", "--train"], ["zero-shot-classification", "x"],
                          ["forward", "--cotangents", "g", "--class", "AlbertModel", "--inputs", "a", "--outputs", "b"],
                          ["forward", "--class", "AlbertForNothing", "--inputs", "a", "--outputs", "b"], ["env", "positional"],
                          ["tokenize", "--enable-sampling", "x"], ["tokenize", "--nbest", "2", "x"], ["tokenize", "--slow", "--alpha", "1", "x"],
                          ["tokenize", "--slow", "--enable-sampling", "--alpha", "much", "x"], ["tokenize", "--slow", "--nbest", "0", "x"],
                          ["tokenize", "--slow", "--sp-model-kwargs", "[]", "x"], ["tokenize", "--slow", "--seed", "-1", "x"]):
            out, err = self.check(albert(*arguments), 2)
            self.assertEqual(out, "", arguments)
            self.assertNotEqual(err, "", arguments)

    def test_missing_inputs(self):
        for arguments in (["tokenize", "--input", "/nonexistent/file"], ["tokenize", "--input", "/"], ["fill-mask", "--model", "/nonexistent", "x"],
                          ["fill-mask", "--model", "no-such-owner/no-such-model", "x"], ["fill-mask", "--model", "", "x"],
                          ["forward", "--class", "AlbertModel", "--inputs", "/nonexistent", "--outputs", "/tmp/never"]):
            _, err = self.check(albert(*arguments), 66)
            self.assertNotEqual(err, "", arguments)

    def test_hub_ids(self):
        with tempfile.TemporaryDirectory() as folder:
            repository = pathlib.Path(folder) / "hub/models--owner--tiny"
            for revision in ("old", "new"):
                (repository / "snapshots" / revision).mkdir(parents=True)
                for file in ("spiece.model", "tokenizer.json"):
                    (repository / "snapshots" / revision / file).symlink_to(pathlib.Path(MODEL).resolve() / file)
                settings = {"tokenizer_class": "AlbertTokenizer", "do_lower_case": revision == "new"}
                (repository / "snapshots" / revision / "tokenizer_config.json").write_text(json.dumps(settings))
            (repository / "refs").mkdir()
            (repository / "refs/main").write_text("new")
            variables = ("HF_HUB_CACHE", "TRANSFORMERS_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME")
            clean = {name: value for name, value in os.environ.items() if name not in variables}
            for name in variables:
                place = folder if name == "HF_HOME" else os.path.join(folder, "hub")
                if name == "XDG_CACHE_HOME":
                    os.symlink(folder, os.path.join(folder, "huggingface"))
                    place = folder
                done = albert("tokenize", "--json", "--slow", "--model", "owner/tiny", "The", env={**clean, name: place})
                self.assertEqual(self.rows(done)[0]["tokens"], ["[CLS]", "\u2581the", "[SEP]"], name)
            self.check(albert("tokenize", "--model", "owner/other", "x", env={**clean, "HF_HOME": folder}), 66)

    def test_folders_with_pipes_and_devices(self):
        for name in ("tokenizer.json", "spiece.model", "tokenizer_config.json"):
            for make in (os.mkfifo, lambda path: os.symlink("/dev/zero", path)):
                with tempfile.TemporaryDirectory() as folder:
                    (pathlib.Path(folder) / "tokenizer_config.json").write_text('{"tokenizer_class": "AlbertTokenizer"}')
                    pathlib.Path(folder, name).unlink(missing_ok=True)
                    make(os.path.join(folder, name))
                    done = albert("tokenize", "--model", folder, "x")
                    self.assertIn(done.returncode, (65, 66), name)  # it counts as absent; nothing waits for a writer

    def test_environment(self):
        report = self.rows(albert("env", "--json"))[0]
        self.assertTrue(report["instruction_sets"][report["instruction_set"]])
        self.assertGreaterEqual(report["threads"], 1)
        self.assertIn("compiler", report)

    def test_forced_instruction_set(self):
        env = {**os.environ, "ALBERT_FORCE_ISA": "scalar"}
        self.assertEqual(self.rows(albert("env", "--json", env=env))[0]["instruction_set"], "scalar")
        self.check(albert("env", env={**os.environ, "ALBERT_FORCE_ISA": "neon9"}), 2)


class Streams(Program):
    def test_closed_pipe_ends_quietly(self):
        reader = subprocess.Popen(["true"], stdin=subprocess.PIPE)
        reader.wait()
        done = subprocess.run([ALBERT, "tokenize", "--json", TEXT], stdout=reader.stdin, stderr=subprocess.PIPE, timeout=60)
        with contextlib.suppress(BrokenPipeError):
            reader.stdin.close()
        self.assertEqual((done.returncode, done.stderr), (0, b""))

    def test_head_of_endless_input(self):
        shell = f"yes 'the wind was cold' | {ALBERT} tokenize --json | head -n 3"
        done = subprocess.run(["bash", "-c", shell + "; echo ${PIPESTATUS[1]}"], capture_output=True, timeout=60)
        lines = done.stdout.decode().splitlines()
        self.assertEqual(len(lines), 4)
        self.assertEqual(lines[3], "0")
        self.assertEqual(done.stderr, b"")

    def test_answers_before_the_input_ends(self):
        program = subprocess.Popen([ALBERT, "tokenize", "--json"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        program.stdin.write(b"the wind\n")
        program.stdin.flush()
        self.assertTrue(select.select([program.stdout], [], [], 30)[0])
        self.assertIn("ids", json.loads(program.stdout.readline()))
        program.stdin.close()
        self.assertEqual(program.wait(30), 0)
        program.stdout.close()

    def test_closed_standard_streams(self):
        self.assertEqual(subprocess.run(["bash", "-c", f"{ALBERT} tokenize --json x >&-"], timeout=60).returncode, 0)
        self.assertEqual(subprocess.run(["bash", "-c", f"{ALBERT} tokenize --json <&- >/dev/null"], timeout=60).returncode, 0)

    def test_full_disk(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([ALBERT, "tokenize", TEXT], stdout=full, stderr=subprocess.PIPE, timeout=60)
        self.assertEqual(done.returncode, 74)
        self.check(albert("tokenize", "--output", "/dev/full", TEXT), 74)
        self.check(albert("tokenize", "--output", "/nonexistent/out", TEXT), 74)

    def test_output_appears_whole_or_not_at_all(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "out.jsonl")
            self.check(albert("tokenize", "--json", "--output", path, TEXT), 0)
            with open(path, encoding="utf-8") as file:
                before = file.read()
            self.assertIn("ids", before)
            self.check(albert("tokenize", "--json", "--output", path, "--input", "-", "--input-format", "jsonl", text='{"text": "a"}\n{\n'), 65)
            with open(path, encoding="utf-8") as file:
                self.assertEqual(file.read(), before)
            self.assertEqual(os.listdir(folder), ["out.jsonl"])

    def test_dash_is_standard_output(self):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([ALBERT, "tokenize", "--json", "--output", "-", TEXT], cwd=folder, capture_output=True, timeout=60)
            self.assertEqual(done.stdout, albert("tokenize", "--json", TEXT).stdout)
            self.assertEqual(os.listdir(folder), [])

    def interrupted(self, *arguments):
        program = subprocess.Popen([ALBERT, *arguments], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        program.stdin.write(b"the wind\n")
        program.stdin.flush()
        time.sleep(1.0)
        program.send_signal(signal.SIGINT)
        code = program.wait(30)
        program.stdin.close()
        program.stderr.close()
        return code

    def test_interrupt(self):
        self.assertEqual(self.interrupted("tokenize"), 130)
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(self.interrupted("tokenize", "--output", os.path.join(folder, "out")), 130)
            self.assertEqual(os.listdir(folder), [])


class Terminal(Program):
    """Colour; the progress bar: on a terminal only, after two seconds, out of the way of the results, without colour."""

    @classmethod
    def setUpClass(cls):
        skip_without_terminals()

    def test_colour_only_on_a_terminal(self):
        self.assertIn("\x1b[", OnTerminal([ALBERT, "tokenize", TEXT], NO_COLOR=None).output())
        self.assertNotIn("\x1b[", OnTerminal([ALBERT, "tokenize", TEXT], NO_COLOR="1").output())
        self.assertNotIn("\x1b[", albert("tokenize", TEXT).stdout.decode())

    def fed_slowly(self, *arguments, until=None, elsewhere="stdout", **variables):
        """What a program wrote to a terminal and elsewhere; its rows come slowly until `until` is seen, or for three seconds."""
        with tempfile.TemporaryFile() as file:
            program = OnTerminal([ALBERT, *arguments], stdin=subprocess.PIPE, **{elsewhere: file}, **variables)
            start = time.monotonic()
            while time.monotonic() - start < 3 if until is None else until not in program.seen and time.monotonic() - start < 60:
                program.process.stdin.write(b"the wind\n")
                program.process.stdin.flush()
                program.read(0.1)
            program.process.stdin.close()
            self.assertEqual(program.end(), 0, program.seen)
            file.seek(0)
            return program.seen, file.read()

    def test_on_a_terminal(self):
        for variables in ({}, {"NO_COLOR": "1"}, {"TERM": "dumb"}):
            err, out = self.fed_slowly("tokenize", "--json", until=b" rows/s", **variables)
            self.assertRegex(err, rb"\r\d+ rows, [\d.]+ rows/s, 2 s")
            self.assertNotIn(b"\x1b", err)
            self.assertTrue(err.endswith(b" \r"), err)  # erased at the end
            for line in out.splitlines():
                json.loads(line)

    def test_none_elsewhere(self):
        self.assertEqual(self.fed_slowly("tokenize", elsewhere="stderr")[1], b"")
        with tempfile.TemporaryFile() as file:
            self.assertEqual(self.fed_slowly("tokenize", elsewhere="stderr", stdout=file), (b"", b""))

    def test_results_do_not_run_into_it(self):
        program = OnTerminal([ALBERT, "tokenize", "--json"], stdin=subprocess.PIPE)
        start = time.monotonic()
        while b"rows/s, " not in program.seen.split(b"\r")[-1] and time.monotonic() < start + 30:  # until a bar stands on the last line
            program.process.stdin.write(b"wind\n")
            program.process.stdin.flush()
            time.sleep(0.1)
            program.read(1)
        program.process.stdin.write(b"cold\n")
        program.process.stdin.close()
        seen = program.output()
        self.assertIn("rows/s, ", seen)
        screen = ""  # what a terminal shows of it: a carriage return goes back and overwrites
        for line in seen.split("\n"):
            shown = ""
            for part in line.split("\r"):
                part = part.rstrip("\b")
                shown = part + shown[len(part):]
            screen += shown.rstrip() + "\n"
        for line in filter(None, screen.splitlines()):
            json.loads(line)

    def test_how_far_a_file_is(self):
        """A long job over a file says how far it is; an interrupt ends it."""
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write("the wind was cold and [MASK] it was dark\n" * 200000)
            file.flush()
            program = OnTerminal([ALBERT, "fill-mask", "--device", "ref", "--input", file.name], stdout=subprocess.DEVNULL)
            seen = program.until("left")
            program.send(INTERRUPT)
            self.assertEqual(program.end(), 130)
            self.assertRegex(seen, r"\r\[#*\.+\]  +\d+%  \d+ rows, [\d.]+ rows/s, \d+ s left")


class Rows(Program):
    def texts(self, *arguments, text=b"", code=0):
        """The texts that the program read, through tokenize and detokenize."""
        rows = self.rows(albert("tokenize", "--json", *arguments, text=text), code)
        return [row if "error" in row else "".join(row["tokens"][1:-1]).replace("\u2581", " ").strip() for row in rows]

    def test_sources(self):
        self.assertEqual(self.texts("wind", "cold"), ["wind", "cold"])
        self.assertEqual(self.texts(text="wind\ncold\n"), ["wind", "cold"])
        self.assertEqual(self.texts(text="wind\r\n\ncold"), ["wind", "", "cold"])
        self.assertEqual(self.texts("--input", "-", text="wind"), ["wind"])
        self.assertEqual(self.texts("--input", "-", text=""), [])
        with tempfile.TemporaryDirectory() as folder:
            files = {"a.txt": "wind\n", "b.jsonl": '{"text": "cold"}\n\n{"text": "dark"}\n', "c.csv": '\ufeffid,text\n1,"the, wind"\n2,"a ""b\nc"\n',
                     "d.tsv": 'text\tid\nhe said "no\t1\n'}
            arguments = []
            for name, content in files.items():
                with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                    file.write(content)
                arguments += ["--input", os.path.join(folder, name)]
            self.assertEqual(self.texts(*arguments), ["wind", "cold", "dark", "the, wind", 'a "b c', 'he said "no'])
            self.assertEqual(self.texts("--field", "text=id", "--input", arguments[5]), ["1", "2"])

    def test_strange_arguments(self):
        self.assertEqual(len(self.texts("[wind,cold]", "{}", "%%", "", "--", "-x", "--json")), 6)
        self.assertEqual(len(self.rows(albert("tokenize", "--json", "[MASK]"))[0]["ids"]), 3)

    def test_any_string_is_a_row(self):
        odd = ["\x00", "a\nb", "\u2028", "\U0001F602", "\u202e", "e\u0301", "\\", '"', "\x7f\x1b[31m", "[SEP] [CLS]", " " * 1000, "x" * 100000]
        text = "".join(json.dumps({"text": one}) + "\n" for one in odd)
        self.assertEqual(len(self.rows(albert("tokenize", "--json", "--input", "-", "--input-format", "jsonl", text=text))), len(odd))
        done = albert("tokenize", "--input", "-", "--input-format", "jsonl", text=text)
        self.assertEqual(done.returncode, 0)
        self.assertNotIn(b"\x1b", done.stdout)

    def test_invalid_utf8(self):
        self.assertEqual(len(self.rows(albert("tokenize", "--json", text=b"a\xff\xfeb\n\xc3\n"))), 2)
        self.assertEqual(len(self.rows(albert("tokenize", "--json", b"\xff"))), 1)

    def test_bad_rows(self):
        bad = ["{", "[]", "3", '{"text": 3}', '{"other": "x"}', '{"text": null}', '{"text": "\\ud800"}', '{"text": "a"} x', "[" * 10000, '{"text": "a\x01"}']
        for line in bad:
            _, err = self.check(albert("tokenize", "--json", "--input", "-", "--input-format", "jsonl", text='{"text": "good"}\n' + line + "\n"), 65)
            self.assertIn("row 2", err)
        text = "\n".join(['{"text": "first"}', *bad, '{"text": "last"}'])
        rows = self.rows(albert("tokenize", "--json", "--keep-going", "--input", "-", "--input-format", "jsonl", text=text))
        self.assertEqual(len(rows), len(bad) + 2)
        self.assertEqual([list(row) == ["error"] for row in rows], [False] + [True] * len(bad) + [False])

    def test_the_name_of_a_file_is_any_bytes(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.fsencode(folder) + b"/\xff\xc3.jsonl"
            with open(path, "w", encoding="utf-8") as file:
                file.write('{"text": "wind"}\n{\n')
            rows = self.rows(albert("tokenize", "--json", "--keep-going", "--input", path))
            self.assertEqual([list(row) == ["error"] for row in rows], [False, True])

    def test_results_before_a_bad_row_are_kept(self):
        done = albert("tokenize", "--json", "--input", "-", "--input-format", "jsonl", text='{"text": "a"}\n{"text": "b"}\n{\n')
        self.assertEqual(done.returncode, 65)
        self.assertEqual(len(done.stdout.splitlines()), 2)

    def test_bad_tables(self):
        for text in ('text,id\n"open\n', "text,id\na\n", "text,id\na,b,c\n"):
            self.check(albert("tokenize", "--input", "-", "--input-format", "csv", text=text), 65)
            rows = self.rows(albert("tokenize", "--json", "--keep-going", "--input", "-", "--input-format", "csv", text=text))
            self.assertEqual([list(row) for row in rows], [["error"]])

    def test_order_is_kept(self):
        words = [f"{i} " + "cold " * (i * 7919 % 60) for i in range(1500)]
        rows = self.rows(albert("tokenize", "--json", text="\n".join(words)))
        alone = self.rows(albert("tokenize", "--json", words[0], words[777], words[1499]))
        self.assertEqual([rows[0], rows[777], rows[1499]], alone)


class Tasks(Program):
    """The model inside the program answers."""

    def test_every_task(self):
        value = self.rows(albert("fill-mask", "--json", "The [MASK] was dark and the wind was cold."))[0]
        self.assertEqual([list(entry) for entry in value], [["score", "token", "token_str", "sequence"]] * 5)
        value = self.rows(albert("text-classification", "--json", "My card was declined."))[0]
        self.assertEqual(list(value), ["label", "score"])
        self.assertEqual(len(self.rows(albert("text-classification", "--json", "--top-k", "3", "My card was declined."))[0]), 3)
        value = self.rows(albert("token-classification", "--json", "--aggregation-strategy", "simple", "--ignore-labels", "", "Anna flew to Paris."))[0]
        self.assertEqual(list(value[0]), ["entity_group", "score", "word", "start", "end"])
        value = self.rows(albert("question-answering", "--json", "--question", "Who wrote it?", "--context", "Jane Austen wrote the book."))[0]
        self.assertEqual(list(value), ["score", "start", "end", "answer"])
        value = self.rows(albert("multiple-choice", "--json", "It was hot.", "--choice", "She opened the window.", "--choice", "He ate a ship."))[0]
        self.assertEqual([list(entry) for entry in value], [["choice", "text", "score"]] * 2)
        self.assertGreaterEqual(value[0]["score"], value[1]["score"])
        value = self.rows(albert("zero-shot-classification", "--json", "--candidate-labels", "money, travel", "I lost my card."))[0]
        self.assertEqual(list(value), ["sequence", "labels", "scores"])
        value = self.rows(albert("sentence-order", "--json", "He left.", "--text-pair", "Then he came back."))[0]
        self.assertEqual(list(value), ["label", "score"])
        self.assertIn(value["label"], ["ordered", "swapped"])
        value = self.rows(albert("feature-extraction", "--json", TEXT))[0]
        self.assertEqual(len(value), 1)
        value = self.rows(albert("feature-extraction", "--json", "--pooling", "mean", "--normalize", TEXT))[0]
        self.assertAlmostEqual(sum(x * x for x in value), 1.0, places=4)

    def test_rows_do_not_depend_on_their_neighbours(self):
        rows = [json.dumps({"text": "the [MASK] " + "was cold " * (i % 40)}) for i in range(120)]
        together = self.rows(albert("fill-mask", "--json", "--input", "-", "--input-format", "jsonl", text="\n".join(rows)))
        for i in (0, 39, 77):
            alone = self.rows(albert("fill-mask", "--json", "--input", "-", "--input-format", "jsonl", text=rows[i]))[0]
            self.assertEqual([entry["sequence"] for entry in alone], [entry["sequence"] for entry in together[i]])
            for a, b in zip(alone, together[i]):
                self.assertAlmostEqual(a["score"], b["score"], places=5)

    def test_rows_that_a_task_refuses(self):
        text = '{"text": "no mask"}\n{"text": "a [MASK]"}\n' + json.dumps({"text": "[MASK] " + "cold " * 2000}) + "\n"
        self.check(albert("fill-mask", "--json", "--input", "-", "--input-format", "jsonl", text=text), 65)
        rows = self.rows(albert("fill-mask", "--json", "--keep-going", "--input", "-", "--input-format", "jsonl", text=text))
        self.assertEqual([isinstance(row, dict) for row in rows], [True, False, True])

    def test_sampled_and_best_segmentations(self):
        draw = ("tokenize", "--slow", "--json", "--enable-sampling", "--alpha", "0.2", "--seed", "5")
        text = "unbelievable windmills\n" * 300
        drawn = self.rows(albert(*draw, text=text))
        self.assertEqual(drawn, self.rows(albert(*draw, "--threads", "1", text=text)))
        self.assertGreater(len({tuple(row["ids"]) for row in drawn}), 30)
        # A row's draw follows from its place in the input, whichever rows are refused or passed over.
        rows = "".join('{"text": "unbelievable windmills"}\n' for _ in range(20))
        mixed = self.rows(albert(*draw, "--keep-going", "--input", "-", "--input-format", "jsonl", text='{"text": 5}\n' + rows))
        self.assertEqual(mixed[1:], drawn[1:21])
        self.assertEqual(self.rows(albert(*draw, "--skip", "7", text=text)), drawn[7:])
        holes = self.rows(albert(*draw, "--keep-going", "--skip", "2", "--input", "-", "--input-format", "jsonl",
                                 text='{"text": "x"}\n{"text": 5}\n' + rows + '{"text": 5}\nno JSON\n' + rows))
        self.assertEqual(holes[:20] + holes[22:], drawn[2:22] + drawn[24:44])
        self.assertNotEqual(self.rows(albert("tokenize", "--slow", "--json", "--enable-sampling", text=text)),
                            self.rows(albert("tokenize", "--slow", "--json", "--enable-sampling", text=text)))
        best = self.rows(albert("tokenize", "--slow", "--json", "--nbest", "5", "unbelievable windmills"))[0]
        self.assertEqual([row["score"] for row in best], sorted((row["score"] for row in best), reverse=True))
        self.assertEqual(len(best), 5)
        self.assertEqual(best[0]["ids"], self.rows(albert("tokenize", "--slow", "--json", "--no-add-special-tokens", "unbelievable windmills"))[0]["ids"])
        self.check(albert("tokenize", "--slow", "--enable-sampling", "--nbest-size", "1", "x"), 65)

    def test_detokenize(self):
        ids = self.rows(albert("tokenize", "--json", TEXT))[0]["ids"]
        self.assertEqual(self.rows(albert("detokenize", "--json", "--skip-special-tokens", *map(str, ids))), [{"text": TEXT.lower()}])
        self.check(albert("detokenize", "x"), 65)
        self.check(albert("detokenize", "1.5"), 65)

    def test_info_and_bench(self):
        report = self.rows(albert("info", "--json"))[0]
        self.assertGreater(report["parameters"], 1000)
        lines = self.rows(albert("bench", "--json", "--shapes", "1x8,2x5", "--seconds", "0"))
        self.assertEqual([(line["batch"], line["sequence"], line["dtype"]) for line in lines], [(1, 8, "float32"), (2, 5, "float32")])
        lines += self.rows(albert("bench", "--json", "--config", MODEL, "--shapes", "3x5", "--seconds", "0", "--threads", "1"))
        self.assertEqual([list(line) for line in lines], [self.BENCH_KEYS] * 3)
        self.assertEqual((lines[2]["batch"], lines[2]["sequence"], lines[2]["threads"]), (3, 5, 1))
        self.check_speed(lines, (8, 10, 15))


class TrainTokenizer(Program):
    FILES = ["special_tokens_map.json", "spiece.model", "tokenizer.json", "tokenizer_config.json"]
    WORDS = "the of and to a in that it was his he is with as had for at not on but be by her which have from this Wind cold dark house".split()

    def setUp(self):
        if b"without the library" in albert("train-tokenizer", "--text", "-", "--output", "/tmp/none/x", text="a b").stderr:
            self.skipTest("built without SentencePiece")
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.text = self.path("text")
        os.mkdir(self.text)
        for name in ("b.txt", "a.txt"):
            with open(os.path.join(self.text, name), "w", encoding="utf-8") as file:
                for i in range(300):
                    file.write(" ".join(self.WORDS[(i * k + k * k) % len(self.WORDS)] for k in range(1, 9)) + f" the {self.made_up(i)} wind ({i}) caf\u00e9\n")

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def made_up(self, i):
        return "".join(("ba", "lo", "ki", "nur", "ste", "mi", "zan")[i // 7**k % 7] for k in range(3))

    def train(self, output, *more, code=0):
        return self.check(albert("train-tokenizer", "--text", self.text, "--vocab-size", "100", "--output", output, *more), code)

    def read(self, output, name):
        with open(os.path.join(output, name), "rb") as file:
            return file.read()

    def test_writes_a_tokenizer(self):
        one, two = self.path("one"), self.path("two")
        out, err = self.train(one)
        self.assertEqual(out, "")
        self.assertEqual(len(err.splitlines()), 1)  # not the trainer's log
        self.assertEqual(sorted(os.listdir(one)), self.FILES)
        self.train(two + "/")
        for name in self.FILES:
            self.assertEqual(self.read(one, name), self.read(two, name), name)
        for form in ("--slow", "--fast"):
            row = self.rows(albert("tokenize", "--json", form, "--model", one, "The WIND was (Caf\u00e9)"))[0]
            self.assertEqual("".join(row["tokens"]), "[CLS]\u2581the\u2581wind\u2581was\u2581(cafe)[SEP]")
            self.assertLess(len(row["tokens"]), 20)
            self.assertIn("(", row["tokens"])
            self.assertNotIn(1, row["ids"])
        config = json.loads(self.read(one, "tokenizer_config.json"))
        self.assertEqual((config["model_max_length"], config["do_lower_case"]), (512, True))

    def test_settings(self):
        output = self.path("cased")
        self.train(output, "--lowercase", "no", "--keep-accents", "--user-defined-symbols", "cold,(", "--model-max-length", "128", "--threads", "1")
        row = self.rows(albert("tokenize", "--json", "--slow", "--model", output, "Wind colder caf\u00e9"))[0]
        self.assertIn("cold", row["tokens"])
        self.assertEqual("".join(row["tokens"]), "[CLS]\u2581Wind\u2581colder\u2581caf\u00e9[SEP]")
        self.assertNotIn(1, row["ids"])
        self.assertEqual(json.loads(self.read(output, "tokenizer_config.json"))["model_max_length"], 128)
        seen = albert("train-tokenizer", "--text", "-", "--vocab-size", "30", "--output", self.path("stdin"), "--log-level", "debug",
                      text="the wind was cold\nthe cold wind\nwind and cold\n")
        self.assertGreater(len(self.check(seen, 0)[1].splitlines()), 5)

    def test_refusals_leave_nothing(self):
        output = self.path("out")
        for code, arguments in ((2, ["--vocab-size", "0"]), (2, ["--character-coverage", "7"]), (2, ["--model-type", "bpe"]), (2, ["--lowercase", "maybe"]),
                                (2, ["--control-symbols", "a,a"]), (2, ["--user-defined-symbols", "<pad>"]), (2, ["--control-symbols", "a,,b"]),
                                (65, ["--vocab-size", "100000"]), (65, ["--vocab-size", "15"]), (66, ["--text", "/nonexistent"])):
            self.train(output, *arguments, code=code)
            self.assertEqual(sorted(os.listdir(self.folder.name)), ["text"], arguments)
        self.check(albert("train-tokenizer", "--text", "-", "--output", output, text="\n \n"), 65)
        self.check(albert("train-tokenizer", "--output", output), 2)
        self.check(albert("train-tokenizer", "--text", self.text), 2)
        self.train("/proc/none", code=74)
        self.train(os.path.join(self.text, "a.txt"), code=74)
        self.train(self.text, code=2)
        self.assertEqual(sorted(os.listdir(self.text)), ["a.txt", "b.txt"])
        self.train(self.text, "--force")
        self.assertEqual(sorted(os.listdir(self.text)), sorted(["a.txt", "b.txt", *self.FILES]))
        self.assertEqual(sorted(os.listdir(self.folder.name)), ["text"])

    def test_wordpiece(self):
        one, two = self.path("one"), self.path("two")
        self.train(one, "--model-type", "wordpiece")
        self.assertEqual(sorted(os.listdir(one)), ["special_tokens_map.json", "tokenizer.json", "tokenizer_config.json", "vocab.txt"])
        words = self.read(one, "vocab.txt").decode().split()
        self.assertEqual(words[:5], ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
        self.assertEqual(len(words), 100)
        for form in ("--slow", "--fast"):
            row = self.rows(albert("tokenize", "--json", form, "--model", one, "The WIND was (Caf\u00e9)"))[0]
            self.assertEqual("".join(t.removeprefix("##") for t in row["tokens"]), "[CLS]thewindwas(cafe)[SEP]")
        self.train(two, "--model-type", "wordpiece", "--lowercase", "no", "--min-frequency", "9", "--limit-alphabet", "40")
        kept = self.read(two, "vocab.txt").decode().split()
        for size, message in ("100000", "entries, fewer than"), ("3", "entries, more than"):
            self.assertIn(message, self.train(self.path("size" + size), "--model-type", "wordpiece", "--vocab-size", size)[1])
        self.assertIn("W", kept)
        self.assertNotIn("W", words)
        for arguments in (["--threads", "2"], ["--control-symbols", "a"]):
            self.train(self.path("three"), "--model-type", "wordpiece", *arguments, code=2)
        self.train(self.path("three"), "--min-frequency", "2", code=2)

    def test_compare(self):
        output = self.path("out")
        out, _ = self.train(output, "--compare", "the wind", "--compare", "The (caf\u00e9) ")
        self.assertIn("all agree", out)
        for reason in ("lower-case", "marks", "spaces at the end"):
            self.assertIn(reason, out)
        again, _ = self.check(albert("train-tokenizer", "--model", output, "--compare", "the wind", "--compare", "The (caf\u00e9) "), 0)
        self.assertEqual(again, out)
        self.check(albert("train-tokenizer", "--model", "/nonexistent", "--compare", "x"), 66)
        self.check(albert("train-tokenizer", "--model", output), 2)
        self.check(albert("train-tokenizer", "--model", output, "--text", self.text, "--compare", "x"), 2)
        out, _ = self.check(albert("train-tokenizer", "--model", output, "--compare", "\uff1cunk\uff1e"), 0)
        self.assertIn("normalises to <unk>: fast", out)

    def test_compare_a_file(self):
        output, texts = self.path("out"), self.path("texts.jsonl")
        self.train(output)
        rows = ["the wind", "The wind", "the wind ", "it was cold"] * 50
        with open(texts, "w", encoding="utf-8") as file:
            file.writelines(json.dumps({"text": row}) + "\n" for row in rows)
        compare = ("train-tokenizer", "--model", output, "--input")
        out, _ = self.check(albert(*compare, texts), 0)
        self.assertEqual(out.splitlines()[-1], "100 of 200 rows are cut differently: SentencePiece / slow 50, slow / fast 50")
        self.assertEqual(out.count("\nrow ") + out.startswith("row "), 100)
        self.assertTrue(out.startswith(f"row 2 of {texts}: The wind\n"))
        self.assertNotIn("it was cold", out)
        out, _ = self.check(albert(*compare, "-", "--compare", "the wind", text="the wind\n"), 0)
        self.assertIn("all agree\n0 of 1 rows", out)
        self.check(albert(*compare, "-", "--input-format", "jsonl", text='{"text": "a"}\n{"x": 1}\n'), 65)
        self.check(albert(*compare, "/nonexistent"), 66)
        self.check(albert("train-tokenizer", "--text", "-", "--output", self.path("two"), "--input", "-", text="a b"), 2)

    def test_compare_wordpiece(self):
        output = self.path("out")
        out, _ = self.train(output, "--model-type", "wordpiece", "--compare", "the wind", "--compare", "w\u0378ind 2\u2e52z \U0002b820x")
        for reason in ("all agree", "U+0378: slow drops it", "slow cuts here"):
            self.assertIn(reason, out)
        self.assertNotIn("SentencePiece", out)
        out, _ = self.check(albert("train-tokenizer", "--model", output, "--input", "-", text="wind\nw\u0378ind\n"), 0)
        self.assertEqual(out.splitlines()[-1], "1 of 2 rows are cut differently: slow / fast 1")
        self.train(self.path("kept"), "--model-type", "wordpiece", "--keep-accents", "--lowercase", "no")
        out, _ = self.check(albert("train-tokenizer", "--model", self.path("kept"), "--compare", "cafe\u0301"), 0)
        self.assertIn("composes characters", out)

    def test_every_source_of_text(self):
        def learned(name, *texts, **more):
            self.check(albert("train-tokenizer", "--vocab-size", "100", "--output", self.path(name), *texts, **more), 0)
            return self.read(self.path(name), "spiece.model")

        with open(os.path.join(self.text, "a.txt"), "rb") as file:
            half = file.read()
        whole = learned("folder", "--text", self.text)
        self.assertEqual(learned("pipe", "--text", "-", text=half + half), whole)
        packed = self.path("a.txt.gz")
        with gzip.open(packed, "wb") as file:
            file.write(half)
        self.assertEqual(learned("packed", "--text", packed, "--text", os.path.join(self.text, "b.txt")), whole)
        # Whatever the damage is, no folder is made.
        damaged = self.path("damaged.gz")
        with open(packed, "rb") as good, open(damaged, "wb") as bad:
            bad.write(good.read()[:-100])
        for kind in ("unigram", "wordpiece"):
            for path, message in ((damaged, "damaged.gz"), ("-", "standard input: line 2 is not UTF-8")):
                seen = albert("train-tokenizer", "--vocab-size", "100", "--model-type", kind, "--output", self.path("none"), "--text", path, text=b"good\nbad \xff\n")
                self.assertIn(message, self.check(seen, 65)[1])
                self.assertFalse(os.path.exists(self.path("none")))


class Tokenize(Program):
    def test_words(self):
        words = ["The", "wind was", "", "cold."]
        jsonl = json.dumps({"text": words}) + "\n" + json.dumps({"text": [], "text_pair": ["It"]}) + "\n"
        whole = ("--json", "--is-split-into-words")
        row, = self.rows(albert("tokenize", *whole, "--return-word-ids", *words))
        self.assertEqual(row["word_ids"], [None, 0, 1, 1, 3, 3, None])
        self.assertEqual(row["offsets"][2:4], [[0, 4], [4, 8]])
        rows = self.rows(albert("tokenize", *whole, "--input", "-", "--input-format", "jsonl", "--padding", "true", text=jsonl))
        self.assertEqual(rows[0]["ids"], row["ids"])
        self.assertEqual([sum(r["attention_mask"]) for r in rows], [7, 4])
        slow = self.rows(albert("tokenize", *whole, "--slow", *words))
        self.assertEqual([r["tokens"] for r in slow], [row["tokens"]])
        # The slow form refuses a text without words; the rows around it are answered.
        rows = self.rows(albert("tokenize", *whole, "--slow", "--keep-going", "--input", "-", "--input-format", "jsonl", text=jsonl))
        self.assertEqual([list(r) == ["error"] for r in rows], [False, True])
        self.check(albert("tokenize", *whole, "--input", "-", "--input-format", "jsonl", text='{"text": "no list"}\n'), 65)

    def test_members(self):
        row, = self.rows(albert("tokenize", "--json", TEXT))
        self.assertEqual(list(row), ["ids", "tokens", "offsets", "type_ids", "special_tokens_mask"])
        row, = self.rows(albert("tokenize", "--json", "--return-token-type-ids", "false", "--return-special-tokens-mask", "false", "--return-offsets-mapping",
                                "false", "--return-attention-mask", "true", "--return-length", "--return-word-ids", "--return-sequence-ids", TEXT))
        self.assertEqual(list(row), ["ids", "tokens", "attention_mask", "length", "word_ids", "sequence_ids"])
        self.assertEqual(row["length"], len(row["ids"]))
        for arguments in (["--return-offsets-mapping", "true", "--slow"], ["--return-word-ids", "--slow"], ["--return-length=3"],
                          ["--return-token-type-ids", "yes"], ["--padding-side", "up"], ["--split-special-tokens"], ["--add-token", ""],
                          ["--add-token", '{"lstrip": true}'], ["--add-token", '{"content": "x", "bold": true}']):
            self.check(albert("tokenize", *arguments, TEXT), 2)

    def test_sides(self):
        ends = ("--json", "--max-length", "4", "--truncation", "true")
        right, = self.rows(albert("tokenize", *ends, TEXT))
        left, = self.rows(albert("tokenize", *ends, "--truncation-side", "left", TEXT))
        whole, = self.rows(albert("tokenize", "--json", TEXT))
        self.assertEqual(right["ids"][1:3], whole["ids"][1:3])
        self.assertEqual(left["ids"][1:3], whole["ids"][-3:-1])
        padded, = self.rows(albert("tokenize", "--json", "--padding", "max_length", "--max-length", "16", "--padding-side", "left", TEXT))
        self.assertEqual(padded["ids"], [0] * (16 - len(whole["ids"])) + whole["ids"])

    def test_warns_once_as_the_reference_logs(self):
        text = f"{TEXT}\n{TEXT}\n"
        for arguments, warnings in ([], 0), (["--max-length", "4"], 1), (["--max-length", "4", "--truncation", "true"], 0), (["--padding", "true", "--max-length", "4"], 1):
            out, err = self.check(albert("tokenize", "--json", *arguments, text=text), 0)
            self.assertEqual(len(out.splitlines()), 2)
            self.assertEqual(err.count("warning"), warnings, arguments)

    def test_added_tokens_are_saved(self):
        with tempfile.TemporaryDirectory() as folder:
            saved = os.path.join(folder, "tokenizer")
            for form in [], ["--slow"]:
                token = '{"content": "zorp", "lstrip": true, "normalized": false}'
                added, = self.rows(albert("tokenize", "--json", *form, "--add-token", token, "--add-special-token", "<ent>", "--save-tokenizer", saved,
                                          "The wind was  zorp<ent>"))
                again, = self.rows(albert("tokenize", "--json", *form, "--model", saved, "The wind was  zorp<ent>"))
                self.assertEqual(again, added)
                self.assertEqual(again["ids"][-3:-1], [8001, 8000])
                text, = self.rows(albert("detokenize", "--json", *form, "--model", saved, "--skip-special-tokens", *map(str, added["ids"])))
                self.assertEqual(text, {"text": "the wind waszorp" if not form else "the wind was zorp"})
                shutil.rmtree(saved)




class WithTensors(Program):
    """Input tensors of three padding ids, and a folder for more."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.inputs = self.safetensors("in.safetensors", {"input_ids": {"dtype": "I64", "shape": [1, 3], "data_offsets": [0, 24]}}, bytes(24))

    def safetensors(self, name, header, data=b""):
        path = os.path.join(self.folder.name, name)
        text = json.dumps(header).encode()
        with open(path, "wb") as file:
            file.write(len(text).to_bytes(8, "little") + text + data)
        return path


class HugeConfigurations(WithTensors):
    """Refused at once, whatever the weights beside them are."""

    HUGE = [{"hidden_size": 2**30, "num_attention_heads": 1}, {"vocab_size": 2**31 - 1}, {"embedding_size": 2**31 - 1}, {"hidden_size": 10**30},
            {"intermediate_size": 2**31 - 1}, {"max_position_embeddings": 2**31 - 1}, {"type_vocab_size": 2**31 - 1}, {"num_hidden_layers": 10001},
            {"inner_group_num": 5001}, {"num_hidden_groups": 10000, "hidden_size": 2**13}, {"num_labels": 2**31 - 1},
            {"hidden_size": 2**16, "intermediate_size": 2**18, "num_hidden_groups": 9}]

    def refused(self, *arguments):
        start = time.monotonic()
        program = subprocess.Popen([ALBERT, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        message = program.stderr.read().decode()
        program.stderr.close()
        _, status, usage = os.wait4(program.pid, 0)
        program.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(program.returncode, 65, (arguments, message))
        self.assertLess(usage.ru_maxrss, 1 << 20, (arguments, message))  # kilobytes
        self.assertLess(usage.ru_utime + usage.ru_stime, 5, (arguments, message))
        self.assertLess(time.monotonic() - start, 60)

    def test_huge(self):
        self.safetensors("model.safetensors", {"__metadata__": {"format": "pt"}})
        for change in self.HUGE:
            config = {"vocab_size": 100, "embedding_size": 8, "hidden_size": 16, "num_attention_heads": 4, "intermediate_size": 16, **change}
            with open(os.path.join(self.folder.name, "config.json"), "w", encoding="utf-8") as file:
                json.dump(config, file)
            self.refused("info", self.folder.name)
            self.refused("bench", "--config", self.folder.name, "--shapes", "1x8", "--seconds", "0")
            self.refused("forward", "--model", self.folder.name, "--class", "AlbertForMaskedLM", "--inputs", self.inputs, "--outputs", "/dev/null")


class Forward(WithTensors):
    def test_ids_that_look_padded(self):
        out = os.path.join(self.folder.name, "out.safetensors")
        model = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "models", "albert-mini-en")
        arguments = ["forward", "--model", model, "--class", "AlbertModel", "--inputs", self.inputs, "--outputs", out]
        _, err = self.check(albert(*arguments), 0)
        self.assertEqual(err.count("We strongly recommend passing in an `attention_mask`"), 1)
        _, err = self.check(albert(*arguments, "--flavor", "flax"), 0)
        self.assertNotIn("attention_mask", err)


    def test_gradients(self):
        model = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "models", "albert-mini-en")
        out, gradients = (os.path.join(self.folder.name, name) for name in ("out.safetensors", "gradients.safetensors"))

        def entry(first, shape, dtype="I64", size=8):
            return {"dtype": dtype, "shape": shape, "data_offsets": [first, first + size * math.prod(shape)]}

        labelled = self.safetensors("labelled.safetensors", {"input_ids": entry(0, [1, 3]), "labels": entry(24, [1, 3])},
                                    struct.pack("<6q", 2, 50, 3, -100, 60, -100))
        arguments = ["forward", "--model", model, "--class", "AlbertForMaskedLM", "--outputs", out, "--gradients", gradients]

        def names():
            with open(gradients, "rb") as file:
                return json.loads(file.read(int.from_bytes(file.read(8), "little")))

        self.check(albert(*arguments, "--inputs", labelled), 0)
        written = names()
        self.assertIn("albert.embeddings.word_embeddings.weight", written)
        self.assertIn("predictions.bias", written)
        self.assertNotIn("predictions.decoder.weight", written)  # tied: once, under the name of its owner
        with open(gradients, "rb") as file:
            kept = file.read()
        self.check(albert(*arguments, "--inputs", labelled, "--activations", "recompute", "--threads", "1"), 0)
        with open(gradients, "rb") as file:
            self.assertEqual(file.read(), kept)
        hidden = written["predictions.dense.weight"]["shape"][1]
        cotangents = self.safetensors("cotangents.safetensors", {"hidden_states.0": entry(0, [1, 3, hidden], "F32", 4)}, bytes(12 * hidden))
        self.check(albert(*arguments, "--inputs", self.inputs, "--cotangents", cotangents), 0)
        self.assertTrue(all(name.startswith(("albert.embeddings.", "albert.encoder.embedding_hidden_mapping_in.", "__metadata__")) for name in names()))
        with open(gradients, "rb") as file:
            kept = file.read()
        for wrong in ([self.inputs], [self.inputs, "--cotangents", self.safetensors("wrong.safetensors", {"logits": entry(0, [1, 3])}, bytes(24))],
                      [self.inputs, "--cotangents", self.safetensors("none.safetensors", {})],
                      [self.inputs, "--cotangents", self.safetensors("other.safetensors", {"loss": entry(0, [1], "F32", 4)}, bytes(4))]):
            _, err = self.check(albert(*arguments, "--inputs", *wrong), 65)
            self.assertNotEqual(err, "")
        with open(gradients, "rb") as file:
            self.assertEqual(file.read(), kept)


class Documentation(Program):
    def test_examples_run(self):
        """Every line of a shell block in docs/commands, and the last line of every --help."""
        folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "commands")
        lines = []
        for name in sorted(os.listdir(folder)):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                blocks = file.read().split("```")[1::2]
            lines += [line for block in blocks if block.startswith("sh\n") for line in block.splitlines()[1:] if line]
        for command in COMMANDS:
            example = albert(command, "--help").stdout.decode().splitlines()[-1].removeprefix("example: ")
            lines += [] if command in ("forward", "bench", "train-tokenizer", "pretrain", "train") else [example]
        self.assertGreater(len(lines), 20)
        environment = {**os.environ, "PATH": os.path.dirname(ALBERT) + ":" + os.environ["PATH"]}
        for line in lines:
            with tempfile.TemporaryDirectory() as folder:
                done = subprocess.run(["bash", "-c", line], capture_output=True, timeout=60, env=environment, cwd=folder)
                self.assertEqual(done.returncode, 0, line + "\n" + done.stderr.decode(errors="replace"))
                self.assertTrue(done.stdout or os.listdir(folder), line)


@unittest.skipIf(os.environ.get("ALBERT_SANITIZE"), "sanitizers take too much address space and time")
class Extremes(Program):
    def test_endless_line(self):
        done = subprocess.run(["bash", "-c", f"ulimit -v 4000000; {ALBERT} tokenize --json < /dev/zero"], capture_output=True, timeout=20)
        self.assertEqual(done.returncode, 65, done.stderr)

    def test_mixed_lengths(self):
        lines = self.rows(albert("bench", "--json", "--config", MODEL, "--mixed", "--seconds", "0"))
        self.assertEqual([list(line) for line in lines], [self.BENCH_KEYS])
        self.assertEqual((lines[0]["batch"], lines[0]["sequence"]), (16, "mixed"))
        self.check_speed(lines, (11622,))


def run_tests():
    """Of the program that was started; 77 when every test was skipped."""
    result = unittest.main(exit=False).result
    nothing_ran = result.skipped and result.testsRun <= len(result.skipped)
    sys.exit(1 if not result.wasSuccessful() else 77 if nothing_ran else 0)


if __name__ == "__main__":
    run_tests()
