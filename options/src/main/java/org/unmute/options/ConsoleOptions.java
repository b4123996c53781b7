package org.unmute.options;

import picocli.CommandLine.Option;

/** Options of every program that control its output. */
@HelpTopic("Options of every command")
public final class ConsoleOptions {
    /** The name of help that shows every option. */
    public static final String HELP_ALL = "--help-all";

    @Option(
            names = "--json",
            order = 101,
            description = "Print the result as JSON on standard output instead of a table.")
    private boolean json;

    @Option(
            names = {"-q", "--quiet"},
            order = 102,
            description = "No progress and no remarks on standard error; errors are still shown.")
    private boolean quiet;

    @Option(
            names = {"-h", "--help", HELP_ALL},
            order = 105,
            usageHelp = true,
            description = "Show the main options, or all.")
    private boolean help;

    /** Whether to print the result as JSON. */
    public boolean json() {
        return json;
    }

    /** Whether to suppress progress and remarks. */
    public boolean quiet() {
        return quiet;
    }
}
