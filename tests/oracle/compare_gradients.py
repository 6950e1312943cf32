"""Compares `albert forward --gradients` with the reference's autograd over freshly drawn configurations.

    python tests/oracle/compare_gradients.py --program build/release/bin/albert [--count 150] [--seed 1] [--device cpu|ref] [--padding exact|packed]
                                             [--activations keep|recompute]

Run it in the reference environment (transformers 4.34.1, torch 2.1.2). Dropout is off. Each case differentiates its loss,
or the sum of some of its outputs times random cotangents. For each class: how far our gradients lie from the reference's
in float32, and how far those lie from its own in float64. All are norms of differences over norms of gradients; of all
parameters of a case together, and of the worst single one (where the norm is at least a thousandth of the whole). Exits
with 1 when one of ours exceeds 2e-4 (a single parameter: and twice what lies between the reference's own two runs) or the
parameters that have a gradient differ, with 77 (skipped) when the reference is absent.
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

import make_gradients as gradients  # noqa: E402
import make_models as golden  # noqa: E402

LIMIT = 2e-4


def norm(arrays):
    return float(np.sqrt(sum(np.square(np.nan_to_num(a)).sum() for a in arrays)))


def distances(ours, reference):
    """Of all together, and of the worst one."""
    if any((np.isnan(ours[name]) != np.isnan(reference[name])).any() for name in reference):
        return np.inf, np.inf
    apart = {name: norm([ours[name].astype(np.float64) - reference[name]]) for name in reference}
    whole = norm(reference.values())
    if whole == 0:
        return norm(apart.values()), norm(apart.values())
    worst = max((apart[name] / max(norm([reference[name]]), 1e-3 * whole) for name in reference), default=0.0)
    return norm(apart.values()) / whole, worst


def draw_cotangents(case, outputs):
    """Some fields of the output, the loss among them or alone."""
    fields = list(outputs)
    if "loss" in fields and golden.rng.random() < 0.5:
        return []
    chosen = [f for f in fields if golden.rng.random() < golden.rng.choice([0.1, 0.5, 0.9])]
    return chosen or [golden.rng.choice(fields)]


def keep_of(case, arguments):
    """Which tokens a packed batch keeps, when it drops any."""
    mask = case["inputs"].get("attention_mask")
    if arguments.padding != "packed" or mask is None:
        return None
    rows = np.array(mask["data"], np.float64).reshape(-1, mask["shape"][-1])
    return rows.tolist()


def ours(arguments, case, model, folder, outputs):
    model.save_pretrained(folder, safe_serialization=True)
    path = {name: os.path.join(folder, name + ".safetensors") for name in ("inputs", "outputs", "cotangents", "gradients")}
    save_file({name: golden.tensor(spec, case["seed"]).contiguous().numpy() for name, spec in case["inputs"].items()}, path["inputs"])
    command = [arguments.program, "forward", "--model", folder, "--class", case["class"], "--device", arguments.device, "--padding", arguments.padding,
               *(["--activations", arguments.activations] if arguments.activations else []), "--inputs", path["inputs"], "--outputs", path["outputs"], "--gradients", path["gradients"]]
    if case["cotangents"]:
        save_file({f: np.array(gradients.cotangent(case, f, outputs[f].shape), order="C") for f in case["cotangents"]}, path["cotangents"])
        command += ["--cotangents", path["cotangents"]]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{case['name']}: exit {done.returncode}: {done.stderr.strip()}")
    return load_file(path["gradients"])


def usable(case):
    """Whether the command line can say the case: a saved model has no word for what was done to it by hand."""
    return "again" not in case and "actions" not in case and case.get("add_pooling_layer", True) and not case.get("fails")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="build/release/bin/albert")
    parser.add_argument("--count", type=int, default=150, help="random configurations, beside the systematic ones")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--padding", default="exact")
    parser.add_argument("--activations", choices=["keep", "recompute"])
    arguments = parser.parse_args()

    golden.rng.seed(arguments.seed)
    golden.systematic()
    golden.losses()
    systematic = len(golden.cases)
    golden.random_cases(arguments.count)
    rows, failed = {}, False
    for number, case in enumerate(golden.cases):
        if not usable(case) or (number < systematic and number % max(1, systematic // max(1, arguments.count)) != 0):
            continue
        model = golden.build(case)
        case["kept_tokens"] = keep_of(case, arguments)
        _, outputs = gradients.run(model, case, output_hidden_states=True, output_attentions=True)
        case["cotangents"] = draw_cotangents(case, outputs)
        if not case["cotangents"] and "loss" not in outputs:
            continue
        try:
            reference = gradients.differentiate(model, case)
        except RuntimeError as error:  # whole numbers as targets of a regression have a loss, but no gradient
            print(f"{case['name']}: not in the reference: {error}")
            continue
        exact = gradients.differentiate(copy.deepcopy(model).double(), case)
        with tempfile.TemporaryDirectory() as folder:
            result = ours(arguments, case, model, folder, outputs)
        row = rows.setdefault(case["class"], [0, 0, 0.0, 0.0, 0.0])
        row[0] += 1
        if set(result) != set(reference):
            print(f"{case['name']}: gradients of {sorted(set(result) ^ set(reference))} on one side only (cotangents {case['cotangents']})")
            row[1] += 1
            continue
        whole, worst = distances(result, reference)
        own = distances(reference, exact)
        for column, gap in ((2, whole), (3, worst), (4, own[0])):
            row[column] = max(row[column], gap)
        if whole > LIMIT or worst > max(LIMIT, 2 * own[1]):
            row[1] += 1
            print(f"{case['name']} (cotangents {case['cotangents']}): {whole:.1e}, worst parameter {worst:.1e}; the reference's own {own[0]:.1e}, {own[1]:.1e}")
    table(["gradients", "compared", "different", "worst case", "worst parameter", "the reference's own, float32 to float64"],
          [(name, *row) for name, row in rows.items()])
    sys.exit(any(row[1] for row in rows.values()))


if __name__ == "__main__":
    main()
