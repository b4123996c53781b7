package org.unmute.options;

import picocli.CommandLine.Option;

/** The option that says what becomes of recordings that cannot be used. */
public final class StrictOption {
    @Option(names = "--strict", description = "Stop at the first recording that cannot be used instead of skipping it.")
    private boolean strict;

    /** Whether the first of them ends the work. */
    public boolean strict() {
        return strict;
    }
}
