package org.unmute.models.vit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.Unary;

class ConvPositionsTest {
    @Test
    void eachTapHasItsLength() {
        // [2, 1, 2]: tap 0 is (3, 4), tap 1 is (0, -2).
        assertThat(ConvPositions.normalized(new float[] {3, 0, 4, -2}, new float[] {10, 7}))
                .containsExactly(6, 0, 8, -7);
        assertThatThrownBy(() -> ConvPositions.normalized(new float[] {3, 0, 4, 0}, new float[] {10, 7}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tap 1");
    }

    @Test
    void sizesThatDoNotFitAreRefused() {
        Tensor bias = Tensor.of(new float[6], 6);
        assertFails(IllegalArgumentException.class, () -> new ConvPositions(new float[48], 4, 2, bias), "groups of 4");
        assertFails(IllegalArgumentException.class, () -> new ConvPositions(new float[35], 3, 2, bias), "35 weights");
    }

    private static float[] random(SplittableRandom random, int n) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) random.nextDouble(-1, 1);
        }
        return x;
    }

    @ParameterizedTest
    @CsvSource({
        "5, 8, 2, 4",
        "5, 8, 2, 3",
        "1, 6, 3, 8",
        "9, 4, 1, 2",
        "3, 4, 4, 1",
        "40, 6, 2, 16",
        "20, 6, 3, 17",
        "7, 4, 1, 50"
    })
    void everyTokenSeesItsNeighboursOfTheSameGroup(int tokens, int dim, int groups, int kernel) {
        SplittableRandom random = new SplittableRandom(7);
        int width = dim / groups;
        float[] x = random(random, 2 * tokens * dim);
        float[] w = random(random, dim * width * kernel);
        float[] b = random(random, dim);
        float[] y = new ConvPositions(w, width, kernel, Tensor.of(b, dim))
                .apply(Tensor.of(x, 2, tokens, dim))
                .toFloats();
        assertThat(y).hasSize(x.length);
        for (int clip = 0; clip < 2; clip++) {
            for (int t = 0; t < tokens; t++) {
                for (int c = 0; c < dim; c++) {
                    double sum = b[c];
                    for (int i = 0; i < width; i++) {
                        for (int k = 0; k < kernel; k++) {
                            int from = t + k - kernel / 2;
                            sum += from < 0 || from >= tokens
                                    ? 0
                                    : (double) w[(c * width + i) * kernel + k]
                                            * x[(clip * tokens + from) * dim + c / width * width + i];
                        }
                    }
                    assertThat((double) y[(clip * tokens + t) * dim + c])
                            .isCloseTo(Unary.GELU.apply(sum, 0, 0), Offset.offset(1e-5));
                }
            }
        }
    }
}
