package org.unmute.benchmark.run;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.benchmark.protocol.CellId;
import org.unmute.data.provenance.Json;
import org.unmute.data.provenance.JsonObject;
import org.unmute.files.RegularFile;

/** The outcome of a benchmark: the finished cells as stored on disk and the failed ones with their reasons. */
public final class BenchmarkResults {
    private final Path out;
    private final List<CellId> cells;
    private final Map<CellId, String> failed;

    /**
     * @param out    the folder of the run
     * @param cells  its cells
     * @param failed cells that cannot be finished, with the reasons
     */
    public BenchmarkResults(Path out, List<CellId> cells, Map<CellId, String> failed) {
        this.out = out;
        this.cells = cells;
        this.failed = failed;
    }

    private JsonNode read(CellId cell) throws IOException {
        Path file = cell.folder(out).resolve(CellGroup.CELL);
        return RegularFile.exists(file) && !failed.containsKey(cell) ? Json.read(file) : null;
    }

    /** Cells that are neither finished nor failed. */
    public List<String> unfinished() throws IOException {
        List<String> all = new ArrayList<>();
        for (CellId cell : cells) {
            if (read(cell) == null && !failed.containsKey(cell)) {
                all.add(cell.toString());
            }
        }
        return all;
    }

    /** The {@code cell.json} of each finished cell, in the order of the grid. */
    public Map<CellId, JsonNode> finished() throws IOException {
        Map<CellId, JsonNode> finished = new LinkedHashMap<>();
        for (CellId cell : cells) {
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

    /** Whether every cell is finished. */
    public boolean complete() throws IOException {
        return failed.isEmpty() && unfinished().isEmpty();
    }

    /** The outcome in short, for the record of the run: how many cells are finished, and which are not. */
    public Map<String, Object> summary() throws IOException {
        return new JsonObject()
                .with("finished", finished().size())
                .with("failed", failures())
                .with("unfinished", unfinished());
    }

    private List<JsonObject> failures() {
        return failed.entrySet().stream()
                .map(e -> new JsonObject().with("cell", e.getKey().toString()).with("reason", e.getValue()))
                .toList();
    }

    /** The outcome as a JSON object. */
    public Map<String, Object> document() throws IOException {
        return new JsonObject()
                .with("run", out.toString())
                .with("cells", List.copyOf(finished().values()))
                .with("failed", failures())
                .with("unfinished", unfinished());
    }
}
