package org.unmute.bench.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class StatisticsTest {
    @Test
    void theMedianIsTheMiddleOrTheMeanOfTheTwoInTheMiddle() {
        assertThat(Statistics.median(9, 1, 5)).isEqualTo(5);
        assertThat(Statistics.median(9, 1, 5, 6)).isEqualTo(5.5);
        assertThatThrownBy(Statistics::median)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("median");
    }

    @Test
    void theMedianLeavesItsArgumentAsItIs() {
        double[] values = {3, 1, 2};
        Statistics.median(values);
        assertThat(values).containsExactly(3, 1, 2);
    }
}
