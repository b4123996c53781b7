package org.unmute.spark;

import org.unmute.options.ConsoleOptions;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that all applications share: what they print, and in which format. */
final class ConsoleArguments {
    @Mixin
    private ConsoleOptions options;

    /** Evaluated in {@link Application}, when a command fails. */
    @Option(names = "--debug", order = 104, description = "Show stack traces of errors.")
    private boolean debug;

    /** Whether the result is printed as JSON. */
    boolean json() {
        return options.json();
    }

    /** Silences the console if the options ask for it. */
    void applyTo(Console console) {
        if (options.quiet()) {
            console.quiet();
        }
    }
}
