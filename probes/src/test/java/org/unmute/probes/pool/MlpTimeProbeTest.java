package org.unmute.probes.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;

class MlpTimeProbeTest {
    private static final int TIME = 11;
    private static final int FREQ = 2;
    private static final int DIM = 3;
    private static final int HIDDEN = 4;
    private static final int SCALES = 3;

    private final Backend scalar = Backends.open("scalar", 1).backend();

    private Probe probe(String... options) {
        return Probes.create(scalar, "mlp-time", DIM, 2, false, ProbeOptions.parse(options), 3);
    }

    /** The mean of rows {@code from} to {@code to - 1}, where rows beyond the ends are zero. */
    private static double mean(double[][] rows, int from, int to, int d) {
        double sum = 0;
        for (int t = Math.max(0, from); t < Math.min(TIME, to); t++) {
            sum += rows[t][d];
        }
        return sum / (to - from);
    }

    @Test
    void aRowIsScoredWithTheMeansAroundIt() {
        SplittableRandom random = new SplittableRandom(8);
        float[] tokens = new float[TIME * FREQ * DIM];
        double[][] rows = new double[TIME][DIM];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = (float) random.nextGaussian();
            rows[i / DIM / FREQ][i % DIM] += tokens[i] / FREQ;
        }
        TokenBatch batch = new TokenBatch(Tensor.of(scalar, tokens, 1, TIME * FREQ, DIM), null, TIME, FREQ);
        FrameWise probe = (FrameWise) probe("hidden=" + HIDDEN, "scales=" + SCALES, "rows=true");
        assertThat(probe.reach()).isEqualTo(7);
        float[] own = Grad.withoutRecording(() -> probe.frameLogits(batch).toFloats());
        double[] first = probe.parameters().get("fc1.weight").toDoubles();
        double[] bias = probe.parameters().get("fc1.bias").toDoubles();
        double[] second = probe.parameters().get("fc.weight").toDoubles();
        double[] last = probe.parameters().get("fc.bias").toDoubles();
        int parts = 1 + 2 * SCALES;
        for (int t = 0; t < TIME; t++) {
            double[] logits = last.clone();
            for (int h = 0; h < HIDDEN; h++) {
                double x = bias[h];
                for (int d = 0; d < DIM; d++) {
                    int at = h * parts * DIM + d;
                    x += first[at] * rows[t][d];
                    for (int s = 0; s < SCALES; s++) {
                        int length = 1 << s;
                        x += first[at + (1 + 2 * s) * DIM] * mean(rows, t - 2 * length + 1, t - length + 1, d);
                        x += first[at + (2 + 2 * s) * DIM] * mean(rows, t + length, t + 2 * length, d);
                    }
                }
                double gelu = x * normal(x);
                logits[0] += second[h] * gelu;
                logits[1] += second[HIDDEN + h] * gelu;
            }
            assertThat((double) own[2 * t]).isCloseTo(logits[0], within(1e-4));
            assertThat((double) own[2 * t + 1]).isCloseTo(logits[1], within(1e-4));
        }
    }

    /** The normal distribution function, by Simpson's rule. */
    private static double normal(double x) {
        int steps = 200;
        double sum = 0;
        for (int i = 0; i <= steps; i++) {
            double weight = i == 0 || i == steps ? 1 : i % 2 == 1 ? 4 : 2;
            double at = x * i / steps;
            sum += weight * Math.exp(-at * at / 2);
        }
        return 0.5 + sum * x / steps / 3 / Math.sqrt(2 * Math.PI);
    }

    @Test
    void hiddenUnitsOfRowsAndClipsAreDroppedInTrainingAlone() {
        SplittableRandom random = new SplittableRandom(8);
        float[] tokens = new float[TIME * FREQ * DIM];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = (float) random.nextGaussian();
        }
        TokenBatch batch = new TokenBatch(Tensor.of(scalar, tokens, 1, TIME * FREQ, DIM), null, TIME, FREQ);
        for (String rows : List.of("rows=true", "rows=false")) {
            Probe none = probe(rows, "dropout=0");
            Probe half = probe(rows, "dropout=0.5");
            double[] whole = Grad.withoutRecording(() -> none.logits(batch).toDoubles());
            assertThat(Grad.withoutRecording(() -> half.logits(batch).toDoubles()))
                    .isEqualTo(whole);
            assertThat(training(none, batch, 1)).containsExactly(whole, within(1e-6));
            assertThat(training(half, batch, 1))
                    .isEqualTo(training(half, batch, 1))
                    .isNotEqualTo(training(half, batch, 2))
                    .isNotEqualTo(training(none, batch, 1));
        }
        assertThat(probe("rows=true").options().values()).containsEntry("dropout", "0.3");
        assertThatThrownBy(() -> probe("dropout=1.5")).hasMessageContaining("dropout");
    }

    private static double[] training(Probe probe, TokenBatch batch, long seed) {
        return Grad.withoutRecording(() ->
                probe.trainingLogits(List.of(batch), new SplittableRandom(seed)).toDoubles());
    }

    @Test
    void scalesAreLimited() {
        assertThatThrownBy(() -> probe("scales=13")).hasMessageContainingAll("scales", "12");
        assertThatThrownBy(() -> probe("scales=0")).hasMessageContaining("scales");
    }
}
