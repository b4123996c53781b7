package org.unmute.bench.peer;

/** A contender cannot do a case; the message is the reason that the table gives. */
public final class UnsupportedCaseException extends Exception {
    private static final long serialVersionUID = 1L;

    /** With the reason in a few words. */
    public UnsupportedCaseException(String reason) {
        super(reason);
    }
}
