"""Runs a program on a pseudo-terminal, where it believes it talks to a person."""

import contextlib
import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
import unittest

END_OF_INPUT, INTERRUPT, STOP = "\x04", "\x03", "\x1a"  # Ctrl-D, Ctrl-C, Ctrl-Z


def skip_without_terminals():
    """For setUpClass."""
    try:
        for end in pty.openpty():
            os.close(end)
    except OSError as error:
        raise unittest.SkipTest(f"this machine has no pseudo-terminals: {error}") from None


class OnTerminal:
    """The three standard streams are the terminal, or what `stdin`, `stdout` and `stderr` say, as for subprocess.Popen. A variable
    that is None is taken out of the environment. `seen` holds what was written to the terminal and no call has returned yet."""

    def __init__(self, arguments, columns=300, folder=None, stdin=None, stdout=None, stderr=None, **variables):
        self.seen = b""
        self.leader, follower = pty.openpty()
        self.resize(columns)
        self.mode_before = self.mode()
        environment = {name: value for name, value in {**os.environ, "TERM": "xterm", **variables}.items() if value is not None}
        streams = [follower if stream is None else stream for stream in (stdin, stdout, stderr)]
        self.process = subprocess.Popen(arguments, stdin=streams[0], stdout=streams[1], stderr=streams[2], cwd=folder, env=environment,
                                        start_new_session=True, preexec_fn=lambda: fcntl.ioctl(follower, termios.TIOCSCTTY, 0))
        os.close(follower)

    def resize(self, columns):
        fcntl.ioctl(self.leader, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))

    def mode(self):
        return termios.tcgetattr(self.leader)

    def send(self, text):
        os.write(self.leader, text.encode())

    def read(self, seconds):
        """Adds what comes within that time to `seen`; False when nothing can come any more."""
        if not select.select([self.leader], [], [], seconds)[0]:
            return True
        data = b""
        with contextlib.suppress(OSError):  # Linux says so when the last writer has gone
            data = os.read(self.leader, 65536)
        self.seen += data
        return data != b""

    def until(self, word, seconds=60):
        """What it wrote, up to and including `word`; what follows waits for the next call."""
        end = time.monotonic() + seconds
        while word.encode() not in self.seen:
            if time.monotonic() > end or not self.read(1):
                raise AssertionError(f"waited for {word!r}, got {self.seen!r}")
        before, _, self.seen = self.seen.partition(word.encode())
        return before.decode(errors="replace") + word

    def end(self, seconds=60):
        """Its exit code; reads what it still writes."""
        end = time.monotonic() + seconds
        while self.read(0.5):
            if time.monotonic() > end:
                self.process.kill()
                raise AssertionError(f"waited for its end, got {self.seen!r}")
        code = self.process.wait(max(1, end - time.monotonic()))
        os.close(self.leader)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
        return code

    def output(self):
        """All that it wrote to the terminal, lines ended by line feeds, when it has ended well."""
        code = self.end()
        if code != 0:
            raise AssertionError(f"it ended with {code}, got {self.seen!r}")
        return self.seen.decode().replace("\r\n", "\n")
