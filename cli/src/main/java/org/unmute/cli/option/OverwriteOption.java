package org.unmute.cli.option;

import org.unmute.options.HelpTopic;
import picocli.CommandLine.Option;

/** The option with which a command replaces a file that is not its own. */
@HelpTopic("Options of every command")
public final class OverwriteOption {
    /** Its name. */
    public static final String NAME = "--force";

    @Option(
            names = NAME,
            description = "Replace the file that is written even if something else than this very command wrote it, or"
                    + " it was changed since.")
    private boolean given;
}
