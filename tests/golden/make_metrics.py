"""Writes metrics/cases.json: random truths and predictions with what scikit-learn, scipy, seqeval and the SQuAD scripts make of them.

Run in an environment with scikit-learn, scipy, seqeval 1.2.2 and transformers 4.34 (whose data.metrics.squad_metrics is the
official SQuAD 2.0 script; that of 1.1 is written out below).
"""

import collections
import json
import pathlib
import random
import warnings
from types import SimpleNamespace

import numpy
import scipy.stats
from seqeval.metrics import classification_report
from seqeval.metrics import accuracy_score as tag_accuracy
from seqeval import scheme as schemes
from sklearn import metrics as sk
from transformers.data.metrics import squad_metrics

warnings.filterwarnings("ignore")
rng = random.Random(7)
SCHEMES = {"iob1": schemes.IOB1, "iob2": schemes.IOB2, "ioe1": schemes.IOE1, "ioe2": schemes.IOE2, "bioes": schemes.IOBES, "bilou": schemes.BILOU}
PREFIXES = {"lenient": "BIESO", "iob1": "IOB", "iob2": "IOB", "ioe1": "IOE", "ioe2": "IOE", "bioes": "BIESO", "bilou": "BILUO"}


def classification():
    classes, count = rng.choice([2, 2, 3, 5, 20]), rng.choice([1, 2, 7, 40, 200])
    truth = [rng.randrange(rng.choice([1, classes])) for _ in range(count)]
    guess = [rng.choice([t, rng.randrange(classes)]) for t in truth]
    case = {"classes": classes, "truth": truth, "prediction": guess, "accuracy": sk.accuracy_score(truth, guess),
            "matthews": float(sk.matthews_corrcoef(truth, guess))}
    for average in ("micro", "macro", "weighted"):
        case[average] = [float(x) for x in sk.precision_recall_fscore_support(truth, guess, average=average, zero_division=0)[:3]]
    if classes == 2:
        case["binary"] = [float(x) for x in sk.precision_recall_fscore_support(truth, guess, average="binary", zero_division=0)[:3]]
    return case


def correlation():
    count = rng.choice([2, 3, 10, 100, 300])
    x = [rng.choice([rng.gauss(0, 1), float(rng.randrange(4)), rng.gauss(0, 1e-3) + 1000]) for _ in range(count)]
    y = [rng.choice([v + rng.gauss(0, 1), float(rng.randrange(3))]) for v in x]
    if rng.random() < 0.1:
        y = [1.5] * count
    return {"x": x, "y": y, "pearson": float(scipy.stats.pearsonr(x, y)[0]), "spearman": float(scipy.stats.spearmanr(x, y)[0]),
            "ranks": [float(r) for r in scipy.stats.rankdata(x)], "mse": sk.mean_squared_error(x, y), "mae": sk.mean_absolute_error(x, y)}


def entities(name):
    types = ["PER", "LOC", "creative-work", ""]

    def tag():
        prefix = rng.choice(PREFIXES[name])
        kind = rng.choice(types)
        return prefix if prefix == "O" or not kind else prefix + "-" + kind

    truth = [[tag() for _ in range(rng.randrange(1, 12))] for _ in range(rng.randrange(1, 8))]
    guess = [[t if rng.random() < 0.7 else tag() for t in row] for row in truth]
    if not any(t != "O" for row in truth + guess for t in row):
        truth[0][0] = "B-PER" if "B" in PREFIXES[name] else "I-PER"
    options = {} if name == "lenient" else {"mode": "strict", "scheme": SCHEMES[name]}
    try:
        report = classification_report(truth, guess, output_dict=True, zero_division=0, **options)
    except ValueError:  # no entity at all
        return entities(name)
    rows = {key: [float(row[k]) for k in ("precision", "recall", "f1-score", "support")] for key, row in report.items()}
    averages = {key.split()[0]: rows.pop(key) for key in list(rows) if key.endswith(" avg")}
    return {"scheme": name, "truth": truth, "prediction": guess, "types": rows, "averages": averages, "accuracy": tag_accuracy(truth, guess)}


WORDS = ["The", "a", "an", "cat.", "Cat", "dog's", "dogs", "É́cole", "ΣΑΣ", "10,000", "«the»", "the_a", "A!", "x-the", "İ", "\u00a0", "",
         "an\u2009the", "naïve", "…", "an\u0301", "a²", "Ⅻ", "the’", "theatre"]


def answer():
    return " ".join(rng.choice(WORDS) for _ in range(rng.randrange(0, 5)))


def v1(questions, predictions):
    total = exact = f1 = 0

    def score(prediction, truth):
        a, b = squad_metrics.normalize_answer(prediction).split(), squad_metrics.normalize_answer(truth).split()
        same = sum((collections.Counter(a) & collections.Counter(b)).values())
        if same == 0:
            return 0
        precision, recall = 1.0 * same / len(a), 1.0 * same / len(b)
        return (2 * precision * recall) / (precision + recall)

    for question in questions:
        total += 1
        if question["id"] in predictions:
            prediction = predictions[question["id"]]
            exact += max(squad_metrics.normalize_answer(prediction) == squad_metrics.normalize_answer(a) for a in question["answers"])
            f1 += max(score(prediction, a) for a in question["answers"])
    return {"exact_match": 100.0 * exact / total, "f1": 100.0 * f1 / total}


def squad(version):
    questions = []
    for i in range(rng.randrange(1, 25)):
        count = rng.randrange(1, 4) if version == 1 or rng.random() < 0.6 else 0
        questions.append({"id": f"q{i}", "answers": [answer() for _ in range(count)]})
    predictions = {q["id"]: rng.choice(q["answers"] + [answer(), ""]) for q in questions if version == 2 or rng.random() < 0.9}
    case = {"version": version, "questions": questions, "predictions": predictions}
    if version == 1:
        return {**case, **v1(questions, predictions)}
    probabilities = {key: rng.choice([0.0, 0.25, 0.5, 1.0, rng.random()]) for key in predictions}
    threshold = rng.choice([1.0, 0.5, 0.25])
    examples = [SimpleNamespace(qas_id=q["id"], answers=[{"text": a} for a in q["answers"]]) for q in questions]
    has = {q["id"]: bool(q["answers"]) for q in questions}
    exact, f1 = squad_metrics.get_raw_scores(examples, predictions)
    exact_at = squad_metrics.apply_no_ans_threshold(exact, probabilities, has, threshold)
    f1_at = squad_metrics.apply_no_ans_threshold(f1, probabilities, has, threshold)
    scores = squad_metrics.make_eval_dict(exact_at, f1_at)
    for name, ids in (("HasAns", [k for k in has if has[k]]), ("NoAns", [k for k in has if not has[k]])):
        if ids:
            squad_metrics.merge_eval(scores, squad_metrics.make_eval_dict(exact_at, f1_at, qid_list=ids), name)
    squad_metrics.find_all_best_thresh(scores, predictions, exact, f1, probabilities, has)
    return {**case, "probabilities": probabilities, "threshold": threshold, "scores": dict(scores)}


cases = {
    "classification": [classification() for _ in range(40)],
    "correlation": [correlation() for _ in range(15)],
    "entities": [entities(name) for name in PREFIXES for _ in range(12)],
    "squad": [squad(version) for version in (1, 2) for _ in range(15)],
    "normalized": [[text, squad_metrics.normalize_answer(text)] for text in (answer() for _ in range(60))],
}
path = pathlib.Path(__file__).parent / "metrics" / "cases.json"
path.write_text(json.dumps(cases, ensure_ascii=False) + "\n", encoding="utf-8")
print(path, path.stat().st_size)
