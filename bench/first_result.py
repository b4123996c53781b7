"""From a WAV file to class scores over time with PyTorch, the work that `unmute detect` does with the encoder in the program: first_result.py WEIGHTS WAV.

Filter bank by torchaudio, six pre-norm blocks on windows of 296 frames with the weights of WEIGHTS, cosines with 1000 prototypes of random signs. It
measures time and memory, not scores: prototypes are random, and positions are left out.
"""
import json
import struct
import sys
import wave

import torch
import torchaudio
from torch.nn import functional as F

FRAMES, MEL, DIM, HEADS, DEPTH = 296, 64, 128, 4, 6


def weights(path):
    with open(path, "rb") as file:
        data = file.read()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + size])
    header.pop("__metadata__", None)
    body = bytearray(data[8 + size:])
    types = {"F16": torch.float16, "F32": torch.float32}

    def tensor(t):
        kind, (begin, end) = types[t["dtype"]], t["data_offsets"]
        return torch.frombuffer(body, dtype=kind, count=(end - begin) // kind.itemsize, offset=begin).reshape(t["shape"]).float()

    return {name: tensor(t) for name, t in header.items()}


def block(x, w, name):
    def linear(y, part):
        return F.linear(y, w[name + part + ".weight"], w[name + part + ".bias"])

    def norm(y, part):
        return F.layer_norm(y, (DIM,), w[name + part + ".weight"], w[name + part + ".bias"])

    q, k, v = linear(norm(x, "norm1"), "attn.qkv").unflatten(2, (3, HEADS, DIM // HEADS)).permute(2, 0, 3, 1, 4)
    x = x + linear(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2), "attn.proj")
    return x + linear(F.gelu(linear(norm(x, "norm2"), "mlp.fc1")), "mlp.fc2")


def main(checkpoint, recording):
    w = weights(checkpoint)
    with wave.open(recording, "rb") as file:
        rate = file.getframerate()
        samples = torch.frombuffer(bytearray(file.readframes(file.getnframes())), dtype=torch.int16).to(torch.float32) / 32768
    if rate != 16000:
        samples = torchaudio.functional.resample(samples, rate, 16000)
    bank = torchaudio.compliance.kaldi.fbank(samples[None], htk_compat=True, sample_frequency=16000, use_energy=False, window_type="hanning",
                                             num_mel_bins=MEL, dither=0.0, frame_shift=10)
    windows = -(-bank.shape[0] // FRAMES)
    bank = F.pad(bank, (0, 0, 0, windows * FRAMES - bank.shape[0])).reshape(windows, 1, FRAMES, MEL)
    x = F.conv2d((bank + 5.025) / (2 * 3.809), w["patch_embed.proj.weight"], w["patch_embed.proj.bias"], stride=(8, 16)).flatten(2).transpose(1, 2)
    x = torch.cat([w["cls_token"].expand(windows, 1, DIM), x], 1)
    for i in range(DEPTH):
        x = block(x, w, f"blocks.{i}.")
    x = F.layer_norm(x, (DIM,), w["norm.weight"], w["norm.bias"])[:, 1:]
    prototypes = torch.randn(1000, DIM, generator=torch.Generator().manual_seed(0)).sign() / DIM ** 0.5
    rows = (F.normalize(x, dim=2) @ prototypes.T).unflatten(1, (FRAMES // 8, MEL // 16)).amax(2)
    print("rows of scores:", rows.shape[0] * rows.shape[1])


if __name__ == "__main__":
    with torch.inference_mode():
        main(*sys.argv[1:])
