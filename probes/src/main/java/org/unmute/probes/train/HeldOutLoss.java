package org.unmute.probes.train;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.Standardization;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.tensor.Grad;
import org.unmute.tensor.TensorScope;

/**
 * The loss of clips that a training does not see, at ten points of it. Clips are scored as wholes, as the trained probe
 * scores them: nothing is drawn at random, so the training has the same bits as without. A class of which the training
 * has no clip has no part in it, unless each clip has one class.
 */
final class HeldOutLoss {
    private static final int POINTS = 10;

    private final Probe probe;
    private final @Nullable TokenSet clips;
    private final TrainingSettings settings;
    private final int stepsPerEpoch;
    private final double[] losses;
    private @Nullable BatchReader reader;

    /**
     * @param heldOut null for none
     * @param train the clips of the training
     */
    HeldOutLoss(Probe probe, @Nullable TokenSet heldOut, TokenSet train, TrainingSettings settings) {
        this.probe = probe;
        this.settings = settings;
        stepsPerEpoch = Math.ceilDiv(train.clips(), settings.batch());
        clips = heldOut == null ? null : known(heldOut, train, settings);
        losses = new double[clips == null ? 0 : POINTS];
        Arrays.fill(losses, Double.NaN);
    }

    private static @Nullable TokenSet known(TokenSet heldOut, TokenSet train, TrainingSettings settings) {
        int classes = train.classes();
        float[] targets = heldOut.targets().clone();
        for (int c = 0; c < classes && !settings.objective().isSingleLabel(); c++) {
            int own = c;
            boolean seen = IntStream.range(0, train.clips()).anyMatch(i -> train.targets()[i * classes + own] > 0);
            for (int i = c; !seen && i < targets.length; i += classes) {
                targets[i] = Float.NaN;
            }
        }
        return TokenSet.known(targets).length == 0 ? null : new TokenSet(heldOut.tokens(), targets, classes);
    }

    /** The losses so far, one for each point; NaN where there is none yet, empty without clips. */
    double[] losses() {
        return losses;
    }

    /** Takes the losses of a run that goes on; those that it does not have stay unknown. */
    void restore(double[] saved) {
        System.arraycopy(saved, 0, losses, 0, Math.min(saved.length, losses.length));
    }

    /** The number of epochs of a point. */
    private int epochs(int point) {
        return (int) Math.ceilDiv((point + 1L) * settings.epochs(), POINTS);
    }

    /** Computes the loss if a point is reached; with fewer epochs than points, an epoch has only the last of its. */
    void after(int epoch, @Nullable Standardization standardization) throws IOException {
        int point = (int) ((long) epoch * POINTS / settings.epochs()) - 1;
        if (clips == null || point < 0 || epochs(point) != epoch) {
            return;
        }
        if (reader == null) {
            reader = BatchReader.of(probe, clips.tokens(), standardization).condensed(probe, settings.batch());
        }
        int[] order = IntStream.range(0, clips.clips()).toArray();
        double sum = 0;
        for (int from = 0; from < order.length; from += settings.batch()) {
            try (TensorScope _ = new TensorScope()) {
                BatchReader.Batch batch = reader.read(order, from, Math.min(order.length, from + settings.batch()));
                float[] targets = clips.targets(batch.clips());
                int known = TokenSet.known(targets).length;
                sum += known == 0
                        ? 0
                        : known
                                * Grad.withoutRecording(() -> settings.objective()
                                                .ofKnown(TokenBatch.pooled(batch.parts(), probe::logits), targets))
                                        .item();
            }
        }
        losses[point] = sum / TokenSet.known(clips.targets()).length;
    }

    /** The curve, or null without clips or if a point is missing. */
    @Nullable
    HeldOutCurve curve() {
        List<HeldOutCurve.Point> points = IntStream.range(0, losses.length)
                .filter(i -> Double.isFinite(losses[i]))
                .mapToObj(i -> new HeldOutCurve.Point(epochs(i), (long) epochs(i) * stepsPerEpoch, losses[i]))
                .toList();
        return clips == null || points.size() < Math.min(POINTS, settings.epochs())
                ? null
                : new HeldOutCurve(points, TokenSet.known(clips.targets()).length);
    }
}
