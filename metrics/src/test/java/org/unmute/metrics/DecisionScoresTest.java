package org.unmute.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.unmute.kernels.contract.Failures.assertFails;

import org.junit.jupiter.api.Test;

class DecisionScoresTest {
    private static final float[][] SCORES = {{0.9f, 0.2f, 0.4f}, {0.6f, 0.3f, 0.4f}, {0.3f, 0.8f, 0.4f}, {0.1f, 0.5f, 0}
    };
    private static final boolean[][] LABELS = {
        {true, false, false}, {false, false, false}, {true, true, false}, {false, true, false}
    };

    /** Expected values were counted by hand. */
    @Test
    void agreesWithCountsByHand() {
        DecisionScores scores = DecisionScores.at(SCORES, LABELS, new double[] {0.5, 0.25, 0.4f});
        DecisionScores.OneClass first = scores.perClass().get(0);
        assertThat(first).isEqualTo(new DecisionScores.OneClass(0.5, 1, 2, 2));
        assertThat(first.precision()).isEqualTo(0.5);
        assertThat(first.recall()).isEqualTo(0.5);
        assertThat(first.f1()).isEqualTo(0.5);
        assertThat(scores.perClass().get(1)).isEqualTo(new DecisionScores.OneClass(0.25, 2, 3, 2));
        DecisionScores.OneClass none = scores.perClass().get(2);
        assertThat(none.predicted()).as("equal is not greater").isZero();
        assertThat(none.precision()).isNaN();
        assertThat(none.recall()).isNaN();
        assertThat(none.f1()).isZero();
        assertThat(scores.f1().macro()).isCloseTo((0.5 + 0.8) / 3, within(1e-15));
        assertThat(scores.f1().macroPresent()).isCloseTo((0.5 + 0.8) / 2, within(1e-15));
        assertThat(scores.f1().micro()).isCloseTo(2.0 * 3 / (5 + 4), within(1e-15));
    }

    /** At 0.5 for all classes, the result is the F1 of {@link MultiLabelScores}. */
    @Test
    void agreesWithTheMetricsAtOneHalf() {
        MultiLabelScores all =
                MultiLabelScores.of(SCORES, LABELS, java.util.List.of("a", "b", "c"), ScoreScale.PROBABILITY);
        F1 f1 = DecisionScores.at(SCORES, LABELS, new double[] {0.5, 0.5, 0.5}).f1();
        assertThat(f1.macro()).isEqualTo(all.values().get("f1_macro_gt0.5"));
        assertThat(f1.micro()).isEqualTo(all.values().get("f1_micro_gt0.5"));
        assertThat(f1.macroPresent()).isEqualTo(all.values().get("f1_macro_skip_gt0.5"));
    }

    @Test
    void whatIsNoNumberIsRefused() {
        assertFails(() -> DecisionScores.at(SCORES, LABELS, new double[] {0.5, Double.NaN, 0.5}), "class 1");
        assertFails(() -> DecisionScores.at(new float[0][], new boolean[0][], new double[1]), "0 clips");
    }
}
