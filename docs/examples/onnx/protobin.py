import json, struct, sys, torch

def read(path):  # as safetensors.torch.load_file, with the metadata
    data = bytearray(open(path, "rb").read())
    start = 8 + struct.unpack("<Q", data[:8])[0]
    tensors = json.loads(data[8:start])
    return tensors.pop("__metadata__"), {name: torch.frombuffer(data[start:], dtype=torch.float32,
        offset=t["data_offsets"][0], count=torch.Size(t["shape"]).numel()).reshape(t["shape"]) for name, t in tensors.items()}

about, probe = read(sys.argv[1])  # what unmute export writes
made, clip = read(sys.argv[2])  # what unmute features writes, with token_map [time, freq, dim]
rows = int(made["sound_rows"]) if about["padding"] == "left out" else None
tokens = clip["token_map"][:rows].flatten(0, 1)
if "standardization.token_mean" in probe:
    tokens = (tokens - probe["standardization.token_mean"]) / probe["standardization.token_deviation"]
signs = torch.where(probe["prototype_vectors"] >= 0, 1.0, -1.0)
unit = torch.nn.functional.normalize(tokens, dim=1)
maxima = (unit @ torch.nn.functional.normalize(signs, dim=1).T).amax(0)
if probe["fc.weight"].shape[1] > len(maxima):  # the extremes of channels are read, too
    maxima = torch.cat([maxima, unit.amax(0), (-unit).amax(0)])
logits = probe["fc.weight"] @ maxima + probe["fc.bias"]
scores = logits.softmax(0) if about["single_label"] == "true" else logits.sigmoid()
print(*map("{} {}".format, about["classes"].split("\n"), scores.tolist()), sep="\n")
