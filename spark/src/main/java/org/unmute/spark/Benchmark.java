package org.unmute.spark;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.unmute.benchmark.run.BenchmarkOutcome;
import org.unmute.benchmark.run.BenchmarkPlan;
import org.unmute.data.provenance.Json;
import org.unmute.data.provenance.Units;
import org.unmute.files.Diagnosis;
import org.unmute.files.SettingsException;
import org.unmute.options.GridOptions;
import org.unmute.spark.grid.GridJob;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The application that runs a benchmark's grid on Spark, one task for each cell. */
@Command(
        name = "org.unmute.spark.Benchmark",
        sortOptions = false,
        description = {
            "Runs the paper's protocol for every encoder, data set and probe of a grid, a task for each cell, with the"
                    + " numbers of 'unmute benchmark' to the last bit.",
            "The folder of the run, data sets and encoders must be where all machines see them in the same place."
                    + " Submit the same again to go on with a run that was stopped or killed; 'unmute benchmark' may go"
                    + " on with it, too, and 'unmute report' reads it."
        })
public final class Benchmark implements Callable<Integer> {
    private final Console console;

    @Parameters(index = "0", paramLabel = "GRID", description = "The grid: a TOML file (docs/grid.md).")
    private String grid;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "Folder of the run.")
    private String folder;

    @Mixin
    private GridOptions cells;

    @Mixin
    private ConsoleArguments shown;

    private Benchmark(Console console) {
        this.console = console;
    }

    /** Runs the application and exits the JVM with its status, unless that is 0. */
    public static void main(String[] args) {
        Console console = Console.ofProcess();
        Application.main(new Benchmark(console), console, args);
    }

    /**
     * Runs the application in this process. Uses the current Spark session, or creates one, and does not stop it.
     *
     * @return the exit status: 0 if every cell is finished
     */
    public static int run(Console console, String... args) {
        return Application.run(new Benchmark(console), console, args);
    }

    @Override
    public Integer call() throws IOException {
        shown.applyTo(console);
        GridJob.Options options = new GridJob.Options(
                local("GRID", grid),
                local("--out", folder),
                cells.only(),
                cells.cache() == null ? null : local("--cache", cells.cache()));
        SparkSession session = SparkSession.builder().getOrCreate();
        JavaSparkContext spark = JavaSparkContext.fromSparkContext(session.sparkContext());
        try (GridJob job = new GridJob(spark, options, console::tell)) {
            if (cells.dryRun()) {
                BenchmarkPlan plan = job.plan();
                if (shown.json()) {
                    console.printDocument(Json.MAPPER.writeValueAsString(plan.document()));
                } else {
                    job.lines(plan).forEach(console::print);
                }
                return 0;
            }
            BenchmarkOutcome results = job.run();
            if (shown.json()) {
                console.printDocument(Json.MAPPER.writeValueAsString(results.document()));
            } else {
                print(results);
            }
            return results.complete() ? 0 : Diagnosis.Kind.FAILED.exitStatus();
        }
    }

    private static Path local(String option, String path) {
        if (!path.matches("[A-Za-z][A-Za-z0-9+.-]+:.*")) {
            return Path.of(path);
        }
        if (path.startsWith("file:/")) {
            return Path.of(URI.create(path).getPath());
        }
        throw new SettingsException(option + " " + path + ": a grid runs in folders that all machines mount in the same"
                + " place: name such a folder, and put tables and probes elsewhere once they are there");
    }

    private void print(BenchmarkOutcome results) throws IOException {
        results.finished()
                .forEach(cell -> console.print(String.format(
                        Locale.ROOT,
                        "%s/%s/%s: %s %.2f %% on the test part, mean over %s",
                        cell.encoder().key(),
                        cell.dataset().key(),
                        cell.folder().getFileName(),
                        cell.metric(),
                        100 * cell.test().mean(),
                        Units.count(cell.seeds().size(), "seed"))));
        results.failed().forEach((id, reason) -> console.print("failed: " + id + ": " + reason));
        List<String> open = results.unfinished();
        if (!open.isEmpty()) {
            console.print(Units.count(open.size(), "cell") + " not finished, the first: " + open.getFirst()
                    + "; submit the same again to go on");
        }
    }
}
