"""mAP of scikit-learn's logistic regression on pooled tokens: defaults_study.py TOKENS.safetensors LABELS.csv linear-mean|linearc-freqconcat.

TOKENS is of bench/study/TokenExport.java. As the linear probes of `unmute probe`: a clip's mean token, or the means of its bands, standardized over the training
clips, a classifier for each class, and the one C for all classes that has the least loss on clips left out in turn, in five parts. The mean of three draws of the parts.
"""
import csv
import json
import struct
import sys
import warnings

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score

STRENGTHS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10)


def pooled(path, probe):
    with open(path, "rb") as file:
        data = file.read()
    size = struct.unpack("<Q", data[:8])[0]
    vectors = {}
    for name, t in json.loads(data[8:8 + size]).items():
        if name != "__metadata__":
            begin, end = t["data_offsets"]
            tokens = np.frombuffer(data[8 + size + begin:8 + size + end], "<f4").reshape(t["shape"])
            vectors[name] = tokens.mean((0, 1)) if probe == "linear-mean" else tokens.mean(0).ravel()
    return vectors


def scores(x, y, other, strength):
    result = np.zeros((len(other), y.shape[1]))
    for c in range(y.shape[1]):
        if 0 < y[:, c].sum() < len(y):
            result[:, c] = LogisticRegression(C=strength, max_iter=2000).fit(x, y[:, c]).decision_function(other)
    return result


def main(tokens, labels, probe):
    vectors = pooled(tokens, probe)
    with open(labels, encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    classes = sorted({label for row in rows for label in row["labels"].split(";")} - {""})

    def part(split):
        chosen = [row for row in rows if row["split"] == split]
        return (np.stack([vectors[row["file"]] for row in chosen]).astype(np.float64),
                np.array([[c in row["labels"].split(";") for c in classes] for row in chosen], int))

    x, y = part("train")
    other, truth = part("test")
    mean, deviation = x.mean(0), x.std(0) + 1e-12
    x, other = (x - mean) / deviation, (other - mean) / deviation
    present = truth.sum(0) > 0

    def chosen(seed):
        place = np.empty(len(y), int)
        for kind in range(len(classes)):
            members = np.flatnonzero(y.argmax(1) == kind)
            place[members] = (np.random.default_rng(seed).permutation(len(members)) + kind) % 5

        def loss(strength):
            total = 0
            for fold in range(5):
                out = place == fold
                logits = scores(x[~out], y[~out], x[out], strength)
                total += (np.logaddexp(0, logits) - y[out] * logits).sum()
            return total

        return min(STRENGTHS, key=loss)

    def precision(strength):
        logits = scores(x, y, other, strength)
        return average_precision_score(truth[:, present], logits[:, present], average="macro")

    print(f"{np.mean([precision(chosen(seed)) for seed in range(3)]):.3f}")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(*sys.argv[1:])
