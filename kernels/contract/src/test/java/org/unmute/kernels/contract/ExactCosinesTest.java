package org.unmute.kernels.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compares exact winners with decimal fractions, which hold every float32, its products and their sums. */
class ExactCosinesTest {
    private static final int COUNT = 40;
    private static final int DIM = 70;

    /** The square of the cosine times that of the other token's norm, with the sign of the cosine. */
    private static BigDecimal scaled(float[] x, int n, int other, boolean[] negative) {
        BigDecimal dot = BigDecimal.ZERO;
        BigDecimal square = BigDecimal.ZERO;
        for (int d = 0; d < DIM; d++) {
            BigDecimal v = new BigDecimal(x[n * DIM + d]);
            dot = negative[d] ? dot.subtract(v) : dot.add(v);
            BigDecimal w = new BigDecimal(x[other * DIM + d]);
            square = square.add(w.multiply(w));
        }
        return dot.multiply(dot.abs()).multiply(square);
    }

    @ParameterizedTest
    @EnumSource(NearTies.class)
    void theWinnerIsTheFirstOfTheLargest(NearTies kind) {
        SplittableRandom random = new SplittableRandom(kind.ordinal());
        float[] x = new float[COUNT * DIM];
        kind.fill(x, DIM, random);
        for (int prototype = 0; prototype < 5; prototype++) {
            boolean[] negative = new boolean[DIM];
            for (int d = 0; d < DIM; d++) {
                negative[d] = prototype == 0 ? x[d] < 0 : random.nextBoolean();
            }
            int best = 0;
            for (int n = 1; n < COUNT; n++) {
                best = scaled(x, n, best, negative).compareTo(scaled(x, best, n, negative)) > 0 ? n : best;
            }
            assertThat(new ExactCosines(x, DIM).winner(negative))
                    .as("prototype %d", prototype)
                    .isEqualTo(best);
        }
    }
}
