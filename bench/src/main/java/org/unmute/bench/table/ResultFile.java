package org.unmute.bench.table;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.files.AtomicFile;

/**
 * Results as JSON. A row that is measured again replaces its earlier result, so a table can be measured piece by piece.
 */
final class ResultFile {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ResultFile() {}

    private record Content(List<RowResult> rows) {}

    /**
     * Reads results.
     *
     * @throws IOException if the file does not exist or does not contain results
     */
    static List<RowResult> read(Path file) throws IOException {
        try {
            return JSON.readValue(file.toFile(), Content.class).rows();
        } catch (JsonProcessingException e) {
            throw new IOException(file + ": these are not results of bench: " + e.getOriginalMessage(), e);
        }
    }

    /** Writes all rows; the file is replaced only once the new one is complete. */
    static void write(Path file, List<RowResult> rows) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        AtomicFile.write(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(new Content(rows)));
    }

    /** The earlier rows, replaced by new ones with the same id, in the given order. Rows with unknown ids come last. */
    static List<RowResult> merge(List<RowResult> former, List<RowResult> fresh, List<String> order) {
        Map<String, RowResult> all = new LinkedHashMap<>();
        order.forEach(id -> all.put(id, null));
        former.forEach(r -> all.put(r.id(), r));
        fresh.forEach(r -> all.put(r.id(), r));
        return all.values().stream().filter(r -> r != null).toList();
    }
}
