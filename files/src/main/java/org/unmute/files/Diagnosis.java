package org.unmute.files;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A classification of an exception for the user of a program.
 *
 * @param kind the kind of failure, which tells who has to act
 * @param message usually one line; not sanitised for a terminal
 */
public record Diagnosis(Kind kind, String message) {
    /** Error texts of operating systems for read-only file systems and immutable files. */
    private static final List<String> FORBIDDEN = List.of("Read-only file system", "Operation not permitted");

    /** Kinds of failures, each with the exit status of a program that fails with it. */
    public enum Kind {
        /** The work could not be completed. */
        FAILED(1),
        /** Settings contradict each other or the files that they apply to. */
        USAGE(2),
        /** An input file is missing, unreadable or malformed. */
        INPUT(3),
        /** The requested device or backend is not available. */
        DEVICE(4),
        /** The program has a bug, so the stack trace is useful. */
        BUG(1);

        private final int exitStatus;

        Kind(int exitStatus) {
            this.exitStatus = exitStatus;
        }

        /** The exit status, from 1 to 4. */
        public int exitStatus() {
            return exitStatus;
        }
    }

    /** An exception that knows its kind. Its message is one line for the user of a program. */
    public interface Explained {
        /** The kind of failure. */
        Kind kind();
    }

    /** Classifies an exception. Unexpected exceptions count as bugs. */
    public static Diagnosis of(Throwable thrown) {
        return switch (thrown) {
            case UncheckedIOException e -> of(e.getCause());
            case Explained e -> new Diagnosis(e.kind(), said(thrown));
            case NoSuchFileException e -> input("no such file or folder: " + e.getFile());
            case FileNotFoundException e -> input("cannot open: " + e.getMessage());
            case NotDirectoryException e -> input("not a folder: " + e.getFile());
            case AccessDeniedException e -> input("no permission: " + e.getFile());
            case FileAlreadyExistsException e ->
                failed("already there, and not overwritten: " + e.getFile() + ": remove it or choose another place");
            case FileSystemException e
            when isForbidden(e) -> input("no permission: " + e.getFile() + ": " + e.getReason());
            case FileSystemException e -> failed(said(e));
            case IOException _, IllegalArgumentException _ -> failed(said(thrown));
            case OutOfMemoryError _ ->
                failed("out of memory with a heap of " + (Runtime.getRuntime().maxMemory() >> 20) + " MiB");
            default ->
                new Diagnosis(
                        Kind.BUG, "this is a bug in unmute, please report it with the lines below: " + said(thrown));
        };
    }

    private static Diagnosis input(String message) {
        return new Diagnosis(Kind.INPUT, message);
    }

    private static Diagnosis failed(String message) {
        return new Diagnosis(Kind.FAILED, message);
    }

    /** Whether writing is impossible there. This is reported in the same way as a missing permission. */
    private static boolean isForbidden(FileSystemException e) {
        return e.getReason() != null && FORBIDDEN.stream().anyMatch(e.getReason()::startsWith);
    }

    private static String said(FileSystemException e) {
        String reason = e.getReason() == null ? "file system error" : e.getReason();
        boolean full = reason.startsWith("No space left") || reason.startsWith("Disk quota");
        return reason + ": " + e.getFile() + (full ? ": make room, then run the same command again" : "");
    }

    private static String said(@Nullable Throwable e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
