package org.unmute.cli.console;

/** The exit statuses of the program. */
public final class ExitCode {
    /** Done. */
    public static final int OK = 0;
    /** The work could not be completed. */
    public static final int FAILED = 1;
    /** The command line is wrong. */
    public static final int USAGE = 2;
    /** An input file is missing, unreadable or malformed. */
    public static final int INPUT = 3;
    /** The requested device or backend is not available. */
    public static final int DEVICE = 4;

    private ExitCode() {}

    /** The reason for a status other than {@link #OK}, as one word for programs. */
    static String reason(int status) {
        return switch (status) {
            case FAILED -> "failed";
            case USAGE -> "usage";
            case INPUT -> "input";
            case DEVICE -> "device";
            default -> throw new IllegalArgumentException("exit status: " + status + " is no error");
        };
    }
}
