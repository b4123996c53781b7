"""Trains probes row by row with PyTorch and scores their events, without any code of Unmute: a check of bench/frames-study.

    python3 frames_torch.py TRAIN.safetensors TEST.safetensors LABELS.csv TRAIN_EVENTS.tsv VAL_EVENTS.tsv TEST_EVENTS.tsv PROBE RATE SEEDS

The tokens are those that TokenExport.java writes. LABELS has the columns file, labels, split: train and val. Written from docs/probes.md ("Row by row"),
docs/detect.md ("From tokens to events", "Training on labels with times") and docs/metrics.md alone: share of a row as target, binary cross-entropy, AdamW with a
cosine to 0; median, thresholds and drop by the F1 of events and seconds on clips left out, gaps of 0.2 s, events of at least 0.1 s. Prints macro F1 of events and of segments for each seed.
"""

import csv
import json
import math
import sys

import numpy as np
import torch

EPOCHS, BATCH, DECAY, PROTOTYPES = 30, 32, 1e-4, 20
GAP, SHORTEST, COLLAR = 0.2, 0.1, 0.2
MEDIANS, DROPS, SHRINKAGES, FOLDS = (1, 0.25, 0.5, 2, 4), (0, 1, 2, 3), (math.inf, 64, 32, 16, 8, 0), 8
STEP = 0.25
LEVELS = -10 + STEP * np.arange(65)


def tokens_of(file):
    with open(file, "rb") as f:
        size = int.from_bytes(f.read(8), "little")
        header = json.loads(f.read(size))
        data = f.read()
    times = np.array([float(x) for x in header.pop("__metadata__")["rows"].split(",")])
    clips = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        clips[name] = np.frombuffer(data[begin:end], dtype="<f4").reshape(entry["shape"])
    return clips, times


def events_of(file):
    """For each recording its events, those that touch joined."""
    found = {}
    with open(file) as f:
        for row in csv.DictReader(f, delimiter="\t"):
            found.setdefault(row["filename"], [])
            if row["event_label"]:
                found[row["filename"]].append((row["event_label"], float(row["onset"]), float(row["offset"])))
    return found


def joined(events):
    out = []
    for label, on, off in sorted(events):
        if out and out[-1][0] == label and on <= out[-1][2]:
            out[-1] = (label, out[-1][1], max(off, out[-1][2]))
        else:
            out.append((label, on, off))
    return out


def targets_of(events, times, rows, classes):
    y = np.zeros((rows, len(classes)), dtype=np.float64)
    for label, on, off in joined(events):
        share = np.clip(np.minimum(off, times[1 : rows + 1]) - np.maximum(on, times[:rows]), 0, None)
        y[:, classes.index(label)] += share / np.diff(times[: rows + 1])
    return np.clip(y, 0, 1).astype(np.float32)


class Probe(torch.nn.Module):
    def __init__(self, kind, dim, classes, seed):
        super().__init__()
        g = torch.Generator().manual_seed(seed)
        width = dim
        if kind == "protobin":
            width = PROTOTYPES * classes
            self.vectors = torch.nn.Parameter(torch.randn(width, dim, generator=g) * 0.02)
        bound = 1 / math.sqrt(width)
        self.weight = torch.nn.Parameter((torch.rand(classes, width, generator=g) * 2 - 1) * bound)
        self.bias = torch.nn.Parameter((torch.rand(classes, generator=g) * 2 - 1) * bound)
        self.kind = kind

    def forward(self, x):
        """Logits of rows, [rows, frequency, dim] to [rows, classes]."""
        if self.kind == "protobin":
            signs = torch.where(self.vectors >= 0, 1.0, -1.0)
            p = self.vectors + (signs - self.vectors).detach()
            cosines = torch.nn.functional.normalize(x, dim=2) @ torch.nn.functional.normalize(p, dim=1).T
            x = cosines.amax(1)
        else:
            x = x.mean(1)
        return x @ self.weight.T + self.bias


def trained(kind, rate, clips, y, seed):
    torch.manual_seed(seed)
    probe = Probe(kind, clips[0].shape[2], y[0].shape[1], seed)
    optimizer = torch.optim.AdamW(probe.parameters(), lr=rate, weight_decay=DECAY)
    steps = EPOCHS * math.ceil(len(clips) / BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda t: 0.5 * (1 + math.cos(math.pi * t / steps)))
    order = np.random.default_rng(seed)
    for _ in range(EPOCHS):
        permuted = order.permutation(len(clips))
        for at in range(0, len(clips), BATCH):
            chosen = permuted[at : at + BATCH]
            logits = probe(torch.cat([clips[i] for i in chosen]))
            loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, torch.cat([y[i] for i in chosen]))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return probe


def median(scores, row_seconds, seconds):
    """[rows, classes]; mirrored at both ends."""
    width = int(seconds / row_seconds + 1e-9)
    width -= 1 - width % 2
    if width < 2:
        return scores
    half = width // 2
    padded = np.pad(scores, ((half, half), (0, 0)), mode="symmetric")
    return np.median(np.lib.stride_tricks.sliding_window_view(padded, width, axis=0), axis=-1)


def runs(active, times, lasting):
    """Events of one class: runs of lasting rows with an active one, short gaps closed, short ones left out."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], lasting.astype(np.int8), [0]))))
    out = []
    for first, last in zip(edges[::2], edges[1::2]):
        if not active[first:last].any():
            continue
        on, off = times[first], times[last]
        if out and on - out[-1][1] <= GAP + 1e-6:
            out[-1] = (out[-1][0], off)
        else:
            out.append((on, off))
    return [e for e in out if round(e[1] - e[0], 6) >= SHORTEST]


def logit(p):
    p = np.clip(p, 2.0**-150, 1 - 2.0**-25)
    return np.log(p / (1 - p))


def levels_of(scores, drop, times, c):
    """Events of a class of one clip for each level, [(onset, offset)]."""
    z = logit(scores[:, c].astype(np.float64))
    for level in LEVELS:
        yield runs(z > level, times, z > level - drop)


def judged(scores, truths, times, drop):
    """[classes, folds, levels, 6]: true events, found ones, matched ones, and the same of seconds."""
    classes = scores[0].shape[1]
    out = np.zeros((classes, FOLDS, len(LEVELS), 6), dtype=int)
    for n, (s, truth) in enumerate(zip(scores, truths)):
        for c in range(classes):
            reference = [(a, b) for k, a, b in truth if k == c]
            seconds = {k for a, b in reference for k in range(math.floor(a), math.ceil(b))}
            last, row = None, None
            for level, found in enumerate(levels_of(s, drop, times, c)):
                if found != last:
                    own = {k for a, b in found for k in range(math.floor(a), math.ceil(b))}
                    row = [len(reference), len(found), matched(reference, found), len(seconds), len(own), len(seconds & own)]
                    last = found
                out[c, n % FOLDS, level] += row
    return out


def merit(k):
    """Mean of the F1 of events and of seconds."""
    f = lambda a: 2 * k[..., a + 2] / np.maximum(1, k[..., a] + k[..., a + 1])
    return (f(0) + f(3)) / 2


def first_best(values):
    """The middle of the best ones that follow each other."""
    a = int(np.argmax(values))
    b = a
    while b + 1 < len(values) and values[b + 1] == values[a]:
        b += 1
    return (a + b) // 2


def chosen_logits(k, shrinkage):
    """Of each class a blend of its own best level and the best one for all."""
    own = [first_best(m) for m in merit(k)]
    shared = LEVELS[first_best(merit(k).sum(0))]
    events = k[:, 0, 0]
    if math.isinf(shrinkage):
        return np.full(len(own), shared)
    share = np.where(events == 0, 1, shrinkage / np.maximum(1e-12, events + shrinkage))
    return (1 - share) * LEVELS[own] + share * shared


def learned(raw, truths, times):
    """Window of the median filter, logits of thresholds, and how far below an event lasts."""
    row = times[1] - times[0]
    best, most = None, -1
    for window in MEDIANS:
        scores = [median(s, row, window) for s in raw]
        for drop in DROPS:
            k = judged(scores, truths, times, drop)
            for shrinkage in SHRINKAGES:
                held = 0
                for f in range(FOLDS):
                    rest = k.sum(1) - k[:, f]
                    at = np.clip(np.floor((chosen_logits(rest, shrinkage) - LEVELS[0]) / STEP + 0.5), 0, len(LEVELS) - 1).astype(int)
                    held = held + np.take_along_axis(k[:, f], at[:, None, None], 1)[:, 0]
                if merit(held).mean() > most:
                    most = merit(held).mean()
                    best = window, chosen_logits(k.sum(1), shrinkage), drop
    return best


def matched(reference, found):
    """Size of a maximum matching of events within the collar."""
    fits = [
        [
            d
            for d, (on, off) in enumerate(found)
            if round(abs(on - a) - COLLAR, 6) <= 0 and round(abs(off - b) - max(COLLAR, 0.2 * (b - a)), 6) <= 0
        ]
        for a, b in reference
    ]
    owner = {}

    def assign(r, seen):
        for d in fits[r]:
            if d not in seen:
                seen.add(d)
                if d not in owner or assign(owner[d], seen):
                    owner[d] = r
                    return True
        return False

    return sum(assign(r, set()) for r in range(len(reference)))


def rounded(y, times):
    """Events as runs of rows that a class covers for the most part: (class, onset, offset)."""
    out = []
    for c in range(y.shape[1]):
        edges = np.flatnonzero(np.diff(np.concatenate(([0], (y[:, c] > 0.5).astype(np.int8), [0]))))
        out += [(c, times[a], times[b]) for a, b in zip(edges[::2], edges[1::2])]
    return out


def f1(counts):
    return np.mean([2 * tp / (ref + det) for ref, det, tp in counts if ref > 0])


def scored(scores, logits, drop, truth, classes, times):
    event, segment = np.zeros((len(classes), 3)), np.zeros((len(classes), 3))
    for file, s in scores.items():
        for c, label in enumerate(classes):
            reference = [(a, b) for l, a, b in truth.get(file, []) if l == label]
            z = logit(s[:, c].astype(np.float64))
            found = runs(z > logits[c], times, z > logits[c] - drop)
            event[c] += len(reference), len(found), matched(reference, found)
            ref = {k for a, b in reference for k in range(math.floor(a), math.ceil(b))}
            det = {k for a, b in found for k in range(math.floor(a), math.ceil(b))}
            segment[c] += len(ref), len(det), len(ref & det)
    return f1(event), f1(segment)


def main(train_file, test_file, labels, train_events, val_events, test_events, kind, rate, seeds):
    clips, times = tokens_of(train_file)
    tests, test_times = tokens_of(test_file)
    split = {row["file"]: row["split"] for row in csv.DictReader(open(labels))}
    known = {**events_of(train_events), **events_of(val_events)}
    truth = events_of(test_events)
    classes = sorted({e[0] for events in known.values() for e in events})
    names = [n for n in split if n in clips]
    train = [n for n in names if split[n] == "train"]
    held = [n for n in names if split[n] == "val"]
    stacked = np.concatenate([clips[n].reshape(-1, clips[n].shape[2]) for n in train]).astype(np.float64)
    mean, deviation = stacked.mean(0), stacked.std(0)
    ready = lambda x: torch.from_numpy(((x - mean) / deviation).astype(np.float32))
    y = {n: targets_of(known.get(n, []), times, len(clips[n]), classes) for n in names}
    x_train, y_train = [ready(clips[n]) for n in train], [torch.from_numpy(y[n]) for n in train]
    row = times[1] - times[0]
    results = []
    for seed in [int(s) for s in seeds.split(",")]:
        probe = trained(kind, float(rate), x_train, y_train, seed)
        with torch.no_grad():
            score = lambda x: torch.sigmoid(probe(ready(x))).numpy()
            timed = [rounded(y[n], times) for n in held]
            window, logits, drop = learned([score(clips[n]) for n in held], timed, times)
            found = {n: median(score(x), row, window) for n, x in tests.items() if n in truth}
        results.append(scored(found, logits, drop, truth, classes, test_times))
        print(f"{kind} in PyTorch, seed {seed}: event F1 {results[-1][0]:.3f}, segment F1 {results[-1][1]:.3f}", flush=True)
    print(f"| {kind}, rows, PyTorch | {np.mean([r[0] for r in results]):.3f} | {np.mean([r[1] for r in results]):.3f} | – | – |")


if __name__ == "__main__":
    main(*sys.argv[1:])
