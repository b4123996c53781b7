package org.unmute.bench.table;

/** A contestant cannot take part, or fell out; the message is the reason that the table gives. */
final class ContestantException extends Exception {
    private static final long serialVersionUID = 1L;

    ContestantException(String reason) {
        super(reason);
    }

    ContestantException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
