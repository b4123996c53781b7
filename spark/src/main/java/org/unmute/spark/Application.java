package org.unmute.spark;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import org.unmute.files.Diagnosis;
import org.unmute.tensor.backend.Backends;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Runs an application as {@code unmute} runs a command: with the same error format and the same exit statuses. */
final class Application {
    private Application() {}

    /**
     * Runs the command and exits the JVM with its status, unless that is 0: a cluster manager regards a driver that
     * exits by itself as failed.
     */
    static void main(Callable<Integer> command, Console console, String... args) {
        int status = run(command, console, args);
        SparkSession session = SparkSession.getDefaultSession().getOrElse(() -> null);
        if (session != null) {
            session.stop();
        }
        if (status != 0) {
            System.exit(status);
        }
    }

    /** Runs the command and returns its exit status (docs/exit-codes.md). */
    static int run(Callable<Integer> command, Console console, String... args) {
        CommandLine line = new CommandLine(command)
                .setOut(console.results())
                .setUsageHelpWidth(100)
                .setCaseInsensitiveEnumValuesAllowed(true);
        String name = line.getCommandName();
        line.setParameterExceptionHandler((e, _) -> misused(e, name, console));
        line.setExecutionExceptionHandler(
                (e, _, parsed) -> failed(e, name, console, parsed.hasMatchedOption("--debug")));
        try {
            return line.execute(args);
        } catch (RuntimeException | Error e) {
            // picocli passes only exceptions to its handler, not errors such as OutOfMemoryError.
            return failed(e, name, console, true);
        }
    }

    private static int misused(ParameterException e, String name, Console console) {
        console.error(name + ": " + e.getMessage());
        StringWriter suggestions = new StringWriter();
        if (CommandLine.UnmatchedArgumentException.printSuggestions(e, new PrintWriter(suggestions, true))) {
            console.error(suggestions.toString().strip());
        } else {
            console.error("--help lists the options");
        }
        return Diagnosis.Kind.USAGE.exitStatus();
    }

    private static int failed(Throwable thrown, String name, Console console, boolean debug) {
        Diagnosis diagnosis = Diagnosis.of(thrown);
        String hint = switch (thrown) {
            case Backends.UnavailableException _ ->
                ": spark-submit adds it; a session that was started otherwise needs it in"
                        + " spark.driver.extraJavaOptions and spark.executor.extraJavaOptions";
            case OutOfMemoryError _ -> ": give the driver more (--driver-memory)";
            default -> "";
        };
        console.error(name + ": " + diagnosis.message() + hint);
        if (diagnosis.kind() == Diagnosis.Kind.BUG || debug) {
            console.error(thrown);
        }
        return diagnosis.kind().exitStatus();
    }
}
