package org.unmute.spark.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;

class ClipRateTest {
    @Test
    void ratesOfTasksAreOneRate() throws InterruptedException {
        ClipRate all = new ClipRate();
        assertThat(all.isZero()).isTrue();
        assertThat(all.value()).isEqualTo("0.00");
        long from = System.nanoTime();
        ClipRate one = all.copy();
        ClipRate other = all.copy();
        one.begin();
        other.begin();
        assertThat(one.isZero()).isFalse();
        Thread.sleep(50);
        one.add(30L);
        other.add(20L);
        all.merge(one);
        all.merge(other);
        double atLeast = 50e9 / (System.nanoTime() - from + 2e6);
        assertThat(all.perSecond()).isBetween(atLeast, 50 / 0.048);
        assertThat(all.value()).isEqualTo(String.format(Locale.ROOT, "%.2f", all.perSecond()));
        all.reset();
        assertThat(all.isZero()).isTrue();
    }
}
