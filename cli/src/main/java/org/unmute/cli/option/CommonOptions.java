package org.unmute.cli.option;

import org.unmute.options.ConsoleOptions;
import org.unmute.options.HelpTopic;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that every command understands. */
@HelpTopic("Options of every command")
public final class CommonOptions {
    @Mixin
    private ConsoleOptions shown;

    @Option(
            names = "--seed",
            order = 103,
            paramLabel = "N",
            description = "Seed of everything random (default: ${DEFAULT-VALUE}). The same seed gives the same result.")
    private long seed;

    @Option(names = "--debug", order = 104, description = "Show stack traces of errors (also: UNMUTE_DEBUG=1).")
    private boolean debug;

    /** Whether to print JSON. */
    public boolean json() {
        return shown.json();
    }

    /** Whether to suppress progress and remarks on standard error. */
    public boolean quiet() {
        return shown.quiet();
    }

    /** The seed. */
    public long seed() {
        return seed;
    }
}
