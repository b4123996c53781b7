"""A WAV file to patch tokens in float16 with ONNX Runtime: onnx_embed.py GRAPH WAV RESULT, for a graph that unmute export wrote."""
import os
import sys
import wave

import numpy
import onnxruntime

graph, wav, result = sys.argv[1:]
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 2
session = onnxruntime.InferenceSession(graph, options)
with wave.open(wav) as file:
    samples = numpy.frombuffer(file.readframes(file.getnframes()), numpy.int16).astype(numpy.float32) / 32768
entry = session.get_inputs()[0]
window = numpy.zeros((1, entry.shape[1]), numpy.float32)
window[0, :len(samples)] = samples[:entry.shape[1]]
tokens = session.run(None, {entry.name: window})[0]
os.makedirs(result)
tokens.astype(numpy.float16).tofile(os.path.join(result, "tokens.f16"))
