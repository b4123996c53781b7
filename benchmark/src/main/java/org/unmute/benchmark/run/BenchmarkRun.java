package org.unmute.benchmark.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.unmute.benchmark.StopSignal;
import org.unmute.benchmark.grid.Cell;
import org.unmute.benchmark.grid.DatasetEntry;
import org.unmute.benchmark.grid.EncoderEntry;
import org.unmute.benchmark.grid.ProtocolSettings;
import org.unmute.benchmark.protocol.CellId;
import org.unmute.benchmark.protocol.CellQueue;
import org.unmute.benchmark.protocol.CellRun;
import org.unmute.benchmark.protocol.CoreShare;
import org.unmute.benchmark.results.FinishedCell;
import org.unmute.benchmark.results.GridFile;
import org.unmute.data.provenance.Units;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.files.Diagnosis;
import org.unmute.files.InputException;
import org.unmute.files.RegularFile;
import org.unmute.files.TemporaryFile;
import org.unmute.probes.cache.Embedding;
import org.unmute.probes.cache.TokenCacheWriter;

/** Reads the data sets and encoders of cells, plans the work, embeds the clips and runs the cells. */
public final class BenchmarkRun implements AutoCloseable {
    /** The most work that is lost when a run is killed during a training. */
    private static final Duration BETWEEN_CHECKPOINTS = Duration.ofSeconds(20);

    private static final long ARRAYS_OF_A_TRAINING = 8;
    private static final int LAYERS_ASSUMED = 13;

    private final Settings settings;
    private final List<Cell> cells;
    private final ProtocolSettings protocol;
    private final BenchmarkHost host;
    private final Map<DatasetEntry, SplitDataset> datasets = new LinkedHashMap<>();
    private final List<CellGroup> groups = new ArrayList<>();
    private final Map<CellId, String> failed = new LinkedHashMap<>();
    private EncoderEntry openEntry;
    private OpenEncoder open;

    /**
     * @param out the run's folder
     * @param caches folder of the token caches
     * @param command the command line
     * @param backend name of the backend
     * @param reason why it was chosen
     * @param cores threads shared by the cells
     * @param workers cells to run at a time; 0 for as many as cores and memory allow
     * @param stop stops the run cleanly
     */
    public record Settings(
            Path out,
            Path caches,
            List<String> command,
            String backend,
            String reason,
            int cores,
            int workers,
            StopSignal stop) {}

    /** @param cells the cells of the grid to run */
    public BenchmarkRun(Settings settings, List<Cell> cells, ProtocolSettings protocol, BenchmarkHost host) {
        this.settings = settings;
        this.cells = cells;
        this.protocol = protocol;
        this.host = host;
    }

    /** Reads the data sets and encoders and plans the work. */
    public BenchmarkPlan plan(boolean dryRun) throws IOException {
        read(dryRun);
        datasets.values().stream()
                .map(SplitDataset::remark)
                .filter(Objects::nonNull)
                .forEach(host::tell);
        BenchmarkPlan plan = new BenchmarkPlan(settings.out());
        for (CellGroup group : groups) {
            plan.embedding(describe(group), group.dataset());
            plan.cells(group);
        }
        return plan;
    }

    private void read(boolean dryRun) throws IOException {
        for (Cell cell : cells) {
            if (!datasets.containsKey(cell.dataset())) {
                SplitDataset read = SplitDataset.read(cell.dataset(), protocol);
                datasets.put(
                        cell.dataset(),
                        dryRun
                                ? read
                                : MixupVariants.applied(read, settings.caches().resolve("mixup"), host));
            }
        }
        for (Cell cell : cells) {
            if (cell.probe().frames()) {
                datasets.get(cell.dataset()).requireTimes(cell.probe().label());
            }
            if (cell.probe().boxes()) {
                datasets.get(cell.dataset()).requireBoxes(cell.probe().label());
            }
        }
        group();
    }

    private DatasetTokens describe(CellGroup group) throws IOException {
        OpenEncoder encoder = open(group.encoder());
        DatasetTokens tokens = tokens(group, encoder);
        group.describe(tokens, encoder);
        return tokens;
    }

    private void group() {
        CellGroup.RunContext context =
                new CellGroup.RunContext(settings.command(), settings.backend(), settings.reason());
        Map<List<Object>, CellGroup> byTokens = new LinkedHashMap<>();
        for (Cell cell : cells) {
            byTokens.computeIfAbsent(
                            List.of(cell.encoder(), cell.dataset(), cell.needsLayers()),
                            _ -> new CellGroup(
                                    cell.encoder(),
                                    datasets.get(cell.dataset()),
                                    cell.needsLayers(),
                                    settings.out(),
                                    context))
                    .add(cell);
        }
        groups.addAll(byTokens.values());
    }

    /** Opens an encoder and drops the previous one. */
    private OpenEncoder open(EncoderEntry entry) throws IOException {
        if (!entry.equals(openEntry)) {
            open = null;
            open = OpenEncoder.open(
                    entry.origin(), entry.settings(), entry.norm().orElse(null), host.digests());
            openEntry = entry;
        }
        return open;
    }

    private DatasetTokens tokens(CellGroup group, OpenEncoder encoder) {
        return new DatasetTokens(host, encoder, group, protocol.tokens(), settings.caches());
    }

    /** Number of cells that an earlier process finished. */
    public int finishedBefore() {
        return (int) cells.stream()
                .filter(c -> Files.exists(c.id().folder(settings.out()).resolve(FinishedCell.FILE)))
                .count();
    }

    /**
     * Cells that share tokens which are still to be made.
     *
     * @param cells at least one
     * @param parts number of parts that may be embedded at the same time; 1: by {@link BenchmarkRun#embed} alone
     */
    public record Unembedded(List<Cell> cells, int parts) {}

    /**
     * What is still to be embedded, in parts for several machines.
     *
     * @param cores cores that embed
     */
    public List<Unembedded> unembedded(int cores) throws IOException {
        List<Unembedded> all = new ArrayList<>();
        for (CellGroup group : groups) {
            DatasetTokens tokens = tokens(group, open(group.encoder()));
            if (tokens.complete()) {
                continue;
            }
            int parts = tokens.parts(cores);
            Embedding.Outcome done = tokens.gathering();
            if (done != null) {
                tokens.gather(done, parts, settings.command());
            } else {
                all.add(new Unembedded(List.copyOf(group.cells().values()), parts));
            }
        }
        return all;
    }

    /**
     * Embeds one of several parts of the clips of cells that share tokens, the only ones of this run.
     *
     * @param part from 0
     * @return empty if a stop was requested
     * @throws InputException if the cache's folder belongs to another encoder
     */
    public Optional<Embedding.Outcome> embedPart(int part, int parts) throws IOException {
        try {
            return Optional.of(tokens(groups.getFirst(), open(groups.getFirst().encoder()))
                    .embedPart(part, parts, settings.stop()));
        } catch (DatasetTokens.StoppedEmbedding e) {
            return Optional.empty();
        }
    }

    /**
     * Makes the cache of cells that share tokens, once all its parts are embedded.
     *
     * @param parts the outcome of each part
     * @throws InputException if the data set cannot be used
     */
    public void gather(Unembedded what, List<Embedding.Outcome> parts) throws IOException {
        for (CellGroup group : groups) {
            if (group.cells().containsKey(what.cells().getFirst().id())) {
                Embedding.Outcome all = parts.stream().reduce(Embedding.Outcome.NONE, Embedding.Outcome::and);
                tokens(group, open(group.encoder())).gather(all, what.parts(), settings.command());
            }
        }
    }

    /**
     * Embeds the clips that caches lack. Cells whose data set cannot be embedded fail.
     *
     * @return whether it was done before a stop was requested
     */
    public boolean embed() throws IOException {
        for (CellGroup group : groups) {
            try {
                embed(group);
            } catch (DatasetTokens.StoppedEmbedding e) {
                return false;
            }
        }
        return true;
    }

    /**
     * Embeds the clips and runs the cells.
     *
     * @return whether every cell is finished
     */
    public boolean work(BenchmarkPlan plan) throws IOException {
        if (!embed()) {
            return false;
        }
        open = null;
        openEntry = null;
        int workers = workers();
        Map<CellId, BenchmarkPlan.Planned> planned = new LinkedHashMap<>(plan.cells());
        planned.keySet().removeAll(failed.keySet());
        List<CellQueue.Ended> ended;
        try (CoreShare cores = new CoreShare(settings.backend(), settings.cores());
                BenchmarkProgress progress =
                        new BenchmarkProgress(host, planned.values(), cells.size() - failed.size())) {
            ended = CellQueue.run(tasks(plan, cores, progress), workers, cores, settings.stop(), progress);
        }
        ended.stream()
                .filter(e -> e.failure() != null && !e.stopped())
                .forEach(e -> failed.put(e.cell(), Diagnosis.of(e.failure()).message()));
        return results().complete();
    }

    /**
     * Number of cells to run at a time. A training holds its batch and several arrays of that size for activations and
     * gradients.
     */
    private int workers() {
        if (settings.workers() > 0) {
            return settings.workers();
        }
        long largest = 1;
        for (CellGroup group : groups) {
            for (Cell cell : group.cells().values()) {
                long values = (long) cell.probe().batch().orElse(protocol.batch())
                        * group.typical().tokens()
                        * group.typical().dim();
                largest = Math.max(largest, values * Float.BYTES * (group.layers() ? LAYERS_ASSUMED : 1));
            }
        }
        int most = Math.clamp(Runtime.getRuntime().maxMemory() / (largest * ARRAYS_OF_A_TRAINING), 1, settings.cores());
        if (most < settings.cores()) {
            host.tell("heap for " + most + " of " + settings.cores() + " cells at a time, since a batch takes up to "
                    + Units.bytes(largest) + ": each gets more threads instead; UNMUTE_JAVA_OPTS=-Xmx… gives more");
        }
        return most;
    }

    /** A data set that cannot be embedded fails only its own cells. */
    private void embed(CellGroup group) throws IOException {
        if (settings.stop().raised()) {
            throw new DatasetTokens.StoppedEmbedding();
        }
        OpenEncoder encoder = open(group.encoder());
        try {
            DatasetTokens tokens = tokens(group, encoder);
            if (!tokens.complete()) {
                tokens.embed(settings.stop(), settings.command());
            }
        } catch (InputException e) {
            group.cells().keySet().forEach(id -> failed.put(id, e.getMessage()));
        }
    }

    /** Tasks with the most work first, so that all workers stay busy to the end. */
    private List<CellQueue.Task> tasks(BenchmarkPlan plan, CoreShare cores, BenchmarkProgress progress) {
        List<CellQueue.Task> tasks = new ArrayList<>();
        for (CellGroup group : groups) {
            CellRun.Context context = new CellRun.Context(cores, settings.stop(), progress, group, BETWEEN_CHECKPOINTS);
            group.cells().forEach((id, cell) -> {
                if (!failed.containsKey(id)) {
                    tasks.add(new CellQueue.Task(id, () -> work(group, cell, context)));
                }
            });
        }
        tasks.sort(Comparator.comparingDouble((CellQueue.Task t) -> -plan.workLeft(t.cell())));
        return tasks;
    }

    private void work(CellGroup group, Cell cell, CellRun.Context context) throws IOException {
        CellId id = cell.id();
        Path folder = id.folder(settings.out());
        var data = group.data(cell, host::tell);
        if (RegularFile.exists(folder.resolve(FinishedCell.FILE))) {
            CellRun.requireSame(cell.settings(), data, folder);
            CellRun.discardWork(folder);
            return;
        }
        CellRun.run(id, cell.settings(), data, folder, context);
    }

    /** The outcome of the run. */
    public BenchmarkOutcome results() {
        return new BenchmarkOutcome(settings.out(), cells.stream().map(Cell::id).toList(), failed);
    }

    /**
     * Deletes what killed processes left half-written in the folders of cells; caches have their own locks.
     *
     * @param out the run's folder, to which no other process writes
     */
    public static void removeHalfWritten(Path out) throws IOException {
        List<Path> folders;
        // By the attributes that the walk reads: asked again, a folder that a device hides would be skipped.
        try (Stream<Path> all = Files.find(out.toRealPath(), Integer.MAX_VALUE, (f, a) -> a.isDirectory())) {
            folders = all.toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        for (Path folder : folders) {
            if (!RegularFile.exists(folder.resolve(TokenCacheWriter.LOCK))) {
                TemporaryFile.sweep(folder, Duration.ZERO);
            }
        }
    }

    /**
     * Whether a file belongs to the results of a run: what cells have, and the clips that they used.
     *
     * @param path below the run's folder, with '/'
     */
    public static boolean isResult(String path) {
        return path.equals(GridFile.FILE) || path.indexOf('/') != path.lastIndexOf('/') && !path.startsWith("cache/");
    }

    /** What was read from each data set. */
    public Map<String, Object> datasetFacts() {
        Map<String, Object> all = new LinkedHashMap<>();
        datasets.forEach((entry, set) -> all.put(entry.name(), set.facts()));
        return all;
    }

    @Override
    public void close() {
        groups.forEach(CellGroup::close);
    }
}
