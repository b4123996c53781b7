"""Trains probes row by row with PyTorch and scores their events, without any code of Unmute: a check of bench/frames-study.

    python3 frames_torch.py TRAIN.safetensors TEST.safetensors LABELS.csv TRAIN_EVENTS.tsv VAL_EVENTS.tsv TEST_EVENTS.tsv PROBE RATE SEEDS

The tokens are those that TokenExport.java writes. LABELS has the columns file, labels, split: train and val. Written from docs/probes.md ("Row by row"),
docs/detect.md ("From tokens to events", "Thresholds") and docs/metrics.md alone: share of a row as target, binary cross-entropy, AdamW with a cosine to 0,
thresholds of max F1 second by second, median over 1 s, gaps of 0.2 s, events of at least 0.1 s. Prints macro F1 of events and of segments for each seed.
"""

import csv
import json
import math
import sys

import numpy as np
import torch

EPOCHS, BATCH, DECAY, PROTOTYPES = 30, 32, 1e-4, 20
MEDIAN, GAP, SHORTEST, COLLAR = 1.0, 0.2, 0.1, 0.2
LEVELS = 300


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


def median(scores, row_seconds):
    """[rows, classes]; mirrored at both ends."""
    width = int(MEDIAN / row_seconds + 1e-9)
    width -= 1 - width % 2
    if width < 2:
        return scores
    half = width // 2
    padded = np.pad(scores, ((half, half), (0, 0)), mode="symmetric")
    return np.median(np.lib.stride_tricks.sliding_window_view(padded, width, axis=0), axis=-1)


def runs(active, times):
    """Events of one class: runs of active rows, short gaps closed, short ones left out."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], active.astype(np.int8), [0]))))
    out = []
    for first, last in zip(edges[::2], edges[1::2]):
        on, off = times[first], times[last]
        if out and on - out[-1][1] <= GAP + 1e-6:
            out[-1] = (out[-1][0], off)
        else:
            out.append((on, off))
    return [e for e in out if round(e[1] - e[0], 6) >= SHORTEST]


def counts_of(active, times):
    """Number of events in each line of [levels, rows], as len(runs(...)) of each."""
    levels, rows = active.shape
    count = np.zeros(levels, dtype=int)
    last = np.full(levels, -np.inf)
    begun = np.full(levels, np.nan)
    for t in range(rows):
        on = active[:, t]
        new = on & ~(times[t] - last <= GAP + 1e-6)
        closing = new & ~np.isnan(begun)
        count[closing] += np.round(last[closing] - begun[closing], 6) >= SHORTEST
        begun[new] = times[t]
        last[on] = times[t + 1]
    open_ = ~np.isnan(begun)
    count[open_] += np.round(last[open_] - begun[open_], 6) >= SHORTEST
    return count


def pieces_of(scores, y, times):
    """Seconds of a clip: rows, whether each class is present, and whether it is absent."""
    start, rows = 0, len(scores)
    while start < rows:
        end = start + 1
        while end < rows and times[end] < times[start] + 1 - 1e-6:
            end += 1
        yield start, end, (y[start:end] > 0.5).any(0), (y[start:end] == 0).all(0)
        start = end


def evidence(scores, ys, times):
    """For each class: its levels, and for each recording found [positives, levels], alarms [levels], positives, seconds of absence."""
    classes = scores[0].shape[1]
    out = []
    for c in range(classes):
        values = np.concatenate([s[:, c] for s in scores])
        logits = np.log(np.clip(values, 1e-9, 1 - 1e-9) / (1 - np.clip(values, 1e-9, 1 - 1e-9)))
        levels = np.quantile(logits, np.concatenate([np.linspace(0.3, 0.95, LEVELS // 2), np.linspace(0.95, 1, LEVELS // 2)[1:]]))
        thresholds = np.append(1 / (1 + np.exp(-levels)), 1.0)[::-1]
        recordings = []
        for s, y in zip(scores, ys):
            found, alarms, seconds, highest = [], np.zeros(len(thresholds), int), 0.0, []
            for a, b, present, absent in pieces_of(s, y, times):
                count = counts_of(s[a:b, c][None, :] > thresholds[:, None], times[a : b + 1])
                highest.append((bool(present[c]), bool(absent[c]), int(np.argmax(count > 0)) if count.any() else len(count)))
                if present[c]:
                    found.append(count > 0)
                elif absent[c]:
                    alarms += count
                    seconds += times[b] - times[a]
            recordings.append((np.array(found).reshape(-1, len(thresholds)), alarms, seconds, highest))
        out.append((thresholds, recordings))
    return out


def tradeoff(part, chosen):
    """Found, alarms (never fewer at a lower threshold), positives and hours over some recordings."""
    thresholds, recordings = part
    own = [recordings[r] for r in chosen]
    # A clip that is found at a threshold is found at all lower ones.
    found = sum((np.maximum.accumulate(r[0], axis=1).sum(0) for r in own if len(r[0])), np.zeros(len(thresholds)))
    alarms = np.maximum.accumulate(sum(r[1] for r in own))
    return thresholds, found, alarms, sum(len(r[0]) for r in own), sum(r[2] for r in own) / 3600


def best_f1(found, alarms, positives, hours, rate):
    recall = found / max(1, positives)
    right = rate * recall
    precision = np.where(right > 0, right / np.maximum(1e-12, right + alarms / max(1e-12, hours)), 0)
    return np.where(recall + precision > 0, 2 * recall * precision / np.maximum(1e-12, recall + precision), 0)


def logit(p):
    p = np.clip(p, 1e-6, 1 - 1e-6)
    return np.log(p / (1 - p))


def at(threshold, trade, which):
    """A figure of a trade-off at a threshold, of which the levels fall."""
    i = np.searchsorted(-trade[0], -threshold, side="right") - 1
    return trade[which][max(0, i)]


def chosen_thresholds(trades, with_class, k, rate):
    grid = np.sort(np.concatenate([t[0] for t in trades]))[::-1]
    index = [np.clip(np.searchsorted(-t[0], -grid, side="right") - 1, 0, None) for t in trades]
    found = sum(t[1][i] for t, i in zip(trades, index))
    alarms = sum(t[2][i] for t, i in zip(trades, index))
    shared = grid[np.argmax(best_f1(found, alarms, sum(t[3] for t in trades), sum(t[4] for t in trades), rate))]
    out = []
    for t, n in zip(trades, with_class):
        if t[3] == 0 or n + k == 0 or math.isinf(k):
            out.append(shared)
            continue
        own = t[0][np.argmax(best_f1(t[1], t[2], t[3], t[4], rate))]
        out.append(1 / (1 + math.exp(-(n * logit(own) + k * logit(shared)) / (n + k))))
    return out


def learned(scores, ys, times):
    parts = evidence(scores, ys, times)
    everyone = range(len(scores))
    trades = [tradeoff(p, everyone) for p in parts]
    # States that are neither present nor absent have no part in the rate.
    known = sum(len(r[0]) for p in parts for r in p[1]) / 3600
    rate = sum(t[3] for t in trades) / (sum(t[4] for t in trades) + known)
    with_class = lambda rs: [sum(len(p[1][r][0]) > 0 for r in rs) for p in parts]
    folds, best, most = min(8, len(scores)), None, -1
    for k in (0, 1, 2, 4, 8, 16, 32, 64, math.inf):
        found = alarms = positives = hours = 0
        for f in range(folds):
            rest = [r for r in everyone if r % folds != f]
            left = [tradeoff(p, [r for r in everyone if r % folds == f]) for p in parts]
            for t, one in zip(chosen_thresholds([tradeoff(p, rest) for p in parts], with_class(rest), k, rate), left):
                found, alarms = found + at(t, one, 1), alarms + at(t, one, 2)
                positives, hours = positives + one[3], hours + one[4]
        merit = best_f1(np.array(found), np.array(alarms), positives, hours, rate)
        if merit >= most:
            most, best = merit, k
    thresholds = chosen_thresholds(trades, with_class(everyone), best, rate)
    for c, (_, recordings) in enumerate(parts):
        if by_chance([h for r in recordings for h in r[3]]):
            thresholds[c] = math.inf
    return thresholds


def by_chance(pieces):
    """Whether the interval of AUROC (Hanley and McNeil 1982) of pieces, by their highest level, holds 0.5."""
    positive = np.array([-h for p, _, h in pieces if p])
    negative = np.array([-h for p, a, h in pieces if a])
    if not len(positive) or not len(negative):
        return True
    order = np.searchsorted(np.sort(negative), positive, "left") + np.searchsorted(np.sort(negative), positive, "right")
    a = order.mean() / 2 / len(negative)
    q1, q2 = a / (2 - a), 2 * a * a / (1 + a)
    var = (a * (1 - a) + (len(positive) - 1) * (q1 - a * a) + (len(negative) - 1) * (q2 - a * a)) / (len(positive) * len(negative))
    return abs(a - 0.5) <= 1.96 * math.sqrt(max(0, var))


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


def f1(counts):
    return np.mean([2 * tp / (ref + det) for ref, det, tp in counts if ref > 0])


def scored(scores, thresholds, truth, classes, times):
    event, segment = np.zeros((len(classes), 3)), np.zeros((len(classes), 3))
    for file, s in scores.items():
        for c, label in enumerate(classes):
            reference = [(a, b) for l, a, b in truth.get(file, []) if l == label]
            found = runs(s[:, c] > thresholds[c], times)
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
            score = lambda x: median(torch.sigmoid(probe(ready(x))).numpy(), row)
            thresholds = learned([score(clips[n]) for n in held], [y[n] for n in held], times)
            found = {n: score(x) for n, x in tests.items() if n in truth}
        results.append(scored(found, thresholds, truth, classes, test_times))
        print(f"{kind} in PyTorch, seed {seed}: event F1 {results[-1][0]:.3f}, segment F1 {results[-1][1]:.3f}", flush=True)
    print(f"| {kind}, rows, PyTorch | {np.mean([r[0] for r in results]):.3f} | {np.mean([r[1] for r in results]):.3f} | – | – |")


if __name__ == "__main__":
    main(*sys.argv[1:])
