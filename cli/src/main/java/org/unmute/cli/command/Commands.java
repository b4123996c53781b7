package org.unmute.cli.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.unmute.cli.option.CommonOptions;
import org.unmute.cli.option.ComputeOptions;
import org.unmute.experiments.provenance.Json;
import org.unmute.experiments.provenance.RunRecord;
import org.unmute.tensor.backend.Backends;
import picocli.CommandLine.Model.CommandSpec;

/** Code that the commands share. */
public final class Commands {
    private Commands() {}

    /** The command line as typed, starting with the program's name. */
    static List<String> line(CommandSpec spec) {
        List<String> all = new ArrayList<>(List.of("unmute"));
        all.addAll(spec.root().commandLine().getParseResult().originalArgs());
        return all;
    }

    /**
     * Opens the requested backend, prints a line about it and records it.
     *
     * @throws Backends.UnavailableException if it cannot run on this machine
     */
    static void chooseBackend(ComputeOptions compute, CommonOptions common, RunRecord record, PrintWriter err) {
        Backends.Choice choice = compute.open();
        Backends.use(choice);
        if (compute.profile()) {
            DeviceProfile.begin(choice.backend());
        }
        record.backend(choice.backend().name(), choice.reason());
        if (!common.quiet()) {
            err.println(choice.reason());
            err.flush();
        }
    }

    /** Prints names and values in two columns. */
    static void printFacts(PrintWriter out, Map<String, String> facts) {
        int width = facts.keySet().stream().mapToInt(String::length).max().orElse(0);
        facts.forEach((name, value) -> out.println(name + " ".repeat(width - name.length()) + "  " + value));
    }

    static void printJson(PrintWriter out, Object value) {
        try {
            out.println(Json.MAPPER.writeValueAsString(value));
            out.flush();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the result cannot be written as JSON", e);
        }
    }

    /** Prints a line for the user; does nothing if {@code err} is null. */
    static void tell(PrintWriter err, String line) {
        if (err != null) {
            err.println(line);
            err.flush();
        }
    }
}
