package org.unmute.metrics.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.metrics.Bootstrap;
import org.unmute.metrics.Interval;

class EventMetricsTest {
    private static final List<String> CLASSES = List.of("dog", "bell", "rain");
    private static final double RATE = 25;

    /** Recordings of eight seconds with random events and noisy scores. */
    private record Random3(EventReference reference, List<FrameScores> scores) {
        static Random3 of(long seed, int files, int[] copies) {
            Map<String, Double> durations = new LinkedHashMap<>();
            List<SoundEvent> events = new ArrayList<>();
            List<FrameScores> scores = new ArrayList<>();
            for (int f = 0; f < files; f++) {
                for (int copy = 0; copy < (copies == null ? 1 : copies[f]); copy++) {
                    Random r = new Random(seed * 1000 + f);
                    String file = "f" + f + "-" + copy + ".wav";
                    durations.put(file, 8.0);
                    float[][] s = new float[200][CLASSES.size()];
                    for (int c = 0; c < CLASSES.size(); c++) {
                        double at = r.nextDouble() * 3;
                        while (at < 7) {
                            double end = at + 0.1 + r.nextDouble() * 2;
                            SoundEvent e = new SoundEvent(file, at, Math.min(8, end), CLASSES.get(c));
                            events.add(e);
                            for (int i = (int) (e.onset() * RATE); i < e.offset() * RATE; i++) {
                                s[i][c] = 0.5f;
                            }
                            at = end + 0.2 + r.nextDouble() * 3;
                        }
                    }
                    for (float[] frame : s) {
                        for (int c = 0; c < frame.length; c++) {
                            // Scores are quantized, so that equal scores occur within and across recordings.
                            frame[c] = Math.round((frame[c] + r.nextFloat() * 0.9f) * 20) / 20f;
                        }
                    }
                    scores.add(FrameScores.atRate(file, s, RATE));
                }
            }
            return new Random3(new EventReference(CLASSES, durations, events), scores);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aCurveHasTheCountsOfTheListsAtEveryThreshold(long seed) {
        Random3 data = Random3.of(seed, 4, null);
        for (EventCriterion criterion : List.of(Collar.DCASE, Collar.DCASE.onsetOnly(), Intersection.of(0.5))) {
            List<ThresholdCurve> curves = ThresholdCurve.ofEvents(data.reference, data.scores, criterion);
            for (double t = -0.025; t < 1.2; t += 0.05) {
                double threshold = t;
                double[] thresholds = {t, t, t};
                List<SoundEvent> events = data.scores.stream()
                        .flatMap(s -> SedCase.events(s, CLASSES, thresholds).stream())
                        .toList();
                EventFigures lists = criterion instanceof Collar collar
                        ? collar.compare(data.reference, events)
                        : ((Intersection) criterion)
                                .compare(data.reference, events)
                                .figures();
                for (int c = 0; c < CLASSES.size(); c++) {
                    ThresholdCurve.Points points = curves.get(c).points();
                    int at = points.at(threshold);
                    assertThat(points.truePositives(at))
                            .as("%s at %s", criterion, threshold)
                            .isEqualTo(lists.classes().get(c).truePositives());
                    assertThat(points.falsePositives(at))
                            .as("%s at %s", criterion, threshold)
                            .isEqualTo(lists.classes().get(c).falsePositives());
                }
            }
        }
    }

    /** A recording that is drawn twice counts twice. */
    @Test
    void drawsOfABootstrapAreRecordingsWrittenOutAsOften() {
        int[] draws = {2, 0, 1, 3};
        Random3 once = Random3.of(7, 4, null);
        Random3 written = Random3.of(7, 4, draws);
        for (EventCriterion criterion : List.of(Collar.DCASE, new Intersection(0.1, 0.1, 0.3))) {
            List<ThresholdCurve> a = ThresholdCurve.ofEvents(once.reference, once.scores, criterion);
            List<ThresholdCurve> b = ThresholdCurve.ofEvents(written.reference, written.scores, criterion);
            for (int c = 0; c < a.size(); c++) {
                ThresholdCurve.Points drawn = a.get(c).points(draws);
                ThresholdCurve.Points all = b.get(c).points();
                assertThat(drawn.references()).isEqualTo(all.references());
                for (double t = -0.025; t < 1.2; t += 0.05) {
                    assertThat(drawn.truePositives(drawn.at(t))).isEqualTo(all.truePositives(all.at(t)));
                    assertThat(drawn.falsePositives(drawn.at(t))).isEqualTo(all.falsePositives(all.at(t)));
                }
                assertThat(counts(a.get(c), draws)).isEqualTo(counts(b.get(c), null));
            }
        }
    }

    /** All counts by score, including cross triggers. */
    private static Map<Double, List<Long>> counts(ThresholdCurve curve, int[] draws) {
        Map<Double, List<Long>> counts = new TreeMap<>();
        curve.walk(
                draws,
                (score, at) -> counts.put(score, Arrays.stream(at).boxed().toList()));
        return counts;
    }

    @Test
    void anIntervalOfPsdsHoldsTheScoreAndRepeats() {
        Random3 data = Random3.of(11, 8, null);
        Psds.Evaluation evaluation =
                new Psds(new Intersection(0.5, 0.5, 0.3), 0.5, 0, 2000).evaluate(data.reference, data.scores);
        double score = evaluation.score().value();
        assertThat(score).isBetween(0.01, 0.99);
        Interval interval = evaluation.interval(new Bootstrap(200, 0.95, 3));
        assertThat(interval.low()).isLessThan(score);
        assertThat(interval.high()).isGreaterThan(score).isLessThanOrEqualTo(1);
        assertThat(evaluation.interval(new Bootstrap(200, 0.95, 3))).isEqualTo(interval);
    }

    @Test
    void rightScoresGetOne() {
        Random3 data = Random3.of(5, 3, null);
        List<FrameScores> right = new ArrayList<>();
        for (FrameScores s : data.scores) {
            float[][] scores = new float[800][CLASSES.size()];
            for (SoundEvent e : data.reference.events()) {
                if (e.file().equals(s.file())) {
                    for (int i = (int) Math.rint(e.onset() * 100); i < Math.rint(e.offset() * 100); i++) {
                        scores[i][CLASSES.indexOf(e.label())] = 1;
                    }
                }
            }
            right.add(FrameScores.atRate(s.file(), scores, 100));
        }
        assertThat(Psds.SCENARIO_1.evaluate(data.reference, right).score().value())
                .isCloseTo(1, Offset.offset(1e-12));
        for (ThresholdCurve curve : ThresholdCurve.ofEvents(data.reference, right, Collar.DCASE)) {
            assertThat(curve.points().f1(curve.points().best())).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void aMatchingIsMaximum(long seed) {
        Random r = new Random(seed);
        int[][] candidates = new int[7][];
        for (int i = 0; i < candidates.length; i++) {
            candidates[i] = r.ints(0, 7).limit(r.nextInt(4)).distinct().toArray();
        }
        int[] match = Matching.maximum(candidates, 7);
        assertThat(Arrays.stream(match).filter(m -> m >= 0).distinct().count())
                .isEqualTo(Arrays.stream(match).filter(m -> m >= 0).count())
                .isEqualTo(largest(candidates, 0, 0));
        for (int i = 0; i < match.length; i++) {
            int own = match[i];
            assertThat(own < 0 || Arrays.stream(candidates[i]).anyMatch(d -> d == own))
                    .isTrue();
        }
    }

    private static long largest(int[][] candidates, int left, int used) {
        if (left == candidates.length) {
            return 0;
        }
        long best = largest(candidates, left + 1, used);
        for (int d : candidates[left]) {
            if ((used >> d & 1) == 0) {
                best = Math.max(best, 1 + largest(candidates, left + 1, used | 1 << d));
            }
        }
        return best;
    }

    /** Each of 20,000 references takes over the detection of the previous one. */
    @Test
    void aMatchingMayTakeALongPath() {
        int n = 20_000;
        int[][] candidates = new int[n][];
        for (int i = 0; i < n - 1; i++) {
            candidates[i] = new int[] {i, i + 1};
        }
        candidates[n - 1] = new int[] {0};
        assertThat(Matching.maximum(candidates, n)).doesNotContain(-1);
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertFails(() -> new SoundEvent("a.wav", 2, 1, "dog"), "2.0 to 1.0");
        assertThatThrownBy(() -> new EventReference(
                        CLASSES, Map.of("a.wav", 1.0), List.of(new SoundEvent("b.wav", 0, 1, "dog"))))
                .hasMessageContaining("none of the recordings");
        assertFails(() -> new EventReference(CLASSES, Map.of("a.wav", 0.0), List.of()), "a.wav", "0.0");
        EventReference reference = new EventReference(CLASSES, Map.of("a.wav", 1.0), List.of());
        FrameScores two = FrameScores.atRate("a.wav", new float[4][2], 4);
        assertThatThrownBy(() -> ThresholdCurve.ofEvents(reference, List.of(two), Collar.DCASE))
                .hasMessageContaining("a.wav has 2 scores a frame, the reference 3 classes");
        assertFails(() -> ThresholdCurve.ofSegments(reference, List.of(), 1), "scores of 0 recordings");
        assertFails(() -> new FrameScores("a.wav", new double[] {0, 0}, new float[1][1]), "times must rise");
    }
}
