package org.unmute.experiments.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.experiments.grid.Cell;
import org.unmute.experiments.protocol.CellId;
import org.unmute.experiments.provenance.Json;
import org.unmute.experiments.provenance.JsonObject;
import org.unmute.tensor.io.RegularFile;

/** The outcome of a benchmark: the finished cells as stored on disk and the failed ones with their reasons. */
public final class BenchmarkResults {
    private final Path out;
    private final List<Cell> cells;
    private final Map<CellId, String> failed;

    BenchmarkResults(Path out, List<Cell> cells, Map<CellId, String> failed) {
        this.out = out;
        this.cells = cells;
        this.failed = failed;
    }

    private JsonNode read(Cell cell) throws IOException {
        Path file = cell.id().folder(out).resolve(CellGroup.CELL);
        return RegularFile.exists(file) && !failed.containsKey(cell.id()) ? Json.read(file) : null;
    }

    /** Cells that are neither finished nor failed. */
    public List<String> unfinished() throws IOException {
        List<String> all = new ArrayList<>();
        for (Cell cell : cells) {
            if (read(cell) == null && !failed.containsKey(cell.id())) {
                all.add(cell.path());
            }
        }
        return all;
    }

    /** The {@code cell.json} of each finished cell, in the order of the grid. */
    public Map<Cell, JsonNode> finished() throws IOException {
        Map<Cell, JsonNode> finished = new LinkedHashMap<>();
        for (Cell cell : cells) {
            JsonNode json = read(cell);
            if (json != null) {
                finished.put(cell, json);
            }
        }
        return finished;
    }

    /** The failed cells with their reasons. */
    public Map<CellId, String> failed() {
        return Collections.unmodifiableMap(failed);
    }

    /** The outcome as a JSON object. */
    public Map<String, Object> document() throws IOException {
        return new JsonObject()
                .with("run", out.toString())
                .with("cells", List.copyOf(finished().values()))
                .with(
                        "failed",
                        failed.entrySet().stream()
                                .map(e -> new JsonObject()
                                        .with("cell", e.getKey().toString())
                                        .with("reason", e.getValue()))
                                .toList())
                .with("unfinished", unfinished());
    }
}
