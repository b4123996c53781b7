package org.unmute.spark;

import org.unmute.options.ConsoleOptions;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that all applications have: what they show, and how. */
final class ConsoleArguments {
    @Mixin
    private ConsoleOptions options;

    /** Looked at where an application ends. */
    @Option(names = "--debug", order = 104, description = "Show stack traces of errors.")
    private boolean debug;

    /** Whether the result is printed as JSON. */
    boolean json() {
        return options.json();
    }

    /** Makes the console as quiet as was asked for. */
    void applyTo(Console console) {
        if (options.quiet()) {
            console.quiet();
        }
    }
}
