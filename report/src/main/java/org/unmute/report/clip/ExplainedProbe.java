package org.unmute.report.clip;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.decision.Decisions;
import org.unmute.probes.pool.Contributions;
import org.unmute.probes.pool.PackedProtobin;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.pool.standard.LinpreProbe;
import org.unmute.probes.truth.TrainingBoxes;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.io.SafetensorsFile;

/**
 * A trained or packed probe that can explain its scores.
 *
 * @param name        the probe's name
 * @param classes     a name for each class
 * @param singleLabel whether scores are a softmax over the classes rather than a sigmoid of each
 * @param soundOnly   whether padding rows are omitted from scoring
 * @param layers      number of encoder layers that it reads; 0 if it only reads the last one
 * @param decisions   thresholds and calibration learned on validation clips, or null
 * @param boxes       the boxes that it was trained on, or null
 * @param tokenCheck  throws if the probe was trained on tokens with another key
 * @param onClip      applies the probe to one clip
 */
public record ExplainedProbe(
        String name,
        List<String> classes,
        boolean singleLabel,
        boolean soundOnly,
        int layers,
        Decisions decisions,
        TrainingBoxes boxes,
        Consumer<CacheKey> tokenCheck,
        Function<Features, OnClip> onClip) {
    /**
     * Reads a saved probe, trained or packed.
     *
     * @throws IOException if the file cannot be read or is not a saved probe; the message states the cause
     */
    public static ExplainedProbe open(Path file) throws IOException {
        String format;
        try (SafetensorsFile content = SafetensorsFile.open(file)) {
            format = String.valueOf(content.metadata().get("format"));
        }
        return format.contains("packed") ? of(PackedProtobin.load(file)) : of(TrainedProbe.open(file));
    }

    /** A trained probe. */
    public static ExplainedProbe of(TrainedProbe probe) {
        return new ExplainedProbe(
                probe.probe().name(),
                probe.classes(),
                probe.singleLabel(),
                probe.soundOnly(),
                probe.probe().layers(),
                probe.decisions(),
                probe.boxes(),
                probe::requireTokensOf,
                features -> new Trained(
                        probe, probe.batch(features), features.tokens().count()));
    }

    private static ExplainedProbe of(PackedProtobin probe) {
        return new ExplainedProbe(
                "protobin, packed",
                probe.classes(),
                probe.singleLabel(),
                probe.soundOnly(),
                0,
                probe.decisions(),
                null,
                probe::requireTokensOf,
                features -> new Packed(probe, features.tokens()));
    }

    /**
     * Requires that the probe was trained on tokens with this key.
     *
     * @throws IllegalArgumentException if it was trained on other tokens, or its file does not state which
     */
    public void requireTokensOf(CacheKey key) {
        tokenCheck.accept(key);
    }

    /** The features that the probe pools, without padding rows if it was trained without them. */
    public Features pooled(Features features) {
        return soundOnly ? features.soundOnly() : features;
    }

    /**
     * Applies the probe to one clip; tokens are standardized as in training, and padding rows omitted if they were
     * omitted there.
     *
     * @throws IllegalArgumentException if the features do not match the probe
     */
    public OnClip on(Features features) {
        return onClip.apply(pooled(features));
    }

    /** A probe applied to one clip. */
    public interface OnClip {
        /** Scores before sigmoid or softmax, {@code [classes]}. */
        double[] logits();

        /** Raw scores of logits, {@code [classes]}, bit-identical to those that the probe computes elsewhere. */
        float[] rawScoresOf(float[] logits);

        /** The terms of the logit of a class; empty if the probe cannot decompose it. */
        Optional<Contributions> contributions(int classIndex);

        /**
         * The similarity of prototypes to every token, {@code [which][time · freq]}; only for probes with prototypes.
         */
        float[][] similarities(int[] which);

        /** The attention to each token, averaged over heads or queries; empty if the probe has no attention. */
        default Optional<float[]> attention() {
            return Optional.empty();
        }

        /** The logit of each token for a class; only for probes that classify tokens before pooling. */
        default Optional<float[]> tokenLogits(int classIndex) {
            return Optional.empty();
        }
    }

    private record Trained(TrainedProbe trained, TokenBatch clip, int tokens) implements OnClip {
        private Probe probe() {
            return trained.probe();
        }

        @Override
        public float[] rawScoresOf(float[] logits) {
            return trained.rawScoresOf(logits);
        }

        @Override
        public double[] logits() {
            try (TensorScope _ = new TensorScope()) {
                return Grad.withoutRecording(() -> probe().logits(clip)).toDoubles();
            }
        }

        @Override
        public Optional<Contributions> contributions(int classIndex) {
            try (TensorScope _ = new TensorScope()) {
                return probe().contributions(clip, classIndex);
            }
        }

        @Override
        public float[][] similarities(int[] which) {
            try (TensorScope _ = new TensorScope()) {
                return rows(probe().similarityMap(clip, which).orElseThrow().toFloats(), tokens);
            }
        }

        @Override
        public Optional<float[]> attention() {
            if (Probes.type(probe().name()).hasPrototypes() || probe() instanceof LinpreProbe) {
                return Optional.empty();
            }
            try (TensorScope _ = new TensorScope()) {
                return probe().similarityMap(clip)
                        .map((Tensor map) -> map.mean(1).toFloats());
            }
        }

        @Override
        public Optional<float[]> tokenLogits(int classIndex) {
            return probe() instanceof LinpreProbe
                    ? Optional.of(similarities(new int[] {classIndex})[0])
                    : Optional.empty();
        }
    }

    private record Packed(PackedProtobin probe, TokenMap tokens) implements OnClip {
        @Override
        public double[] logits() {
            return probe.logits(tokens);
        }

        @Override
        public float[] rawScoresOf(float[] logits) {
            return probe.rawScoresOf(logits);
        }

        @Override
        public Optional<Contributions> contributions(int classIndex) {
            return Optional.of(probe.contributions(tokens, classIndex));
        }

        @Override
        public float[][] similarities(int[] which) {
            double[][] all = probe.similarityMap(tokens, which);
            return Arrays.stream(all).map(ExplainedProbe::floats).toArray(float[][]::new);
        }
    }

    /** Converts a flat array in row-major order to a matrix. */
    static float[][] rows(float[] flat, int width) {
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
