package org.unmute.benchmark.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.benchmark.grid.Cell;
import org.unmute.benchmark.protocol.CellCost;
import org.unmute.benchmark.protocol.CellId;
import org.unmute.benchmark.protocol.CellRun;
import org.unmute.benchmark.results.FinishedCell;
import org.unmute.data.provenance.DiskSpace;
import org.unmute.data.provenance.JsonObject;
import org.unmute.data.provenance.Units;
import org.unmute.files.FileFailure;

/** What is left of a benchmark before it starts: trainings of cells, and the room that caches need. */
public final class BenchmarkPlan {
    private final Path out;
    private final Map<CellId, Planned> cells = new LinkedHashMap<>();
    /** Bytes that token caches still need, by their folders. */
    private final Map<Path, Long> caches = new LinkedHashMap<>();

    private int recordings;
    private long bytes;

    /**
     * An unfinished cell.
     *
     * @param cost its trainings
     * @param before number of trainings that an earlier process finished
     * @param clips training clips of a fold
     */
    record Planned(CellCost cost, int before, int clips) {
        int trainingsLeft() {
            return cost.trainings() - before;
        }

        /** Expected clips to train on: the share of trainings that are left. */
        double workLeft() {
            return (double) clips * cost.expectedEpochs() * trainingsLeft() / cost.trainings();
        }
    }

    BenchmarkPlan(Path out) {
        this.out = out;
    }

    /** Adds the clips of a group that are still to be embedded. */
    void embedding(DatasetTokens tokens, SplitDataset dataset) throws IOException {
        if (!tokens.complete()) {
            recordings += dataset.audio().size();
            bytes += tokens.bytes();
            caches.put(tokens.folder(), Math.max(0, tokens.bytes() - DiskSpace.used(tokens.folder())));
        }
    }

    /** Adds the unfinished cells of a group. */
    void cells(CellGroup group) throws IOException {
        SplitDataset set = group.dataset();
        int clips = set.folds().getFirst().train().size() * (1 + set.variants());
        for (Cell cell : group.cells().values()) {
            CellId id = cell.id();
            if (!Files.exists(id.folder(out).resolve(FinishedCell.FILE))) {
                CellCost cost = CellCost.of(id, cell.settings(), set.folds().size());
                cells.put(id, new Planned(cost, done(id.folder(out), cost), clips));
            }
        }
    }

    /** The trainings in a cell's journals. */
    private static int done(Path folder, CellCost cost) throws IOException {
        return (int) (Math.min(cost.trials(), lines(folder.resolve(CellRun.TRIALS)))
                + Math.min(cost.again(), lines(folder.resolve(CellRun.RERUNS))));
    }

    private static long lines(Path file) throws IOException {
        return Files.exists(file)
                ? FileFailure.naming(file, () -> Files.readString(file, StandardCharsets.ISO_8859_1))
                        .chars()
                        .filter(c -> c == '\n')
                        .count()
                : 0;
    }

    /** Expected work that is left of a cell, in clips to train on; 0 if it is finished. */
    public double workLeft(CellId id) {
        Planned cell = cells.get(id);
        return cell == null ? 0 : cell.workLeft();
    }

    /** The unfinished cells. */
    Map<CellId, Planned> cells() {
        return Collections.unmodifiableMap(cells);
    }

    /**
     * Requires room on the disk for the token caches that are still to be made, all of which are in folders side by
     * side.
     *
     * @throws org.unmute.files.InputException if there is less than they are expected to need
     * @throws IOException if the disk does not say how much there is
     */
    public void requireSpace() throws IOException {
        long needed = caches.values().stream().mapToLong(b -> b).sum();
        for (Path folder : caches.keySet()) {
            DiskSpace.of(folder)
                    .require(needed, Units.count(caches.size(), "token cache"), "add --yes to start all the same");
        }
    }

    /** The plan in a few lines. */
    public List<String> lines(int finished) {
        List<String> lines = new ArrayList<>();
        List<CellCost> costs = costs();
        lines.add(Units.count(costs.size(), "cell") + " to work through"
                + (finished > 0 ? ", " + finished + " finished before" : "") + ": "
                + costs.stream().mapToLong(CellCost::trainings).sum() + " trainings, about "
                + costs.stream().mapToLong(CellCost::expectedEpochs).sum() + " epochs (at most "
                + costs.stream().mapToLong(CellCost::mostEpochs).sum() + ")");
        if (recordings > 0) {
            lines.add(recordings + " recordings to embed first: about " + Units.bytes(bytes) + " of token caches");
        }
        return lines;
    }

    /** The trainings of each unfinished cell. */
    public List<CellCost> costs() {
        return cells.values().stream().map(Planned::cost).toList();
    }

    /** The plan as a JSON object. */
    public Map<String, Object> document() {
        return new JsonObject()
                .with("cells", costs().stream().map(BenchmarkPlan::document).toList())
                .with("recordingsToEmbed", recordings)
                .with("cacheBytes", bytes);
    }

    private static Map<String, Object> document(CellCost c) {
        return new JsonObject()
                .with("cell", c.cell().toString())
                .with("trainings", c.trainings())
                .with("epochs", c.expectedEpochs())
                .with("mostEpochs", c.mostEpochs());
    }
}
