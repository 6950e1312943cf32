"""Whether two task results agree: same structure and texts, numbers within a tolerance.

Entries of a list that is sorted by score may change places when their scores are that close, and answers of
score zero (which of many equal ones comes back is not specified) need only be as many.
"""

import math


def close(a, b, tolerance):
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    return a == b or abs(a - b) <= tolerance * max(1.0, abs(a), abs(b))


def negligible(value):
    return isinstance(value, dict) and set(value) == {"score", "start", "end", "answer"} and value["score"] < 1e-9


def difference(expected, got, tolerance=3e-5, path="$"):
    """None when they agree, else a sentence that says where they do not."""
    number = (int, float)
    if isinstance(expected, dict) and isinstance(got, dict):
        if negligible(expected) and negligible(got):
            return None
        if list(expected) != list(got):
            return f"{path}: keys {list(expected)} became {list(got)}"
        if list(expected) == ["sequence", "labels", "scores"] and sorted(expected["labels"]) == sorted(got["labels"]):
            return ranked_difference(expected, got, tolerance, path)
        for key in expected:
            if found := difference(expected[key], got[key], tolerance, f"{path}.{key}"):
                return found
        return None
    if isinstance(expected, list) and isinstance(got, list):
        if len(expected) != len(got):
            return f"{path}: {len(expected)} entries became {len(got)}"
        first = None
        for i, (a, b) in enumerate(zip(expected, got)):
            if first := difference(a, b, tolerance, f"{path}[{i}]"):
                break
        if first is None:
            return None
        return None if permuted(expected, got, tolerance) else first
    if isinstance(expected, bool) or isinstance(got, bool) or not (isinstance(expected, number) and isinstance(got, number)):
        return None if type(expected) is type(got) and expected == got else f"{path}: {expected!r} became {got!r}"
    if isinstance(expected, int) and isinstance(got, int):
        return None if expected == got else f"{path}: {expected} became {got}"
    return None if close(expected, got, tolerance) else f"{path}: {expected} became {got} (off by {abs(expected - got):.2e})"


def ranked_difference(expected, got, tolerance, path):
    if expected["sequence"] != got["sequence"]:
        return f"{path}.sequence: {expected['sequence']!r} became {got['sequence']!r}"
    if not all(close(a, b, tolerance) for a, b in zip(expected["scores"], got["scores"])):
        return f"{path}.scores: {expected['scores']} became {got['scores']}"
    pairs = sorted(zip(expected["labels"], expected["scores"])), sorted(zip(got["labels"], got["scores"]))
    for (label, a), (_, b) in zip(*pairs):
        if not close(a, b, tolerance):
            return f"{path}: the label {label!r} went from {a} to {b}"
    return None


def permuted(expected, got, tolerance):
    """The same entries with scores in the same order: near-ties that changed places."""
    if not all(isinstance(e, dict) and "score" in e for e in expected + got):
        return False
    if not all(close(a["score"], b["score"], tolerance) for a, b in zip(expected, got)):
        return False
    rest = list(got)
    for entry in expected:
        match = next((i for i, other in enumerate(rest) if difference(entry, other, tolerance) is None), None)
        if match is None:
            return False
        del rest[match]
    return True
