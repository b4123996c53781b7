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
import org.unmute.experiments.SettingsException;
import org.unmute.experiments.StoppedException;
import org.unmute.experiments.data.MalformedTableException;
import org.unmute.experiments.data.set.DatasetException;
import org.unmute.experiments.protocol.CellFailedException;
import org.unmute.models.audio.UnreadableAudioException;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.probes.cache.TokenCacheException;
import org.unmute.probes.train.TrainingDivergedException;
import org.unmute.tensor.backend.BackendException;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.io.FolderLock;
import org.unmute.tensor.io.MalformedFileException;

/**
 * How an exception is reported to the user.
 *
 * @param exitCode one of {@link ExitCode}
 * @param message  one line, as a rule
 * @param bug      whether it is a bug in the program, for which the stack trace is printed
 */
public record Failure(int exitCode, String message, boolean bug) {

    /** Classifies an exception; unexpected ones are bugs. */
    public static Failure of(Throwable thrown) {
        return switch (thrown) {
            case CommandException e -> new Failure(e.exitCode(), e.getMessage(), false);
            case UncheckedIOException e -> of(e.getCause());
            case SettingsException e -> new Failure(ExitCode.USAGE, e.getMessage(), false);
            case Backends.UnavailableException e -> new Failure(ExitCode.DEVICE, e.getMessage(), false);
            case MalformedFileException _,
                    DatasetException _,
                    InputException _,
                    MalformedTableException _,
                    TokenCacheException _,
                    ConversionException _,
                    FolderLock.HeldException _,
                    UnusableCheckpointException _,
                    UnreadableAudioException _ -> input(thrown.getMessage());
            case NoSuchFileException e -> input("no such file or folder: " + e.getFile());
            case FileNotFoundException e -> input("cannot open: " + e.getMessage());
            case NotDirectoryException e -> input("not a folder: " + e.getFile());
            case AccessDeniedException e -> input("no permission: " + e.getFile());
            case FileAlreadyExistsException e ->
                failed("already there, and not overwritten: " + e.getFile() + ": remove it or choose another place");
            case FileSystemException e -> failed(said(e));
            case BackendException _,
                    IOException _,
                    IllegalArgumentException _,
                    TrainingDivergedException _,
                    CellFailedException _,
                    StoppedException _ -> failed(said(thrown));
            case OutOfMemoryError _ ->
                failed("out of memory with a heap of " + (Runtime.getRuntime().maxMemory() >> 20)
                        + " MiB: set for example UNMUTE_JAVA_OPTS=-Xmx8g");
            default ->
                new Failure(
                        ExitCode.FAILED,
                        "this is a bug in unmute, please report it with the lines below: " + said(thrown),
                        true);
        };
    }

    private static Failure input(String message) {
        return new Failure(ExitCode.INPUT, message, false);
    }

    private static Failure failed(String message) {
        return new Failure(ExitCode.FAILED, message, false);
    }

    private static String said(FileSystemException e) {
        String reason = e.getReason() == null ? "file system error" : e.getReason();
        boolean full = reason.startsWith("No space left") || reason.startsWith("Disk quota");
        return reason + ": " + e.getFile() + (full ? ": make room, then run the same command again" : "");
    }

    private static String said(Throwable e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
