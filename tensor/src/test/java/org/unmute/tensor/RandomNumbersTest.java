package org.unmute.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RandomNumbersTest {
    private static SplittableRandom seed() {
        return new SplittableRandom(7);
    }

    /** Written down once, so that another Java or machine that draws others is noticed. */
    @Test
    void aSeedGivesTheseNumbersEverywhere() {
        assertThat(RandomNumbers.normal(seed(), 3, 1))
                .containsExactly(new float[] {0.9884743f, 0.104656644f, -1.8642558f});
        assertThat(RandomNumbers.fraction(seed(), 3)).containsExactly(new float[] {0.8695879f, 0.676468f, 0.50598496f});
        assertThat(RandomNumbers.uniform(seed(), 2, 0.5)).containsExactly(new float[] {-0.11017025f, -0.4832117f});
        assertThat(RandomNumbers.order(seed(), 6)).containsExactly(4, 5, 0, 3, 1, 2);
        assertThat(RandomNumbers.stream(7, 1, 2).nextLong()).isEqualTo(8764810008325594656L);
    }

    @Test
    void numbersAreOfTheirDistributions() {
        float[] normal = RandomNumbers.normal(seed(), 20_001, 2);
        double mean = IntStream.range(0, normal.length)
                .mapToDouble(i -> normal[i])
                .average()
                .orElseThrow();
        double square = IntStream.range(0, normal.length)
                .mapToDouble(i -> normal[i] * normal[i])
                .average()
                .orElseThrow();
        assertThat(mean).isBetween(-0.06, 0.06);
        assertThat(square).isBetween(3.85, 4.15);
        float[] truncated = RandomNumbers.truncatedNormal(seed(), 1001, 0.02, 0.04);
        assertThat(truncated).hasSize(1001);
        assertThat(IntStream.range(0, 1001)
                        .mapToDouble(i -> Math.abs(truncated[i]))
                        .max()
                        .orElseThrow())
                .isBetween(0.035, 0.04);
        int[] order = RandomNumbers.order(seed(), 100);
        assertThat(order).isNotEqualTo(RandomNumbers.indices(100));
        Arrays.sort(order);
        assertThat(order).isEqualTo(RandomNumbers.indices(100));
    }

    @Test
    void tensorsAreMade() {
        assertThat(Tensor.randn(seed(), 2, 2).toFloats()).isEqualTo(RandomNumbers.normal(seed(), 4, 1));
        assertThat(Tensor.rand(seed(), 3).toFloats()).isEqualTo(RandomNumbers.fraction(seed(), 3));
        assertThat(Tensor.ones(2, 1).toFloats()).containsExactly(1, 1);
        assertThat(Tensor.zeros(2).toFloats()).containsExactly(0, 0);
        assertThat(Tensor.arange(3).toInts()).containsExactly(0, 1, 2);
        assertThat(Tensor.arange(1, 2, 0.25).toFloats()).containsExactly(1, 1.25f, 1.5f, 1.75f);
        assertThat(Tensor.arange(1, -1, -1).toFloats()).containsExactly(1, 0);
        assertThatThrownBy(() -> Tensor.arange(0, 1, -1)).hasMessageContaining("steps of -1.0");
        assertThatThrownBy(() -> Tensor.arange(0, 1, 0)).hasMessageContaining("steps of 0.0");
    }
}
