package org.unmute.bench.gpu.rows;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RandomNumbersTest {
    /** PyTorch makes its inputs by itself; these are what worker.py gives for the same names. */
    @Test
    void randomNumbersAreWhatPythonMakesOfThem() {
        assertThat(RandomNumbers.of("x", 4, 1))
                .containsExactly(
                        -0x1.ff4c100000000p-2f, -0x1.e34eec0000000p-1f, -0x1.99aa400000000p-5f, 0x1.3256940000000p-1f);
        for (float v : RandomNumbers.of("x", 1 << 12, 1)) {
            assertThat(v).isGreaterThanOrEqualTo(-1).isLessThan(1);
        }
    }
}
