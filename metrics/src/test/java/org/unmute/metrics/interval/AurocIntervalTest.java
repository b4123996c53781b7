package org.unmute.metrics.interval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.unmute.metrics.Ranking;

class AurocIntervalTest {
    private static AurocInterval of(float[] scores, boolean[] positive) {
        Ranking ranking = Ranking.of(scores, positive);
        return AurocInterval.of(ranking.auroc(), ranking.positives(), ranking.items() - ranking.positives());
    }

    /** The rating data of Hanley and McNeil (1982), Table I: area 0.893, standard error 0.032. */
    @Test
    void theirExample() {
        int[] normal = {33, 6, 6, 11, 2};
        int[] abnormal = {3, 2, 2, 11, 33};
        float[] scores = new float[109];
        boolean[] positive = new boolean[109];
        int at = 0;
        for (int rating = 0; rating < 5; rating++) {
            for (int i = 0; i < normal[rating] + abnormal[rating]; i++) {
                scores[at] = rating / 4f;
                positive[at++] = i >= normal[rating];
            }
        }
        AurocInterval interval = of(scores, positive);
        assertThat(interval.auroc()).isCloseTo(0.893, within(0.0005));
        assertThat(interval.low()).isCloseTo(0.893 - 1.96 * 0.032, within(0.002));
        assertThat(interval.high()).isCloseTo(0.893 + 1.96 * 0.032, within(0.002));
        assertThat(interval.holdsChance()).isFalse();
    }

    @Test
    void oneGoodClipOfOneIsNoProofUnlessItIsNearTheTop() {
        float[] scores = new float[101];
        boolean[] positive = new boolean[101];
        for (int i = 0; i < 101; i++) {
            scores[i] = i;
        }
        positive[75] = true;
        assertThat(of(scores, positive).holdsChance()).isTrue();
        positive[75] = false;
        positive[99] = true;
        assertThat(of(scores, positive).holdsChance()).isFalse();
    }

    @Test
    void withoutOneOfBothNothingIsKnown() {
        AurocInterval none = of(new float[] {1, 2}, new boolean[2]);
        assertThat(none.auroc()).isNaN();
        assertThat(none.low()).isNaN();
        assertThat(none.holdsChance()).isFalse();
    }
}
