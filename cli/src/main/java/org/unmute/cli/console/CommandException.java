package org.unmute.cli.console;

/** Ends a command with a message for the user and an exit status. It is not a bug, so no stack trace is printed. */
public final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int exitCode;

    private CommandException(int exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    /** The command line is wrong. */
    public static CommandException usage(String message) {
        return usage(message, null);
    }

    /** The command line is wrong. */
    public static CommandException usage(String message, Throwable cause) {
        return new CommandException(ExitCode.USAGE, message, cause);
    }

    /** An input file is missing, unreadable or malformed. */
    public static CommandException input(String message) {
        return input(message, null);
    }

    /** An input file is missing, unreadable or malformed. */
    public static CommandException input(String message, Throwable cause) {
        return new CommandException(ExitCode.INPUT, message, cause);
    }

    /** None of this many recordings could be used; the reasons were printed. */
    public static CommandException noneUsable(long recordings) {
        return input(
                recordings == 1
                        ? "the recording could not be used"
                        : "none of the " + recordings + " recordings could be used");
    }

    /** The work could not be completed. */
    public static CommandException failed(String message) {
        return failed(message, null);
    }

    /** The work could not be completed. */
    public static CommandException failed(String message, Throwable cause) {
        return new CommandException(ExitCode.FAILED, message, cause);
    }

    /** One of {@link ExitCode}. */
    public int exitCode() {
        return exitCode;
    }
}
