"""The work of each kind of case in PyTorch. Inputs and weights come from the case's folder."""
import json
import os
import struct

import numpy
import torch

import encoders
import networks
import steps


class Unsupported(Exception):
    """This kind of case is not supported."""


def array(folder, name):
    return torch.from_numpy(numpy.load(os.path.join(folder, name + ".npy")))


def weights(folder):
    """The weights of a case."""
    return tensors(os.path.join(folder, "model.safetensors"))


def tensors(path):
    """The tensors of a safetensors file (eight bytes of length, a JSON header, the data), mapped into memory."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
    body = numpy.memmap(path, dtype=numpy.uint8, mode="c", offset=8 + length)
    types = {"F32": numpy.float32, "F64": numpy.float64, "I32": numpy.int32, "I64": numpy.int64}
    return {name: torch.from_numpy(body[slice(*entry["data_offsets"])].view(types[entry["dtype"]]).reshape(entry["shape"]))
            for name, entry in header.items() if name != "__metadata__"}


def module(case, folder):
    """The module of a case, the names of its inputs and those of its outputs."""
    kind = case["kind"]
    if kind == "forward":
        return networks.Forward(weights(folder), case["dim"], case["heads"], case["depth"]).eval(), ["x"], ["y"]
    if kind == "match":
        return networks.Match(array(folder, "p")).eval(), ["x"], ["score", "winner"]
    if kind == "encoder":
        samples = array(folder, "samples")
        return encoders.build(case["encoder"], weights(folder), samples.shape[0], case["heads"], case["depth"]).eval(), ["samples"], ["tokens"]
    if kind == "fbank":
        return encoders.Fbank(), ["samples"], ["fbank"]
    if kind == "probe-step":
        return steps.probe_step(case, weights(folder)), ["x", "targets"], ["loss"]
    if kind == "box-step":
        return steps.probe_step(case, weights(folder)), ["x", "boxes"], ["loss"]
    if kind == "pretrain-step":
        return steps.pretrain_step(case, weights(folder)), ["x", "order"], ["loss"]
    raise Unsupported(f"no PyTorch module was written for {kind}")


class Call:
    """A module on inputs that are in memory, or on a WAV file that each call reads again."""

    def __init__(self, folder):
        with open(os.path.join(folder, "case.json")) as file:
            self.case = json.load(file)
        self.module, inputs, self.names = module(self.case, folder)
        self.folder = folder
        self.inputs = [array(folder, name) for name in inputs]
        if self.case["kind"] in ("probe-step", "box-step"):
            self.inputs[0] = self.inputs[0].half()
        self.wav = os.path.join(folder, self.case["wav"]) if "wav" in self.case else None
        self.results = None

    def run(self):
        if self.case["kind"].endswith("step"):
            results = self.module(*self.inputs)
        else:
            with torch.inference_mode():
                results = self.module(*(self.inputs if self.wav is None else [encoders.read_wav(self.wav)]))
        self.results = results if isinstance(results, tuple) else (results,)

    def show(self, folder):
        os.makedirs(folder, exist_ok=True)
        shown = dict(zip(self.names, self.results))
        if self.case["kind"].endswith("step"):
            few = [x[:self.case.get("checked", x.shape[0])] for x in self.inputs]
            shown.update(steps.checked(module(self.case, self.folder)[0], module(self.case, self.folder)[0], few))
        for name, value in shown.items():
            value = value.detach()
            value = value.to(torch.int32) if value.dtype == torch.int64 else value
            numpy.save(os.path.join(folder, name + ".npy"), value.contiguous().numpy())


def prepare(folder):
    return Call(folder)


def export(folder):
    """Writes model.pt and the names of its inputs and outputs for PyTorch without Python."""
    call = Call(folder)
    if call.case["kind"].endswith("step"):
        script = torch.jit.script(call.module)
    else:
        with torch.no_grad():
            script = torch.jit.trace(call.module, tuple(call.inputs))
            # Constant weights gained 4 % with several clips and cost 3 % with one, measured with libtorch 2.7.1.
            if call.case.get("batch", 1) > 1:
                script = torch.jit.freeze(script)
    script.save(os.path.join(folder, "model.pt"))
    with open(os.path.join(folder, "model.pt.names"), "w") as names:
        inputs = module(call.case, folder)[1]
        names.writelines([f"in {name}\n" for name in inputs] + [f"out {name}\n" for name in call.names])
