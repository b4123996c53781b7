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
import org.unmute.data.provenance.CacheOrigin;
import org.unmute.data.provenance.RunRecord;
import org.unmute.data.provenance.WholeCache;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.events.strong.CachedScores;
import org.unmute.files.RegularFile;
import org.unmute.metrics.PrimaryMetric;
import org.unmute.models.encoder.RowTimes;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.train.TokenGrid;

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
    private RowTimes times;
    /** Null where the data set has no strong labels. */
    private StrongTest strong;

    private TokenCache cache;
    private List<List<LabelledClip>> tests;
    private Manifest validation;

    /** How the clips are read for training. */
    private record FoldKind(boolean standardize, boolean rows) {}

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

    /** Stores what is known once the encoder is open. */
    void describe(DatasetTokens tokens, OpenEncoder loaded) {
        cacheFolder = tokens.folder();
        allowMissing = tokens.mayLack();
        encoderFacts = new LinkedHashMap<>(loaded.settings());
        encoderFacts.put("file", loaded.origin());
        encoderFacts.put("sha256", loaded.hash());
        typical = tokens.typical();
        times = loaded.encoder().describe().rowTimes();
        if (dataset.testEvents() != null && !dataset.testEvents().isEmpty()) {
            strong = new StrongTest(dataset, times, tokens::open);
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
        FoldKind kind = new FoldKind(cell.standardize(), cell.probe().frames());
        List<Fold> own = folds.get(kind);
        if (own == null) {
            own = data.folds(kind.standardize, kind.rows ? times : null, tell);
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
            FoldScores first = scores.getFirst();
            if (cells.get(id).probe().learnedEvents()) {
                LearnedEvents.Taught taught = new LearnedEvents(dataset, validation, new CachedScores(cache, times))
                        .taught(first.probe(), first.fold().validation().rows());
                taught.probe().save(folder.resolve(CellRun.PROBE));
                strong.write(taught, tests.getFirst(), cache, folder);
            } else {
                strong.write(first.probe(), tests.getFirst(), cache, folder);
            }
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
                                r.seeds(), folder, cells.get(r.id()).probe().learnedEvents()));
    }

    @Override
    public synchronized void close() {
        if (cache != null) {
            cache.close();
            cache = null;
        }
    }
}
