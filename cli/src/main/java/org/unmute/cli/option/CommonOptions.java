package org.unmute.cli.option;

import picocli.CommandLine.Option;

/** Options that every command understands. */
public final class CommonOptions {
    @Option(
            names = "--json",
            order = 101,
            description = "Print the result as JSON on standard output instead of a table.")
    boolean json;

    @Option(
            names = {"-q", "--quiet"},
            order = 102,
            description = "No progress and no remarks on standard error; errors are still shown.")
    boolean quiet;

    @Option(
            names = "--seed",
            order = 103,
            paramLabel = "N",
            description = "Seed of everything random (default: ${DEFAULT-VALUE}). The same seed gives the same result.")
    long seed;

    @Option(names = "--debug", order = 104, description = "Show stack traces of errors (also: UNMUTE_DEBUG=1).")
    boolean debug;

    @Option(
            names = {"-h", "--help"},
            order = 105,
            usageHelp = true,
            description = "Show this help.")
    boolean help;

    /** Whether to print JSON. */
    public boolean json() {
        return json;
    }

    /** Whether to suppress progress and remarks on standard error. */
    public boolean quiet() {
        return quiet;
    }

    /** The seed. */
    public long seed() {
        return seed;
    }
}
