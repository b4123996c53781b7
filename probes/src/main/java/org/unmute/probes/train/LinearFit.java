package org.unmute.probes.train;

import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.unmute.probes.pool.Classifier;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.Standardization;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Losses;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.optim.Lbfgs;

/**
 * Fits the linear layer of a probe whose pooling has no parameters to the minimum of a convex loss by {@link Lbfgs}, in
 * place of a number of steps at a learning rate. The loss is scikit-learn's {@code LogisticRegression}: for each class
 * the mean binary cross-entropy over the clips whose target is known, or for one class a clip the mean cross-entropy,
 * plus {@code |W|² / (2 C n)}, with descriptors standardized over the training clips; the bias is not penalized. The
 * layer that is kept takes descriptors as they are.
 */
public final class LinearFit {
    /** Values of C, the inverse strength of the penalty, among which left-out clips choose; the strongest first. */
    static final double[] PATH = {1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1, 3, 10};

    private static final double DEFAULT = 0.3;

    /** Descriptors that may be held at once. */
    private static final long MOST_VALUES = 1L << 28;

    /** Products of clips, features and classes for which all folds are left out in turn; of larger sets only one is. */
    private static final long MOST_OF_ALL_FOLDS = 1L << 30;

    private static final int FOLDS = 5;
    private static final int BATCH = 64;
    private static final Lbfgs.Settings EXACT = new Lbfgs.Settings(1000, 1e-5, 1e-8, 10);
    /** Three digits of the loss of left-out clips suffice to choose. */
    private static final Lbfgs.Settings ROUGH = new Lbfgs.Settings(200, 1e-4, 1e-5, 10);

    private final Backend backend;
    private final Map<String, Tensor> parameters;
    private final float[] descriptors;
    private final float[] targets;
    private final int clips;
    private final int features;
    private final int classes;
    private final boolean singleLabel;
    private final float[] mean;
    private final float[] deviation;
    private final long begun = System.nanoTime();

    /**
     * A layer at the minimum of the loss.
     *
     * @param strength C
     * @param leftOut the loss without penalty of left-out clips for each C that was tried, in order; empty if there
     *     were too few folds to choose
     * @param minimum how the minimization ended; its loss includes the penalty
     * @param seconds for reading, choice and fit
     */
    public record Fitted(double strength, Map<Double, Double> leftOut, Lbfgs.Result minimum, double seconds) {
        /**
         * As the result of a training of one step.
         *
         * @param clips the training clips
         */
        public ProbeTrainer.Result result(TokenSet clips) {
            return new ProbeTrainer.Result(
                    null,
                    new LossHistory(new double[] {minimum.loss()}, 1),
                    new Throughput(clips.clips(), seconds),
                    clips.tokens().isSoundOnly(),
                    null);
        }
    }

    private LinearFit(Probe probe, TokenSet set, boolean singleLabel) throws IOException {
        this.backend = probe.backend();
        this.parameters = probe.parameters();
        this.singleLabel = singleLabel;
        targets = set.targets();
        clips = set.clips();
        classes = set.classes();
        features = parameters.get(Classifier.WEIGHT).shape().dim(1);
        descriptors = read(probe, set.tokens());
        Standardization.Statistics statistics = new Standardization.Statistics(features);
        statistics.add(descriptors, 0, clips);
        mean = statistics.mean();
        deviation = statistics.deviation();
        for (int i = 0; i < descriptors.length; i++) {
            int feature = i % features;
            float value = (descriptors[i] - mean[feature]) / deviation[feature];
            if (!Float.isFinite(value)) {
                throw new TrainingDivergedException("training: the descriptor of clip " + i / features + " has "
                        + descriptors[i] + ": look for NaN in the tokens");
            }
            descriptors[i] = value;
        }
    }

    /**
     * Reads the descriptors of clips.
     *
     * @param probe whose linear layer is to be fitted
     * @param set the training clips
     * @return empty if the loss is not convex in the parameters of the probe, or the descriptors take more than 1 GiB
     * @throws IllegalArgumentException if the clips do not fit the probe or the settings
     * @throws IOException if a clip cannot be read
     */
    public static Optional<LinearFit> of(Probe probe, TokenSet set, TrainingSettings settings) throws IOException {
        boolean convex = probe.isLinear()
                && settings.objective() != Objective.ASL
                && settings.stretch() == 0
                && set.rows() == null
                && set.boxes() == null;
        if (!convex
                || (long) set.clips()
                                * probe.parameters()
                                        .get(Classifier.WEIGHT)
                                        .shape()
                                        .dim(1)
                        > MOST_VALUES) {
            return Optional.empty();
        }
        TrainingFit.require(probe, set, settings);
        return Optional.of(new LinearFit(probe, set, settings.objective().isSingleLabel()));
    }

    private float[] read(Probe probe, TokenSource tokens) throws IOException {
        float[] all = new float[Math.multiplyExact(clips, features)];
        int[] order = IntStream.range(0, clips).toArray();
        BatchReader reader = BatchReader.of(probe, tokens, null);
        for (int from = 0; from < clips; from += BATCH) {
            BatchReader.Batch batch = reader.read(order, from, Math.min(clips, from + BATCH));
            try (TensorScope _ = new TensorScope()) {
                float[] own = Grad.withoutRecording(() -> TokenBatch.pooled(batch.parts(), probe::linearInput))
                        .toFloats();
                for (int i = 0; i < batch.clips().length; i++) {
                    System.arraycopy(own, i * features, all, batch.clips()[i] * features, features);
                }
            }
        }
        return all;
    }

    /**
     * Five folds of the clips to choose the strength of the penalty by, none of which divides a recording.
     *
     * @param recordings recording of each clip
     */
    public static int[] folds(List<String> recordings, TokenSet clips, long seed) {
        return GroupStratification.of(recordings, clips.targets(), clips.classes())
                .folds(FOLDS, seed);
    }

    /** The number of minimizations in {@link #fit(int[], Runnable)}. */
    public int minimizations(int[] folds) {
        return 1 + leftOut(folds) * PATH.length;
    }

    /** How many folds are left out. */
    private int leftOut(int[] folds) {
        int count = Arrays.stream(folds).max().orElse(-1) + 1;
        return count < 2 ? 0 : (long) clips * features * classes > MOST_OF_ALL_FOLDS ? 1 : count;
    }

    /**
     * Chooses the strength of the penalty by the loss of left-out clips and fits the layer on all clips. The parameters
     * of the probe are modified.
     *
     * @param folds the fold of each clip, from 0; the clips of a recording should be in one. Each is left out in turn,
     *     of large sets the first alone. With fewer than two folds C is 0.3
     * @param done called after each minimization
     * @throws IllegalArgumentException if there is not a fold for each clip
     */
    public Fitted fit(int[] folds, Runnable done) {
        if (folds.length != clips) {
            throw new IllegalArgumentException(
                    "linear fit: " + clips + " clips need a fold each, there are " + folds.length);
        }
        Map<Double, Double> leftOut = leftOut(folds) == 0 ? Map.of() : losses(folds, done);
        double strength = leftOut.entrySet().stream()
                .min(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(DEFAULT);
        Lbfgs.Result minimum = fit(strength);
        done.run();
        return new Fitted(strength, leftOut, minimum, (System.nanoTime() - begun) / 1e9);
    }

    /** Fits the layer on all clips with a given C, above 0. The parameters of the probe are modified. */
    public Fitted fitAt(double strength) {
        return new Fitted(strength, Map.of(), fit(strength), (System.nanoTime() - begun) / 1e9);
    }

    /** The mean loss of the clips that were left out for each C. */
    private Map<Double, Double> losses(int[] folds, Runnable done) {
        double[] losses = new double[PATH.length];
        int seen = 0;
        for (int fold = 0; fold < leftOut(folds); fold++) {
            int left = fold;
            try (TensorScope _ = new TensorScope()) {
                Problem train = new Problem(i -> folds[i] != left);
                Problem held = new Problem(i -> folds[i] == left);
                Map<String, Tensor> layer = zeros();
                // Each minimum is where the search for the next one begins.
                for (int i = 0; i < PATH.length; i++) {
                    train.minimize(layer, PATH[i], ROUGH);
                    losses[i] += Grad.withoutRecording(() -> held.loss(layer)).item() * held.count();
                    done.run();
                }
                seen += held.count();
            }
        }
        Map<Double, Double> byStrength = new LinkedHashMap<>();
        for (int i = 0; i < PATH.length; i++) {
            byStrength.put(PATH[i], losses[i] / seen);
        }
        return byStrength;
    }

    /** Fits the layer on all clips with a given C, above 0. */
    Lbfgs.Result fit(double strength) {
        try (TensorScope _ = new TensorScope()) {
            Map<String, Tensor> layer = zeros();
            Lbfgs.Result result = new Problem(_ -> true).minimize(layer, strength, EXACT);
            float[] weight = layer.get(Classifier.WEIGHT).toFloats();
            float[] bias = layer.get(Classifier.BIAS).toFloats();
            for (int c = 0; c < classes; c++) {
                double shifted = bias[c];
                for (int f = 0; f < features; f++) {
                    int at = c * features + f;
                    weight[at] /= deviation[f];
                    shifted -= (double) weight[at] * mean[f];
                }
                bias[c] = (float) shifted;
            }
            assign(Classifier.WEIGHT, weight);
            assign(Classifier.BIAS, bias);
            return result;
        }
    }

    private void assign(String name, float[] values) {
        Tensor parameter = parameters.get(name);
        parameter.detach().assign(Tensor.of(backend, values, parameter.shape().toArray()));
    }

    private Map<String, Tensor> zeros() {
        Map<String, Tensor> layer = new LinkedHashMap<>();
        parameters.forEach((name, p) -> layer.put(name, p.zerosLike().parameter()));
        return layer;
    }

    /** The loss of some clips. */
    private final class Problem {
        private final Tensor x;
        private final Tensor y;
        /** {@code [clips, classes]}: one by the number of clips whose target is known, 0 where it is not. */
        private final Tensor share;
        /** {@code [classes, 1]}: one by the number of clips whose target of the class is known. */
        private final Tensor penalty;

        private final int count;

        Problem(IntPredicate chosen) {
            int[] which = IntStream.range(0, clips).filter(chosen).toArray();
            count = which.length;
            float[] own = new float[count * features];
            float[] truth = new float[count * classes];
            float[] shares = new float[count * classes];
            int[] known = new int[classes];
            for (int i = 0; i < count; i++) {
                System.arraycopy(descriptors, which[i] * features, own, i * features, features);
                for (int c = 0; c < classes; c++) {
                    float target = targets[which[i] * classes + c];
                    truth[i * classes + c] = Float.isNaN(target) ? 0 : target;
                    shares[i * classes + c] = Float.isNaN(target) ? 0 : 1;
                    known[c] += Float.isNaN(target) ? 0 : 1;
                }
            }
            float[] each = new float[classes];
            for (int c = 0; c < classes; c++) {
                each[c] = 1f / Math.max(1, known[c]);
            }
            for (int i = 0; i < shares.length; i++) {
                shares[i] *= each[i % classes];
            }
            x = Tensor.of(backend, own, count, features);
            y = Tensor.of(backend, truth, count, classes);
            share = Tensor.of(backend, shares, count, classes);
            penalty = Tensor.of(backend, each, classes, 1);
        }

        int count() {
            return count;
        }

        /** Without the penalty. */
        Tensor loss(Map<String, Tensor> layer) {
            Tensor logits = x.linear(layer.get(Classifier.WEIGHT), layer.get(Classifier.BIAS));
            return singleLabel
                    ? Losses.crossEntropy(logits, y)
                    : Losses.bceOfElements(logits, y).times(share).sum();
        }

        Lbfgs.Result minimize(Map<String, Tensor> layer, double strength, Lbfgs.Settings settings) {
            return Lbfgs.minimize(
                    layer,
                    () -> {
                        Tensor squares = layer.get(Classifier.WEIGHT).square();
                        return loss(layer).plus(squares.times(penalty).sum().times(0.5 / strength));
                    },
                    settings);
        }
    }
}
