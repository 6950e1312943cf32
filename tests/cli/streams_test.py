#!/usr/bin/env python3
"""Long input through the built program: compressed, resumed, interrupted, in bounded memory, in order.

Usage: streams_test.py PROGRAM [unittest arguments]. Needs the standard library only (and `zstd` for its part).
"""

import contextlib
import gzip
import json
import lzma
import os
import random
import select
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest

from program_test import ALBERT, Program, albert, run_tests

LINES = [f"{i} the wind was cold and it was dark " + "so " * (i * 7919 % 40) for i in range(1500)]
TEXT = "".join(line + "\n" for line in LINES)


class WithFolder(Program):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def file(self, name, content):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return path

    def lines(self, *arguments, text=b"", code=0):
        out, _ = self.check(albert("tokenize", "--json", *arguments, text=text), code)
        return out.splitlines()


def zstd(content, *arguments):
    return subprocess.run(["zstd", "-q", "-c", *arguments], input=content, capture_output=True, check=True).stdout


PRESSES = {"gz": gzip.compress, "xz": lzma.compress, "zst": zstd}


class Compressed(WithFolder):
    def setUp(self):
        super().setUp()
        self.plain = self.lines(text=TEXT)
        self.forms = {ending: press(TEXT.encode()) for ending, press in PRESSES.items() if ending != "zst" or shutil.which("zstd")}

    def test_by_its_bytes_wherever_it_comes_from(self):
        for ending, content in self.forms.items():
            self.assertEqual(self.lines("--input", self.file("a.txt." + ending, content)), self.plain)
            self.assertEqual(self.lines("--input", self.file("no_ending", content)), self.plain)
            self.assertEqual(self.lines(text=content), self.plain)

    def test_format_is_named_below_the_ending(self):
        rows = "".join(json.dumps({"text": line}) + "\n" for line in LINES)
        table = "text\tid\n" + "".join(line + "\t1\n" for line in LINES)
        for ending in self.forms:
            press = PRESSES[ending]
            self.assertEqual(self.lines("--input", self.file("a.jsonl." + ending, press(rows.encode()))), self.plain)
            self.assertEqual(self.lines("--input", self.file("a.tsv." + ending, press(table.encode()))), self.plain)

    def test_members_one_after_another(self):
        half = len(TEXT) // 2
        for ending in self.forms:
            press = PRESSES[ending]
            content = press(TEXT[:half].encode()) + press(b"") + press(TEXT[half:].encode())
            self.assertEqual(self.lines(text=content), self.plain)
        for ending in ("gz", "xz"):
            self.assertEqual(self.lines(text=self.forms[ending] + bytes(1000)), self.plain)  # padding, as on tapes
        self.lines(text=self.forms["xz"] + bytes(999), code=65)

    def test_byte_by_byte(self):
        for content in [*self.forms.values(), b"(\n", b"\x1f\n", b"P", b""]:
            program = subprocess.Popen([ALBERT, "tokenize", "--json"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            for i in range(min(8, len(content))):
                program.stdin.write(content[i:i + 1])
                program.stdin.flush()
                time.sleep(0.01)
            out, _ = program.communicate(content[8:], timeout=60)
            self.assertEqual(program.returncode, 0)
            self.assertEqual(out.decode().splitlines(), self.lines(text=content) if len(content) < 8 else self.plain)

    def test_damage(self):
        """65, with a message that says so; what came before is written, in whole rows."""
        for ending, content in self.forms.items():
            broken = bytearray(content)
            broken[len(broken) // 2] ^= 0x55
            wrong_end = bytearray(content)
            wrong_end[-5 if ending == "gz" else -2] ^= 0x55
            for damaged in (content[:len(content) * 2 // 3], content[:-1], content[:12], bytes(broken), bytes(wrong_end), content + b"more", content + content[:20]):
                for more in ([], ["--keep-going"]):
                    done = albert("tokenize", "--json", *more, text=damaged)
                    out, err = self.check(done, 65)
                    self.assertIn("damaged", err)
                    rows = out.splitlines()
                    self.assertTrue(out == "" or out.endswith("\n"))
                    if damaged != bytes(broken):  # wrong text may come out of those before the check sum tells
                        self.assertEqual(rows[:len(self.plain)], self.plain[:len(rows)])
            self.assertGreater(len(self.lines(text=content[:-1], code=65)), len(LINES) // 2)
            self.assertEqual(len(self.lines(text=content + b"more", code=65)), len(LINES))

    def test_noise_never_crashes(self):
        generator = random.Random(1)
        for ending, content in self.forms.items():
            for _ in range(12):
                damaged = bytearray(content[:generator.randrange(4, len(content))])
                for _ in range(generator.randrange(0, 8)):
                    damaged[generator.randrange(4, len(damaged))] = generator.randrange(256)
                self.assertIn(albert("tokenize", "--json", text=bytes(damaged)).returncode, (0, 65))

    def test_a_line_that_never_ends(self):
        for ending in self.forms:
            content = b"before\n" + bytes(64 << 20) + b"\nafter\n"
            content = gzip.compress(content, 1) if ending == "gz" else PRESSES[ending](content)
            done = albert("tokenize", "--json", text=content)
            out, err = self.check(done, 65)
            self.assertEqual(len(out.splitlines()), 1)
            self.assertIn("row 2 of standard input: a row may hold 4 MiB", err)
            rows = self.rows(albert("tokenize", "--json", "--keep-going", text=content))
            self.assertEqual(["error" in row for row in rows], [False, True, False])


class LongRows(WithFolder):
    def test_a_row_that_is_too_long_is_one_row(self):
        long = "x" * (9 << 20)
        for name, content in {"a.txt": f"a\n{long}\nb\n", "a.jsonl": f'{{"text": "a"}}\n{{"text": "{long}"}}\n{{"text": "b"}}\n',
                              "a.csv": f'text\na\n"{long},\n""\n"\nb\n', "a.tsv": f"text\na\n{long}\nb\n"}.items():
            path = self.file(name, content)
            rows = self.rows(albert("tokenize", "--json", "--keep-going", "--input", path))
            self.assertEqual(["error" in row for row in rows], [False, True, False], name)
            rows = self.rows(albert("tokenize", "--json", "--keep-going", "--skip", "1", "--input", path))
            self.assertEqual(["error" in row for row in rows], [True, False], name)
            self.assertEqual(len(self.lines("--skip", "2", "--input", path)), 1, name)


class Resuming(WithFolder):
    def test_skip_in_every_format(self):
        odd = [line if i % 5 else "" for i, line in enumerate(LINES[:200])]
        files = {"a.txt": "".join(line + "\r\n" for line in odd), "a.jsonl": "\ufeff" + "\n  \n".join(json.dumps({"text": line}) for line in odd),
                 "a.csv": "id,text\n" + "".join(f'{i},"{line}\n""x"""\n' for i, line in enumerate(odd)),
                 "a.tsv": "text\tid\n" + "".join(f"{line}\t{i}\n" for i, line in enumerate(odd))}
        for name, content in files.items():
            arguments = ["--input", self.file(name, content)] * 2  # two files: rows are counted through
            whole = self.lines(*arguments)
            self.assertEqual(len(whole), 400)
            for skip in (0, 1, 7, 199, 200, 201, 399, 400, 1000):
                self.assertEqual(self.lines("--skip", str(skip), *arguments), whole[skip:], (name, skip))
        self.assertEqual(len(self.lines("--skip", "1", "wind", "cold")), 1)

    def test_skipped_rows_are_not_looked_at_but_counted(self):
        text = '{"text": "a"}\nnonsense\n{"text": "b"}\n'
        arguments = ["--input", "-", "--input-format", "jsonl"]
        self.assertEqual(len(self.lines("--skip", "2", *arguments, text=text)), 1)
        _, err = self.check(albert("tokenize", "--skip", "1", *arguments, text=text), 65)
        self.assertIn("row 2 of standard input", err)

    def test_every_row_command(self):
        text = "the [MASK] was cold\nthe wind was [MASK]\n"
        for command in ("fill-mask", "text-classification", "token-classification", "feature-extraction"):
            whole = albert(command, "--json", text=text).stdout.splitlines()
            self.assertEqual(albert(command, "--json", "--skip", "1", text=text).stdout.splitlines(), whole[1:])

    def test_append(self):
        whole = self.lines(text=TEXT)
        path = os.path.join(self.folder, "out.jsonl")
        self.lines("--output", path, "--append", text="".join(line + "\n" for line in LINES[:100]))
        self.lines("--output", path, "--append", "--skip", "100", text=TEXT)
        with open(path, encoding="utf-8") as file:
            self.assertEqual(file.read().splitlines(), whole)
        with open(path, "a", encoding="utf-8") as file:
            file.write("half a row")
        _, err = self.check(albert("tokenize", "--output", path, "--append", "x"), 65)
        self.assertIn("does not end with a line feed", err)
        self.check(albert("tokenize", "--append", "x"), 2)
        self.check(albert("tokenize", "--append", "--output", "/dev/full", "x"), 74)
        self.check(albert("tokenize", "--append", "--output", "/nonexistent/out", "x"), 74)

    def stopped(self, arguments, stdout, stop):
        """Runs over an endless producer until `stop` says so, interrupts, and gives the message."""
        producer = subprocess.Popen(["bash", "-c", "i=0; while :; do printf '%s\\n' 'the wind was cold' 'and dark' 'so it was'; done"], stdout=subprocess.PIPE,
                                    stderr=subprocess.DEVNULL)
        program = subprocess.Popen([ALBERT, "tokenize", "--json", *arguments], stdin=producer.stdout, stdout=stdout, stderr=subprocess.PIPE)
        producer.stdout.close()
        deadline = time.monotonic() + 30
        while not stop() and time.monotonic() < deadline:
            time.sleep(0.02)
        program.send_signal(signal.SIGINT)
        _, err = program.communicate(timeout=30)
        producer.kill()
        producer.wait()
        self.assertEqual(program.returncode, 130, err)
        return err.decode()

    def test_interrupt_says_where_to_go_on(self):
        rows = [json.loads(line)["ids"] for line in self.lines("the wind was cold", "and dark", "so it was")]
        for how in ("append", "stdout"):
            path = os.path.join(self.folder, how)
            with open(path, "wb") as file:
                big = lambda: os.path.getsize(path) > 300000
                err = self.stopped(["--append", "--output", path] if how == "append" else [], file, big)
            with open(path, encoding="utf-8") as file:
                written = file.read()
            self.assertTrue(written.endswith("\n"))
            count = written.count("\n")
            self.assertIn(f"{count} rows are done: --skip {count} ", err)
            self.assertEqual([json.loads(line)["ids"] for line in written.splitlines()], [rows[i % 3] for i in range(count)])

    def test_a_second_interrupt_is_not_needed_while_nobody_reads(self):
        """A full pipe does not keep the program."""
        reader, writer = os.pipe()
        start = time.monotonic()
        err = self.stopped([], writer, lambda: time.monotonic() > start + 1.5)
        os.close(writer)
        with open(reader, encoding="utf-8") as file:
            count = file.read().count("\n")
        self.assertIn(f"{count} rows are done: --skip {count} ", err)

    def test_a_full_disk_says_how_much_fitted(self):
        path = os.path.join(self.folder, "out.jsonl")
        shell = f"ulimit -f 200; trap '' XFSZ; {ALBERT} tokenize --json >> {path}"
        done = subprocess.run(["bash", "-c", shell], input=TEXT.encode(), capture_output=True, timeout=60)
        self.assertEqual(done.returncode, 74, done.stderr)
        with open(path, encoding="utf-8") as file:
            written = file.read()
        count = written.count("\n")
        self.assertIn(f"{count} rows are done: --skip {count} ", done.stderr.decode())
        self.assertEqual(written.splitlines(), self.lines(text=TEXT)[:count])


class Promptness(WithFolder):
    def first_answer(self, command, feed, *arguments):
        """The first line of output while the input stays open after `feed`."""
        program = subprocess.Popen([ALBERT, command, "--json", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        program.stdin.write(feed)
        program.stdin.flush()
        self.assertTrue(select.select([program.stdout], [], [], 30)[0])
        line = program.stdout.readline()
        program.stdin.close()
        program.stdout.read()
        self.assertEqual(program.wait(30), 0)
        program.stdout.close()
        return json.loads(line)

    def test_a_row_is_answered_as_soon_as_it_is_there(self):
        one = self.rows(albert("tokenize", "--json", "a"))[0]
        for feed in (b"a\n", b"a\nhalf a line", b"a\r\n(", b"a\n" + b"x" * 100000):
            self.assertEqual(self.first_answer("tokenize", feed), one)
        self.assertEqual(self.first_answer("tokenize", b"text\na\nb", "--input", "-", "--input-format", "csv"), one)
        self.assertEqual(len(self.first_answer("feature-extraction", b"a\nb")), 1)

    def test_all_of_a_file_however_it_is_cut(self):
        whole = self.lines(text=TEXT)
        program = subprocess.Popen([ALBERT, "tokenize", "--json"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        data, generator = TEXT.encode(), random.Random(2)

        def feed():
            position = 0
            while position < len(data):
                size = generator.choice([1, 10, 1000, 30000])
                program.stdin.write(data[position:position + size])
                program.stdin.flush()
                position += size
                if generator.random() < 0.1:
                    time.sleep(0.002)
            program.stdin.close()

        thread = threading.Thread(target=feed)
        thread.start()
        out = program.stdout.read()
        thread.join()
        program.stdout.close()
        self.assertEqual(program.wait(30), 0)
        self.assertEqual(out.decode().splitlines(), whole)

    def test_order_on_many_threads(self):
        whole = self.lines("--threads", "1", text=TEXT)
        for threads in ("2", "7", "32"):
            self.assertEqual(self.lines("--threads", threads, text=TEXT), whole)

    def test_padding_to_the_longest_of_what_is_read_together(self):
        rows = self.rows(albert("tokenize", "--json", "--padding", "longest", text="".join(line + "\n" for line in LINES[:900])))
        self.assertEqual(len({len(row["ids"]) for row in rows}), 1)


@unittest.skipIf(os.environ.get("ALBERT_SANITIZE"), "sanitizers keep what is freed")
class Memory(Program):
    def peak(self, arguments, megabytes, lines_at_least, words_a_line=(1, 60)):
        """Megabytes that the program took at most while that much text went through it."""
        words = "the wind was cold and it was dark so he went home with an unknown word Zyx7 and caf\u00e9 or \u6771\u4eac".split()
        generator = random.Random(3)
        block = "".join(" ".join(generator.choices(words, k=generator.randrange(*words_a_line))) + "\n" for _ in range(120000 // words_a_line[1])).encode()
        program = subprocess.Popen([ALBERT, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

        def feed():
            with contextlib.suppress(BrokenPipeError):
                for _ in range(megabytes * 1000000 // len(block)):
                    program.stdin.write(block)
            program.stdin.close()

        # Not wait4's figure: that of a child counts what its parent had in memory when it was started.
        peak = 0

        def watch():
            nonlocal peak
            with contextlib.suppress(OSError, IndexError):
                while program.poll() is None:
                    with open(f"/proc/{program.pid}/status", encoding="ascii") as status:
                        peak = [int(line.split()[1]) for line in status if line.startswith("VmHWM")][0]
                    time.sleep(0.02)

        threads = [threading.Thread(target=feed), threading.Thread(target=watch)]
        for thread in threads:
            thread.start()
        lines = 0
        while data := program.stdout.read(1 << 20):
            lines += data.count(b"\n")
        for thread in threads:
            thread.join()
        program.stdout.close()
        self.assertEqual(program.wait(60), 0)
        self.assertGreater(lines, lines_at_least)
        self.assertGreater(peak, 0)
        return peak / 1024

    def test_tokenize(self):
        few = self.peak(["tokenize", "--json"], 6, 30000)
        many = self.peak(["tokenize", "--json"], 60, 300000)
        self.assertLess(many, 150)
        self.assertLess(many, few + 40)

    def test_feature_extraction(self):
        arguments = ["feature-extraction", "--json", "--truncation", "true", "--max-length", "16"]
        few = self.peak(arguments, 2, 100, (1000, 4000))
        many = self.peak(arguments, 8, 400, (1000, 4000))
        self.assertLess(many, 300)
        self.assertLess(many, few + 60)


if __name__ == "__main__":
    run_tests()
