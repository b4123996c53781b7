package org.unmute.cli.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.unmute.benchmark.results.GridFile;
import org.unmute.benchmark.run.BenchmarkMerge;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.CommandRun;
import org.unmute.options.InputPath;
import picocli.CommandLine.Option;

/** The option that joins runs of one grid, in place of running its cells. */
public final class JoinedRuns {
    /** Options that have no meaning where no cell is run. */
    private static final List<String> OF_RUNNING =
            List.of("--only", "--cache", "--allow-missing", "--max-hours", "--yes", "--dry-run", "--workers");

    @InputPath
    @Option(
            names = "--merge",
            paramLabel = "DIR",
            arity = "1..*",
            description =
                    "Runs nothing, but joins folders of runs of one grid, each with some of its cells, in --out. They"
                            + " must agree in all but measured times; token caches stay where they are.")
    private List<Path> folders = List.of();

    /** Whether runs are to be joined. */
    public boolean given() {
        return !folders.isEmpty();
    }

    /**
     * Checks that no option is given that says how cells are run.
     *
     * @param matched whether an option was given
     * @throws CommandException naming the first of them
     */
    public void requireNoneOfRunning(Predicate<String> matched) {
        for (String option : OF_RUNNING) {
            if (matched.test(option)) {
                throw CommandException.usage(
                        option + " says how cells are run, and --merge runs none: leave one of them out");
            }
        }
    }

    /**
     * Joins the runs in a folder, which the caller has claimed.
     *
     * @param run receives the folders as inputs, and a summary of what is joined
     * @throws org.unmute.files.InputException if a run is incomplete, or two of them contradict each other
     * @throws IOException if a file cannot be read or written
     */
    public BenchmarkMerge join(Path out, CommandRun run) throws IOException {
        BenchmarkMerge joint = BenchmarkMerge.of(out, folders);
        for (Path folder : folders) {
            run.record().input(folder.resolve(GridFile.FILE));
        }
        run.tell(joint.summary());
        joint.write();
        return joint;
    }
}
