package org.unmute.benchmark.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.unmute.benchmark.grid.Cell;
import org.unmute.benchmark.protocol.CellCost;
import org.unmute.benchmark.protocol.CellId;
import org.unmute.benchmark.protocol.CellRun;
import org.unmute.benchmark.protocol.CellSettings;
import org.unmute.benchmark.protocol.StepCost;
import org.unmute.benchmark.results.FinishedCell;
import org.unmute.data.provenance.DiskSpace;
import org.unmute.data.provenance.JsonObject;
import org.unmute.data.provenance.Units;
import org.unmute.files.FileFailure;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;

/**
 * The estimated cost of a benchmark before it starts: trainings, epochs and hours. One step of each probe is timed on
 * random tokens of the right size, on one core, without reading the data sets.
 */
public final class BenchmarkPlan {
    /** Seconds; see {@link StepCost#measure}. */
    private static final double COLD_PATIENCE = 0.3;

    private static final double WARM_PATIENCE = 0.1;

    private final Path out;
    private final int cores;
    /** Kinds of probes timed so far. */
    private final Set<String> warm = new HashSet<>();

    private final Map<StepCost.Step, StepCost> steps = new HashMap<>();
    private final Map<CellId, CellCost> costs = new LinkedHashMap<>();
    private final Map<CellId, Double> left = new LinkedHashMap<>();
    /** Trainings that an earlier process finished. */
    private final Map<CellId, Integer> before = new HashMap<>();
    /** Bytes that token caches still need, by their folders. */
    private final Map<Path, Long> caches = new LinkedHashMap<>();

    private double embeddingHours;
    private int recordings;
    private long bytes;

    BenchmarkPlan(Path out, int cores) {
        this.out = out;
        this.cores = cores;
    }

    /** Adds the cost of embedding a group's clips. */
    void embedding(DatasetTokens tokens, SplitDataset dataset) throws IOException {
        if (!tokens.complete()) {
            recordings += dataset.audio().size();
            bytes += tokens.bytes();
            caches.put(tokens.folder(), Math.max(0, tokens.bytes() - DiskSpace.used(tokens.folder())));
            embeddingHours += tokens.hours();
        }
    }

    /** Times the probes of unfinished cells. */
    void cells(CellGroup group, String backendName, int layers, ProgressBar progress) throws IOException {
        Backend backend = Backends.open(backendName, 1).backend();
        try {
            for (Cell cell : group.cells().values()) {
                CellId id = cell.id();
                progress.advance(1);
                if (Files.exists(id.folder(out).resolve(FinishedCell.FILE))) {
                    continue;
                }
                CellSettings settings = cell.settings();
                int classes = group.dataset().labels().size();
                StepCost.Step key = new StepCost.Step(
                        cell.probe().name(),
                        cell.options(),
                        group.typical(),
                        layers,
                        classes,
                        settings.training().batch(),
                        cell.objective(),
                        cell.probe().boxes() ? group.pieceRows() : 0);
                StepCost step = steps.get(key);
                if (step == null) {
                    StepCost.Clips ahead = CellCost.clips(settings, sizes(group.dataset()));
                    step = measured(backend, key, ahead, warm.add(key.probe()) ? COLD_PATIENCE : WARM_PATIENCE);
                    steps.put(key, step);
                }
                CellCost cost = CellCost.of(id, settings, sizes(group.dataset()), step);
                costs.put(id, cost);
                int done = done(id.folder(out), cost.schedule());
                before.put(id, done);
                left.put(id, cost.seconds() * (1 - (double) done / cost.trainings()));
            }
        } finally {
            backend.close();
        }
    }

    /** A probe that does not support these tokens costs nothing: its cell fails with the reason when it runs. */
    private static StepCost measured(Backend backend, StepCost.Step step, StepCost.Clips ahead, double patience)
            throws IOException {
        try {
            return StepCost.measure(backend, step, ahead, patience);
        } catch (IllegalArgumentException e) {
            return new StepCost(0, 0, 0);
        }
    }

    private static CellCost.Sizes sizes(SplitDataset set) {
        SplitDataset.Parts p = set.folds().getFirst();
        return new CellCost.Sizes(
                p.train().size() * (1 + set.variants()),
                p.validation().size(),
                p.test().size(),
                set.folds().size());
    }

    /** The trainings in a cell's journals. */
    private static int done(Path folder, CellCost.Schedule schedule) throws IOException {
        return (int) (Math.min(schedule.trials(), lines(folder.resolve(CellRun.TRIALS)))
                + Math.min(schedule.again(), lines(folder.resolve(CellRun.RERUNS))));
    }

    private static long lines(Path file) throws IOException {
        return Files.exists(file)
                ? FileFailure.naming(file, () -> Files.readString(file, StandardCharsets.ISO_8859_1))
                        .chars()
                        .filter(c -> c == '\n')
                        .count()
                : 0;
    }

    /** Remaining seconds of a cell on one core; 0 if it is finished. */
    public double secondsLeft(CellId id) {
        return left.getOrDefault(id, 0.0);
    }

    /** What lies ahead of a cell. */
    BenchmarkForecast.Ahead ahead(CellId id) {
        CellCost cost = costs.get(id);
        return cost == null
                ? BenchmarkForecast.Ahead.NONE
                : new BenchmarkForecast.Ahead(cost.seconds(), cost.schedule(), before.get(id));
    }

    /** Hours on all cores, embedding included. */
    public double hours() {
        return embeddingHours + left.values().stream().mapToDouble(s -> s).sum() / cores / 3600;
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
        long trainings = costs.values().stream().mapToLong(CellCost::trainings).sum();
        long epochs = costs.values().stream().mapToLong(CellCost::epochs).sum();
        long most = costs.values().stream().mapToLong(CellCost::mostEpochs).sum();
        lines.add(Units.count(costs.size(), "cell") + " to work through"
                + (finished > 0 ? ", " + finished + " finished before" : "") + ": " + trainings + " trainings, about "
                + epochs + " epochs (at most " + most + ")");
        if (recordings > 0) {
            lines.add(recordings + " recordings to embed first: about " + Units.duration(embeddingHours * 3600)
                    + " and " + Units.bytes(bytes) + " of token caches");
        }
        lines.add(String.format(
                Locale.ROOT,
                "about %s on %d %s altogether, as steps of each probe take now on random tokens",
                Units.duration(hours() * 3600),
                cores,
                cores == 1 ? "core" : "cores"));
        return lines;
    }

    /** The cost of each unfinished cell. */
    public List<CellCost> costs() {
        return List.copyOf(costs.values());
    }

    /** The plan as a JSON object. */
    public Map<String, Object> document() {
        return new JsonObject()
                .with("cells", costs.values().stream().map(this::document).toList())
                .with("recordingsToEmbed", recordings)
                .with("embeddingHours", embeddingHours)
                .with("cacheBytes", bytes)
                .with("hours", hours())
                .with("minutes", 60 * hours())
                .with("cores", cores);
    }

    private Map<String, Object> document(CellCost c) {
        return new JsonObject()
                .with("cell", c.cell().toString())
                .with("trainings", c.trainings())
                .with("epochs", c.epochs())
                .with("mostEpochs", c.mostEpochs())
                .with("coreSecondsLeft", left.get(c.cell()));
    }
}
