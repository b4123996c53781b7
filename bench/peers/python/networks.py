"""The measured networks in PyTorch, with the operators that PyTorch is fastest with."""
import torch
from torch import nn
from torch.nn import functional as F

EPS = 1e-6


class Linear(nn.Module):
    def __init__(self, weights, name):
        super().__init__()
        self.weight = nn.Parameter(weights[name + ".weight"], requires_grad=False)
        self.bias = nn.Parameter(weights[name + ".bias"], requires_grad=False)

    def forward(self, x):
        return F.linear(x, self.weight, self.bias)


class Norm(nn.Module):
    def __init__(self, weights, name, eps=EPS):
        super().__init__()
        self.weight = nn.Parameter(weights[name + ".weight"], requires_grad=False)
        self.bias = nn.Parameter(weights[name + ".bias"], requires_grad=False)
        self.eps = eps

    def forward(self, x):
        return F.layer_norm(x, self.weight.shape, self.weight, self.bias, self.eps)


class Attention(nn.Module):
    def __init__(self, weights, name, heads):
        super().__init__()
        self.qkv = Linear(weights, name + ".qkv")
        self.proj = Linear(weights, name + ".proj")
        self.heads = heads

    def forward(self, x):
        batch, tokens, dim = x.shape
        q, k, v = self.qkv(x).reshape(batch, tokens, 3, self.heads, dim // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        mixed = F.scaled_dot_product_attention(q, k, v)
        return self.proj(mixed.transpose(1, 2).reshape(batch, tokens, dim))


class Block(nn.Module):
    def __init__(self, weights, name, heads, eps=EPS):
        super().__init__()
        self.norm1 = Norm(weights, name + "norm1", eps)
        self.attn = Attention(weights, name + "attn", heads)
        self.norm2 = Norm(weights, name + "norm2", eps)
        self.fc1 = Linear(weights, name + "mlp.fc1")
        self.fc2 = Linear(weights, name + "mlp.fc2")

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.fc2(F.gelu(self.fc1(self.norm2(x))))


class Forward(nn.Module):
    """Pre-norm blocks and a final norm."""

    def __init__(self, weights, dim, heads, depth):
        super().__init__()
        self.blocks = nn.ModuleList([Block(weights, f"blocks.{i}.", heads) for i in range(depth)])
        self.norm = Norm(weights, "norm")

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self.norm(x)


class Match(nn.Module):
    """Max cosine of signs [prototypes, dim] over tokens [n, dim], and its token."""

    def __init__(self, signs):
        super().__init__()
        self.register_buffer("signs", signs / signs.shape[1] ** 0.5)

    def forward(self, x):
        cosines = F.normalize(x, dim=1) @ self.signs.t()
        return cosines.max(0)
