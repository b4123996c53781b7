package org.unmute.files;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/**
 * Names the file in failures of channels and streams: theirs say only what the operating system says, such as
 * "Input/output error" or "No space left on device".
 */
public final class FileFailure {
    private FileFailure() {}

    /**
     * Reads or writes a file.
     *
     * @param <T> what that gives
     */
    @FunctionalInterface
    public interface Access<T> {
        T run() throws IOException;
    }

    /**
     * Does something with a file.
     *
     * @param <T> what that gives
     * @throws IOException the failure, {@linkplain #named(Path, IOException) with the file's name}
     */
    public static <T> T naming(Path file, Access<T> access) throws IOException {
        try {
            return access.run();
        } catch (IOException e) {
            throw named(file, e);
        }
    }

    /**
     * The failure of an operation on a file, with the file's name.
     *
     * @param file the file that was read or written
     * @param failure what its channel or stream threw
     * @return a {@link FileSystemException} with the failure as its cause; the failure itself if it is of a kind that
     *     says more, such as {@link MalformedFileException}
     */
    public static IOException named(Path file, IOException failure) {
        return named(file.toString(), failure);
    }

    /** Why an operation failed, in words also where the failure has none. */
    public static String reason(IOException failure) {
        if (failure instanceof ClosedChannelException) {
            return failure instanceof ClosedByInterruptException
                    ? "the thread was interrupted"
                    : "it was closed in the meantime";
        }
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }

    /**
     * The same for a source that has a name and perhaps no file.
     *
     * @param file what to name it in messages
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
