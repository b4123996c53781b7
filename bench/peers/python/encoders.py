"""Whole encoders in PyTorch: samples [n] at 16 kHz to patch tokens [tokens, dim], with the front ends of torchaudio.

Weights come under the names of the authors' checkpoints. Each forward uses what PyTorch is fastest with (one product for queries, keys and
values, scaled_dot_product_attention, the bias of distances computed once), not the authors' own code, which is slower.
"""
import math

import torch
import torchaudio
from torch import nn
from torch.nn import functional as F

import networks
from networks import Linear, Norm

RATE = 16000


def kaldi(samples, window, mel=128):
    """The log mel filter bank of samples [n]: [frames, mel]."""
    return torchaudio.compliance.kaldi.fbank(samples[None], htk_compat=True, sample_frequency=RATE, use_energy=False, window_type=window,
                                             num_mel_bins=mel, dither=0.0, frame_shift=10)


class Fbank(nn.Module):
    def forward(self, samples):
        return kaldi(samples, "hanning")


class Patches(nn.Module):
    """Non-overlapping patches, as a convolution, in time order."""

    def __init__(self, weights, name):
        super().__init__()
        self.weight = nn.Parameter(weights[name + ".weight"], requires_grad=False)
        self.bias = nn.Parameter(weights[name + ".bias"], requires_grad=False) if name + ".bias" in weights else None

    def forward(self, x):
        y = F.conv2d(x, self.weight, self.bias, stride=self.weight.shape[2:])
        return y.flatten(2).transpose(1, 2)


class PostBlock(networks.Block):
    """Post-norm block."""

    def forward(self, x):
        x = self.norm1(x + self.attn(x))
        return self.norm2(x + self.fc2(F.gelu(self.fc1(x))))


class Eat(nn.Module):
    MEAN, STD, FRAMES = -4.268, 4.569, 1024

    def __init__(self, weights, heads, depth):
        super().__init__()
        image = "modality_encoders.IMAGE."
        self.patches = Patches(weights, image + "local_encoder.proj")
        self.register_buffer("positions", weights[image + "fixed_positional_encoder.positions"])
        self.register_buffer("cls", weights[image + "extra_tokens"])
        self.norm = Norm(weights, image + "context_encoder.norm")
        self.blocks = nn.ModuleList([PostBlock(weights, f"blocks.{i}.", heads) for i in range(depth)])

    def forward(self, samples):
        x = kaldi(samples - samples.mean(), "hanning")[:self.FRAMES]
        x = F.pad(x, (0, 0, 0, self.FRAMES - x.shape[0]))
        x = (x - self.MEAN) / (2 * self.STD)
        x = torch.cat([self.cls, self.patches(x[None, None]) + self.positions], 1)
        x = self.norm(x)
        for block in self.blocks:
            x = block(x)
        return x[0, 1:]


class BeatsAttention(nn.Module):
    """Attention with a relative position bias, gated per query."""

    def __init__(self, weights, name, heads):
        super().__init__()
        maps = [name + "." + part for part in ("q_proj", "k_proj", "v_proj")]
        packed = {"qkv.weight": torch.cat([weights[m + ".weight"] for m in maps]), "qkv.bias": torch.cat([weights[m + ".bias"] for m in maps])}
        self.qkv = Linear(packed, "qkv")
        self.proj = Linear(weights, name + ".out_proj")
        self.gate = Linear(weights, name + ".grep_linear")
        self.register_buffer("scale", weights[name + ".grep_a"])
        self.heads = heads

    def forward(self, x, distances):
        batch, tokens, dim = x.shape
        q, k, v = self.qkv(x).reshape(batch, tokens, 3, self.heads, dim // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        gate_a, gate_b = torch.sigmoid(self.gate(q).reshape(batch, self.heads, tokens, 2, 4).sum(-1)).chunk(2, -1)
        bias = (gate_a * (gate_b * self.scale - 1.0) + 2.0) * distances
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=bias)
        return self.proj(mixed.transpose(1, 2).reshape(batch, tokens, dim))


class BeatsBlock(nn.Module):
    def __init__(self, weights, name, heads, depth):
        super().__init__()
        self.attention = BeatsAttention(weights, name + "self_attn", heads)
        self.norm1 = Norm(weights, name + "self_attn_layer_norm", Beats.EPS)
        self.norm2 = Norm(weights, name + "final_layer_norm", Beats.EPS)
        self.fc1 = Linear(weights, name + "fc1")
        self.fc2 = Linear(weights, name + "fc2")
        self.alpha = (2 * depth) ** 0.25

    def forward(self, x, distances):
        x = self.norm1(x * self.alpha + self.attention(x, distances))
        return self.norm2(x * self.alpha + self.fc2(F.gelu(self.fc1(x))))


def buckets(tokens, count, most):
    """The bucket of the distance of each key from each query: [tokens, tokens]."""
    distance = torch.arange(tokens)[None, :] - torch.arange(tokens)[:, None]
    side = count // 2
    exact = side // 2
    far = distance.abs()
    wide = exact + (torch.log(far.float() / exact) / math.log(most / exact) * (side - exact)).to(torch.long)
    return (distance > 0).long() * side + torch.where(far < exact, far, wide.clamp(max=side - 1))


class Beats(nn.Module):
    MEAN, STD, FRAMES, EPS, MOST = 15.41663, 6.55582, 1024, 1e-5, 800

    def __init__(self, weights, heads, depth, tokens):
        super().__init__()
        self.patches = Patches(weights, "patch_embedding")
        self.patch_norm = Norm(weights, "layer_norm", self.EPS)
        self.projection = Linear(weights, "post_extract_proj")
        direction = weights["encoder.pos_conv.0.weight_v"]
        weight = direction / direction.norm(dim=(0, 1), keepdim=True) * weights["encoder.pos_conv.0.weight_g"]
        self.conv = nn.Parameter(weight, requires_grad=False)
        self.taps, self.groups = weight.shape[2], weight.shape[0] // weight.shape[1]
        self.conv_bias = nn.Parameter(weights["encoder.pos_conv.0.bias"], requires_grad=False)
        self.norm = Norm(weights, "encoder.layer_norm", self.EPS)
        table = weights["encoder.layers.0.self_attn.relative_attention_bias.weight"]
        self.register_buffer("distances", table[buckets(tokens, table.shape[0], self.MOST)].permute(2, 0, 1)[None].contiguous())
        self.layers = nn.ModuleList([BeatsBlock(weights, f"encoder.layers.{i}.", heads, depth) for i in range(depth)])

    def forward(self, samples):
        x = (kaldi(samples * 32768, "povey")[:self.FRAMES] - self.MEAN) / (2 * self.STD)
        x = self.projection(self.patch_norm(self.patches(x[None, None])))
        near = F.conv1d(x.transpose(1, 2), self.conv, self.conv_bias, padding=self.taps // 2, groups=self.groups)[:, :, :-1]
        x = self.norm(x + F.gelu(near).transpose(1, 2))
        for layer in self.layers:
            x = layer(x, self.distances)
        return x[0]


class Dasheng(nn.Module):
    def __init__(self, weights, heads, depth):
        super().__init__()
        self.spectrogram = torchaudio.transforms.MelSpectrogram(sample_rate=RATE, n_fft=512, hop_length=160, n_mels=64, f_min=0, f_max=8000)
        self.decibels = torchaudio.transforms.AmplitudeToDB(top_db=120)
        for part in ("weight", "bias", "running_mean", "running_var"):
            self.register_buffer("bn_" + part, weights["init_bn.1." + part])
        self.patches = Patches(weights, "patch_embed.proj")
        self.register_buffer("positions", (weights["time_pos_embed"] + weights["freq_pos_embed"])[:, :, 0].transpose(1, 2).contiguous())
        self.blocks = nn.ModuleList([networks.Block(weights, f"blocks.{i}.", heads) for i in range(depth)])
        self.norm = Norm(weights, "norm")

    def forward(self, samples):
        x = self.decibels(self.spectrogram(samples))
        x = F.batch_norm(x[None], self.bn_running_mean, self.bn_running_var, self.bn_weight, self.bn_bias, False, 0.0, 1e-5)
        x = self.patches(x[:, None])
        x = x + self.positions[:, :x.shape[1]]
        for block in self.blocks:
            x = block(x)
        return self.norm(x)[0]


def build(name, weights, samples, heads, depth):
    """An encoder; the number of samples decides the number of relative positions."""
    if name == "eat":
        return Eat(weights, heads, depth)
    if name == "beats":
        frames = 1 + (samples - RATE * 25 // 1000) // (RATE // 100)
        return Beats(weights, heads, depth, min(frames, Beats.FRAMES) // 16 * 8)
    if name == "dasheng":
        return Dasheng(weights, heads, depth)
    raise ValueError(f"no encoder {name} was written for PyTorch")


def read_wav(path):
    """Samples in [-1, 1) of a WAV file with one channel of 16 bits."""
    import wave
    with wave.open(path, "rb") as file:
        data = bytearray(file.readframes(file.getnframes()))
    return torch.frombuffer(data, dtype=torch.int16).to(torch.float32) / 32768
