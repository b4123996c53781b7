package org.unmute.spark;

import picocli.CommandLine.Option;

/** Options that all applications have: what they show, and how. */
final class ConsoleArguments {
    @Option(names = "--json", description = "Print the result as JSON on standard output.")
    private boolean json;

    @Option(
            names = {"-q", "--quiet"},
            description = "No remarks on standard error; errors are still shown.")
    private boolean quiet;

    /** Looked at where an application ends. */
    @Option(names = "--debug", description = "Show stack traces of errors.")
    private boolean debug;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    /** Whether the result is printed as JSON. */
    boolean json() {
        return json;
    }

    /** Makes the console as quiet as was asked for. */
    void applyTo(Console console) {
        if (quiet) {
            console.quiet();
        }
    }
}
