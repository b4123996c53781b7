package org.unmute.bench.peer;

/** A peer does not support a case; the message is the reason given in the table. */
public final class UnsupportedCaseException extends Exception {
    private static final long serialVersionUID = 1L;

    /** @param reason in a few words */
    public UnsupportedCaseException(String reason) {
        super(reason);
    }
}
