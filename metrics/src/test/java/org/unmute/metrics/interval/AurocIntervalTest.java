package org.unmute.metrics.interval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AurocIntervalTest {
    /** The rating data of Hanley and McNeil 1982, table I: area 0.893, standard error 0.032. */
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
        AurocInterval interval = AurocInterval.of(scores, positive);
        assertThat(interval.auroc()).isCloseTo(0.893, within(0.0005));
        assertThat(interval.low()).isCloseTo(0.893 - 1.96 * 0.032, within(0.002));
        assertThat(interval.high()).isCloseTo(0.893 + 1.96 * 0.032, within(0.002));
        assertThat(interval.holdsChance()).isFalse();
    }

    @Test
    void theAreaIsTheShareOfPairsInOrder() {
        SplittableRandom random = new SplittableRandom(5);
        for (int run = 0; run < 100; run++) {
            float[] scores = new float[2 + random.nextInt(40)];
            boolean[] positive = new boolean[scores.length];
            for (int i = 0; i < scores.length; i++) {
                scores[i] = random.nextInt(7) - 3;
                positive[i] = i == 0 || i > 1 && random.nextBoolean();
            }
            double right = 0;
            int pairs = 0;
            for (int i = 0; i < scores.length; i++) {
                for (int k = 0; k < scores.length; k++) {
                    if (positive[i] && !positive[k]) {
                        right += scores[i] > scores[k] ? 1 : scores[i] == scores[k] ? 0.5 : 0;
                        pairs++;
                    }
                }
            }
            assertThat(AurocInterval.of(scores, positive).auroc()).isCloseTo(right / pairs, within(1e-12));
        }
    }

    @Test
    void oneGoodClipOfOneIsNoProofUnlessItIsNearTheTop() {
        float[] scores = new float[101];
        boolean[] positive = new boolean[101];
        for (int i = 0; i < 101; i++) {
            scores[i] = i;
        }
        positive[75] = true;
        assertThat(AurocInterval.of(scores, positive).holdsChance()).isTrue();
        positive[75] = false;
        positive[99] = true;
        assertThat(AurocInterval.of(scores, positive).holdsChance()).isFalse();
    }

    @Test
    void withoutOneOfBothNothingIsKnown() {
        AurocInterval none = AurocInterval.of(new float[] {1, 2}, new boolean[2]);
        assertThat(none.auroc()).isNaN();
        assertThat(none.low()).isNaN();
        assertThat(none.holdsChance()).isFalse();
        assertThatThrownBy(() -> AurocInterval.of(new float[1], new boolean[2]))
                .hasMessage("AUROC: 1 scores and 2 labels");
    }
}
