package org.unmute.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class MultiLabelScoresTest {

    record Case(float[][] scores, boolean[][] labels) {
        List<String> names() {
            return IntStream.range(0, scores[0].length)
                    .mapToObj(c -> "class" + c)
                    .toList();
        }

        MultiLabelScores probabilities() {
            return MultiLabelScores.of(scores, labels, names(), ScoreScale.PROBABILITY);
        }
    }

    /** Scores lie on a grid, so that ties are common; positives are few, so that some classes and clips have none. */
    static Case random(long seed, int clips, int classes, int levels, double positives) {
        Random random = new Random(seed);
        float[][] scores = new float[clips][classes];
        boolean[][] labels = new boolean[clips][classes];
        for (int i = 0; i < clips; i++) {
            for (int c = 0; c < classes; c++) {
                scores[i][c] = random.nextInt(levels + 1) / (float) levels;
                labels[i][c] = random.nextDouble() < positives;
            }
        }
        return new Case(scores, labels);
    }

    @Provide
    Arbitrary<Case> cases() {
        return Arbitraries.longs()
                .flatMap(seed -> Arbitraries.integers()
                        .between(1, 40)
                        .flatMap(clips -> Arbitraries.integers()
                                .between(1, 7)
                                .flatMap(classes -> Arbitraries.of(1, 3, 10, 1 << 20)
                                        .flatMap(levels -> Arbitraries.of(0.02, 0.3, 0.9)
                                                .map(p -> random(seed, clips, classes, levels, p))))));
    }

    @Property
    void agreesWithTheDefinitions(@ForAll("cases") Case data) {
        MultiLabelScores result = data.probabilities();
        for (int c = 0; c < data.scores[0].length; c++) {
            ClassScores s = result.perClass().get(c);
            assertThat(s.averagePrecision()).isCloseTo(precisionAtPositives(data, c), within(1e-12));
            assertThat(s.auroc()).isCloseTo(pairsInOrder(data, c), within(1e-12));
        }
        for (double v : new double[] {
            result.map().macro(),
            result.map().micro(),
            result.map().weighted(),
            result.map().macroAllClasses(),
            result.auroc().macro(),
            result.auroc().micro(),
            result.ranking().lwlrap()
        }) {
            assertThat(Double.isNaN(v) || (v >= 0 && v <= 1 + 1e-12))
                    .as("%s", v)
                    .isTrue();
        }
        assertThat(result.absentClasses()).hasSize((int) result.perClass().stream()
                .filter(s -> Double.isNaN(s.averagePrecision()))
                .count());
    }

    /** Each class is scored without the clips in which it is unknown, and each clip without its unknown classes. */
    @Property
    void whatIsNotKnownCountsNowhere(@ForAll("cases") Case data, @ForAll long seed) {
        Random random = new Random(seed);
        int clips = data.scores.length;
        boolean[][] known = new boolean[clips][data.scores[0].length];
        for (int i = 0; i < clips; i++) {
            for (int c = 0; c < known[i].length; c++) {
                known[i][c] = random.nextInt(4) > 0;
                data.labels[i][c] &= known[i][c];
            }
        }
        MultiLabelScores result =
                MultiLabelScores.of(data.scores, data.labels, known, data.names(), ScoreScale.PROBABILITY);
        double precisions = 0;
        long wrong = 0;
        long pairs = 0;
        for (int c = 0; c < known[0].length; c++) {
            int[] there = knownClips(known, c);
            pairs += there.length;
            Case part = column(data, c, there);
            ClassScores actual = result.perClass().get(c);
            if (there.length == 0) {
                assertThat(actual.averagePrecision()).isNaN();
                continue;
            }
            ClassScores expected = part.probabilities().perClass().getFirst();
            assertThat(actual.averagePrecision()).isEqualTo(Double.valueOf(expected.averagePrecision()));
            assertThat(actual.auroc()).isEqualTo(Double.valueOf(expected.auroc()));
            assertThat(actual.f1AtLeastHalf()).isEqualTo(expected.f1AtLeastHalf());
            for (int i : there) {
                wrong += data.scores[i][c] >= 0.5 == data.labels[i][c] ? 0 : 1;
                precisions += data.labels[i][c] ? precisionAtLabel(data, known[i], i, c) : 0;
            }
        }
        long labels =
                result.perClass().stream().mapToLong(ClassScores::positives).sum();
        assertThat(result.ranking().lwlrap()).isCloseTo(labels == 0 ? Double.NaN : precisions / labels, within(1e-12));
        assertThat(result.decisions().hammingLoss()).isEqualTo(Double.valueOf((double) wrong / pairs));
        assertThat(result.calibration().getFirst().bins().stream()
                        .mapToLong(Calibration.Bin::count)
                        .sum())
                .isEqualTo(pairs);
    }

    private static int[] knownClips(boolean[][] known, int c) {
        return IntStream.range(0, known.length).filter(i -> known[i][c]).toArray();
    }

    private static Case column(Case data, int c, int[] clips) {
        float[][] scores = new float[clips.length][1];
        boolean[][] labels = new boolean[clips.length][1];
        for (int i = 0; i < clips.length; i++) {
            scores[i][0] = data.scores[clips[i]][c];
            labels[i][0] = data.labels[clips[i]][c];
        }
        return new Case(scores, labels);
    }

    private static double precisionAtLabel(Case data, boolean[] known, int clip, int c) {
        double above = 0;
        double hits = 0;
        for (int other = 0; other < known.length; other++) {
            if (known[other] && data.scores[clip][other] >= data.scores[clip][c]) {
                above++;
                hits += data.labels[clip][other] ? 1 : 0;
            }
        }
        return hits / above;
    }

    @Test
    void withAllKnownNothingChanges() {
        Case data = random(5, 60, 6, 10, 0.3);
        boolean[][] all = new boolean[60][6];
        for (boolean[] row : all) {
            Arrays.fill(row, true);
        }
        assertThat(MultiLabelScores.of(data.scores, data.labels, all, data.names(), ScoreScale.PROBABILITY))
                .usingRecursiveComparison()
                .isEqualTo(data.probabilities());
        Bootstrap bootstrap = new Bootstrap(50, 0.95, 3);
        assertThat(bootstrap.multiLabel(data.scores, data.labels, all, ScoreScale.PROBABILITY))
                .isEqualTo(bootstrap.multiLabel(data.scores, data.labels, ScoreScale.PROBABILITY));
    }

    @Test
    void aLabelThatIsNotKnownIsRefused() {
        assertThatThrownBy(() -> MultiLabelScores.of(
                        new float[][] {{1}},
                        new boolean[][] {{true}},
                        new boolean[][] {{false}},
                        List.of("wren"),
                        ScoreScale.PROBABILITY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("metrics: clip 0 has class 0, but that is said not to be known");
    }

    /** Treats ties as one threshold: the mean over positives of the precision of everything scored at least as high. */
    private static double precisionAtPositives(Case data, int c) {
        double sum = 0;
        int positives = 0;
        for (int i = 0; i < data.scores.length; i++) {
            if (data.labels[i][c]) {
                double above = 0;
                double hits = 0;
                for (int j = 0; j < data.scores.length; j++) {
                    if (data.scores[j][c] >= data.scores[i][c]) {
                        above++;
                        hits += data.labels[j][c] ? 1 : 0;
                    }
                }
                sum += hits / above;
                positives++;
            }
        }
        return positives == 0 ? Double.NaN : sum / positives;
    }

    private static double pairsInOrder(Case data, int c) {
        double pairs = 0;
        double won = 0;
        for (int i = 0; i < data.scores.length; i++) {
            for (int j = 0; j < data.scores.length; j++) {
                if (data.labels[i][c] && !data.labels[j][c]) {
                    pairs++;
                    won += data.scores[i][c] > data.scores[j][c] ? 1 : data.scores[i][c] == data.scores[j][c] ? 0.5 : 0;
                }
            }
        }
        return pairs == 0 ? Double.NaN : won / pairs;
    }

    @Property
    void monotoneTransformsOfScoresChangeNoRanking(@ForAll("cases") Case data) {
        float[][] logits = new float[data.scores.length][];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = new float[data.scores[i].length];
            for (int c = 0; c < logits[i].length; c++) {
                logits[i][c] = 1000 * data.scores[i][c] - 300;
            }
        }
        MultiLabelScores plain = data.probabilities();
        MultiLabelScores moved = MultiLabelScores.of(logits, data.labels, data.names(), ScoreScale.LOGIT);
        assertThat(moved.map()).isEqualTo(plain.map());
        assertThat(moved.auroc()).isEqualTo(plain.auroc());
        assertThat(moved.ranking()).isEqualTo(plain.ranking());
        assertThat(moved.bestF1().macroOwnThresholds())
                .isEqualTo((Double) plain.bestF1().macroOwnThresholds());
    }

    @Property
    void orderOfClipsDoesNotMatter(@ForAll("cases") Case data, @ForAll Random random) {
        List<Integer> order =
                new ArrayList<>(IntStream.range(0, data.scores.length).boxed().toList());
        Collections.shuffle(order, random);
        Case shuffled = new Case(
                order.stream().map(i -> data.scores[i]).toArray(float[][]::new),
                order.stream().map(i -> data.labels[i]).toArray(boolean[][]::new));
        MultiLabelScores a = data.probabilities();
        MultiLabelScores b = shuffled.probabilities();
        assertThat(b.map()).isEqualTo(a.map());
        assertThat(b.auroc()).isEqualTo(a.auroc());
        a.values()
                .forEach((name, value) ->
                        assertThat(b.values().get(name)).as(name).isCloseTo(value, within(1e-12)));
    }

    @Property
    void perfectScoresGiveOne(@ForAll("cases") Case data) {
        float[][] perfect = new float[data.labels.length][];
        for (int i = 0; i < perfect.length; i++) {
            perfect[i] = new float[data.labels[i].length];
            for (int c = 0; c < perfect[i].length; c++) {
                perfect[i][c] = data.labels[i][c] ? 0.9f : 0.1f;
            }
        }
        MultiLabelScores result = new Case(perfect, data.labels).probabilities();
        for (double v : new double[] {
            result.map().macro(),
            result.map().micro(),
            result.auroc().macro(),
            result.ranking().lwlrap()
        }) {
            assertThat(Double.isNaN(v) || v == 1).as("%s", v).isTrue();
        }
        assertThat(result.decisions().exactMatch()).isEqualTo(1);
    }

    @Test
    void negativeZeroTiesWithZero() {
        float[][] scores = {{-0f}, {0f}};
        boolean[][] labels = {{true}, {false}};
        assertThat(MultiLabelScores.of(scores, labels, List.of("a"), ScoreScale.PROBABILITY)
                        .auroc()
                        .macro())
                .isEqualTo(0.5);
    }

    @Test
    void saturatedLogitsKeepTheirOrder() {
        float[][] scores = {{60}, {50}, {40}};
        boolean[][] labels = {{true}, {false}, {false}};
        MultiLabelScores result = MultiLabelScores.of(scores, labels, List.of("a"), ScoreScale.LOGIT);
        assertThat(result.map().macro()).isEqualTo(1);
        assertThat(result.auroc().dPrime()).isEqualTo(Double.POSITIVE_INFINITY);
    }

    @Test
    void badInputIsNamed() {
        List<String> names = List.of("a", "b");
        boolean[][] labels = {{true, false}};
        assertThatThrownBy(() -> MultiLabelScores.of(new float[0][], new boolean[0][], names, ScoreScale.LOGIT))
                .hasMessage("metrics: nothing to score: 0 clips");
        assertThatThrownBy(() ->
                        MultiLabelScores.of(new float[][] {{0.1f, Float.NaN}}, labels, names, ScoreScale.LOGIT))
                .hasMessage("metrics: score of clip 0, class 1 is NaN");
        assertThatThrownBy(() -> MultiLabelScores.of(new float[][] {{0.1f, 3}}, labels, names, ScoreScale.PROBABILITY))
                .hasMessage(
                        "metrics: score of clip 0, class 1 is no probability: 3.0: give logits as ScoreScale.LOGIT");
        assertThatThrownBy(() -> MultiLabelScores.of(new float[][] {{0.1f}}, labels, names, ScoreScale.LOGIT))
                .hasMessage("metrics: labels of clip 0 cover 2 classes, its scores 1");
        assertThatThrownBy(() -> MultiLabelScores.of(new float[2][2], labels, names, ScoreScale.LOGIT))
                .hasMessage("metrics: 2 clips have scores, 1 have labels");
        assertThatThrownBy(() -> MultiLabelScores.of(new float[1][2], labels, List.of("a"), ScoreScale.LOGIT))
                .hasMessage("metrics: 1 class names for 2 scores per clip");
    }
}
