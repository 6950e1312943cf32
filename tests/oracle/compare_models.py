"""Compares `albert forward` with the reference over freshly drawn configurations and prints the agreement.

    python tests/oracle/compare_models.py --program build/release/bin/albert [--count 150] [--seed 1] [--device cpu|ref] [--padding exact|packed]

Run it in the reference environment (transformers 4.34.1, torch 2.1.2). For each class: how far our outputs lie
from the reference's float32 run, and from its float64 run, beside how far its own two runs lie apart. All are
max |a - b| / max(1, max |b|). Exits with 1 when one of ours exceeds 2e-5, with 77 (skipped)
when the reference is absent.
"""

import argparse
import copy
import os
import subprocess
import sys
import tempfile

os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden"))

from oracle import need, table  # noqa: E402

need("numpy", "torch", "safetensors", "transformers")
import numpy as np  # noqa: E402
from safetensors.numpy import load_file, save_file  # noqa: E402

import make_models as golden  # noqa: E402

LIMIT = 2e-5


def distance(a, b):
    """max |a - b| / max(1, max |b|); infinite when NaN stands on one side only."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if a.shape != b.shape or (np.isnan(a) != np.isnan(b)).any():
        return np.inf
    finite = np.isfinite(b) & np.isfinite(a)
    return float(np.abs(a - b)[finite].max(initial=0) / max(1.0, np.abs(b[finite]).max(initial=0)))


def ours(arguments, case, model, folder):
    model.save_pretrained(folder, safe_serialization=True)
    inputs = {name: golden.tensor(spec, case["seed"]).contiguous().numpy() for name, spec in case["inputs"].items()}
    source, target = os.path.join(folder, "in.safetensors"), os.path.join(folder, "out.safetensors")
    save_file(inputs, source)
    command = [arguments.program, "forward", "--model", folder, "--class", case["class"], "--inputs", source, "--outputs", target,
               "--device", arguments.device, "--padding", arguments.padding]
    command += ["--output-hidden-states"] * bool(case.get("hidden")) + ["--output-attentions"] * bool(case.get("attentions"))
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{case['name']}: exit {done.returncode}: {done.stderr.strip()}")
    return load_file(target)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="build/release/bin/albert")
    parser.add_argument("--count", type=int, default=150, help="random configurations, beside the systematic ones")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--padding", default="exact")
    arguments = parser.parse_args()

    golden.rng.seed(arguments.seed)
    golden.systematic()
    golden.losses()
    golden.random_cases(arguments.count)
    rows = {}
    for case in golden.cases:
        if "again" in case or not case.get("add_pooling_layer", True):
            continue
        model = golden.build(case)
        reference = golden.call(model, case, case["inputs"])
        exact = golden.call(copy.deepcopy(model).double(), case, case["inputs"])
        with tempfile.TemporaryDirectory() as folder:
            result = ours(arguments, case, model, folder)
        if set(result) != set(reference):
            raise SystemExit(f"{case['name']}: fields {sorted(result)}, expected {sorted(reference)}")
        row = rows.setdefault(case["class"], [0, 0.0, 0.0, 0.0, 0])
        row[0] += 1
        row[-1] += any(distance(result[name] if arguments.padding == "exact" else np.where(result[name] == 0, value, result[name]), value) > LIMIT
                       for name, value in reference.items())
        for name, value in reference.items():
            mine = result[name]
            if arguments.padding == "packed":  # what was dropped is zero here and something there
                mine = np.where(mine == 0, value, mine)
            for column, gap in enumerate((distance(mine, value), distance(mine, exact[name]), distance(value, exact[name])), start=1):
                row[column] = max(row[column], gap)
            if distance(mine, value) > LIMIT:
                print(f"{case['name']}: {name}: {distance(mine, value):.2e}")
    table(["models", "compared", "different", "worst, to float32", "worst, to float64", "the reference's own, float32 to float64"],
          [(name, count, wrong, *gaps) for name, (count, *gaps, wrong) in rows.items()])
    sys.exit(any(wrong for *_, wrong in rows.values()))


if __name__ == "__main__":
    main()
