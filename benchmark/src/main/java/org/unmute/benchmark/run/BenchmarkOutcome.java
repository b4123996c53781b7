package org.unmute.benchmark.run;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.unmute.benchmark.protocol.CellId;
import org.unmute.benchmark.results.FinishedCell;
import org.unmute.benchmark.results.RetrievalFile;
import org.unmute.data.provenance.Json;
import org.unmute.data.provenance.JsonObject;
import org.unmute.files.RegularFile;

/** The outcome of a benchmark: the finished cells as stored on disk and the failed ones with their reasons. */
public final class BenchmarkOutcome {
    private final Path out;
    private final List<CellId> cells;
    private final Map<CellId, String> failed;

    /**
     * @param out folder of the run
     * @param cells cells of the run
     * @param failed cells that cannot be finished, with the reasons
     */
    public BenchmarkOutcome(Path out, List<CellId> cells, Map<CellId, String> failed) {
        this.out = out;
        this.cells = cells;
        this.failed = failed;
    }

    private List<CellId> cells(boolean finished) throws IOException {
        List<CellId> all = new ArrayList<>();
        for (CellId cell : cells) {
            if (!failed.containsKey(cell)
                    && RegularFile.exists(cell.folder(out).resolve(FinishedCell.FILE)) == finished) {
                all.add(cell);
            }
        }
        return all;
    }

    /** Cells that are neither finished nor failed. */
    public List<String> unfinished() throws IOException {
        return cells(false).stream().map(CellId::toString).toList();
    }

    /**
     * The finished cells, in the order of the grid.
     *
     * @throws org.unmute.files.InputException naming a file that is damaged
     */
    public List<FinishedCell> finished() throws IOException {
        return cells(true).stream()
                .map(cell -> FinishedCell.read(cell.folder(out)))
                .toList();
    }

    /**
     * How well mean tokens find test clips of the same label, of the encoders and data sets for which it was computed.
     *
     * @throws org.unmute.files.InputException naming a file that is damaged
     */
    public List<RetrievalFile> retrieval() throws IOException {
        return RetrievalFile.of(out, cells.stream().map(CellId::toString).toList());
    }

    /** The failed cells with their reasons. */
    public Map<CellId, String> failed() {
        return Collections.unmodifiableMap(failed);
    }

    /** Whether every cell is finished. */
    public boolean complete() throws IOException {
        return failed.isEmpty() && unfinished().isEmpty();
    }

    /**
     * A short form of the outcome for the record of the run: the number of finished cells, and the names of the others.
     */
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
        List<JsonNode> finished = new ArrayList<>();
        for (CellId cell : cells(true)) {
            finished.add(Json.read(cell.folder(out).resolve(FinishedCell.FILE)));
        }
        return new JsonObject()
                .with("run", out.toString())
                .with("cells", finished)
                .with("failed", failures())
                .with("unfinished", unfinished());
    }
}
