package org.unmute.cli;

import picocli.CommandLine.Option;

/** Options that every command understands. */
public final class CommonOptions {
    /** Which backend computes. */
    public enum BackendChoice {
        /** The fastest one that is usable here. */
        auto,
        /** The CPU through the Vector API. */
        vector,
        /** Plain loops: the slow reference. */
        scalar
    }

    @Option(names = "--json", description = "Print the result as JSON on standard output instead of a table.")
    boolean json;

    @Option(names = {"-q", "--quiet"}, description = "No progress and no remarks on standard error; errors are still shown.")
    boolean quiet;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "0",
            description = "Seed of everything random (default: ${DEFAULT-VALUE}). The same seed gives the same result.")
    long seed;

    @Option(names = "--backend", paramLabel = "NAME", defaultValue = "auto",
            description = "What computes: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    BackendChoice backend;

    @Option(names = "--threads", paramLabel = "N", defaultValue = "0",
            description = "Threads to compute with; 0 means all cores (default: ${DEFAULT-VALUE}).")
    int threads;

    @Option(names = "--debug", description = "Show stack traces of errors (also: UNMUTE_DEBUG=1).")
    boolean debug;

    /** Whether to print JSON. */
    public boolean json() {
        return json;
    }

    /** Whether to keep silent on standard error. */
    public boolean quiet() {
        return quiet;
    }

    /** The seed. */
    public long seed() {
        return seed;
    }

    /** The backend asked for. */
    public BackendChoice backend() {
        return backend;
    }

    /**
     * The number of threads to use.
     *
     * @throws CommandException if a negative number was given
     */
    public int threads() {
        if (threads < 0) {
            throw new CommandException(ExitCode.USAGE, "--threads must not be negative: " + threads);
        }
        return threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    }
}
