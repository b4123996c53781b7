import json, struct, sys, torch

def read(path):  # as safetensors.torch.load_file, with the metadata
    data = bytearray(open(path, "rb").read())
    start = 8 + struct.unpack("<Q", data[:8])[0]
    tensors = json.loads(data[8:start])
    about = tensors.pop("__metadata__")
    return about, {name: torch.frombuffer(data[start:], dtype=torch.float32, offset=t["data_offsets"][0],
                   count=(t["data_offsets"][1] - t["data_offsets"][0]) // 4).reshape(t["shape"]) for name, t in tensors.items()}

about, probe = read(sys.argv[1])  # what unmute export writes
tokens = read(sys.argv[2])[1]["token_map"].flatten(0, 1)  # what unmute features writes: [time, freq, dim]
if "standardization.token_mean" in probe:
    tokens = (tokens - probe["standardization.token_mean"]) / probe["standardization.token_deviation"]
signs = torch.where(probe["prototype_vectors"] >= 0, 1.0, -1.0)
cosines = torch.nn.functional.normalize(tokens, dim=1) @ torch.nn.functional.normalize(signs, dim=1).T
logits = probe["fc.weight"] @ cosines.amax(0) + probe["fc.bias"]
scores = logits.softmax(0) if about["single_label"] == "true" else logits.sigmoid()
for name, score in zip(about["classes"].split("\n"), scores.tolist()):
    print(name, score)
