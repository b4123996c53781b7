package org.unmute.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.unmute.cli.console.BenchmarkTables;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.Failure;
import org.unmute.codecs.AudioFiles;
import org.unmute.experiments.StopSignal;
import org.unmute.experiments.benchmark.BenchmarkHost;
import org.unmute.experiments.benchmark.BenchmarkPlan;
import org.unmute.experiments.benchmark.BenchmarkResults;
import org.unmute.experiments.benchmark.BenchmarkRun;
import org.unmute.experiments.benchmark.CellPatterns;
import org.unmute.experiments.benchmark.EmbeddingBar;
import org.unmute.experiments.benchmark.GridRecord;
import org.unmute.experiments.benchmark.ProgressBar;
import org.unmute.experiments.encoder.OpenEncoder;
import org.unmute.experiments.grid.Cell;
import org.unmute.experiments.grid.EncoderEntry;
import org.unmute.experiments.grid.Grid;
import org.unmute.experiments.provenance.Units;
import org.unmute.models.audio.AudioStream;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.cache.TokenCacheWriter;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.io.FolderLock;
import org.unmute.tensor.io.TemporaryFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs the paper's protocol over a grid of encoders, data sets and probes. */
@Command(
        name = "benchmark",
        description = {
            "Runs the paper's protocol for every encoder, data set and probe of a grid: tokens cached once, a search"
                    + " over learning rate and weight decay, the best settings trained again with several seeds, mean"
                    + " and deviation on the test part.",
            "Stop it at any moment and run the same command again: it goes on where it was, with the same result."
        },
        footer = {
            "",
            "Examples:",
            "  unmute benchmark grid.toml --out run/ --dry-run",
            "  unmute benchmark grid.toml --out run/ --only eat/urban --max-hours 8"
        })
final class BenchmarkCommand extends ComputingCommand {
    private static final double SECONDS_PER_HOUR = 3600;

    @Parameters(index = "0", paramLabel = "GRID", description = "The grid: a TOML file (docs/grid.md).")
    private Path gridFile;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "Folder of the run; created if needed.")
    private Path out;

    @Option(
            names = "--only",
            paramLabel = "CELLS",
            split = ",",
            description =
                    "Only these cells: ENCODER/DATASET/PROBE, each with * for any; what is left out at the end is any."
                            + " Several with commas.")
    private List<String> only = List.of();

    @Option(
            names = "--cache",
            paramLabel = "DIR",
            description = "Folder of the token caches (default: cache in the folder of the run).")
    private Path caches;

    @Option(
            names = "--max-hours",
            paramLabel = "H",
            description =
                    "Refuse to start if it is expected to take longer; with --yes start, and stop after so many hours.")
    private Double maxHours;

    @Option(names = "--yes", description = "Start even if more than --max-hours are expected.")
    private boolean yes;

    @Option(
            names = "--dry-run",
            description = "Only say what would be done and what it would cost. Nothing is embedded or trained.")
    private boolean dryRun;

    @Option(
            names = "--workers",
            paramLabel = "N",
            description =
                    "Cells worked on at a time; they share the threads. 0: as many as threads, if memory for their"
                            + " batches allows it (default: ${DEFAULT-VALUE}). Results do not depend on it.")
    private int workers;

    @Override
    public Integer call() throws IOException {
        begin();
        if (workers < 0 || maxHours != null && !(maxHours > 0)) {
            throw CommandException.usage(
                    "--workers must not be negative and --max-hours must be above 0: " + workers + ", " + maxHours);
        }
        StopSignal stop = maxHours == null ? StopSignal.never() : StopSignal.after(maxHours * SECONDS_PER_HOUR);
        Grid grid;
        List<Cell> cells;
        try {
            grid = Grid.read(gridFile);
            cells = CellPatterns.of(grid.cells(), only);
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(e.getMessage(), e);
        }
        requireFiles(grid, cells);
        record.input(gridFile);
        openBackend();
        try (FolderLock _ = claim(out)) {
            run(grid, cells, stop);
        }
        return status;
    }

    /** Requires the files of the cells to run; files of other cells may be missing. */
    private static void requireFiles(Grid grid, List<Cell> cells) {
        if (cells.isEmpty()) {
            throw CommandException.input(
                    grid.file() + " has no cell: no probe runs on any of its encoders and data sets");
        }
        List<Path> missing = new Grid(
                        grid.file(),
                        cells.stream().map(Cell::encoder).distinct().toList(),
                        cells.stream().map(Cell::dataset).distinct().toList(),
                        List.of(),
                        grid.protocol())
                .missing();
        if (!missing.isEmpty()) {
            throw CommandException.input(grid.file() + " names "
                    + (missing.size() == 1
                            ? "a file or folder that is not there: "
                            : missing.size() + " files or folders that are not there: ")
                    + String.join(", ", missing.stream().map(Path::toString).toList())
                    + ": correct the paths, which are relative to the grid's file, or choose other cells with"
                    + " --only");
        }
    }

    private void run(Grid grid, List<Cell> cells, StopSignal stop) throws IOException {
        BenchmarkRun run = new BenchmarkRun(
                new BenchmarkRun.Settings(
                        out,
                        caches == null ? out.resolve("cache") : caches,
                        line(),
                        compute.backend().equals("auto") ? Backends.current().name() : compute.backend(),
                        record.backendReason(),
                        compute.threads(),
                        workers,
                        stop),
                cells,
                grid.protocol(),
                host());
        try {
            BenchmarkPlan plan = run.plan(dryRun);
            if (dryRun) {
                print(plan.document(), o -> BenchmarkTables.print(plan, run.finishedBefore(), o));
                return;
            }
            plan.lines(run.finishedBefore()).forEach(this::tell);
            if (maxHours != null && !yes && plan.hours() > maxHours) {
                throw CommandException.failed(String.format(
                        Locale.ROOT,
                        "about %s are expected, --max-hours allows %s: choose cells with --only, or"
                                + " add --yes to start and stop after that time; a stopped run can be gone on"
                                + " with",
                        Units.duration(SECONDS_PER_HOUR * plan.hours()),
                        Units.duration(SECONDS_PER_HOUR * maxHours)));
            }
            removeHalfWritten();
            GridRecord.write(out, grid);
            boolean complete = run.work(plan);
            BenchmarkResults results = run.results();
            Map<String, Object> document = results.document();
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("finished", ((List<?>) document.get("cells")).size());
            result.put("failed", document.get("failed"));
            result.put("unfinished", document.get("unfinished"));
            warnings.end(record);
            record.result("datasets", run.datasetFacts())
                    .result("cells", result)
                    .write(out);
            print(document, o -> BenchmarkTables.print(results, o));
            if (!complete) {
                fail();
            }
        } finally {
            run.close();
        }
    }

    private BenchmarkHost host() {
        return new BenchmarkHost() {
            @Override
            public OpenEncoder open(EncoderEntry entry) throws IOException {
                return OpenEncoder.open(
                        entry.file().map(Path::toString).orElse(OpenEncoder.EMBEDDED),
                        entry.settings(),
                        entry.norm().orElse(null),
                        compute.digests());
            }

            @Override
            public AudioStream audio(Path file) throws IOException {
                return AudioFiles.open(file);
            }

            @Override
            public ProgressBar progress(String what, String unit, long total) {
                return BenchmarkCommand.this.progress(what, unit, total);
            }

            @Override
            public EmbeddingBar embedding(String what, List<AudioClip> clips, EncoderSpec encoder) {
                return BenchmarkCommand.this.progress(what, clips, encoder).resumable();
            }

            @Override
            public void tell(String line) {
                BenchmarkCommand.this.tell(line);
            }

            @Override
            public String explain(Throwable failure) {
                return Failure.of(failure).message();
            }
        };
    }

    /** Deletes what killed processes left in the folders of cells; caches have locks of their own. */
    private void removeHalfWritten() throws IOException {
        List<Path> folders;
        try (Stream<Path> all = Files.walk(out.toRealPath())) {
            folders = all.filter(f -> Files.isDirectory(f, LinkOption.NOFOLLOW_LINKS)
                            && !Files.exists(f.resolve(TokenCacheWriter.LOCK)))
                    .toList();
        }
        for (Path folder : folders) {
            TemporaryFile.sweep(folder, Duration.ZERO);
        }
    }
}
