"""Writes src/test/resources/golden/mel/mel.safetensors: mel spectrograms for MelReferenceTest.

librosa/*: the formulas of librosa 0.10 (filters.mel, core.stft, power_to_db) written out in NumPy, in float64; librosa
itself was not run. torchaudio/mel64: torchaudio 2.6 in float64. The script also compares librosa/* with torchaudio's own
mel_scale="slaney", norm="slaney", pad_mode="constant" and prints the largest relative difference.

    python3 mel_reference.py src/test/resources/golden/mel/mel.safetensors
"""

import json
import struct
import sys

import numpy as np
import torch
import torchaudio

RATE = 22050


def sound():
    t = np.arange(9000) / RATE
    chirp = 0.4 * np.sin(2 * np.pi * (200 * t + 6000 * t * t))
    noise = np.random.default_rng(7).standard_normal(t.size)
    return (chirp * np.exp(-3 * t) + 0.01 * noise * (t > 0.2)).astype(np.float32)


def hz_to_mel(f):
    f = np.asarray(f, dtype=float)
    return np.where(f >= 1000, 15 + np.log(np.maximum(f, 1e-9) / 1000) / (np.log(6.4) / 27), f * 3 / 200)


def mel_to_hz(m):
    return np.where(m >= 15, 1000 * np.exp(np.log(6.4) / 27 * (m - 15)), m * 200 / 3)


def librosa_filters(rate, size, bands, low, high):
    bins = np.arange(size // 2 + 1) * rate / size
    edges = mel_to_hz(np.linspace(hz_to_mel(low), hz_to_mel(high), bands + 2))
    ramps = edges[:, None] - bins[None, :]
    width = np.diff(edges)
    rise = -ramps[:-2] / width[:-1, None]
    fall = ramps[2:] / width[1:, None]
    return np.maximum(0, np.minimum(rise, fall)) * (2 / (edges[2:] - edges[:-2]))[:, None]


def librosa_mel(x, rate, size, hop, bands, low, high):
    padded = np.pad(x.astype(np.float64), size // 2)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
    frames = 1 + x.size // hop
    power = np.stack([np.abs(np.fft.rfft(window * padded[i * hop : i * hop + size])) ** 2 for i in range(frames)])
    return power @ librosa_filters(rate, size, bands, low, high).T


def power_to_db(power, ref, top=80.0):
    db = 10 * np.log10(np.maximum(1e-10, power)) - 10 * np.log10(np.maximum(1e-10, ref))
    return np.maximum(db, db.max() - top)


def write(path, tensors):
    header, data = {}, b""
    for name, values in tensors.items():
        raw = np.ascontiguousarray(values, dtype="<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text + data)


x = sound()
torch.set_num_threads(1)
wave = torch.from_numpy(x)
mel = librosa_mel(x, RATE, 2048, 512, 128, 0, RATE / 2)
torch.set_default_dtype(torch.float64)
slaney = torchaudio.transforms.MelSpectrogram(
    RATE, 2048, hop_length=512, n_mels=128, mel_scale="slaney", norm="slaney", pad_mode="constant"
)
torch.set_default_dtype(torch.float32)
same = slaney(wave.double()).numpy().T
print("largest difference from torchaudio's slaney form:", np.max(np.abs(same - mel) / np.maximum(mel, mel.max() * 1e-9)))
htk = torchaudio.transforms.MelSpectrogram(RATE, 1024, hop_length=256, n_mels=64, f_min=50.0, f_max=8000.0)
write(
    sys.argv[1],
    {
        "input": x,
        "librosa/mel": mel,
        "librosa/narrow": librosa_mel(x, RATE, 1024, 256, 40, 300, 8000),
        "librosa/db": power_to_db(mel, 1.0),
        "librosa/db_max": power_to_db(mel, mel.max()),
        "torchaudio/mel64": htk.double()(wave.double()).numpy().T,
    },
)
