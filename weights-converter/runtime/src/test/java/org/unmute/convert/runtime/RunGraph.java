package org.unmute.convert.runtime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.unmute.tensor.Tensor;

/** A graph in ONNX Runtime, on the processor. */
final class RunGraph implements AutoCloseable {
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
    private final OrtSession session;

    RunGraph(Path file) throws OrtException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(2);
            session = environment.createSession(file.toString(), options);
        }
    }

    /** All outputs by name, row-major. */
    Map<String, float[]> run(Map<String, Tensor> inputs) throws OrtException {
        Map<String, OnnxTensor> given = new LinkedHashMap<>();
        for (Map.Entry<String, Tensor> e : inputs.entrySet()) {
            FloatBuffer values = FloatBuffer.wrap(e.getValue().toFloats());
            given.put(
                    e.getKey(),
                    OnnxTensor.createTensor(
                            environment, values, e.getValue().shape().toArray()));
        }
        Map<String, float[]> found = new LinkedHashMap<>();
        try (OrtSession.Result result = session.run(given)) {
            for (Map.Entry<String, OnnxValue> output : result) {
                FloatBuffer values = ((OnnxTensor) output.getValue()).getFloatBuffer();
                float[] all = new float[values.remaining()];
                values.get(all);
                found.put(output.getKey(), all);
            }
        } finally {
            given.values().forEach(OnnxTensor::close);
        }
        return found;
    }

    Map<String, String> metadata() throws OrtException {
        return session.getMetadata().getCustomMetadata();
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
