package org.unmute.probes.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.RowTimes;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.decision.ScoreCalibration;
import org.unmute.probes.pool.FrameWise;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.Standardization;
import org.unmute.probes.pool.TokenLayout;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.tensor.backend.Backends;

class FrameScorerTest {
    private static final int FREQ = 3;
    private static final int DIM = 16;
    private static final List<String> CLASSES = List.of("a", "b", "c");

    private static TokenMap map(long seed, int time) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] tokens = new float[time * FREQ * DIM];
        float[] cls = new float[DIM];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = (float) (1 + 2 * random.nextGaussian());
        }
        for (int i = 0; i < DIM; i++) {
            cls[i] = (float) random.nextGaussian();
        }
        return new TokenMap(time, FREQ, DIM, tokens, cls);
    }

    private static Features withLayers(long seed, int time) {
        return new Features(map(seed, time), List.of(map(seed + 1, time), map(seed + 2, time)), null);
    }

    private static TrainedProbe probe(String name, int layers, boolean singleLabel, Standardization standardization) {
        ProbeOptions options = name.equals("cgp") ? ProbeOptions.parse("total=7") : ProbeOptions.DEFAULTS;
        Probe probe = Probes.create(
                Backends.current(), name, new TokenLayout(DIM, FREQ, true, layers), CLASSES.size(), options, 5);
        return new TrainedProbe(probe, CLASSES, true, singleLabel, standardization, "", "");
    }

    private static Standardization standardization() {
        float[] mean = new float[DIM];
        float[] deviation = new float[DIM];
        Arrays.fill(mean, 1);
        Arrays.fill(deviation, 2);
        return new Standardization(mean, deviation, new float[DIM], deviation);
    }

    @Test
    void protobinScoresRowsByItsFrameLogits() {
        TrainedProbe probe = probe("protobin", 0, false, standardization());
        TokenMap map = map(1, 300);
        // A stride has no effect on single rows.
        float[][] scores = new FrameScorer(probe, 1, 2, null).scores(map);
        float[] logits = ((FrameWise) probe.probe())
                .frameLogits(probe.batch(new Features(map)))
                .toFloats();
        assertThat(scores.length).isEqualTo(300);
        for (int t = 0; t < scores.length; t++) {
            for (int c = 0; c < CLASSES.size(); c++) {
                double logit = logits[t * CLASSES.size() + c];
                assertThat((double) scores[t][c]).isCloseTo(1 / (1 + Math.exp(-logit)), within(1e-6));
            }
            // A single row is a clip of one row.
            assertThat(scores[t]).containsExactly(probe.scores(map.rows(t, t + 1)), within(1e-6f));
        }
        assertThat(IntStream.range(0, 300)
                        .mapToDouble(t -> scores[t][0])
                        .distinct()
                        .count())
                .isGreaterThan(200);
    }

    @Test
    void cgpScoresRowsOfAllLayers() {
        TrainedProbe probe = probe("cgp", 2, true, null);
        Features features = withLayers(4, 20);
        float[][] scores = new FrameScorer(probe, 1, 1, null).scores(features);
        float[] logits =
                ((FrameWise) probe.probe()).frameLogits(probe.batch(features)).toFloats();
        for (int t = 0; t < scores.length; t++) {
            double sum = 0;
            for (int c = 0; c < CLASSES.size(); c++) {
                sum += Math.exp(logits[t * CLASSES.size() + c]);
            }
            for (int c = 0; c < CLASSES.size(); c++) {
                double share = Math.exp(logits[t * CLASSES.size() + c]) / sum;
                assertThat((double) scores[t][c]).isCloseTo(share, within(1e-6));
            }
        }
        assertThatThrownBy(() -> new FrameScorer(probe, 1, 1, null).scores(map(1, 4)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("layers");
    }

    @ParameterizedTest
    @ValueSource(strings = {"linear-mean", "mhca", "ep", "conv", "linear", "protobin", "protofloat", "proto"})
    void theRowsAroundAreScoredAsAClip(String name) {
        TrainedProbe probe = probe(name, 0, name.equals("mhca"), standardization());
        TokenMap map = map(2, 40);
        float[][] scores = new FrameScorer(probe, 9, 1, null).scores(map);
        assertThat(scores.length).isEqualTo(40);
        for (int t = 0; t < 40; t++) {
            TokenMap around = map.rows(Math.max(0, t - 4), Math.min(40, t + 5));
            assertThat(scores[t]).as("row %d", t).containsExactly(probe.scores(around), within(1e-6f));
        }
    }

    @Test
    void cgpScoresTheRowsAroundWithTheirLayers() {
        TrainedProbe probe = probe("cgp", 2, false, null);
        Features features = withLayers(6, 25);
        float[][] scores = new FrameScorer(probe, 5, 1, null).scores(features);
        for (int t = 0; t < 25; t++) {
            float[] around = probe.scores(features.rows(Math.max(0, t - 2), Math.min(25, t + 3)));
            assertThat(scores[t]).as("row %d", t).containsExactly(around, within(1e-6f));
        }
    }

    /** Contexts longer than the recording, and strides that skip rows. */
    @ParameterizedTest
    @CsvSource({"1, 6", "3, 8", "9, 2", "31, 5", "81, 1", "401, 7"})
    void contextsOfAnyLengthAreThoseOfTheCutOutMap(int context, int stride) {
        for (String name : List.of("protobin", "protofloat")) {
            TrainedProbe probe = probe(name, 0, false, standardization());
            TokenMap map = map(12, 300);
            FrameScorer scorer = new FrameScorer(probe, context, stride, null);
            assertThat(scorer.isByRow()).isEqualTo(context == 1);
            float[][] scores = scorer.scores(map);
            assertThat(scores.length).isEqualTo(300);
            for (int t = 0; t < 300; t++) {
                FrameScorer.Context own = scorer.contextOf(t, 300);
                assertThat(own.middle()).isBetween((long) t - scorer.stride(), (long) t + scorer.stride());
                assertThat(own.to() - own.from()).isBetween(1L, (long) context);
                float[] cut = probe.scores(map.rows((int) own.from(), (int) own.to()));
                assertThat(scores[t]).as("row %d", t).containsExactly(cut, within(1e-6f));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"linear-mean", "protobin"})
    void valuesBetweenContextsAreHeld(String name) {
        TrainedProbe probe = probe(name, 0, false, null);
        TokenMap map = map(3, 21);
        float[][] scores = new FrameScorer(probe, 3, 4, null).scores(map);
        for (int t = 0; t < 21; t++) {
            int middle = Math.min(t / 4 * 4 + 2, 20);
            TokenMap around = map.rows(middle - 1, Math.min(21, middle + 2));
            assertThat(scores[t]).as("row %d", t).containsExactly(probe.scores(around), within(1e-6f));
        }
    }

    @ParameterizedTest
    @CsvSource({"protobin, 7, 3", "protobin, 1, 1", "protofloat, 31, 2", "linear-mean, 7, 3", "mhca, 7, 3", "conv, 7, 3"
    })
    void rowsThatArriveInPartsGetTheSameScores(String name, int context, int stride) {
        FrameScorer scorer = new FrameScorer(probe(name, 0, false, standardization()), context, stride, null);
        TokenMap map = map(9, 100);
        float[][] whole = scorer.scores(map);
        for (int part : new int[] {1, 2, 5, 37, 99}) {
            List<float[]> all = new ArrayList<>();
            FrameScoring scoring = scorer.stream(row -> all.add(row.clone()));
            for (int at = 0; at < 100; at += part) {
                int to = Math.min(100, at + part);
                scoring.accept(new Features(map.rows(at, to)));
                assertThat(all.size()).isGreaterThanOrEqualTo(to - scorer.lookAhead() - scorer.stride());
                assertThat(scoring.rowsHeld()).isLessThanOrEqualTo(to - all.size() + context / 2);
            }
            scoring.finish();
            assertThat(all.toArray(float[][]::new)).as("%d at a time", part).isDeepEqualTo(whole);
        }
    }

    @Test
    void aContextHasTheClassTokenOfItsMiddle() {
        TrainedProbe probe = probe("linear", 0, false, null);
        List<float[]> all = new ArrayList<>();
        FrameScoring scoring = new FrameScorer(probe, 5, 1, null).stream(row -> all.add(row.clone()));
        TokenMap first = map(20, 6);
        TokenMap second = map(21, 6);
        scoring.accept(new Features(first));
        scoring.accept(new Features(second));
        scoring.finish();
        assertThat(all.get(5)).containsExactly(probe.scores(first), within(1e-6f));
        assertThat(all.get(6)).containsExactly(probe.scores(second), within(1e-6f));
    }

    @Test
    void calibrationIsApplied() {
        TrainedProbe probe = probe("protobin", 0, false, null);
        ScoreCalibration calibration = new ScoreCalibration(new double[] {1, 2, 3}, new double[] {0, 1, -1});
        float[][] raw = new FrameScorer(probe, 1, 1, null).scores(map(5, 4));
        float[][] calibrated = new FrameScorer(probe, 1, 1, calibration).scores(map(5, 4));
        for (int t = 0; t < 4; t++) {
            assertThat(calibrated[t]).isEqualTo(calibration.apply(raw[t]));
        }
        ScoreCalibration two = new ScoreCalibration(new double[] {1, 2}, new double[2]);
        assertThatThrownBy(() -> new FrameScorer(probe, 1, 1, two)).hasMessageContaining("3 classes");
    }

    @Test
    void defaultsAreSecondsInRows() {
        FrameScorer scorer = FrameScorer.of(
                probe("mhca", 0, false, null), Encoders.embedded().describe(), null);
        assertThat(scorer.context()).isEqualTo(13);
        assertThat(scorer.stride()).isEqualTo(1);
        assertThat(scorer.lookAhead()).isEqualTo(6);
        RowTimes times = Encoders.embedded().describe().rowTimes();
        TrainedProbe protobin = probe("protobin", 0, false, null);
        FrameScorer same = FrameScorer.of(protobin, times, null);
        assertThat(same.context()).isEqualTo(13);
        assertThat(same.isByRow()).isFalse();
        FrameScorer rows = FrameScorer.of(protobin, times, 0, FrameScorer.STRIDE_SECONDS, null);
        assertThat(rows.isByRow()).isTrue();
        assertThat(rows.context()).isEqualTo(1);
        assertThat(rows.stride()).isEqualTo(1);
        assertThat(rows.lookAhead()).isZero();
        FrameScorer sparse = FrameScorer.of(protobin, times, 2, 0.5, null);
        assertThat(sparse.context()).isEqualTo(25);
        assertThat(sparse.stride()).isEqualTo(6);
        assertThat(sparse.lookAhead()).isEqualTo(15);
        assertThatThrownBy(() -> FrameScorer.of(protobin, times, -1, 1, null)).hasMessageContaining("context -1.0");
    }

    @Test
    void whatDoesNotFitIsRefused() {
        TrainedProbe probe = probe("mhca", 0, false, null);
        assertThatThrownBy(() -> new FrameScorer(probe, 4, 1, null)).hasMessageContaining("context 4");
        assertThatThrownBy(() -> new FrameScorer(probe, 3, 0, null)).hasMessageContaining("stride 0");
        for (String name : List.of("mhca", "protobin")) {
            FrameScoring scoring = new FrameScorer(probe(name, 0, false, null), 3, 1, null).stream(row -> {});
            scoring.accept(new Features(map(1, 2)));
            Features other = new Features(new TokenMap(2, 1, DIM, new float[2 * DIM], new float[DIM]));
            assertThatThrownBy(() -> scoring.accept(other)).hasMessageContainingAll("[2, 1, 16]", "freq 3");
        }
    }
}
