package org.unmute.report.clip;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.unmute.models.encoder.Features;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.pool.Contributions;
import org.unmute.probes.pool.PackedProtobin;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.pool.standard.LinpreProbe;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.io.SafetensorsFile;

/** A trained or packed probe that can explain its scores. */
public sealed interface ExplainedProbe {
    /**
     * Reads a saved probe of either kind.
     *
     * @throws IOException if it cannot be read or is no saved probe; the message says what is wrong
     */
    static ExplainedProbe open(Path file) throws IOException {
        String format;
        try (SafetensorsFile content = SafetensorsFile.open(file)) {
            format = String.valueOf(content.metadata().get("format"));
        }
        return format.contains("packed") ? new Packed(PackedProtobin.load(file)) : new Trained(TrainedProbe.open(file));
    }

    /** The probe's name. */
    String name();

    /** A name for each class. */
    List<String> classes();

    /** Whether scores are a softmax over the classes, else a sigmoid of each. */
    boolean singleLabel();

    /** Number of encoder layers it reads; 0 if it reads the last one only. */
    int layers();

    /**
     * Checks that it was trained on tokens of this key.
     *
     * @throws IllegalArgumentException if it was trained on other tokens, or its file does not state which
     */
    void requireTokensOf(CacheKey key);

    /**
     * The probe on one clip; tokens are standardized as in training.
     *
     * @throws IllegalArgumentException if the features do not fit the probe
     */
    OnClip on(Features features);

    /** A probe applied to one clip. */
    interface OnClip {
        /** Scores before sigmoid or softmax, {@code [classes]}. */
        double[] logits();

        /** The terms of a class's logit; empty if the probe cannot split it. */
        Optional<Contributions> contributions(int classIndex);

        /**
         * The similarity of prototypes with every token, {@code [which][time · freq]}; only for a probe that has
         * prototypes.
         */
        float[][] similarities(int[] which);

        /** The attention to each token, averaged over heads or queries; empty if the probe has none. */
        Optional<float[]> attention();

        /** The logit of each token for a class; only for a probe that classifies tokens before pooling. */
        Optional<float[]> tokenLogits(int classIndex);
    }

    /** A trained probe. */
    record Trained(TrainedProbe probe) implements ExplainedProbe {
        @Override
        public String name() {
            return probe.probe().name();
        }

        @Override
        public List<String> classes() {
            return probe.classes();
        }

        @Override
        public boolean singleLabel() {
            return probe.singleLabel();
        }

        @Override
        public int layers() {
            return probe.probe().layers();
        }

        @Override
        public void requireTokensOf(CacheKey key) {
            probe.requireTokensOf(key);
        }

        @Override
        public OnClip on(Features features) {
            TokenBatch clip = probe.batch(features);
            int tokens = features.tokens().count();
            return new OnClip() {
                @Override
                public double[] logits() {
                    try (TensorScope _ = new TensorScope()) {
                        return Grad.withoutRecording(() -> probe.probe().logits(clip))
                                .toDoubles();
                    }
                }

                @Override
                public Optional<Contributions> contributions(int classIndex) {
                    try (TensorScope _ = new TensorScope()) {
                        return probe.probe().contributions(clip, classIndex);
                    }
                }

                @Override
                public float[][] similarities(int[] which) {
                    try (TensorScope _ = new TensorScope()) {
                        return rows(
                                probe.probe()
                                        .similarityMap(clip, which)
                                        .orElseThrow()
                                        .toFloats(),
                                tokens);
                    }
                }

                @Override
                public Optional<float[]> attention() {
                    if (Probes.type(name()).hasPrototypes() || probe.probe() instanceof LinpreProbe) {
                        return Optional.empty();
                    }
                    try (TensorScope _ = new TensorScope()) {
                        return probe.probe()
                                .similarityMap(clip)
                                .map((Tensor map) -> map.mean(false, 1).toFloats());
                    }
                }

                @Override
                public Optional<float[]> tokenLogits(int classIndex) {
                    return probe.probe() instanceof LinpreProbe
                            ? Optional.of(similarities(new int[] {classIndex})[0])
                            : Optional.empty();
                }
            };
        }
    }

    /** A packed protobin. */
    record Packed(PackedProtobin probe) implements ExplainedProbe {
        @Override
        public String name() {
            return "protobin, packed";
        }

        @Override
        public List<String> classes() {
            return probe.classes();
        }

        @Override
        public boolean singleLabel() {
            return probe.singleLabel();
        }

        @Override
        public int layers() {
            return 0;
        }

        @Override
        public void requireTokensOf(CacheKey key) {
            probe.requireTokensOf(key);
        }

        @Override
        public OnClip on(Features features) {
            return new OnClip() {
                @Override
                public double[] logits() {
                    return probe.logits(features.tokens());
                }

                @Override
                public Optional<Contributions> contributions(int classIndex) {
                    return Optional.of(probe.contributions(features.tokens(), classIndex));
                }

                @Override
                public float[][] similarities(int[] which) {
                    double[][] all = probe.similarityMap(features.tokens(), which);
                    return Arrays.stream(all).map(ExplainedProbe::floats).toArray(float[][]::new);
                }

                @Override
                public Optional<float[]> attention() {
                    return Optional.empty();
                }

                @Override
                public Optional<float[]> tokenLogits(int classIndex) {
                    return Optional.empty();
                }
            };
        }
    }

    private static float[][] rows(float[] flat, int width) {
        float[][] rows = new float[flat.length / width][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = Arrays.copyOfRange(flat, i * width, (i + 1) * width);
        }
        return rows;
    }

    private static float[] floats(double[] values) {
        float[] out = new float[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) values[i];
        }
        return out;
    }
}
