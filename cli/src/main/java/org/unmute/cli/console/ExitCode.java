package org.unmute.cli.console;

/** What the command's exit status tells a script. */
public final class ExitCode {
    /** Done. */
    public static final int OK = 0;
    /** The work could not be finished. */
    public static final int FAILED = 1;
    /** The command line was not understood. */
    public static final int USAGE = 2;
    /** An input file is missing, unreadable or malformed. */
    public static final int INPUT = 3;
    /** The device or backend that was asked for is not there. */
    public static final int DEVICE = 4;

    private ExitCode() {}
}
