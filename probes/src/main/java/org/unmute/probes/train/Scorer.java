package org.unmute.probes.train;

import java.io.IOException;
import java.util.stream.IntStream;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.tensor.TensorScope;

/** Scores clips of a token source with a trained probe. */
public final class Scorer {
    private Scorer() {}

    /**
     * The raw scores of all clips ({@link TrainedProbe#rawScores(TokenBatch)}), the input of metrics and thresholds.
     *
     * @param clips of any grids; padding rows are left out if the probe was trained without them
     * @param batch clips per batch, at least 1; affects scores only by rounding
     * @return {@code [clips][classes]}, in [0, 1]: the softmax over classes for a single-label probe, otherwise the
     *     sigmoid of each logit
     * @throws IllegalArgumentException if the clips do not fit the probe
     * @throws IOException if tokens cannot be read
     */
    public static float[][] rawScores(TrainedProbe probe, TokenSource clips, int batch) throws IOException {
        if (batch < 1) {
            throw new IllegalArgumentException("score: batch must be at least 1: " + batch);
        }
        TokenGrid grid = clips.grid();
        if (grid.dim() != probe.probe().dim() || grid.cls() != probe.hasCls()) {
            throw new IllegalArgumentException("score: probe " + probe.probe().name()
                    + " was trained on tokens of dim "
                    + probe.probe().dim() + (probe.hasCls() ? " with cls" : " without cls") + ", the clips are " + grid
                    + ": use the encoder whose tokens it was trained on");
        }
        int[] order = IntStream.range(0, clips.clips()).toArray();
        BatchReader reader =
                BatchReader.of(probe.probe(), probe.soundOnly() ? clips.soundOnly() : clips, probe.standardization());
        float[][] scores = new float[order.length][];
        for (int from = 0; from < order.length; from += batch) {
            int to = Math.min(order.length, from + batch);
            try (TensorScope _ = new TensorScope()) {
                BatchReader.Batch own = reader.read(order, from, to);
                int at = 0;
                for (TokenBatch part : own.parts()) {
                    for (float[] row : probe.rawScores(part)) {
                        scores[own.clips()[at++]] = row;
                    }
                }
            }
        }
        return scores;
    }
}
