import sys, wave, numpy, onnxruntime
graph = onnxruntime.InferenceSession(sys.argv[1])
about = graph.get_modelmeta().custom_metadata_map
with wave.open(sys.argv[2]) as recording:  # mono, 16 bits, at the graph's rate and of its length
    assert recording.getframerate() == int(about["unmute.sample_rate"])
    pcm = recording.readframes(int(about["unmute.samples"]))
samples = numpy.frombuffer(pcm, "<i2").astype("float32") / 32768
scores = graph.run(["scores"], {"samples": samples[None]})[0][0]
for name, score in zip(about["unmute.classes"].split("\n"), scores):
    print(name, score)
