package org.unmute.spark.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.unmute.audio.UnreadableAudioException;

class StorageFailuresTest {
    private static final Exception NETWORK = new IOException("connection reset");

    private final StorageFailures failures = new StorageFailures(0);
    private final AtomicInteger attempts = new AtomicInteger();

    private Exception settle(Exception first, Exception... later) throws IOException {
        attempts.set(1);
        return failures.settle(
                first, Function.identity(), () -> later[attempts.getAndIncrement() - 1], "s3a://b/x.wav");
    }

    @Test
    void triesAgainWhereTheStorageFails() throws IOException {
        assertThat(settle(NETWORK, NETWORK, null)).isNull();
        assertThat(attempts).hasValue(3);
        assertThat(settle(NETWORK, NETWORK, NETWORK)).isSameAs(NETWORK);
        assertThat(attempts).hasValue(3);
    }

    @Test
    void aRecordingIsNotBetterTheSecondTime() throws IOException {
        for (Exception e : new Exception[] {
            null,
            new NoSuchFileException("x"),
            new UnreadableAudioException("x", "damaged"),
            new IllegalArgumentException("too short")
        }) {
            assertThat(settle(e)).isSameAs(e);
            assertThat(attempts).hasValue(1);
        }
    }

    @Test
    void fileAfterFileIsTheStoragesFault() throws IOException {
        for (int i = 0; i < 4; i++) {
            settle(NETWORK, NETWORK, NETWORK);
        }
        settle(null);
        for (int i = 0; i < 4; i++) {
            settle(NETWORK, NETWORK, NETWORK);
        }
        assertThatThrownBy(() -> settle(NETWORK, NETWORK, NETWORK))
                .isInstanceOf(IOException.class)
                .hasMessage("embed: 5 recordings in a row could not be read, each tried 3 times, the last one"
                        + " s3a://b/x.wav: connection reset: see whether the storage answers, then run the same job"
                        + " again")
                .hasCause(NETWORK);
    }
}
