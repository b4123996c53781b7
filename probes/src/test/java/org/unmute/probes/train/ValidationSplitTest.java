package org.unmute.probes.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ValidationSplitTest {
    @Test
    void everyClassKeepsItsShare() {
        int clips = 1000;
        double[] frequency = {0.5, 0.2, 0.05, 0.02};
        float[] targets = new float[clips * 4];
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < targets.length; i++) {
            targets[i] = random.nextDouble() < frequency[i % 4] ? 1 : 0;
        }
        ValidationSplit split = ValidationSplit.of(targets, 4, 0.1, 0);
        assertThat(split.validation()).hasSize(100);
        assertThat(IntStream.concat(Arrays.stream(split.train()), Arrays.stream(split.validation()))
                        .sorted()
                        .toArray())
                .isEqualTo(IntStream.range(0, clips).toArray());
        for (int c = 0; c < 4; c++) {
            int k = c;
            long all = IntStream.range(0, clips)
                    .filter(i -> targets[i * 4 + k] == 1)
                    .count();
            long aside = Arrays.stream(split.validation())
                    .filter(i -> targets[i * 4 + k] == 1)
                    .count();
            assertThat((double) aside).as("class %d", c).isBetween(all * 0.1 - 2, all * 0.1 + 2);
        }
        assertThat(ValidationSplit.of(targets, 4, 0.1, 0).validation()).isEqualTo(split.validation());
        assertThat(ValidationSplit.of(targets, 4, 0.1, 1).validation()).isNotEqualTo(split.validation());
    }

    @Test
    void singleLabelSetsSplitExactly() {
        float[] targets = new float[50 * 5];
        for (int i = 0; i < 50; i++) {
            targets[i * 5 + i % 5] = 1;
        }
        int[] aside = ValidationSplit.of(targets, 5, 0.2, 3).validation();
        int[] counts = new int[5];
        Arrays.stream(aside).forEach(i -> counts[i % 5]++);
        assertThat(counts).containsExactly(2, 2, 2, 2, 2);
    }

    @Test
    void anEmptyPartIsRefused() {
        assertThatThrownBy(() -> ValidationSplit.of(new float[4], 1, 0.1, 0)).hasMessageContaining("4 clips");
        assertThatThrownBy(() -> ValidationSplit.of(new float[40], 1, 1, 0)).hasMessageContaining("share of 1.0");
    }
}
