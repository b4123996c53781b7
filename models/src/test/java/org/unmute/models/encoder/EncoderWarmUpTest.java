package org.unmute.models.encoder;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
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

    @Test
    void repeatsARequestUntilItsTimeSettles() {
        long[] millis = {60, 40, 20, 5};
        AtomicInteger calls = new AtomicInteger();
        EncoderWarmUp warmUp = EncoderWarmUp.begin(() -> {
            int call = calls.getAndIncrement();
            LockSupport.parkNanos(1_000_000 * millis[Math.min(call, millis.length - 1)]);
        });
        assertThat(warmUp.isDone()).isFalse();
        warmUp.await();
        assertThat(warmUp.isDone()).isTrue();
        assertThat(calls.get()).isGreaterThan(millis.length + 4);
    }

    @Test
    void aRequestThatFailsEndsIt() {
        EncoderWarmUp warmUp = EncoderWarmUp.begin(() -> {
            throw new IllegalStateException("no");
        });
        warmUp.await();
        assertThat(warmUp.isDone()).isTrue();
    }
}
