package org.unmute.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BootstrapTest {

    /** The weighted pass must equal scoring an evaluation in which the drawn clips are actually repeated. */
    @Test
    void weightsEqualRepeatedClips() {
        for (int levels : new int[] {2, 1 << 20}) {
            MultiLabelScoresTest.Case data = MultiLabelScoresTest.random(levels, 23, 5, levels, 0.15);
            int resamples = 150;
            Map<String, Interval> intervals =
                    new Bootstrap(resamples, 0.9, 7).multiLabel(data.scores(), data.labels(), ScoreScale.PROBABILITY);
            assertThat(intervals).containsKeys("mAP_macro_skip", "mAP_micro", "auroc_macro_skip", "lwlrap");
            SplittableRandom root = new SplittableRandom(7);
            List<Map<String, Double>> repeated = IntStream.range(0, resamples)
                    .mapToObj(r -> resample(data, new SplittableRandom(root.nextLong())))
                    .toList();
            intervals.forEach((name, interval) -> {
                Interval expected = Interval.of(
                        repeated.stream().mapToDouble(v -> v.get(name)).toArray(), 0.9);
                assertThat(interval.low()).as(name).isCloseTo(expected.low(), within(1e-12));
                assertThat(interval.high()).as(name).isCloseTo(expected.high(), within(1e-12));
                assertThat(interval.undefined()).as(name).isEqualTo(expected.undefined());
            });
        }
    }

    /** Clips of a recording are drawn together; where each is of a recording of its own, they are drawn as clips are. */
    @Test
    void recordingsAreDrawnWithAllOfTheirClips() {
        MultiLabelScoresTest.Case data = MultiLabelScoresTest.random(2, 24, 5, 1 << 20, 0.3);
        Bootstrap clips = new Bootstrap(150, 0.9, 7);
        List<String> own = IntStream.range(0, 24).mapToObj(i -> "r" + i).toList();
        assertThat(clips.drawing(own).multiLabel(data.scores(), data.labels(), ScoreScale.PROBABILITY))
                .isEqualTo(clips.multiLabel(data.scores(), data.labels(), ScoreScale.PROBABILITY));
        List<String> ofThree = IntStream.range(0, 24).mapToObj(i -> "r" + i % 8).toList();
        Interval drawn = clips.drawing(ofThree)
                .multiLabel(data.scores(), data.labels(), ScoreScale.PROBABILITY)
                .get("mAP_macro_skip");
        SplittableRandom root = new SplittableRandom(7);
        double[] repeated = IntStream.range(0, 150)
                .mapToDouble(_ -> {
                    SplittableRandom random = new SplittableRandom(root.nextLong());
                    int[] some = IntStream.range(0, 8)
                            .flatMap(_ -> {
                                int r = random.nextInt(8);
                                return IntStream.of(r, r + 8, r + 16);
                            })
                            .toArray();
                    return of(data, some).get("mAP_macro_skip");
                })
                .toArray();
        assertThat(drawn.low()).isCloseTo(Interval.of(repeated, 0.9).low(), within(1e-12));
        assertThat(drawn.high()).isCloseTo(Interval.of(repeated, 0.9).high(), within(1e-12));
        assertThatThrownBy(() ->
                        clips.drawing(List.of("a")).multiLabel(data.scores(), data.labels(), ScoreScale.PROBABILITY))
                .hasMessageContaining("24 clips of 1 recordings");
    }

    /** The values of a single metric must also match, draw by draw, for both metrics. */
    @Test
    void thePrimaryMetricOfEachDrawIsThatOfTheIntervals() {
        MultiLabelScoresTest.Case data = MultiLabelScoresTest.random(4, 40, 5, 50, 0.2);
        float[][] scores = new float[40][5];
        boolean[][] one = new boolean[40][5];
        int[] classes = new int[40];
        for (int i = 0; i < 40; i++) {
            for (int c = 0; c < 5; c++) {
                scores[i][c] = (float) (1 / (1 + Math.exp(-data.scores()[i][c])));
            }
            classes[i] = i % 5;
            one[i][i % 5] = true;
        }
        Bootstrap bootstrap = new Bootstrap(200, 0.9, 7);
        assertThat(Interval.of(bootstrap.values(PrimaryMetric.MAP, scores, data.labels()), 0.9))
                .isEqualTo(bootstrap
                        .multiLabel(scores, data.labels(), ScoreScale.PROBABILITY)
                        .get("mAP_macro_skip"));
        assertThat(Interval.of(bootstrap.values(PrimaryMetric.ACCURACY, scores, one), 0.9))
                .isEqualTo(bootstrap
                        .singleLabel(scores, classes, ScoreScale.PROBABILITY)
                        .get("top1_first_index"));
    }

    private static Map<String, Double> resample(MultiLabelScoresTest.Case data, SplittableRandom random) {
        int n = data.scores().length;
        return of(data, IntStream.range(0, n).map(i -> random.nextInt(n)).toArray());
    }

    private static Map<String, Double> of(MultiLabelScoresTest.Case data, int[] drawn) {
        return new MultiLabelScoresTest.Case(
                        IntStream.of(drawn).mapToObj(i -> data.scores()[i]).toArray(float[][]::new),
                        IntStream.of(drawn).mapToObj(i -> data.labels()[i]).toArray(boolean[][]::new))
                .probabilities()
                .values();
    }

    @Test
    void singleLabelWeightsEqualRepeatedClips() {
        Random random = new Random(3);
        int n = 31;
        float[][] scores = new float[n][8];
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            labels[i] = random.nextInt(8);
            for (int c = 0; c < 8; c++) {
                scores[i][c] = random.nextInt(5) + (c == labels[i] ? 1 : 0);
            }
        }
        List<String> names = IntStream.range(0, 8).mapToObj(c -> "c" + c).toList();
        Map<String, Interval> intervals = new Bootstrap(100, 0.95, 11).singleLabel(scores, labels, ScoreScale.LOGIT);
        SplittableRandom root = new SplittableRandom(11);
        List<Map<String, Double>> repeated = IntStream.range(0, 100)
                .mapToObj(r -> {
                    SplittableRandom draws = new SplittableRandom(root.nextLong());
                    int[] drawn =
                            IntStream.range(0, n).map(i -> draws.nextInt(n)).toArray();
                    return SingleLabelScores.of(
                                    IntStream.of(drawn).mapToObj(i -> scores[i]).toArray(float[][]::new),
                                    IntStream.of(drawn).map(i -> labels[i]).toArray(),
                                    names,
                                    ScoreScale.LOGIT)
                            .values();
                })
                .toList();
        assertThat(intervals).hasSize(4);
        intervals.forEach((name, interval) -> {
            Interval expected =
                    Interval.of(repeated.stream().mapToDouble(v -> v.get(name)).toArray(), 0.95);
            assertThat(interval.low()).as(name).isCloseTo(expected.low(), within(1e-12));
            assertThat(interval.high()).as(name).isCloseTo(expected.high(), within(1e-12));
        });
    }

    @Test
    void seedDecidesAndTheIntervalHoldsTheScore() {
        MultiLabelScoresTest.Case data = MultiLabelScoresTest.random(5, 200, 10, 1 << 20, 0.2);
        Map<String, Interval> once =
                Bootstrap.withSeed(1).multiLabel(data.scores(), data.labels(), ScoreScale.PROBABILITY);
        assertThat(Bootstrap.withSeed(1).multiLabel(data.scores(), data.labels(), ScoreScale.PROBABILITY))
                .isEqualTo(once);
        assertThat(Bootstrap.withSeed(2).multiLabel(data.scores(), data.labels(), ScoreScale.PROBABILITY))
                .isNotEqualTo(once);
        Interval auroc = once.get("auroc_macro_skip");
        assertThat(data.probabilities().auroc().macro()).isBetween(auroc.low(), auroc.high());
        assertThat(auroc.resamples()).isEqualTo(1000);
    }

    @Test
    void undefinedResamplesAreCounted() {
        // One of four clips is positive: about a third of the resamples do not draw it.
        float[][] scores = {{0.9f}, {0.5f}, {0.4f}, {0.1f}};
        boolean[][] labels = {{true}, {false}, {false}, {false}};
        Interval interval = Bootstrap.withSeed(0)
                .multiLabel(scores, labels, ScoreScale.PROBABILITY)
                .get("mAP_macro_skip");
        assertThat(interval.undefined()).isBetween(200, 450);
        assertThat(interval.low()).isEqualTo(1);
        assertThatThrownBy(() -> new Bootstrap(0, 0.95, 0)).hasMessageContaining("at least 1");
    }

    @Test
    void percentilesInterpolateLinearly() {
        Interval interval = Interval.of(new double[] {4, 1, 3, 2, Double.NaN}, 0.5);
        assertThat(interval.low()).isCloseTo(1.75, within(1e-15));
        assertThat(interval.high()).isCloseTo(3.25, within(1e-15));
        assertThat(interval.undefined()).isEqualTo(1);
    }
}
