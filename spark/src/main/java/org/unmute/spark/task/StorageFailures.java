package org.unmute.spark.task;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.unmute.audio.UnreadableAudioException;

/**
 * Retries reads that fail because of a device or network rather than a recording. If several recordings in a row fail
 * in this way, the storage is at fault rather than the recordings, and the task fails.
 */
final class StorageFailures {
    private static final int ATTEMPTS = 3;
    /** Consecutive recordings that may fail in this way, each after all attempts, before the task fails. */
    private static final int IN_A_ROW = 5;

    private final long pauseMillis;
    private int row;

    StorageFailures() {
        this(1000);
    }

    /** @param pauseMillis pause before the second attempt; doubled before the third */
    StorageFailures(long pauseMillis) {
        this.pauseMillis = pauseMillis;
    }

    /**
     * Returns the result of a recording, after more attempts if the storage failed.
     *
     * @param first result of the first attempt
     * @param failure the failure of an attempt; null if there was none
     * @param again makes another attempt
     * @param uri URI of the recording, for a message
     * @throws IOException if too many recordings in a row failed in this way
     */
    <T> T settle(T first, Function<T, Exception> failure, Supplier<T> again, String uri) throws IOException {
        T result = first;
        for (int attempt = 1; attempt < ATTEMPTS && isOfStorage(failure.apply(result)); attempt++) {
            pause(pauseMillis << attempt - 1);
            result = again.get();
        }
        Exception last = failure.apply(result);
        row = isOfStorage(last) ? row + 1 : 0;
        if (row >= IN_A_ROW) {
            throw new IOException(
                    "embed: " + row + " recordings in a row could not be read, each tried " + ATTEMPTS
                            + " times, the last one " + uri + ": " + ClipEmbedding.reason(last)
                            + ": see whether the storage answers, then run the same job again",
                    last);
        }
        return result;
    }

    private static boolean isOfStorage(Exception failure) {
        return failure instanceof IOException
                && !(failure instanceof UnreadableAudioException
                        || failure instanceof NoSuchFileException
                        || failure instanceof AccessDeniedException
                        || failure instanceof EOFException);
    }

    private static void pause(long millis) throws IOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the task was ended while it waited for a file");
        }
    }
}
