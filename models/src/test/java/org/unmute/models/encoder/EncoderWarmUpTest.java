package org.unmute.models.encoder;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class EncoderWarmUpTest {
    private static boolean isRunning() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(t -> t.getName().equals("unmute-warm-up") && t.isAlive());
    }

    @Test
    void whoeverWaitsGoesOnWhenItHasEnded() {
        Assertions.assertTimeoutPreemptively(Duration.ofMinutes(1), () -> {
            for (int i = 0; i < 2; i++) {
                EncoderWarmUp warmUp = EncoderWarmUp.begin();
                warmUp.await();
                assertThat(isRunning()).isFalse();
                warmUp.await();
            }
        });
    }

    @Test
    void anInterruptEndsTheWaitAndIsKept() {
        Thread.currentThread().interrupt();
        EncoderWarmUp warmUp = EncoderWarmUp.begin();
        warmUp.await();
        assertThat(Thread.interrupted()).isTrue();
        warmUp.await();
        assertThat(isRunning()).isFalse();
    }
}
