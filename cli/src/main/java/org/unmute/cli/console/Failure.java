package org.unmute.cli.console;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import org.unmute.convert.ConversionException;
import org.unmute.experiments.InputException;
import org.unmute.experiments.data.MalformedTableException;
import org.unmute.experiments.data.set.DatasetException;
import org.unmute.models.audio.UnreadableAudioException;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.probes.cache.TokenCacheException;
import org.unmute.tensor.backend.BackendException;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.io.MalformedFileException;

/**
 * How an exception is reported to the user.
 *
 * @param exitCode one of {@link ExitCode}
 * @param message  one line
 * @param bug      whether it is a bug in the program, for which the stack trace is printed
 */
public record Failure(int exitCode, String message, boolean bug) {

    /** Classifies an exception; unexpected ones are bugs. */
    public static Failure of(Throwable thrown) {
        return switch (thrown) {
            case CommandException e -> new Failure(e.exitCode(), e.getMessage(), false);
            case UncheckedIOException e -> of(e.getCause());
            case Backends.UnavailableException e -> new Failure(ExitCode.DEVICE, e.getMessage(), false);
            case BackendException e -> new Failure(ExitCode.FAILED, said(e), false);
            case MalformedFileException e -> new Failure(ExitCode.INPUT, e.getMessage(), false);
            case DatasetException e -> new Failure(ExitCode.INPUT, e.getMessage(), false);
            case InputException e -> new Failure(ExitCode.INPUT, e.getMessage(), false);
            case MalformedTableException e -> new Failure(ExitCode.INPUT, e.getMessage(), false);
            case TokenCacheException e -> new Failure(ExitCode.INPUT, e.getMessage(), false);
            case ConversionException e -> new Failure(ExitCode.INPUT, e.getMessage(), false);
            case UnusableCheckpointException e -> new Failure(ExitCode.INPUT, e.getMessage(), false);
            case UnreadableAudioException e -> new Failure(ExitCode.INPUT, e.getMessage(), false);
            case NoSuchFileException e -> new Failure(ExitCode.INPUT, "no such file or folder: " + e.getFile(), false);
            case FileNotFoundException e -> new Failure(ExitCode.INPUT, "cannot open: " + e.getMessage(), false);
            case NotDirectoryException e -> new Failure(ExitCode.INPUT, "not a folder: " + e.getFile(), false);
            case AccessDeniedException e -> new Failure(ExitCode.INPUT, "no permission: " + e.getFile(), false);
            case FileAlreadyExistsException e ->
                new Failure(
                        ExitCode.FAILED,
                        "already there, and not overwritten: " + e.getFile() + ": remove it or choose another place",
                        false);
            case FileSystemException e ->
                new Failure(
                        ExitCode.FAILED,
                        (e.getReason() == null ? "file system error" : e.getReason()) + ": " + e.getFile(),
                        false);
            case IOException e -> new Failure(ExitCode.FAILED, said(e), false);
            case IllegalArgumentException e -> new Failure(ExitCode.FAILED, said(e), false);
            case OutOfMemoryError e ->
                new Failure(
                        ExitCode.FAILED,
                        "out of memory with a heap of " + (Runtime.getRuntime().maxMemory() >> 20)
                                + " MiB: set for example UNMUTE_JAVA_OPTS=-Xmx8g",
                        false);
            default ->
                new Failure(
                        ExitCode.FAILED,
                        "this is a bug in unmute, please report it with the lines below: " + said(thrown),
                        true);
        };
    }

    private static String said(Throwable e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
