package org.unmute.options;

import java.util.List;
import picocli.CommandLine.Option;

/** Options that set which cells of a grid are run and where their tokens are cached. */
@HelpTopic("Events")
public final class GridOptions {
    @Option(
            names = "--only",
            paramLabel = "CELLS",
            split = ",",
            description =
                    "Only these cells: ENCODER/DATASET/PROBE, each with * for any; what is left out at the end is any."
                            + " Several with commas.")
    private List<String> only = List.of();

    @OutputPath(OutputPath.Kind.CACHE)
    @Option(
            names = "--cache",
            paramLabel = "DIR",
            description = "Folder of the token caches (default: cache in the folder of the run).")
    private String cache;

    @Option(
            names = "--dry-run",
            description = "Only say what would be done and what it would cost. Nothing is embedded or trained.")
    private boolean dryRun;

    /** Patterns of cells; empty for all. */
    public List<String> only() {
        return only;
    }

    /** The folder of the token caches; null for the default in the folder of the run. */
    public String cache() {
        return cache;
    }

    /** Whether to report only what would be done. */
    public boolean dryRun() {
        return dryRun;
    }
}
