package org.unmute.options;

import picocli.CommandLine.Option;

/** The option that sets how recordings that cannot be used are handled. */
@HelpTopic("Sound")
public final class StrictOption {
    @Option(names = "--strict", description = "Stop at the first recording that cannot be used instead of skipping it.")
    private boolean strict;

    /** Whether to stop at the first recording that cannot be used. */
    public boolean strict() {
        return strict;
    }
}
