package org.unmute.experiments.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.unmute.experiments.data.LabelledClip;
import org.unmute.experiments.grid.Cell;
import org.unmute.experiments.grid.EncoderEntry;
import org.unmute.experiments.metric.PrimaryMetric;
import org.unmute.experiments.protocol.CellData;
import org.unmute.experiments.protocol.CellId;
import org.unmute.experiments.protocol.CellRecorder;
import org.unmute.experiments.protocol.CellResult;
import org.unmute.experiments.protocol.CellSettings;
import org.unmute.experiments.protocol.Fold;
import org.unmute.experiments.protocol.FoldScores;
import org.unmute.experiments.protocol.SeedResult;
import org.unmute.experiments.provenance.CacheOrigin;
import org.unmute.experiments.provenance.Json;
import org.unmute.experiments.provenance.RunRecord;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.train.TokenGrid;
import org.unmute.tensor.io.AtomicFile;

/**
 * The cells of a benchmark that share one token cache: one encoder, one data set, tokens of the last layer or of all
 * layers. The first cell that needs the cache opens it.
 */
final class CellGroup implements CellRecorder, AutoCloseable {
    static final String CELL = "cell.json";

    private final EncoderEntry encoder;
    private final SplitDataset dataset;
    private final boolean layers;
    private final Path out;
    private final Map<CellId, Cell> cells = new LinkedHashMap<>();
    private final Map<Boolean, List<Fold>> folds = new HashMap<>();
    private final RunContext run;
    private Path cacheFolder;
    private Map<String, Object> encoderFacts;
    private TokenGrid typical;
    private TokenCache cache;
    private List<List<LabelledClip>> tests;

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

    static CellId id(Cell cell) {
        return new CellId(
                cell.encoder().name(), cell.dataset().name(), cell.probe().label());
    }

    static CellSettings settings(Cell cell) {
        return new CellSettings(
                cell.probe().name(),
                cell.options(),
                cell.training(
                        cell.probe().rate().low(),
                        cell.probe().decay().low(),
                        cell.protocol().searchSeed()),
                cell.space(),
                cell.study(),
                cell.protocol().top(),
                cell.protocol().seeds());
    }

    void add(Cell cell) {
        cells.put(id(cell), cell);
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
    void describe(DatasetTokens tokens, BenchmarkEncoder loaded) {
        cacheFolder = tokens.folder();
        encoderFacts = new LinkedHashMap<>(loaded.settings());
        encoderFacts.put("file", loaded.origin());
        encoderFacts.put("sha256", loaded.hash());
        typical = tokens.typical();
    }

    /** Token grid of a clip of typical length. */
    TokenGrid typical() {
        return typical;
    }

    /** The data of a cell. The cache must be complete. */
    synchronized CellData data(Cell cell, Consumer<String> tell) throws IOException {
        if (cache == null) {
            cache = TokenCache.open(cacheFolder);
        }
        LabelledTokens data = new LabelledTokens(dataset, cache);
        if (tests == null) {
            data.record(
                    Files.createDirectories(
                            out.resolve(encoder.name()).resolve(dataset.entry().name())),
                    tell);
            tests = data.tests();
        }
        List<Fold> own = folds.get(cell.standardize());
        if (own == null) {
            own = data.folds(cell.standardize());
            folds.put(cell.standardize(), own);
        }
        return data.of(cell, own);
    }

    @Override
    public void seed(CellId id, SeedResult result, Path folder, List<FoldScores> scores) throws IOException {
        Cell cell = cells.get(id);
        PrimaryMetric metric = LabelledTokens.metric(cell);
        new SeedTables(folder, dataset.labels().names(), metric, scores, tests).write();
        RunRecord record = new RunRecord(run.command()).seed(result.seed()).backend(run.backend(), run.reason());
        record.result("cell", id.toString())
                .result("probe", cell.probe().name())
                .result("options", scores.getFirst().probe().probe().options().values())
                .result("parameters", scores.getFirst().probe().probe().parameterCount())
                .result("encoderTitle", encoder.title())
                .result("datasetTitle", dataset.entry().title())
                .result("metric", metric.label())
                .result("validation", SeedTables.finite(result.validation()))
                .result("test", SeedTables.finite(result.test()))
                .result("trainingSeconds", result.seconds())
                .result("clipsPerSecond", SeedTables.finite(result.clipsPerSecond()))
                .result("classes", dataset.labels().names())
                .result("cache", cache.key().toString());
        CacheOrigin.note(cacheFolder.toAbsolutePath().normalize(), record);
        record.write(folder);
    }

    @Override
    public void finished(CellResult r, Path folder) throws IOException {
        Cell cell = cells.get(r.id());
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("encoder", r.id().encoder());
        all.put("encoderTitle", encoder.title());
        all.put("dataset", r.id().dataset());
        all.put("datasetTitle", dataset.entry().title());
        all.put("probe", cell.probe().name());
        all.put("label", r.id().probe());
        all.put("metric", r.data().metric().label());
        all.put("higherIsBetter", true);
        all.put("parameters", r.parameters());
        all.put("classes", r.data().classes().size());
        all.put("trials", r.trials().size());
        all.put("pruned", r.pruned());
        Map<String, Object> best = new LinkedHashMap<>();
        best.put("lr", r.best().values().get(CellSettings.RATE));
        best.put("wd", r.best().values().get(CellSettings.DECAY));
        best.put("validation", SeedTables.finite(r.best().value()));
        best.put("trial", r.best().number());
        all.put("best", best);
        all.put("seeds", r.seeds().stream().map(CellGroup::seed).toList());
        all.put("validationMean", SeedTables.finite(r.mean(SeedResult::validation)));
        all.put("validationSd", SeedTables.finite(r.deviation(SeedResult::validation)));
        all.put("testMean", SeedTables.finite(r.mean(SeedResult::test)));
        all.put("testSd", SeedTables.finite(r.deviation(SeedResult::test)));
        all.put("options", r.options());
        all.put("clipsPerSecond", SeedTables.finite(r.mean(SeedResult::clipsPerSecond)));
        Fold first = r.data().folds().getFirst();
        all.put(
                "folds",
                r.data().folds().stream().map(Fold::number).filter(n -> n > 0).toList());
        all.put("trainClips", first.train().clips());
        all.put("validationClips", first.validation().clips());
        all.put(
                "testClips",
                r.data().folds().stream().mapToInt(f -> f.test().clips()).sum());
        all.put("encoderSettings", encoderFacts);
        Path absolute = out.toAbsolutePath().normalize();
        Path kept = cacheFolder.toAbsolutePath().normalize();
        all.put(
                "cache",
                (kept.startsWith(absolute) ? absolute.relativize(kept) : kept)
                        .toString()
                        .replace('\\', '/'));
        AtomicFile.write(folder.resolve(CELL), Json.MAPPER.writeValueAsBytes(all));
    }

    private static Map<String, Object> seed(SeedResult s) {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("seed", s.seed());
        m.put("validation", SeedTables.finite(s.validation()));
        m.put("test", SeedTables.finite(s.test()));
        m.put("seconds", s.seconds());
        m.put("clipsPerSecond", SeedTables.finite(s.clipsPerSecond()));
        m.put("folder", s.folder());
        return m;
    }

    @Override
    public synchronized void close() {
        if (cache != null) {
            cache.close();
            cache = null;
        }
    }
}
