package org.unmute.models.vit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class WarmUpTest {
    private static boolean isRunning() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(t -> t.getName().equals("unmute-warm-up") && t.isAlive());
    }

    @Test
    void whoeverWaitsGoesOnWhenItHasEnded() {
        Assertions.assertTimeoutPreemptively(Duration.ofMinutes(1), () -> {
            WarmUp.await(); // nothing has begun
            for (int i = 0; i < 2; i++) {
                WarmUp.begin();
                WarmUp.await();
                assertThat(isRunning()).isFalse();
            }
            WarmUp.await();
        });
    }

    @Test
    void anInterruptEndsTheWaitAndIsKept() throws InterruptedException {
        Thread.currentThread().interrupt();
        WarmUp.begin();
        WarmUp.await();
        assertThat(Thread.interrupted()).isTrue();
        WarmUp.await();
        assertThat(isRunning()).isFalse();
    }
}
