#!/usr/bin/env python3
"""Draws the include graph of the rooms and fails on an edge that goes up or sideways.

Floors: base < {tokenizer, formats, backend} < batch < model < checkpoint < tasks <
{train, pipelines} < apps. Apps and python see only include/albert; benchmarks of a room see the room.

Usage: check_layers.py [--dot]     --dot prints the graph for Graphviz instead of a list.
"""

import argparse
import collections
import pathlib
import re
import sys

FLOORS = [
    ["base"],
    ["tokenizer", "formats", "backend"],
    ["batch"],
    ["model"],
    ["checkpoint"],
    ["tasks"],
    ["train", "pipelines"],
]
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
INCLUDE = re.compile(r'^\s*#\s*include\s*["<]([^">]+)[">]')
THIRD_PARTY = re.compile(r"^(fmt|simdjson|utf8proc|protozero|CLI|spdlog|zlib|gtest|benchmark)")
SOURCES = {".h", ".cpp", ".inc"}


def included(path):
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if match := INCLUDE.match(line):
            yield number, match.group(1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dot", action="store_true")
    arguments = parser.parse_args()
    root = pathlib.Path(__file__).resolve().parent.parent
    edges, faults = collections.Counter(), []

    def files(folder):
        return sorted(path for path in (root / folder).rglob("*") if path.suffix in SOURCES)

    for room in sorted(path.name for path in (root / "src").iterdir() if path.is_dir()):
        if room not in FLOOR:
            faults.append(f"src/{room}: this room is on no floor")
            continue
        for path in files(f"src/{room}"):
            for number, name in included(path):
                target = name.split("/")[0]
                if target not in FLOOR or "/" not in name:
                    continue
                edges[room, target] += 1
                if target != room and FLOOR[target] >= FLOOR[room]:
                    faults.append(f"{path.relative_to(root)}:{number}: {room} may not include {name}: it is not on a lower floor")
    for folder in ("apps", "python", "include"):
        for path in files(folder):
            for number, name in included(path):
                if name.split("/")[0] in FLOOR and "/" in name and not (path.parent / name).exists():
                    faults.append(f"{path.relative_to(root)}:{number}: only include/albert may be included here, not {name}")
                if folder == "include" and THIRD_PARTY.match(name):
                    faults.append(f"{path.relative_to(root)}:{number}: public headers hold standard-library types only, not {name}")

    if arguments.dot:
        print("digraph rooms {\n  rankdir=BT;")
        for rooms in FLOORS:
            print("  { rank=same; " + "; ".join(rooms) + "; }")
        for (source, target), count in sorted(edges.items()):
            if source != target:
                print(f'  {source} -> {target} [label="{count}"];')
        print("}")
    else:
        for source in sorted(FLOOR, key=FLOOR.get):
            targets = [f"{target} ({count})" for (room, target), count in sorted(edges.items()) if room == source and target != source]
            print(f"{source:>11} -> {', '.join(targets) or 'nothing'}")
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
