package org.unmute.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.unmute.benchmark.StopSignal;
import org.unmute.benchmark.results.GridFile;
import org.unmute.benchmark.run.BenchmarkMerge;
import org.unmute.benchmark.run.BenchmarkOutcome;
import org.unmute.benchmark.run.BenchmarkPlan;
import org.unmute.benchmark.run.BenchmarkRun;
import org.unmute.benchmark.run.CellSelection;
import org.unmute.cli.base.CommandHost;
import org.unmute.cli.base.ComputingCommand;
import org.unmute.cli.console.BenchmarkTables;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.option.MissingTokens;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.data.provenance.Units;
import org.unmute.options.GridOptions;
import org.unmute.tensor.backend.Backends;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs the paper's protocol over a grid of encoders, data sets and probes. */
@Command(
        name = "benchmark",
        description = {
            "Runs the paper's protocol for every encoder, data set and probe of a grid: tokens cached once, a search"
                    + " over learning rate and weight decay, the best settings trained again with several seeds, mean"
                    + " and deviation on the test part.",
            "Stop it at any moment and run the same command again: it resumes where it was, with the same result.",
            "Machines may share a grid: run other cells on each, with --only and a folder of its own, then join the"
                    + " folders with --merge."
        },
        footer = {
            "",
            "Examples:",
            "  unmute benchmark grid.toml --out run/ --dry-run",
            "  unmute benchmark grid.toml --out run/ --only eat/urban --max-hours 8",
            "  unmute benchmark --merge run-a/ run-b/ --out run/"
        })
final class BenchmarkCommand extends ComputingCommand {
    private static final double SECONDS_PER_HOUR = 3600;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "GRID",
            description = "The grid: a TOML file (docs/grid.md); not with --merge.")
    private Path gridFile;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "Folder of the run; created if needed.")
    private Path out;

    @Option(
            names = "--merge",
            paramLabel = "DIR",
            arity = "1..*",
            description =
                    "Runs nothing, but joins folders of runs of one grid, each with some of its cells, in --out. They"
                            + " must agree in all but measured times; token caches stay where they are.")
    private List<Path> merge = List.of();

    @Mixin
    private GridOptions cells;

    @Mixin
    private MissingTokens missingTokens;

    @Option(
            names = "--max-hours",
            paramLabel = "H",
            description =
                    "Refuse to start if it is expected to take longer; with --yes start, and stop after so many hours.")
    private Double maxHours;

    @Option(
            names = "--yes",
            description =
                    "Start even if more than --max-hours are expected, or the disk has less room than the token caches"
                            + " are expected to need.")
    private boolean yes;

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
        if (merge.isEmpty() == (gridFile == null)) {
            throw CommandException.usage("one of both is needed: a grid to run, or --merge with folders of runs");
        }
        if (!merge.isEmpty()) {
            requireNoneOfRunning();
            try (OutputFolder output = claim(out)) {
                merge();
                output.finish(BenchmarkRun::isResult);
            }
            return status;
        }
        if (workers < 0 || maxHours != null && !(maxHours > 0)) {
            throw CommandException.usage(
                    "--workers must not be negative and --max-hours must be above 0: " + workers + ", " + maxHours);
        }
        StopSignal stop = maxHours == null ? StopSignal.never() : StopSignal.after(maxHours * SECONDS_PER_HOUR);
        CellSelection selection = CellSelection.read(gridFile, cells.only());
        record.input(gridFile);
        openBackend();
        try (OutputFolder output = claim(out)) {
            run(selection, stop);
            if (!cells.dryRun()) {
                output.finish(BenchmarkRun::isResult);
            }
        }
        return status;
    }

    private void run(CellSelection selection, StopSignal stop) throws IOException {
        try (BenchmarkRun run = new BenchmarkRun(
                new BenchmarkRun.Settings(
                        out,
                        cells.cache() == null ? out.resolve("cache") : Path.of(cells.cache()),
                        line(),
                        compute.backend().equals("auto") ? Backends.current().name() : compute.backend(),
                        record.backendReason(),
                        compute.threads(),
                        workers,
                        stop),
                selection.cells(),
                selection.grid().protocol(),
                new CommandHost(this, compute.digests(), missingTokens.allowed()))) {
            BenchmarkPlan plan = run.plan(cells.dryRun());
            if (cells.dryRun()) {
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
            if (!yes) {
                plan.requireSpace();
            }
            BenchmarkRun.removeHalfWritten(out);
            GridFile.write(out, selection.grid());
            boolean complete = run.work(plan);
            warnings.end(record);
            end(run.results(), run.datasetFacts(), "run the same command again to go on");
            if (!complete) {
                fail();
            }
        }
    }

    /** Writes the record of the run and prints its results. */
    private void end(BenchmarkOutcome results, Map<String, Object> datasets, String advice) throws IOException {
        record.result("datasets", datasets).result("cells", results.summary()).write(out);
        print(results.document(), o -> BenchmarkTables.print(results, advice, o));
    }

    private void requireNoneOfRunning() {
        for (String option :
                List.of("--only", "--cache", "--allow-missing", "--max-hours", "--yes", "--dry-run", "--workers")) {
            if (matched(option)) {
                throw CommandException.usage(
                        option + " says how cells are run, and --merge runs none: leave one of them out");
            }
        }
    }

    private void merge() throws IOException {
        BenchmarkMerge joint = BenchmarkMerge.of(out, merge);
        for (Path folder : merge) {
            record.input(folder.resolve(GridFile.FILE));
        }
        tell(joint.summary());
        joint.write();
        BenchmarkOutcome results = joint.results();
        end(
                results,
                joint.datasetFacts(),
                "merge runs that have them, or run 'unmute benchmark GRID --out " + out + "' to go on");
        if (!results.complete()) {
            fail();
        }
    }
}
