#!/usr/bin/env python3
"""albert against eager PyTorch on the same machine, taking turns.

    compare_pytorch.py [--albert build/release/bin/albert] [--threads 2] [--turns 3] [--seconds 2] [--config base]

Runs in an environment with torch and transformers. For every shape the two measure one after the
other, `turns` times, so that whatever else the machine does falls on both; the smallest and the
median time of all turns are printed with their ratio (above 1: albert is faster). Both compute
last_hidden_state of every token and pooler_output; the mixed lengths come 16 a request, padded with
a mask for PyTorch, packed by albert.
"""

import argparse
import json
import os
import statistics
import subprocess
import time

os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.pop("OPENBLAS_CORETYPE", None)

SHAPES = ["1x16", "1x128", "1x512", "8x128", "32x128", "mixed"]
SIZES = {  # hidden, intermediate, heads
    "base": (768, 3072, 12),
    "large": (1024, 4096, 16),
    "xlarge": (2048, 8192, 16),
}
LAYERS = {"base": 12, "large": 24, "xlarge": 24}


def albert_turn(arguments, shape):
    command = [arguments.albert, "bench", "--json", "--config", arguments.config, "--threads", str(arguments.threads)]
    command += ["--seconds", str(arguments.seconds)]
    command += ["--mixed"] if shape == "mixed" else ["--shapes", shape]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    result = json.loads(lines[-1])
    return result["milliseconds_min"], result["milliseconds_median"]


class PyTorch:
    def __init__(self, arguments):
        import torch
        from transformers import AlbertConfig, AlbertModel

        torch.set_num_threads(arguments.threads)
        self.torch = torch
        self.seconds = arguments.seconds
        self.lengths = json.load(open(arguments.mixed_lengths)) if arguments.mixed_lengths else None
        hidden, intermediate, heads = SIZES[arguments.config]
        config = AlbertConfig(
            hidden_size=hidden,
            intermediate_size=intermediate,
            num_attention_heads=heads,
            num_hidden_layers=LAYERS[arguments.config],
            hidden_act="gelu_new",
            hidden_dropout_prob=0,
            attention_probs_dropout_prob=0,
        )
        self.model = AlbertModel(config).eval()
        self.name = f"torch {torch.__version__}, {getattr(config, '_attn_implementation', None) or 'eager'} attention"

    def requests(self, shape):
        torch = self.torch
        if shape != "mixed":
            batch, sequence = map(int, shape.split("x"))
            return [{"input_ids": torch.randint(5, 30000, (batch, sequence))}]
        rows = [self.lengths[i : i + 16] for i in range(0, len(self.lengths), 16)]
        requests = []
        for lengths in rows:
            mask = (torch.arange(max(lengths))[None, :] < torch.tensor(lengths)[:, None]).long()
            requests.append({"input_ids": torch.randint(5, 30000, mask.shape) * mask, "attention_mask": mask})
        return requests

    def wants_more(self, times, elapsed):
        enough = 1 if elapsed > 20 else 3  # runs; the mixed lengths take minutes
        return len(times) < enough or elapsed < self.seconds

    def turn(self, shape):
        requests = self.requests(shape)
        times = []
        with self.torch.inference_mode():
            begin = None
            while begin is None or self.wants_more(times, time.perf_counter() - begin):
                start = time.perf_counter()
                for request in requests:
                    self.model(**request)
                end = time.perf_counter()
                if begin is None:
                    begin = end  # the first run warms up
                else:
                    times.append((end - start) * 1e3)
        return min(times), statistics.median(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--albert", default="build/release/bin/albert")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--config", choices=SIZES, default="base")
    parser.add_argument("--shapes", default=",".join(SHAPES))
    parser.add_argument("--mixed-lengths", help="JSON list of the lengths that `albert bench --mixed` has built in")
    arguments = parser.parse_args()
    shapes = [s for s in arguments.shapes.split(",") if s != "mixed" or arguments.mixed_lengths]
    pytorch = PyTorch(arguments)
    print(f"albert-{arguments.config}, {arguments.threads} threads, float32; {pytorch.name}")
    print(f"{'shape':<8}{'albert ms':>22}{'PyTorch ms':>22}{'ratio':>16}\n{'':<8}{'min    median':>22}{'min    median':>22}{'min  median':>16}")
    for shape in shapes:
        ours, theirs = [], []
        for _ in range(arguments.turns):
            ours.append(albert_turn(arguments, shape))
            theirs.append(pytorch.turn(shape))
        a_min, b_min = min(t[0] for t in ours), min(t[0] for t in theirs)
        a_median, b_median = statistics.median(t[1] for t in ours), statistics.median(t[1] for t in theirs)
        print(
            f"{shape:<8}{a_min:>12.1f}{a_median:>10.1f}{b_min:>12.1f}{b_median:>10.1f}"
            f"{b_min / a_min:>8.2f}{b_median / a_median:>8.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
