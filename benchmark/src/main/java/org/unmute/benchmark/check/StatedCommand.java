package org.unmute.benchmark.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.unmute.data.provenance.Json;
import org.unmute.files.InputException;

/**
 * The parts of a run's record that a check needs.
 *
 * @param line the command line, beginning with {@code unmute}
 * @param results the results that the command recorded
 */
record StatedCommand(List<String> line, JsonNode results) {
    StatedCommand {
        line = List.copyOf(line);
    }

    /**
     * Reads a record.
     *
     * @return empty if there is no such file
     * @throws InputException if it is not the record of a run
     */
    static Optional<StatedCommand> read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        JsonNode json = Json.read(file);
        List<String> line = new ArrayList<>();
        json.path("command").forEach(word -> line.add(word.asText()));
        if (line.size() < 2
                || !line.getFirst().equals("unmute")
                || !json.path("results").isObject()) {
            throw new InputException(file + ": no record of a run: it states no unmute command with results");
        }
        return Optional.of(new StatedCommand(line, json.path("results")));
    }

    /** A command line without results; empty if it is not one of unmute. */
    static Optional<StatedCommand> of(List<String> line) {
        return line.size() < 2 || !line.getFirst().equals("unmute")
                ? Optional.empty()
                : Optional.of(new StatedCommand(line, Json.object()));
    }

    /** Name of the command. */
    String name() {
        return line.get(1);
    }

    /**
     * The command line in shell syntax. Since files may come from anyone, each word is quoted unless it is plain, and
     * the first one is {@code unmute}.
     */
    String shell() {
        return line.stream().map(StatedCommand::quoted).collect(Collectors.joining(" "));
    }

    private static String quoted(String word) {
        return word.matches("[A-Za-z0-9_./:=,@%+-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
