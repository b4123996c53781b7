"""Whole commands in Python with PyTorch, to compare with those of unmute: program.py embed|probe CASE RESULT THREADS.

Each does what its counterpart does from the start of the process to results on disk, and imports no more than it needs.
"""
import json
import math
import os
import sys

import numpy
import torch


def embed(case, folder, result):
    """A WAV file to patch tokens in float16."""
    import cases
    import encoders
    samples = encoders.read_wav(os.path.join(folder, case["wav"]))
    model = encoders.build(case["encoder"], cases.weights(folder), samples.shape[0], case["heads"], case["depth"])
    with torch.inference_mode():
        tokens = model(samples)
    tokens.to(torch.float16).numpy().tofile(os.path.join(result, "tokens.f16"))


def probe(case, folder, result):
    """Trains a protobin probe on tokens in float16 and saves it; prints the mean loss of the first and the last epoch."""
    import cases
    import steps
    clips, batch, epochs = case["clips"], case["batch"], case["epochs"]
    tokens = torch.from_numpy(numpy.fromfile(os.path.join(folder, "tokens.f16"), dtype=numpy.float16).reshape(clips, case["tokens"], case["dim"]))
    targets = cases.array(folder, "targets")
    weights = cases.weights(folder)
    names = ["prototype_vectors", "fc.weight", "fc.bias"]
    step = steps.Protobin([weights[name] for name in names], case["rate"], [case["decay"]] * len(names), 0.999, 0)
    orders = cases.array(folder, "order").long()
    total = epochs * math.ceil(clips / batch)
    means = []
    for order in orders:
        losses = []
        for own in order.split(batch):
            step.rate = case["rate"] * 0.5 * (1 + math.cos(math.pi * step.steps / total))
            losses.append(float(step(tokens[own], targets[own])))
        means.append(sum(losses) / len(losses))
    torch.save(dict(zip(names, (p.detach() for p in step.parameters_))), os.path.join(result, "probe.pt"))
    print(json.dumps({"firstEpochLoss": means[0], "lastEpochLoss": means[-1]}))


if __name__ == "__main__":
    kind, folder, result, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    torch.set_num_interop_threads(1)
    os.makedirs(result)
    with open(os.path.join(folder, "case.json")) as file:
        {"embed": embed, "probe": probe}[kind](json.load(file), folder, result)
