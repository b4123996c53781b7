"""Training steps in PyTorch: forward, loss, gradients of all parameters, AdamW. TorchScript compiles them as they are."""
from typing import List

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def asymmetric_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Asymmetric loss with gamma- 4, gamma+ 1, margin 0.05, mean."""
    p = torch.sigmoid(logits)
    q = (1.0 - p + 0.05).clamp(max=1.0)
    loss = targets * torch.log(p.clamp(min=1e-8)) + (1.0 - targets) * torch.log(q.clamp(min=1e-8))
    shown = p * targets + q * (1.0 - targets)
    return -(loss * torch.pow(1.0 - shown, 4.0 - 3.0 * targets)).mean()


class Step(nn.Module):
    """Parameters, moments and the update; subclasses define loss()."""

    parameters_: List[Tensor]
    first: List[Tensor]
    second: List[Tensor]
    decays: List[float]
    steps: int
    ready: bool

    def __init__(self, parameters, rate, decays, beta2, clip):
        super().__init__()
        self.parameters_ = [p.clone() for p in parameters]
        self.first = [torch.zeros_like(p) for p in parameters]
        self.second = [torch.zeros_like(p) for p in parameters]
        self.rate = float(rate)
        self.decays = [float(d) for d in decays]
        self.beta2 = float(beta2)
        self.clip = float(clip)
        self.steps = 0
        self.ready = False

    def prepare(self):
        """Makes tensors that require gradients: those that DJL loads are inference tensors, with gradients off."""
        torch.set_grad_enabled(True)
        if not self.ready:
            self.parameters_ = [p.clone().requires_grad_(True) for p in self.parameters_]
            self.first = [m.clone() for m in self.first]
            self.second = [v.clone() for v in self.second]
            self.ready = True

    def update(self, gradients: List[Tensor]):
        self.steps += 1
        factor = 1.0
        if self.clip > 0:
            squares = torch.zeros(1)
            for g in gradients:
                squares += g.square().sum()
            factor = min(1.0, self.clip / (float(squares.sqrt().item()) + 1e-12))
        correction1 = 1.0 - 0.9 ** self.steps
        correction2 = 1.0 - self.beta2 ** self.steps
        for i, p in enumerate(self.parameters_):
            g = gradients[i]
            if factor < 1.0:
                g = g * factor
            m = self.first[i]
            v = self.second[i]
            p.mul_(1.0 - self.rate * self.decays[i])
            m.lerp_(g, 0.1)
            v.mul_(self.beta2).addcmul_(g, g, value=1.0 - self.beta2)
            p.addcdiv_(m, (v.sqrt() / correction2 ** 0.5).add_(1e-8), value=-self.rate / correction1)

    def gradients(self, loss: Tensor) -> List[Tensor]:
        found: List[Tensor] = []
        for g in torch.autograd.grad([loss], self.parameters_):
            if torch.jit.is_scripting():
                assert g is not None
            found.append(g)
        return found


class ProbeStep(Step):
    """A probe on tokens [batch, tokens, dim] in float16 or float32 and targets [batch, classes]."""

    def logits(self, x: Tensor) -> Tensor:
        return x

    def loss(self, tokens: Tensor, targets: Tensor) -> Tensor:
        self.prepare()
        return asymmetric_loss(self.logits(tokens.to(torch.float32)), targets)

    def forward(self, tokens: Tensor, targets: Tensor) -> Tensor:
        loss = self.loss(tokens, targets)
        gradients = self.gradients(loss)
        with torch.no_grad():
            self.update(gradients)
        return loss.detach().reshape(1)


class Protobin(ProbeStep):
    """Max cosine of each binarized prototype over the tokens, then a linear layer; straight-through gradients."""

    def logits(self, x: Tensor) -> Tensor:
        vectors, weight, bias = self.parameters_[0], self.parameters_[1], self.parameters_[2]
        signs = vectors + (torch.where(vectors >= 0, 1.0, -1.0) - vectors).detach()
        cosines = F.normalize(x, dim=2) @ F.normalize(signs, dim=1).t()
        return F.linear(cosines.max(1)[0], weight, bias)


class FrameProtobin(Protobin):
    """The same for each row of tokens; targets are [batch, rows, classes]."""

    def __init__(self, parameters, rate, decays, beta2, clip, rows: int):
        super().__init__(parameters, rate, decays, beta2, clip)
        self.rows = rows

    def logits(self, x: Tensor) -> Tensor:
        vectors, weight, bias = self.parameters_[0], self.parameters_[1], self.parameters_[2]
        signs = vectors + (torch.where(vectors >= 0, 1.0, -1.0) - vectors).detach()
        cosines = F.normalize(x, dim=2) @ F.normalize(signs, dim=1).t()
        rows = cosines.reshape(x.shape[0], self.rows, x.shape[1] // self.rows, signs.shape[0])
        return F.linear(rows.max(2)[0], weight, bias)


class BoxProtobin(Step):
    """Protobin on boxes [batch, boxes, 5] (rows, columns, class): inside, outside and, of other classes, whole clips."""

    def __init__(self, parameters, rate, decays, beta2, clip, columns: int):
        super().__init__(parameters, rate, decays, beta2, clip)
        self.columns = columns

    def loss(self, tokens: Tensor, boxes: Tensor) -> Tensor:
        self.prepare()
        vectors, weight, bias = self.parameters_[0], self.parameters_[1], self.parameters_[2]
        x = tokens.to(torch.float32)
        signs = vectors + (torch.where(vectors >= 0, 1.0, -1.0) - vectors).detach()
        cosines = F.normalize(x, dim=2) @ F.normalize(signs, dim=1).t()
        grid = torch.arange(x.shape[1])
        t, f = grid // self.columns, grid % self.columns
        found: List[Tensor] = []
        for b in range(boxes.shape[0]):
            for k in range(boxes.shape[1]):
                box = boxes[b, k]
                inside = (t >= box[0]) & (t < box[1]) & (f >= box[2]) & (f < box[3])
                found.append(cosines[b, inside.nonzero().squeeze(1)].max(0)[0])
                found.append(cosines[b, (~inside).nonzero().squeeze(1)].max(0)[0])
        classes = boxes[:, :, 4].to(torch.int64)
        each = classes.reshape(-1, 1).expand(-1, 2).reshape(-1)
        bags = (torch.stack(found) * weight[each]).sum(1) + bias[each]
        other = torch.ones(x.shape[0], weight.shape[0], dtype=torch.bool).scatter(1, classes, False)
        clips = F.linear(cosines.max(1)[0], weight, bias)[other]
        positive = torch.ones(bags.shape[0])
        positive[1::2] = 0.0
        return asymmetric_loss(torch.cat([bags, clips]), torch.cat([positive, torch.zeros(clips.shape[0])]))

    def forward(self, tokens: Tensor, boxes: Tensor) -> Tensor:
        loss = self.loss(tokens, boxes)
        gradients = self.gradients(loss)
        with torch.no_grad():
            self.update(gradients)
        return loss.detach().reshape(1)


class Mhca(ProbeStep):
    """One learned query, keys and values of twelve heads, as the authors' AttentivePooling."""

    def logits(self, x: Tensor) -> Tensor:
        query, key, value = self.parameters_[0], self.parameters_[1], self.parameters_[2]
        batch, tokens, dim = x.shape
        heads = 12
        k = F.linear(x, key).reshape(batch, tokens, heads, dim // heads).transpose(1, 2)
        v = F.linear(x, value).reshape(batch, tokens, heads, dim // heads).transpose(1, 2)
        q = query.expand(batch, 1, dim).reshape(batch, 1, heads, dim // heads).transpose(1, 2)
        pooled = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(batch, dim)
        return F.linear(pooled, self.parameters_[3], self.parameters_[4])


class EfficientProbing(ProbeStep):
    """Learned queries on the tokens themselves, each weighting its slice of the values, as in the public code."""

    def logits(self, x: Tensor) -> Tensor:
        queries, value = self.parameters_[0], self.parameters_[1]
        batch, tokens, dim = x.shape
        count = queries.shape[1]
        attention = ((queries[0] * dim ** -0.5) @ x.transpose(1, 2)).softmax(-1)
        v = F.linear(x, value).reshape(batch, tokens, count, dim // count).permute(0, 2, 1, 3)
        pooled = (attention.unsqueeze(2) @ v).reshape(batch, dim)
        return F.linear(pooled, self.parameters_[2], self.parameters_[3])


PROBES = {"protobin": Protobin, "mhca": Mhca, "ep": EfficientProbing}


def block(x: Tensor, w: List[Tensor], at: int, heads: int) -> Tensor:
    """A pre-norm block whose twelve tensors start at an index of the list."""
    batch, tokens, dim = x.shape
    y = F.layer_norm(x, [dim], w[at], w[at + 1], 1e-6)
    qkv = F.linear(y, w[at + 2], w[at + 3]).reshape(batch, tokens, 3, heads, dim // heads).permute(2, 0, 3, 1, 4)
    mixed = F.scaled_dot_product_attention(qkv[0], qkv[1], qkv[2]).transpose(1, 2).reshape(batch, tokens, dim)
    x = x + F.linear(mixed, w[at + 4], w[at + 5])
    y = F.layer_norm(x, [dim], w[at + 6], w[at + 7], 1e-6)
    return x + F.linear(F.gelu(F.linear(y, w[at + 8], w[at + 9])), w[at + 10], w[at + 11])


BLOCK = ["norm1.weight", "norm1.bias", "attn.qkv.weight", "attn.qkv.bias", "attn.proj.weight", "attn.proj.bias", "norm2.weight", "norm2.bias",
         "mlp.fc1.weight", "mlp.fc1.bias", "mlp.fc2.weight", "mlp.fc2.bias"]


def pretraining_order(depth, decoder_depth):
    """Names of the parameters in the order in which PretrainStep takes them."""
    names = ["patch_embed.proj.weight", "patch_embed.proj.bias", "cls_token"]
    names += [f"blocks.{i}.{part}" for i in range(depth) for part in BLOCK] + ["norm.weight", "norm.bias"]
    names += ["decoder.embed.weight", "decoder.embed.bias", "decoder.mask_token"]
    names += [f"decoder.blocks.{i}.{part}" for i in range(decoder_depth) for part in BLOCK]
    return names + ["decoder.norm.weight", "decoder.norm.bias", "decoder.predict.weight", "decoder.predict.bias"]


def positions(rows, bands, dim):
    """Sine and cosine of the band, then of the row: [1, rows * bands, dim]."""
    quarter = dim // 4
    w = 10000.0 ** (-torch.arange(quarter, dtype=torch.float64) / quarter)
    t = torch.arange(rows, dtype=torch.float64)[:, None, None] * w
    f = torch.arange(bands, dtype=torch.float64)[None, :, None] * w
    parts = [part.expand(rows, bands, quarter) for part in (f.sin(), f.cos(), t.sin(), t.cos())]
    return torch.cat(parts, 2).reshape(1, rows * bands, dim).float()


class PretrainStep(Step):
    """Masked autoencoding of spectrograms [batch, frames, mel]; the first patches in each clip's order are visible."""

    def __init__(self, parameters, rate, decays, case):
        super().__init__(parameters, rate, decays, 0.95, 1.0)
        self.patch = int(case["patch"])
        self.depth = int(case["depth"])
        self.heads = int(case["heads"])
        rows, bands = case["frames"] // self.patch, case["mel"] // self.patch
        self.bands = bands
        self.visible = max(1, round(rows * bands * (1 - case["mask"])))
        self.register_buffer("positions", positions(rows, bands, case["dim"]))
        self.register_buffer("decoder_positions", positions(rows, bands, case["dim"] // 2))

    def loss(self, x: Tensor, order: Tensor) -> Tensor:
        self.prepare()
        w = self.parameters_
        batch = x.shape[0]
        size = self.patch * self.patch
        places = order.to(torch.int64)
        patches = x.reshape(batch, -1, self.patch, self.bands, self.patch).transpose(2, 3).reshape(batch, -1, size)
        count = patches.shape[1]
        seen = places[:, :self.visible].unsqueeze(2)
        mean = patches.mean(2, keepdim=True)
        target = (patches - mean) / torch.sqrt(patches.var(2, unbiased=False, keepdim=True) + 1e-6)
        dim = w[2].shape[2]
        tokens = F.linear(patches.gather(1, seen.expand(-1, -1, size)), w[0].reshape(dim, size), w[1])
        tokens = tokens + self.positions.expand(batch, -1, -1).gather(1, seen.expand(-1, -1, dim))
        y = torch.cat([w[2].expand(batch, -1, -1), tokens], 1)
        at = 3
        for _ in range(self.depth):
            y = block(y, w, at, self.heads)
            at += 12
        y = F.linear(F.layer_norm(y, [dim], w[at], w[at + 1], 1e-6), w[at + 2], w[at + 3])
        half = y.shape[2]
        grid = w[at + 4].expand(batch, count, half).scatter(1, seen.expand(-1, -1, half), y[:, 1:]) + self.decoder_positions
        y = torch.cat([y[:, :1], grid], 1)
        at += 5
        for _ in range(2):
            y = block(y, w, at, max(1, self.heads // 2))
            at += 12
        y = F.linear(F.layer_norm(y, [half], w[at], w[at + 1], 1e-6), w[at + 2], w[at + 3])[:, 1:]
        hidden = torch.ones(batch, count).scatter(1, seen.squeeze(2), 0.0)
        return ((y - target).square().mean(2) * hidden).sum() / (batch * (count - self.visible))

    def forward(self, x: Tensor, order: Tensor) -> Tensor:
        loss = self.loss(x, order)
        gradients = self.gradients(loss)
        with torch.no_grad():
            self.update(gradients)
        return loss.detach().reshape(1)


def probe_step(case, weights):
    parameters = [weights[name] for name in case["parameters"]]
    decays = [case["decay"]] * len(parameters)
    if case["kind"] == "box-step":
        return BoxProtobin(parameters, case["rate"], decays, 0.999, 0, int(case["freq"]))
    if case["rows"] > 0:
        return FrameProtobin(parameters, case["rate"], decays, 0.999, 0, int(case["rows"]))
    return PROBES[case["probe"]](parameters, case["rate"], decays, 0.999, 0)


def pretrain_step(case, weights):
    names = pretraining_order(case["depth"], 2)
    if names != case["parameters"]:
        raise ValueError("the parameters of the case are not those that this step is written for: " + ", ".join(set(names) ^ set(case["parameters"])))
    decays = [case["decay"] if weights[n].dim() > 1 and not n.endswith("token") else 0.0 for n in names]
    return PretrainStep([weights[n] for n in names], case["rate"], decays, case)


def checked(step, fresh, inputs):
    """Gradients of the given parameters, concatenated, and the losses of two steps from them."""
    loss = step.loss(*inputs)
    gradient = torch.cat([g.reshape(-1) for g in step.gradients(loss)])
    return {"gradient": gradient, "losses": torch.cat([fresh(*inputs), fresh(*inputs)])}
