package org.unmute.benchmark.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.unmute.benchmark.grid.Cell;
import org.unmute.benchmark.grid.EncoderEntry;
import org.unmute.benchmark.protocol.CellData;
import org.unmute.benchmark.protocol.CellId;
import org.unmute.benchmark.protocol.CellRecorder;
import org.unmute.benchmark.protocol.CellResult;
import org.unmute.benchmark.protocol.CellRun;
import org.unmute.benchmark.protocol.Fold;
import org.unmute.benchmark.protocol.FoldScores;
import org.unmute.benchmark.protocol.SeedResult;
import org.unmute.benchmark.results.FinishedCell;
import org.unmute.benchmark.results.Name;
import org.unmute.benchmark.results.RetrievalFile;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.data.annotation.BoxBags;
import org.unmute.data.provenance.CacheOrigin;
import org.unmute.data.provenance.RunRecord;
import org.unmute.data.provenance.WholeCache;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.events.strong.CachedScores;
import org.unmute.files.InputException;
import org.unmute.files.RegularFile;
import org.unmute.metrics.PrimaryMetric;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.train.TokenGrid;
import org.unmute.probes.truth.RowTargets;

/**
 * The cells of a benchmark that share one token cache: one encoder, one data set, tokens of the last layer or of all
 * layers. The first cell that needs the cache opens it.
 */
final class CellGroup implements CellRecorder, AutoCloseable {
    private final EncoderEntry encoder;
    private final SplitDataset dataset;
    private final boolean layers;
    private final Path out;
    private final Map<CellId, Cell> cells = new LinkedHashMap<>();
    private final Map<FoldKind, List<Fold>> folds = new HashMap<>();
    private final RunContext run;
    private Path cacheFolder;
    private boolean allowMissing;
    private Map<String, Object> encoderFacts;
    private TokenGrid typical;
    private EncoderSpec spec;
    /** Null where the data set has no strong labels. */
    private StrongTest strong;

    private TokenCache cache;
    private List<List<LabelledClip>> tests;
    private Manifest validation;

    /** How the clips are read for training. */
    private record FoldKind(boolean standardize, boolean rows, boolean boxes) {}

    /**
     * What result records state about the whole run.
     *
     * @param command the command line
     * @param backend name of the backend
     * @param reason why it was chosen
     */
    record RunContext(List<String> command, String backend, String reason) {}

    CellGroup(EncoderEntry encoder, SplitDataset dataset, boolean layers, Path out, RunContext run) {
        this.encoder = encoder;
        this.dataset = dataset;
        this.layers = layers;
        this.out = out;
        this.run = run;
    }

    void add(Cell cell) {
        cells.put(cell.id(), cell);
    }

    Map<CellId, Cell> cells() {
        return cells;
    }

    EncoderEntry encoder() {
        return encoder;
    }

    SplitDataset dataset() {
        return dataset;
    }

    boolean layers() {
        return layers;
    }

    /**
     * Stores what is known once the encoder is open.
     *
     * @throws InputException if a probe is to be trained on boxes and the encoder has one band of tokens
     */
    void describe(DatasetTokens tokens, OpenEncoder loaded) {
        cacheFolder = tokens.folder();
        allowMissing = tokens.mayLack();
        encoderFacts = new LinkedHashMap<>(loaded.settings());
        encoderFacts.put("file", loaded.origin());
        encoderFacts.put("sha256", loaded.hash());
        typical = tokens.typical();
        spec = loaded.encoder().describe();
        for (Cell cell : cells.values()) {
            if (cell.probe().boxes() && (spec.freq() < 2 || spec.input().bands() == null)) {
                throw new InputException("encoder " + encoder.name() + " (" + spec.name() + ") has one band of tokens,"
                        + " of which no box covers less than another, and probe "
                        + cell.probe().label()
                        + " has boxes = true: name other encoders for it with 'encoders', or train rows with"
                        + " frames = true, which learns when sounds are there");
            }
        }
        if (dataset.testEvents() != null && !dataset.testEvents().isEmpty()) {
            strong = new StrongTest(dataset, spec, tokens::open);
        }
    }

    /** Token grid of a clip of typical length. */
    TokenGrid typical() {
        return typical;
    }

    /** The data of a cell. The cache must be complete. */
    synchronized CellData data(Cell cell, Consumer<String> tell) throws IOException {
        if (cache == null) {
            cache = WholeCache.open(cacheFolder, allowMissing, tell);
        }
        LabelledTokens data = new LabelledTokens(dataset, cache);
        if (tests == null) {
            Path folder = Files.createDirectories(
                    out.resolve(encoder.name()).resolve(dataset.entry().name()));
            data.record(folder, tell);
            retrieval(cell, data, folder);
            tests = data.tests();
            validation = data.validation();
        }
        FoldKind kind = new FoldKind(
                cell.standardize(), cell.probe().frames(), cell.probe().boxes());
        List<Fold> own = folds.get(kind);
        if (own == null) {
            own = kind.boxes
                    ? data.foldsOfBoxes(kind.standardize, spec, tell)
                    : data.folds(kind.standardize, kind.rows ? spec.rowTimes() : null, tell);
            folds.put(kind, own);
        }
        return data.of(cell, own);
    }

    /** Once for each encoder and data set, whichever cell comes first. */
    private void retrieval(Cell cell, LabelledTokens data, Path folder) throws IOException {
        Optional<Integer> k = cell.protocol().retrieval();
        if (k.isPresent() && !RegularFile.exists(folder.resolve(RetrievalFile.FILE))) {
            data.retrieval(new Name(encoder.name(), encoder.title()), k.get()).write(folder);
        }
    }

    @Override
    public void seed(CellId id, SeedResult result, Path folder, List<FoldScores> scores) throws IOException {
        Cell cell = cells.get(id);
        PrimaryMetric metric = LabelledTokens.metric(cell);
        new SeedTables(folder, dataset.labels().names(), metric, scores, tests).write();
        if (strong != null) {
            events(cell, scores.getFirst(), folder);
        }
        RunRecord record = new RunRecord(run.command()).seed(result.seed()).backend(run.backend(), run.reason());
        record.result("cell", id.toString())
                .result("probe", cell.probe().name())
                .result("options", scores.getFirst().probe().probe().options().values())
                .result("parameters", scores.getFirst().probe().probe().parameterCount())
                .result("encoderTitle", encoder.title())
                .result("datasetTitle", dataset.entry().title())
                .result("metric", metric.label())
                .result("validation", result.validation())
                .result("test", result.test())
                .result("trainingSeconds", result.seconds())
                .result("clipsPerSecond", result.clipsPerSecond())
                .result("classes", dataset.labels().names())
                .result("cache", cache.key().toString());
        CacheOrigin.note(cacheFolder.toAbsolutePath().normalize(), record);
        record.write(folder);
    }

    /**
     * Learns thresholds of events, if the cell has it so, and scores the events of the test clips. The probe in the
     * folder is replaced once, if anything is learned about events or boxes.
     */
    private void events(Cell cell, FoldScores first, Path folder) throws IOException {
        boolean ofBoxes = cell.probe().boxes();
        TrainedProbe probe = first.fold().train().boxes() instanceof BoxBags boxes
                ? first.probe().withBoxes(boxes.summary())
                : first.probe();
        Path file = folder.resolve(CellRun.PROBE);
        if (cell.probe().learnedEvents()) {
            CachedScores cached = new CachedScores(cache, spec.rowTimes());
            RowTargets rows = first.fold().validation().rows();
            LearnedEvents.Taught taught =
                    new LearnedEvents(validation, cached, dataset.entry().collar()).taught(probe, rows, ofBoxes);
            taught.probe().save(file);
            strong.write(taught, ofBoxes, tests.getFirst(), cache, folder);
        } else {
            if (ofBoxes) {
                probe.save(file);
            }
            strong.write(probe, ofBoxes, tests.getFirst(), cache, folder);
        }
    }

    @Override
    public void finished(CellResult r, Path folder) throws IOException {
        Path absolute = out.toAbsolutePath().normalize();
        Path kept = cacheFolder.toAbsolutePath().normalize();
        FinishedCell.write(
                folder,
                r,
                new Name(encoder.name(), encoder.title()),
                new Name(dataset.entry().name(), dataset.entry().title()),
                cells.get(r.id()).probe().name(),
                encoderFacts,
                (kept.startsWith(absolute) ? absolute.relativize(kept) : kept)
                        .toString()
                        .replace('\\', '/'),
                strong == null
                        ? null
                        : StrongTest.summary(
                                r.seeds(),
                                folder,
                                cells.get(r.id()).probe().learnedEvents(),
                                cells.get(r.id()).probe().boxes()));
    }

    @Override
    public synchronized void close() {
        if (cache != null) {
            cache.close();
            cache = null;
        }
    }
}
