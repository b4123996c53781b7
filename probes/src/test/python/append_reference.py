#!/usr/bin/env python3
"""Appends reference numbers of a probe to probes/src/test/resources/golden/probes.

    append_reference.py NAME REFERENCE.py [--seed N]

REFERENCE.py is the same probe written once more, in PyTorch or, where that is missing, in NumPy:

    OPTIONS = "heads=4"                          # options of the probe, as on the command line; may be ""
    SOURCE = "authors/code poolings/x.py"        # where the formula is from

    def parameters(normal, D, C):                # normal(*shape) draws N(0, 1)
        return {"fc.weight": normal(C, D) / D ** 0.5, "fc.bias": normal(C)}

    def forward(p, tokens, cls):                 # tokens [B, N, D], n = t * F + f; cls [B, D]
        d = tokens.mean(1)                       # the descriptor
        return d, d @ p["fc.weight"].T + p["fc.bias"]

Stored are inputs, descriptor, logits, the asymmetric loss and its gradients, computed in float64. With PyTorch, gradients are its own and
tolerances come from its float32; with NumPy, gradients are central differences. Only NumPy is needed beside the reference.
"""
import argparse
import gzip
import importlib.util
import json
import pathlib
import re
import struct

import numpy as np

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "resources/golden/probes"
B, T, F, D, C = 4, 5, 2, 16, 3
ULP = 2.0**-24
STEP = 1e-5


def asymmetric_loss(xp, x, y):
    p = 1 / (1 + xp.exp(-x))
    shifted = xp.clip(p - 0.05, 0, 1)
    terms = y * xp.log(xp.clip(p, 1e-8, 1)) + (1 - y) * xp.log(xp.clip(1 - shifted, 1e-8, 1))
    return -(terms * (y * (1 - p) + (1 - y) * shifted) ** (y + 4 * (1 - y))).mean()


def with_torch(reference, values, targets, dtype):
    import torch

    dtype = getattr(torch, dtype)
    leaf = {k: torch.tensor(v, dtype=dtype, requires_grad=True) for k, v in values.items()}
    p = {k[len("param."):]: v for k, v in leaf.items() if k.startswith("param.")}
    descriptor, logits = reference.forward(p, leaf["in.tokens"], leaf["in.cls"])
    for inner in (descriptor, logits):
        inner.retain_grad()
    loss = asymmetric_loss(torch, logits, torch.tensor(targets, dtype=dtype))
    loss.backward()
    out = {"out.descriptor": descriptor, "out.logits": logits, "loss.asl": loss.reshape(1)}
    for key, x in list(leaf.items()) + [("in.descriptor", descriptor), ("in.logits", logits)]:
        if x.grad is not None:
            out["grad." + key.split(".", 1)[1]] = x.grad
    return {k: v.detach().double().numpy() for k, v in out.items()}


def with_numpy(reference, values, targets, dtype):
    values = {k: v.astype(dtype) for k, v in values.items()}

    def outputs():
        p = {k[len("param."):]: v for k, v in values.items() if k.startswith("param.")}
        return reference.forward(p, values["in.tokens"], values["in.cls"])

    descriptor, logits = outputs()
    out = {"out.descriptor": descriptor, "out.logits": logits, "loss.asl": asymmetric_loss(np, logits, targets).reshape(1)}
    if dtype == "float64":
        for key, x in values.items():
            gradient = np.zeros_like(x)
            for i in np.ndindex(x.shape):
                start = x[i]
                ends = []
                for h in (STEP, -STEP):
                    x[i] = start + h
                    ends.append(asymmetric_loss(np, outputs()[1], targets))
                x[i] = start
                gradient[i] = (ends[0] - ends[1]) / (2 * STEP)
            if gradient.any():
                out["grad." + key.split(".", 1)[1]] = gradient
    return {k: np.asarray(v, dtype="float64") for k, v in out.items()}


def safetensors(tensors):
    header, at = {}, 0
    for name, x in tensors.items():
        kind = "F32" if x.dtype == np.float32 else "I32"
        header[name] = {"dtype": kind, "shape": list(x.shape), "data_offsets": [at, at + x.nbytes]}
        at += x.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(x.tobytes() for x in tensors.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name")
    parser.add_argument("reference", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    spec = importlib.util.spec_from_file_location("reference", args.reference)
    reference = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(reference)
    torch = re.search(r"^\s*(import|from) torch", args.reference.read_text(), re.M) is not None

    random = np.random.default_rng(args.seed)
    values = {"in.tokens": random.standard_normal((B, T * F, D)), "in.cls": random.standard_normal((B, D))}
    for key, p in reference.parameters(lambda *shape: random.standard_normal(shape), D, C).items():
        values["param." + key] = np.asarray(p)
    values = {k: v.astype("float32") for k, v in values.items()}
    targets = (random.random((B, C)) < 0.4).astype("float32")
    compute = with_torch if torch else with_numpy
    exact = compute(reference, values, targets, "float64")
    narrow = compute(reference, values, targets, "float32")

    stored = dict(values, **{"in.targets_multihot": targets})
    stored.update({k: v.astype("float32") for k, v in exact.items()})
    about = {}
    for key, x in stored.items():
        about[key] = {"shape": list(x.shape), "dtype": "F32"}
        if key in exact:
            largest = float(np.abs(exact[key]).max())
            error = float(np.abs(narrow[key] - exact[key]).max()) if key in narrow else 4 * ULP * largest
            about[key].update(max_abs=largest, suggested_atol=max(4 * error, 4 * ULP * largest))
    file = FOLDER / (args.name.replace("-", "_") + "_A.safetensors")
    data = safetensors(stored)
    entry = {
        "file": file.name, "bytes": len(data), "probe": args.name, "options": reference.OPTIONS,
        "dims": {"B": B, "T": T, "F": F, "D": D, "C": C}, "reference": reference.SOURCE,
        "computed_with": "PyTorch" if torch else "NumPy, gradients by central differences",
    }
    index = FOLDER / "index.json.gz"
    document = json.loads(gzip.decompress(index.read_bytes()))
    if any(known["file"] == file.name for known in document["files"]):
        parser.error(f"{index} names {file.name} already: take its entry out first")
    document["files"].append(entry | {"tensors": about})
    file.write_bytes(data)
    index.write_bytes(gzip.compress(json.dumps(document, separators=(",", ":")).encode(), mtime=0))
    print(f"{file}: {len(stored)} tensors; {index} has its entry")


main()
