package org.unmute.probes.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.unmute.probes.truth.TrainingBoxes.Band;

class TaughtBandsTest {
    private static final double[][] COLUMNS = {{20, 500}, {500, 1500}, {1500, 4000}, {4000, 8000}};

    private static List<Band> random(SplittableRandom random) {
        List<Band> bands = new ArrayList<>();
        for (int i = 1 + random.nextInt(12); i > 0; i--) {
            double low = 20 + 6000 * random.nextDouble() * random.nextDouble();
            bands.add(new Band(low, low + 10 + (7900 - low) * random.nextDouble(), 1 + random.nextInt(4)));
        }
        return bands;
    }

    private static double[] logits(SplittableRandom random) {
        double[] logits = new double[COLUMNS.length];
        Arrays.setAll(logits, _ -> 6 * random.nextDouble() - 4);
        return logits;
    }

    /** The definition, written down once more with probabilities. */
    private static double[] definition(List<Band> bands, double[] logits) {
        double[] mean = new double[2];
        double sum = 0;
        for (Band band : bands) {
            double in = 0;
            double out = 0;
            double most = -1;
            int nearest = 0;
            for (int f = 0; f < COLUMNS.length; f++) {
                if (share(band, f) > most) {
                    most = share(band, f);
                    nearest = f;
                }
            }
            for (int f = 0; f < COLUMNS.length; f++) {
                double sigmoid = 1 / (1 + Math.exp(-logits[f]));
                if (share(band, f) >= 0.5 || f == nearest) {
                    in = Math.max(in, sigmoid);
                } else {
                    out = Math.max(out, sigmoid);
                }
            }
            double likely = band.boxes() * in * (1 - out);
            sum += likely;
            mean[0] += likely * band.low();
            mean[1] += likely * band.high();
        }
        return new double[] {mean[0] / sum, mean[1] / sum};
    }

    private static double share(Band band, int f) {
        return (Math.min(band.high(), COLUMNS[f][1]) - Math.max(band.low(), COLUMNS[f][0]))
                / (COLUMNS[f][1] - COLUMNS[f][0]);
    }

    @RepeatedTest(60)
    void theBandIsThatOfTheDefinition(RepetitionInfo repetition) {
        SplittableRandom random = new SplittableRandom(repetition.getCurrentRepetition());
        List<Band> bands = random(random);
        double[] logits = logits(random);
        TaughtBands taught = new TaughtBands(bands, COLUMNS);
        assertThat(Arrays.stream(taught.likely(logits)).sum()).isCloseTo(1, within(1e-12));
        assertThat(taught.mean(logits)).containsExactly(definition(bands, logits), within(1e-6));
    }

    @Test
    void aClassWithOneBandHasIt() {
        TaughtBands taught = new TaughtBands(List.of(new Band(300, 310, 7)), COLUMNS);
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 20; i++) {
            assertThat(taught.mean(logits(random))).containsExactly(300, 310);
        }
        // It covers every column: nothing is outside.
        Band all = new Band(20, 8000, 1);
        assertThat(new TaughtBands(List.of(all), COLUMNS).mean(logits(random))).containsExactly(20, 8000);
    }

    @Test
    void withoutEvidenceItIsTheMeanOfTheBoxes() {
        // All bands have columns inside and outside, and all columns have one score.
        TaughtBands taught = new TaughtBands(List.of(new Band(100, 450, 1), new Band(4500, 7900, 3)), COLUMNS);
        assertThat(taught.mean(new double[] {-1, -1, -1, -1}))
                .containsExactly(new double[] {(100 + 3 * 4500) / 4.0, (450 + 3 * 7900) / 4.0}, within(1e-9));
    }

    @Test
    void clearScoresLeaveTheBoxesThatFit() {
        TaughtBands taught = new TaughtBands(List.of(new Band(100, 450, 3), new Band(4500, 7900, 3)), COLUMNS);
        assertThat(taught.mean(new double[] {12, -12, -12, -12})).containsExactly(new double[] {100, 450}, within(0.1));
        assertThat(taught.mean(new double[] {-12, -12, -12, 12}))
                .containsExactly(new double[] {4500, 7900}, within(0.1));
    }

    @Test
    void extremeScoresAreFine() {
        TaughtBands taught = new TaughtBands(List.of(new Band(100, 450, 1), new Band(4500, 7900, 1000)), COLUMNS);
        assertThat(taught.mean(new double[] {1e6, -1e6, -1e6, -1e6})).containsExactly(100, 450);
        assertThat(taught.likely(new double[] {-1e6, -1e6, -1e6, 1e6})).containsExactly(0, 1);
        assertThat(taught.likely(new double[] {-1e6, -1e6, -1e6, -1e6})).doesNotContain(Double.NaN);
    }
}
