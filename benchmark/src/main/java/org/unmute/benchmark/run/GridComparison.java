package org.unmute.benchmark.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
import java.util.Optional;
import java.util.TreeSet;
import org.unmute.benchmark.results.GridFile;
import org.unmute.events.encoder.OpenEncoder;

/**
 * Compares the grids of two runs as {@link GridFile} wrote them. Where a run found its files is not compared, since
 * machines see the same files in different places; the cells say what was in them.
 */
final class GridComparison {
    /** Paths in a data set's source, up to the next component. */
    private static final String PATHS = "\\b(root|manifest|audio)=.*?(?=, [a-z][A-Za-z]*=|]$)";

    private GridComparison() {}

    /**
     * The first difference in words, such as {@code settings.epochs is 30 here and 50 there}; empty if there is none.
     */
    static Optional<String> difference(JsonNode here, JsonNode there) {
        return difference("", withoutPaths(here), withoutPaths(there));
    }

    private static JsonNode withoutPaths(JsonNode grid) {
        JsonNode copy = grid.deepCopy();
        if (copy instanceof ObjectNode object) {
            object.remove("file");
        }
        for (JsonNode encoder : copy.path("encoders")) {
            if (encoder instanceof ObjectNode object
                    && !OpenEncoder.EMBEDDED.equals(object.path("file").asText())) {
                object.remove("file");
            }
        }
        for (JsonNode dataset : copy.path("datasets")) {
            if (dataset instanceof ObjectNode object) {
                object.put("source", object.path("source").asText().replaceAll(PATHS, "$1"));
                if (object.remove("boxes") instanceof JsonNode tables) {
                    tables.forEach(table -> object.withArray("boxes").add(fileName(table.asText())));
                }
            }
        }
        return copy;
    }

    private static String fileName(String path) {
        return path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
    }

    private static Optional<String> difference(String name, JsonNode here, JsonNode there) {
        if (here.isObject() && there.isObject()) {
            TreeSet<String> fields = new TreeSet<>();
            here.fieldNames().forEachRemaining(fields::add);
            there.fieldNames().forEachRemaining(fields::add);
            return fields.stream()
                    .map(f -> difference(name.isEmpty() ? f : name + "." + f, here.path(f), there.path(f)))
                    .flatMap(Optional::stream)
                    .findFirst();
        }
        if (here.isArray() && there.isArray() && here.size() == there.size()) {
            Iterator<JsonNode> other = there.iterator();
            for (JsonNode own : here) {
                Optional<String> found = difference(named(name, own), own, other.next());
                if (found.isPresent()) {
                    return found;
                }
            }
            return Optional.empty();
        }
        return here.equals(there)
                ? Optional.empty()
                : Optional.of(name + " is " + told(here) + " here and " + told(there) + " there");
    }

    /** An entry of a list by its name where it has one. */
    private static String named(String list, JsonNode entry) {
        String own = entry.path("name").asText();
        return own.isEmpty() ? list : list + " '" + own + "'";
    }

    private static String told(JsonNode value) {
        return value.isMissingNode() ? "not stated" : value.isTextual() ? "'" + value.asText() + "'" : value.toString();
    }
}
