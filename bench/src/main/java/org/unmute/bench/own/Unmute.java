package org.unmute.bench.own;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.unmute.audio.Wav;
import org.unmute.bench.peer.CaseFolder;
import org.unmute.bench.peer.Peer;
import org.unmute.bench.peer.PeerException;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.CheckpointWeights;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.TokenMap;
import org.unmute.models.frontend.FbankOptions;
import org.unmute.models.frontend.KaldiFbank;
import org.unmute.models.frontend.WindowFunction;
import org.unmute.models.vit.Attention;
import org.unmute.models.vit.FeedForward;
import org.unmute.models.vit.LayerNorm;
import org.unmute.models.vit.Trace;
import org.unmute.models.vit.TransformerBlock;
import org.unmute.models.vit.Trunk;
import org.unmute.tensor.DType;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.op.PrototypeOps.PrototypeMaxPool;
import org.unmute.tensor.op.Unary;

/** This engine, used as by its users. */
public final class Unmute implements Peer {
    private static final double EPS = 1e-6;

    private final int threads;

    /** @param threads of the backend */
    public Unmute(int threads) {
        this.threads = threads;
        Backends.use(Backends.open(System.getProperty("unmute.backend", "auto"), threads));
    }

    @Override
    public String describe() {
        return "unmute, " + Backends.current().describe();
    }

    @Override
    public Call prepare(CaseFolder folder) throws Exception {
        return switch (folder.kind()) {
            case "fma-peak" -> new MachineLimit.FmaPeak(threads);
            case "bandwidth" -> new MachineLimit.Bandwidth(threads);
            case "matmul" -> matmul(folder);
            case "forward" -> forward(folder);
            case "encoder" -> encoder(folder);
            case "fbank" -> fbank(folder);
            case "probe-step" -> new OwnProbeStep(folder);
            case "box-step" -> new OwnBoxStep(folder);
            case "pretrain-step" -> new OwnPretrainStep(folder);
            case "match" -> match(folder);
            default -> throw new PeerException("no case of kind " + folder.kind());
        };
    }

    /** A linear map without bias on weights packed once, as in an encoder. */
    private static Call matmul(CaseFolder folder) throws IOException {
        Tensor x = tensor(folder, "x");
        Tensor weight = tensor(folder, "w").freeze();
        return new ScopedCall(() -> Map.of("y", x.linear(weight, null)));
    }

    /** The max cosine of every binarized prototype over the tokens of a clip, and its winner. */
    static Call match(CaseFolder folder) throws IOException {
        Tensor tokens = Tensor.of(folder.floats("x"), 1, folder.size("tokens"), folder.size("dim"));
        Tensor bank = tensor(folder, "p").freeze();
        return new ScopedCall(() -> {
            PrototypeMaxPool pool = tokens.binaryPrototypeMaxPool(bank);
            return Map.of("score", pool.values(), "winner", pool.winners());
        });
    }

    /** Pre-norm transformer blocks and a final norm, from tokens to tokens. */
    private static Call forward(CaseFolder folder) throws IOException {
        Tensor x = tensor(folder, "x");
        int dim = folder.size("dim");
        try (Checkpoint file = Checkpoint.open(folder.file(CaseFolder.MODEL))) {
            CheckpointWeights w = new CheckpointWeights(file);
            List<TransformerBlock> blocks = new ArrayList<>();
            for (int i = 0; i < folder.size("depth"); i++) {
                String b = "blocks." + i + ".";
                blocks.add(new TransformerBlock(
                        TransformerBlock.Kind.PRE,
                        LayerNorm.read(w, b + "norm1", dim, EPS),
                        Attention.read(w, b + "attn", dim, folder.size("heads")),
                        LayerNorm.read(w, b + "norm2", dim, EPS),
                        FeedForward.read(w, b + "mlp", dim, 4L * dim, Unary.GELU)));
            }
            Trunk trunk = new Trunk(blocks);
            LayerNorm norm = LayerNorm.read(w, "norm", dim, EPS);
            return new ScopedCall(() -> {
                // As in an encoder: intermediate results are released before the result is used.
                try (TensorScope inner = new TensorScope()) {
                    return Map.of("y", inner.keep(norm.apply(trunk.apply(x, Trace.NONE))));
                }
            });
        }
    }

    private static Tensor tensor(CaseFolder folder, String input) throws IOException {
        return Tensor.of(folder.floats(input), folder.shape(input).toArray());
    }

    /** An encoder from a WAV file to patch tokens, as in {@code unmute embed}: read, fbank, network. */
    private static Call encoder(CaseFolder folder) throws IOException {
        Path recording = folder.file(folder.text("wav"));
        Encoder encoder = Encoders.open(folder.file(CaseFolder.MODEL));
        return new Call() {
            private TokenMap map;

            @Override
            public void run() throws IOException {
                map = encoder.encode(Wav.read(recording));
            }

            @Override
            public void show(CaseFolder to) throws IOException {
                to.write("tokens", Shape.of(map.count(), map.dim()), map.tokens());
            }
        };
    }

    /** Kaldi's log mel filter bank of samples in memory. */
    private static Call fbank(CaseFolder folder) throws IOException {
        int mel = folder.size("mel");
        KaldiFbank fbank = new KaldiFbank(FbankOptions.of(folder.size("rate"), mel, WindowFunction.HANNING));
        float[] samples = folder.floats("samples");
        return new Call() {
            private float[] energies;

            @Override
            public void run() {
                energies = fbank.compute(samples);
            }

            @Override
            public void show(CaseFolder to) throws IOException {
                to.write("fbank", Shape.of(energies.length / mel, mel), energies);
            }
        };
    }

    /** A call that computes tensors without recording gradients. They stay valid until the next call. */
    private static final class ScopedCall implements Call {
        private final Supplier<Map<String, Tensor>> body;
        private Map<String, Tensor> results;
        private TensorScope scope;
        private long peak = -1;

        /** @param body returns the outputs by name */
        ScopedCall(Supplier<Map<String, Tensor>> body) {
            this.body = body;
        }

        @Override
        public void run() {
            close();
            scope = new TensorScope();
            results = Grad.withoutRecording(body);
            peak = scope.peakBytes();
        }

        @Override
        public void show(CaseFolder folder) throws IOException {
            for (Map.Entry<String, Tensor> e : results.entrySet()) {
                Tensor t = e.getValue();
                if (t.dtype() == DType.I32) {
                    folder.write(e.getKey(), t.shape(), t.toInts());
                } else {
                    folder.write(e.getKey(), t.shape(), t.toFloats());
                }
            }
        }

        @Override
        public long tensorBytes() {
            return peak;
        }

        @Override
        public void close() {
            if (scope != null) {
                scope.close();
                scope = null;
            }
        }
    }
}
