#!/usr/bin/env python3
"""Records docs/terminal.svg: the built program on a terminal, as an animated picture that needs nothing else.

Usage: record_terminal.py [PROGRAM] [--check]. With --check the picture is compared with what the program prints now: 0 when they
agree (in the last digits of numbers they may differ), 77 without the package that reads terminals. Needs what
`scripts/packages.sh record` installs.
"""

import html
import os
import re
import shlex
import sys
import tempfile
import xml.etree.ElementTree

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PICTURE = os.path.join(ROOT, "docs", "terminal.svg")
sys.path.insert(0, os.path.join(ROOT, "tests", "cli"))
from on_terminal import END_OF_INPUT, OnTerminal  # noqa: E402

try:
    import pyte
except ImportError:
    print("the package python3-pyte is not installed", file=sys.stderr)
    sys.exit(77)

# What is typed, and what is typed at the prompt that opens.
SCRIPT = [
    ('albert fill-mask --top-k 3 "The [MASK] was dark and the wind was cold."', []),
    ('albert tokenize "Unbelievable: the wind sang in the old tower."', []),
    ('albert question-answering --question "Who wrote it?" --context "The book was written by Jane Austen."', []),
    ("albert fillmask --top-k 3", []),
    ("albert fill-mask --top-k 2", ["She opened the [MASK].", "The ship sailed across the [MASK]."]),
]
COLUMNS, ROWS = 104, 31
KEY, BEFORE_ANSWER, AFTER_ANSWER, LAST = 0.04, 0.4, 1.0, 6.0  # seconds
CELL, LINE, SIZE, MARGIN, TITLE = 8.0, 19, 14, 14, 30  # pixels
FOREGROUND, BACKGROUND = "#d7dae0", "#1c1f26"
COLOURS = {"default": FOREGROUND, "black": "#000000", "red": "#e06c75", "green": "#98c379", "brown": "#e5c07b", "blue": "#61afef",
           "magenta": "#c678dd", "cyan": "#56b6c2", "white": "#d7dae0"}

pyte.graphics.TEXT[2] = "+italics"  # it does not know faint, which stands here for italics


class Recording:
    """A screen, and for each of its cells since when it has shown what it shows at the end."""

    def __init__(self):
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self.stream = pyte.Stream(self.screen)
        self.time = 0.0
        self.since, self.shown, self.cursor = {}, {}, []

    def write(self, text):
        self.stream.feed(text)
        for y in range(ROWS):
            for x in range(COLUMNS):
                cell = self.screen.buffer[y][x]
                if cell != self.shown.get((y, x), self.screen.default_char):
                    self.shown[y, x], self.since[y, x] = cell, self.time
        place = (self.screen.cursor.x, self.screen.cursor.y)
        if not self.cursor or self.cursor[-1][1] != place:
            self.cursor.append((self.time, place))

    def lines(self):
        return [line.rstrip() for line in self.screen.display]

    def runs(self):
        """(y, x, text, cell, time): neighbours that look alike and came together."""
        for y in range(ROWS):
            start = 0
            for x in range(1, COLUMNS + 1):
                key = [(self.screen.buffer[y][i]._replace(data=""), self.since.get((y, i))) for i in (start, x) if i < COLUMNS]
                if len(key) == 2 and key[0] == key[1]:
                    continue
                cell, time = key[0]
                text = "".join(self.screen.buffer[y][i].data for i in range(start, x))
                if time is not None and (text.strip() or cell.bg != "default" or cell.reverse):
                    yield y, start, text, cell, time
                start = x


def record(program):
    recording = Recording()
    clean = {name: None for name in os.environ if name.startswith(("ALBERT_", "NO_COLOR", "XDG_", "COLORTERM"))}
    with tempfile.TemporaryDirectory() as home:
        for command, lines in SCRIPT:
            recording.write("$ ")
            recording.time += AFTER_ANSWER
            for key in command:
                recording.write(key)
                recording.time += KEY
            recording.write("\r\n")
            recording.time += BEFORE_ANSWER
            words = shlex.split(command)
            terminal = OnTerminal([program, *words[1:]], COLUMNS, home, **clean, HOME=home, TERM="xterm-256color", LANG="C.UTF-8")
            for line in lines:
                prompt = words[1] + "> "
                recording.write(terminal.until(prompt))
                recording.time += AFTER_ANSWER
                for key in line:
                    terminal.send(key)
                    recording.write(terminal.until(key))
                    recording.time += KEY
                terminal.send("\n")
                recording.write(terminal.until("\r\n"))
                recording.time += BEFORE_ANSWER
            if lines:
                recording.write(terminal.until(prompt))
                recording.time += AFTER_ANSWER
                terminal.send(END_OF_INPUT)
            terminal.end()
            recording.write(terminal.seen.decode())
            recording.time += AFTER_ANSWER
        recording.write("$ ")
    recording.time += LAST
    return recording


def colour(name):
    return COLOURS.get(name) or ("#" + name if re.fullmatch("[0-9a-f]{6}", name) else COLOURS.get(name.removeprefix("bright"), FOREGROUND))


def picture(recording):
    moments = sorted(set(time for *_, time in recording.runs()))
    percent = lambda time: f"{100 * time / recording.time:.2f}".rstrip("0").rstrip(".") + "%"
    left, top = lambda x: f"{MARGIN + x * CELL:g}", lambda y: f"{TITLE + MARGIN + y * LINE:g}"
    rows = max(y for _, (_, y) in recording.cursor) + 1
    width, height = 2 * MARGIN + COLUMNS * CELL, TITLE + 2 * MARGIN + rows * LINE
    style = [f"text,.b,.k{{animation:{recording.time:g}s step-end infinite}}", f"text{{font:{SIZE}px ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;"
             f"fill:{FOREGROUND};white-space:pre}}", ".s{font-weight:bold}.f{opacity:.6}", "@media (prefers-reduced-motion){text,.b,.k{animation:none}}"]
    for i, moment in enumerate(moments):
        if moment > 0:
            style.append(f"@keyframes t{i}{{0%{{visibility:hidden}}{percent(moment)}{{visibility:visible}}}}.t{i}{{animation-name:t{i}}}")
    steps = "".join(f"{percent(time)}{{transform:translate({x * CELL:g}px,{y * LINE}px)}}" for time, (x, y) in recording.cursor)
    last_x, last_y = recording.cursor[-1][1]
    style.append(f"@keyframes k{{{steps}}}.k{{animation-name:k;transform:translate({last_x * CELL:g}px,{last_y * LINE}px)}}")
    body = []
    for y, x, text, cell, time in recording.runs():
        front, back = (colour(cell.fg), colour(cell.bg) if cell.bg != "default" else BACKGROUND)[:: -1 if cell.reverse else 1]
        name = f"t{moments.index(time)}"
        if back != BACKGROUND:
            body.append(f'<rect class="b {name}" x="{left(x)}" y="{top(y)}" width="{len(text) * CELL:g}" height="{LINE}" fill="{back}"/>')
        classes = name + (" s" if cell.bold else "") + (" f" if cell.italics else "")
        stripped = text.strip()
        if stripped:
            x += len(text) - len(text.lstrip())
            stretch = f' textLength="{len(stripped) * CELL:g}" lengthAdjust="spacingAndGlyphs"' if len(stripped) > 1 else ""
            fill = f' style="fill:{front}"' if front != FOREGROUND else ""
            body.append(f'<text class="{classes}" x="{left(x)}" y="{int(top(y)) + SIZE}"{stretch}{fill}>{html.escape(stripped, False)}</text>')
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" role="img">
<title>albert at a terminal</title>
<desc>
{html.escape(chr(10).join(recording.lines()).rstrip(), False)}
</desc>
<style>{chr(10).join(style)}</style>
<rect width="100%" height="100%" rx="8" fill="{BACKGROUND}"/>
<circle cx="20" cy="18" r="6" fill="#ff5f57"/><circle cx="40" cy="18" r="6" fill="#febc2e"/><circle cx="60" cy="18" r="6" fill="#28c840"/>
<rect class="k" x="{left(0)}" y="{top(0)}" width="{CELL:g}" height="{LINE}" fill="{FOREGROUND}" fill-opacity=".5"/>
{chr(10).join(body)}
</svg>
"""


def words_of(text):
    """Words and numbers, numbers to two digits after the point."""
    return [f"{float(word):.2f}" if re.fullmatch(r"\d+\.\d+", word) else word for word in text.split()]


def main():
    arguments = [word for word in sys.argv[1:] if word != "--check"]
    recording = record(os.path.abspath(arguments[0] if arguments else os.path.join(ROOT, "build", "release", "bin", "albert")))
    if "--check" not in sys.argv:
        with open(PICTURE, "w", encoding="utf-8") as file:
            file.write(picture(recording))
        return
    shown = xml.etree.ElementTree.parse(PICTURE).find("{http://www.w3.org/2000/svg}desc").text
    if words_of(shown) != words_of("\n".join(recording.lines())):
        sys.exit(f"docs/terminal.svg shows\n{shown}\nand the program prints\n" + "\n".join(recording.lines()) + "\nrun scripts/record_terminal.py")


main()
