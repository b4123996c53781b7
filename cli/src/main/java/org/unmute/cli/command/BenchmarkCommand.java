package org.unmute.cli.command;

import java.io.IOException;
import java.nio.file.Path;
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
import org.unmute.cli.benchmark.JoinedRuns;
import org.unmute.cli.benchmark.RunLimits;
import org.unmute.cli.console.BenchmarkTables;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.option.MissingTokens;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.options.GridOptions;
import org.unmute.options.InputPath;
import org.unmute.options.MainOptions;
import org.unmute.options.OutputPath;
import org.unmute.tensor.backend.Backends;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs the paper's protocol over a grid of encoders, data sets and probes. */
@MainOptions("--out --dry-run --only --max-hours --merge --cache --workers --yes --allow-missing --device --threads")
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
    @InputPath
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "GRID",
            description = "The grid: a TOML file (docs/grid.md); not with --merge.")
    private Path gridFile;

    @OutputPath(OutputPath.Kind.FOLDER)
    @Option(names = "--out", paramLabel = "DIR", required = true, description = "Folder of the run; created if needed.")
    private Path out;

    @Mixin
    private JoinedRuns joined;

    @Mixin
    private GridOptions cells;

    @Mixin
    private MissingTokens missingTokens;

    @Mixin
    private RunLimits limits;

    @Override
    public Integer call() throws IOException {
        begin();
        if (joined.given() == (gridFile != null)) {
            throw CommandException.usage("one of both is needed: a grid to run, or --merge with folders of runs");
        }
        if (joined.given()) {
            joined.requireNoneOfRunning(this::matched);
            try (OutputFolder output = claim(out)) {
                join();
                output.finish(BenchmarkRun::isResult);
            }
            return status;
        }
        limits.requireValid();
        StopSignal stop = limits.stop();
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
                        limits.workers(),
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
            limits.requireRoom(plan);
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

    private void join() throws IOException {
        BenchmarkMerge joint = joined.join(out, this);
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
