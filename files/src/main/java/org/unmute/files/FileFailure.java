package org.unmute.files;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/**
 * Adds the file's name to failures of channels and streams, whose messages are only the operating system's, such as
 * "Input/output error" or "No space left on device".
 */
public final class FileFailure {
    private FileFailure() {}

    /**
     * Reads or writes a file.
     *
     * @param <T> type of the result
     */
    @FunctionalInterface
    public interface Access<T> {
        T run() throws IOException;
    }

    /**
     * Runs an operation on a file.
     *
     * @param <T> type of the result
     * @throws IOException if the operation fails, {@linkplain #named(Path, IOException) with the file's name}
     */
    public static <T> T naming(Path file, Access<T> access) throws IOException {
        try {
            return access.run();
        } catch (IOException e) {
            throw named(file, e);
        }
    }

    /**
     * Adds the file's name to the failure of an operation on a file.
     *
     * @param file the file that was read or written
     * @param failure the exception thrown by its channel or stream
     * @return a {@link FileSystemException} with the failure as its cause; the failure itself if its type is more
     *     specific than {@code IOException}, such as {@link MalformedFileException}, or its message names the file
     */
    public static IOException named(Path file, IOException failure) {
        return named(file.toString(), failure);
    }

    /** The reason why an operation failed, as text even if the exception has no message. */
    public static String reason(IOException failure) {
        if (failure instanceof ClosedChannelException) {
            return failure instanceof ClosedByInterruptException
                    ? "the thread was interrupted"
                    : "it was closed in the meantime";
        }
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }

    /**
     * As {@link #named(Path, IOException)}, for a source that has a name but may not be a file.
     *
     * @param file the name to use in messages
     */
    public static IOException named(String file, IOException failure) {
        if (failure.getClass() != IOException.class && !(failure instanceof ClosedChannelException)) {
            return failure;
        }
        String reason = reason(failure);
        if (reason.contains(file)) {
            return failure;
        }
        FileSystemException named = new FileSystemException(file, null, reason);
        named.initCause(failure);
        return named;
    }
}
