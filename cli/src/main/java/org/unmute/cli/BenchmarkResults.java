package org.unmute.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.cli.console.Json;
import org.unmute.experiments.grid.Cell;
import org.unmute.experiments.protocol.CellId;

/** What a benchmark came to: the finished cells as they lie on disk, the failed ones with their reasons. */
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
        Path file = BenchmarkGroup.id(cell).folder(out).resolve(BenchmarkGroup.CELL);
        return Files.exists(file) && !failed.containsKey(BenchmarkGroup.id(cell))
                ? Json.MAPPER.readTree(file.toFile())
                : null;
    }

    /** Cells that are neither finished nor failed. */
    List<String> unfinished() throws IOException {
        List<String> all = new ArrayList<>();
        for (Cell cell : cells) {
            if (read(cell) == null && !failed.containsKey(BenchmarkGroup.id(cell))) {
                all.add(cell.path());
            }
        }
        return all;
    }

    /** One table a data set. */
    public void print(PrintWriter out) throws IOException {
        Map<String, ConsoleTable> tables = new LinkedHashMap<>();
        for (Cell cell : cells) {
            JsonNode json = read(cell);
            if (json == null) {
                continue;
            }
            String metric = json.path("metric").asText();
            ConsoleTable table = tables.computeIfAbsent(
                    cell.dataset().title() + ": " + metric + " in %, mean ± sd over "
                            + json.path("seeds").size() + " seeds",
                    _ -> new ConsoleTable("encoder", "probe", "parameters", "validation", "test", "clips/s"));
            table.row(
                    cell.encoder().title(),
                    cell.probe().label(),
                    json.path("parameters").asLong(),
                    score(json, "validation"),
                    score(json, "test"),
                    json.path("clipsPerSecond").isNull()
                            ? null
                            : Math.round(json.path("clipsPerSecond").asDouble()));
        }
        for (Map.Entry<String, ConsoleTable> t : tables.entrySet()) {
            out.println();
            out.println(t.getKey());
            out.println();
            t.getValue().print(out, false);
        }
        failed.forEach((id, reason) -> out.println("failed: " + id + ": " + reason));
        List<String> open = unfinished();
        if (!open.isEmpty()) {
            out.println(open.size() + (open.size() == 1 ? " cell is" : " cells are") + " not finished, the first: "
                    + open.getFirst() + "; run the same command again to go on");
        }
        out.flush();
    }

    private static String score(JsonNode json, String part) {
        JsonNode mean = json.path(part + "Mean");
        JsonNode sd = json.path(part + "Sd");
        if (mean.isNull()) {
            return "-";
        }
        return String.format(Locale.ROOT, "%.2f", 100 * mean.asDouble())
                + (sd.isNull() ? "" : String.format(Locale.ROOT, " ± %.2f", 100 * sd.asDouble()));
    }

    /** Everything, for JSON. */
    public Map<String, Object> document() throws IOException {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("run", out.toString());
        List<JsonNode> done = new ArrayList<>();
        for (Cell cell : cells) {
            JsonNode json = read(cell);
            if (json != null) {
                done.add(json);
            }
        }
        all.put("cells", done);
        all.put(
                "failed",
                failed.entrySet().stream()
                        .map(e -> Map.of("cell", e.getKey().toString(), "reason", e.getValue()))
                        .toList());
        all.put("unfinished", unfinished());
        return all;
    }
}
