package org.unmute.bench.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.unmute.bench.onnx.OnnxNetworks;
import org.unmute.bench.peer.CaseFolder;
import org.unmute.bench.peer.Peer;
import org.unmute.bench.peer.PeerException;
import org.unmute.convert.graph.OnnxGraph;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.SafetensorsFile;

/** ONNX Runtime with all optimizations, weights as initializers of the graph, which it packs when it loads them. */
public final class OnnxRuntime implements Peer {
    private final OrtEnvironment environment;
    private final int threads;

    /** @param threads within an operator; operators run one after the other */
    public OnnxRuntime(int threads) {
        this.threads = threads;
        environment = OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
    }

    @Override
    public String describe() {
        return "ONNX Runtime " + environment.getVersion() + ", its own MLAS multiplies";
    }

    @Override
    public Call prepare(CaseFolder folder) throws Exception {
        OnnxGraph model = switch (folder.kind()) {
            case "matmul" -> OnnxNetworks.matmul(folder.floats("w"), folder.size("in"), folder.size("out"));
            case "match" -> OnnxNetworks.match(folder.floats("p"), folder.size("prototypes"), folder.size("dim"));
            case "forward" -> forward(folder);
            default -> throw new PeerException("no ONNX graph was written for it");
        };
        Path file = folder.file("model.onnx");
        model.write(file);
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
            return new Run(environment, environment.createSession(file.toString(), options), folder);
        }
    }

    private static OnnxGraph forward(CaseFolder folder) throws Exception {
        try (SafetensorsFile weights = SafetensorsFile.open(folder.file(CaseFolder.MODEL))) {
            return OnnxNetworks.forward(
                    weights::floats,
                    folder.size("tokens"),
                    folder.size("dim"),
                    folder.size("heads"),
                    folder.size("depth"));
        }
    }

    private static final class Run implements Call {
        private final OrtSession session;
        private final Map<String, OnnxTensor> inputs;
        private OrtSession.Result result;

        Run(OrtEnvironment environment, OrtSession session, CaseFolder folder) throws Exception {
            this.session = session;
            float[] x = folder.floats("x");
            FloatBuffer direct = ByteBuffer.allocateDirect(4 * x.length)
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer()
                    .put(x)
                    .flip();
            inputs = Map.of(
                    "x",
                    OnnxTensor.createTensor(
                            environment, direct, folder.shape("x").toArray()));
        }

        @Override
        public void run() throws OrtException {
            if (result != null) {
                result.close();
            }
            result = session.run(inputs);
        }

        @Override
        public void show(CaseFolder folder) throws Exception {
            for (Map.Entry<String, OnnxValue> output : result) {
                OnnxTensor tensor = (OnnxTensor) output.getValue();
                Shape shape = Shape.of(tensor.getInfo().getShape());
                if (tensor.getLongBuffer() != null) {
                    long[] wide = new long[Math.toIntExact(shape.elements())];
                    tensor.getLongBuffer().get(wide);
                    folder.write(
                            output.getKey(),
                            shape,
                            Arrays.stream(wide).mapToInt(Math::toIntExact).toArray());
                } else {
                    float[] values = new float[Math.toIntExact(shape.elements())];
                    tensor.getFloatBuffer().get(values);
                    folder.write(output.getKey(), shape, values);
                }
            }
        }

        @Override
        public void close() {
            if (result != null) {
                result.close();
            }
            inputs.values().forEach(OnnxTensor::close);
            try {
                session.close();
            } catch (OrtException e) {
                throw new IllegalStateException("ONNX Runtime does not close its session", e);
            }
        }
    }
}
