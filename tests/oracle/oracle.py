"""What the comparisons share: the reference, or a word and exit code 77 (skipped); the table at the end."""

import importlib
import sys


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(77)


def need(*modules):
    """Skips unless these modules can be imported: the reference environment has transformers 4.34 and torch."""
    for name in modules:
        try:
            module = importlib.import_module(name)
        except ImportError as error:
            skip(f"the reference is not installed here ({error})")
        if name == "transformers" and not module.__version__.startswith("4.34."):
            skip(f"the reference is transformers 4.34, here is {module.__version__}")


def table(headings, rows):
    """Prints a Markdown table; floating-point cells as 1.2e-06."""
    lines = [headings] + [[f"{cell:.1e}" if isinstance(cell, float) else str(cell) for cell in row] for row in rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(headings))]
    lines.insert(1, ["-" * width for width in widths])
    print()
    for line in lines:
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |", flush=True)
