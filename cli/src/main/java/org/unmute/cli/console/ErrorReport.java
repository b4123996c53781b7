package org.unmute.cli.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Iterator;
import org.unmute.data.provenance.Json;
import org.unmute.files.PlainText;

/**
 * Reports why a command failed: as a line on standard error, and with {@code --json} also as a document on standard
 * output in place of the result, {@code {"error": {"command", "status", "reason", "message", "bug"}}}.
 */
public final class ErrorReport {
    private final PlainWriter out;
    private final PlainWriter err;
    private final boolean json;

    /** @param args the command line, which is searched for {@code --json} even if it is otherwise wrong */
    public ErrorReport(PrintWriter out, PrintWriter err, String... args) {
        this.out = PlainWriter.to(out);
        this.err = PlainWriter.to(err);
        json = Arrays.asList(args).contains("--json");
    }

    /** The writer of errors and of lines that belong to them. */
    public PlainWriter err() {
        return err;
    }

    /**
     * Reports a failure.
     *
     * @param command its name, such as {@code unmute embed}
     * @param message what is wrong; lines after the first are indented, so that none looks like a separate message
     * @param printed whether the result was already printed; then no JSON document follows it
     * @return the exit status
     */
    public int show(String command, String message, Failure failure, boolean printed) {
        Iterator<String> lines = PlainText.lines(message).iterator();
        err.println(command + ": " + (lines.hasNext() ? lines.next() : ""));
        lines.forEachRemaining(line -> err.println("  " + line));
        if (json && !printed) {
            out.print(document(command, message, failure));
            out.println();
        }
        return failure.exitCode();
    }

    private static String document(String command, String message, Failure failure) {
        ObjectNode error = Json.object()
                .put("command", command)
                .put("status", failure.exitCode())
                .put("reason", ExitCode.reason(failure.exitCode()))
                .put("message", message)
                .put("bug", failure.bug());
        try {
            return Json.MAPPER.writeValueAsString(Json.object().set("error", error));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an error could not be written as JSON: " + message, e);
        }
    }
}
