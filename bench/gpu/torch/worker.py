"""PyTorch's side of the GPU check: worker.py DEVICE. Orders are lines, answers are lines that start with the mark.

prepare FOLDER KIND name=value ...  builds the work on random inputs (those of RandomNumbers.java), runs it and writes its results
compile FOLDER                      the same through torch.compile
time eager|compiled COUNT           nanoseconds of COUNT runs
release, quit
"""
import math
import os
import sys
import time
import zlib

import numpy
import torch
from torch.nn import functional as F

MARK = "@check "
DEVICE = None


def random(name, scale, *shape):
    """The numbers of RandomNumbers.java, on the device."""
    seed = zlib.crc32(name.encode())
    h = numpy.arange(math.prod(shape), dtype=numpy.uint32) * numpy.uint32(0x9E3779B9) + numpy.uint32(seed)
    h = (h ^ (h >> numpy.uint32(16))) * numpy.uint32(0x85EBCA6B)
    h = (h ^ (h >> numpy.uint32(13))) * numpy.uint32(0xC2B2AE35)
    h = h ^ (h >> numpy.uint32(16))
    x = ((h >> numpy.uint32(8)).astype(numpy.float32) * numpy.float32(2.0 ** -23) - numpy.float32(1)) * numpy.float32(scale)
    return torch.from_numpy(x.reshape(shape)).to(DEVICE)


class Forward:
    """A function of inputs, without gradients."""

    def __init__(self, function, *inputs):
        self.functions = {"eager": function}
        self.inputs = inputs

    def compile(self):
        self.functions["compiled"] = torch.compile(self.functions["eager"])

    def run(self, way):
        with torch.inference_mode():
            return self.functions[way](*self.inputs)

    def results(self, way):
        return {"y": self.run(way).float()}


def operand_type(bits):
    """19 bits mean TF32, a mode of products in float32; 16 bfloat16."""
    torch.backends.cuda.matmul.allow_tf32 = bits == 19
    return torch.bfloat16 if bits == 16 else torch.float32


def matmul(rows, inner, out, bits):
    rounded = operand_type(bits)
    return Forward(F.linear, random("x", 1, rows, inner).to(rounded), random("w", 1, out, inner).to(rounded))


def attention(batch, heads, tokens, depth, bits):
    rounded = operand_type(bits)
    return Forward(F.scaled_dot_product_attention, *(random(name, 1, batch, heads, tokens, depth).to(rounded) for name in "qkv"))


def match(batch, tokens, dim, prototypes, binary, bits):
    """Prototypes are normalized beforehand, which favours PyTorch; winners come with the values."""
    rounded = operand_type(bits)
    p = random("p", 1, prototypes, dim)
    p = torch.where(p >= 0, 1.0, -1.0) / math.sqrt(dim) if binary else F.normalize(p, dim=1)

    def best_match(x, unit):
        return (F.normalize(x, dim=2).to(rounded) @ unit.t()).max(1)

    work = Forward(best_match, random("x", 1, batch, tokens, dim), p.to(rounded))
    work.results = lambda way: {"y": work.run(way)[0].float()}
    return work


def eat(batch, dim, depth, frames):
    """Post-norm blocks behind a patch embedding, as Eat.java."""
    eps = 1e-6
    heads = max(1, dim // 64)

    def weight(name, *shape):
        return random("model." + name + ".weight", 2.0 ** -4, *shape) + (1 if "norm" in name else 0)

    def layer(name, out, inner):
        return weight(name, out, inner), random("model." + name + ".bias", 2.0 ** -4, out)

    def norm(name):
        return weight(name, dim), random("model." + name + ".bias", 2.0 ** -4, dim)

    cls = random("model.extra_tokens", 2.0 ** -4, 1, 1, dim).expand(batch, 1, dim)
    positions = random("model.fixed_positional_encoder.positions", 2.0 ** -4, 1, 512, dim)[:, :frames // 16 * 8]
    embed = weight("local_encoder.proj", dim, 1, 16, 16), random("model.local_encoder.proj.bias", 2.0 ** -4, dim)
    pre = norm("pre_norm")
    blocks = [{"norm1": norm(f"blocks.{i}.norm1"), "norm2": norm(f"blocks.{i}.norm2"),
               "qkv": layer(f"blocks.{i}.attn.qkv", 3 * dim, dim), "proj": layer(f"blocks.{i}.attn.proj", dim, dim),
               "fc1": layer(f"blocks.{i}.mlp.fc1", 4 * dim, dim), "fc2": layer(f"blocks.{i}.mlp.fc2", dim, 4 * dim)}
              for i in range(depth)]

    def forward(x):
        patches = F.conv2d(x[:, None], *embed, stride=16).flatten(2).transpose(1, 2)
        x = F.layer_norm(torch.cat([cls, patches + positions], 1), (dim,), *pre, eps)
        n = x.shape[1]
        for b in blocks:
            q, k, v = F.linear(x, *b["qkv"]).reshape(batch, n, 3, heads, dim // heads).permute(2, 0, 3, 1, 4).unbind(0)
            mixed = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(batch, n, dim)
            x = F.layer_norm(x + F.linear(mixed, *b["proj"]), (dim,), *b["norm1"], eps)
            x = F.layer_norm(x + F.linear(F.gelu(F.linear(x, *b["fc1"])), *b["fc2"]), (dim,), *b["norm2"], eps)
        return x

    return Forward(forward, random("x", 1, batch, frames, 128))


def asymmetric_loss(x, y):
    """AsymmetricLoss.java with its defaults: gammas 4 and 1, margin 0.05."""
    log_p = F.logsigmoid(x)
    log_q = F.logsigmoid(-x)
    elements = y * log_p.clamp(min=math.log(1e-8)) + (1 - y) * (log_q.exp() + 0.05).clamp(1e-8, 1).log()
    base = y * log_q.exp() + (1 - y) * (log_p.exp() - 0.05).clamp(min=0)
    return -(elements * base.clamp(min=1e-30) ** (y - 4 * y + 4)).mean()


class Training:
    """Steps of protobin; eager and compiled have parameters of their own."""

    def __init__(self, batch, tokens, dim, classes, each, steps, rate, decay):
        count = int(classes * each)
        self.first = [random("prototypes", 2.0 ** -5, count, dim), random("weight", 2.0 ** -5, classes, count),
                      random("bias", 2.0 ** -5, classes)]
        self.x = random("x", 1, batch, tokens, dim)
        self.y = torch.zeros(batch, classes, device=DEVICE)
        self.y[torch.arange(batch), torch.arange(batch) % classes] = 1
        self.steps, self.rate, self.decay = steps, rate, decay
        self.ways = {"eager": self.way(self.loss)}

    def loss(self, prototypes, weight, bias):
        signs = torch.where(prototypes >= 0, 1.0, -1.0)
        signs = prototypes + (signs - prototypes).detach()
        scores = (F.normalize(self.x, dim=2) @ F.normalize(signs, dim=1).t()).max(1).values
        return asymmetric_loss(F.linear(scores, weight, bias), self.y)

    def way(self, loss):
        parameters = [p.clone().requires_grad_() for p in self.first]
        return loss, parameters, torch.optim.AdamW(parameters, lr=self.rate, weight_decay=self.decay, fused=DEVICE.type == "cuda")

    def compile(self):
        self.ways["compiled"] = self.way(torch.compile(self.loss))

    def run(self, way):
        loss, parameters, optimizer = self.ways[way]
        optimizer.zero_grad()
        value = loss(*parameters)
        value.backward()
        optimizer.step()
        return value

    def results(self, way):
        return {"loss": torch.stack([self.run(way).detach() for _ in range(self.steps)])}


def build(kind, sizes):
    torch.backends.cuda.matmul.allow_tf32 = False
    if kind == "matmul":
        return matmul(sizes["rows"], sizes["in"], sizes["out"], sizes["bits"])
    return {"attention": attention, "match": match, "eat": eat, "protobin": Training}[kind](**sizes)


def number(text):
    return float(text) if "." in text else int(text)


def finish():
    if DEVICE.type == "cuda":
        torch.cuda.synchronize()


def write(work, way, folder):
    names = []
    for name, value in work.results(way).items():
        value.detach().contiguous().cpu().numpy().astype("<f4").tofile(os.path.join(folder, f"{way}.{name}"))
        names.append(name)
    return " ".join(names)


def answer(text):
    ANSWERS.write(MARK + text.replace("\n", " ") + "\n")
    ANSWERS.flush()


def serve():
    work = None
    for line in sys.stdin:
        words = line.split()
        try:
            if words[0] == "prepare":
                work = None
                work = build(words[2], {name: number(value) for name, value in (w.split("=") for w in words[3:])})
                answer("prepared " + write(work, "eager", words[1]))
            elif words[0] == "compile":
                work.compile()
                answer("compiled " + write(work, "compiled", words[1]))
            elif words[0] == "time":
                finish()
                begun = time.perf_counter_ns()
                for _ in range(int(words[2])):
                    work.run(words[1])
                finish()
                answer(f"timed {time.perf_counter_ns() - begun}")
            elif words[0] == "release":
                work = None
                if DEVICE.type == "cuda":
                    torch.cuda.empty_cache()
                answer("released")
            elif words[0] == "quit":
                break
        except Exception as e:  # one row must not end the others
            answer(f"failed {type(e).__name__}: {e}"[:500])


if __name__ == "__main__":
    ANSWERS = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    if sys.argv[1].startswith("cuda") and not torch.cuda.is_available():
        answer(f"failed PyTorch {torch.__version__} sees no CUDA device")
        sys.exit(1)
    DEVICE = torch.device(sys.argv[1])
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    where = torch.cuda.get_device_name(DEVICE) if DEVICE.type == "cuda" else f"the CPU, {torch.get_num_threads()} threads"
    answer(f"ready PyTorch {torch.__version__} on {where}")
    serve()
