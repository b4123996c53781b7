package org.unmute.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SingleLabelScoresTest {
    private static final List<String> NAMES = List.of("a", "b", "c");

    @Test
    void logitsAreSoftmaxed() {
        float[][] logits = {{2, 1, 0}, {0, 3, 1}, {1, 1, -1}};
        int[] labels = {0, 1, 2};
        float[][] probabilities = new float[3][3];
        for (int i = 0; i < 3; i++) {
            double sum = 0;
            for (float x : logits[i]) {
                sum += Math.exp(x);
            }
            for (int c = 0; c < 3; c++) {
                probabilities[i][c] = (float) (Math.exp(logits[i][c]) / sum);
            }
        }
        SingleLabelScores a = SingleLabelScores.of(logits, labels, NAMES, ScoreScale.LOGIT);
        SingleLabelScores b = SingleLabelScores.of(probabilities, labels, NAMES, ScoreScale.PROBABILITY);
        a.values()
                .forEach((name, value) ->
                        assertThat(b.values().get(name)).as(name).isCloseTo(value, within(1e-6)));
        assertThat(a.values().get("top1_first_index")).isCloseTo(2 / 3.0, within(1e-15));
    }

    @Test
    void certainClipsKeepTheirOrderAcrossClips() {
        // Both probabilities of class a round to 1 in float32; the second clip has the higher confidence.
        float[][] logits = {{30, 0}, {31, 0}, {0, 5}};
        SingleLabelScores result =
                SingleLabelScores.of(logits, new int[] {1, 0, 1}, List.of("a", "b"), ScoreScale.LOGIT);
        assertThat(result.perClass().getFirst().averagePrecision()).isEqualTo(1);
    }

    @Property
    void wideEnoughTopKIsOneAndOrdersByK(@ForAll Random random, @ForAll @IntRange(min = 1, max = 30) int clips) {
        float[][] scores = new float[clips][6];
        int[] labels = new int[clips];
        for (int i = 0; i < clips; i++) {
            for (int c = 0; c < 6; c++) {
                scores[i][c] = random.nextInt(4);
            }
            labels[i] = random.nextInt(6);
        }
        double last = 0;
        for (int k = 1; k <= 6; k++) {
            TopK top = TopK.of(scores, labels, k, ScoreScale.LOGIT);
            assertThat(top.firstIndex()).isBetween(last, 1.0);
            last = top.firstIndex();
        }
        assertThat(last).isEqualTo(1);
    }

    @Test
    void absentClassesAreNamedAndBadLabelsRefused() {
        SingleLabelScores result = SingleLabelScores.of(
                new float[][] {{1, 0, 0}, {0, 1, 0}}, new int[] {0, 1}, NAMES, ScoreScale.PROBABILITY);
        assertThat(result.absentClasses()).containsExactly("c");
        assertThat(result.macroMap()).isEqualTo(1);
        assertThatThrownBy(() -> SingleLabelScores.of(new float[1][3], new int[] {3}, NAMES, ScoreScale.LOGIT))
                .hasMessage("metrics: label of clip 0 is 3, outside the 3 classes scored");
        assertThatThrownBy(() -> SingleLabelScores.of(
                        new float[][] {{Float.POSITIVE_INFINITY, 0, 0}}, new int[] {0}, NAMES, ScoreScale.LOGIT))
                .hasMessageContaining("no finite maximum");
    }
}
