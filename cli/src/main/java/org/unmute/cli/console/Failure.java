package org.unmute.cli.console;

import java.io.UncheckedIOException;
import org.unmute.convert.ConversionException;
import org.unmute.files.Diagnosis;

/**
 * How an exception is reported to the user.
 *
 * @param exitCode one of {@link ExitCode}
 * @param message  usually one line
 * @param bug      whether it is a bug in the program, in which case the stack trace is printed
 */
public record Failure(int exitCode, String message, boolean bug) {

    /** Classifies an exception; unknown exceptions count as bugs. */
    public static Failure of(Throwable thrown) {
        return switch (thrown) {
            case CommandException e -> new Failure(e.exitCode(), e.getMessage(), false);
            case UncheckedIOException e -> of(e.getCause());
            case ConversionException e -> new Failure(ExitCode.INPUT, e.getMessage(), false);
            case OutOfMemoryError _ ->
                new Failure(
                        ExitCode.FAILED,
                        Diagnosis.of(thrown).message() + ": set for example UNMUTE_JAVA_OPTS=-Xmx8g",
                        false);
            default -> of(Diagnosis.of(thrown));
        };
    }

    private static Failure of(Diagnosis d) {
        return new Failure(d.kind().exitStatus(), d.message(), d.kind() == Diagnosis.Kind.BUG);
    }
}
