package org.unmute.bench.peer;

/** A peer is not available, does not support a case, or failed. The message is the reason given in the table. */
public final class PeerException extends Exception {
    private static final long serialVersionUID = 1L;

    public PeerException(String reason) {
        super(reason);
    }

    public PeerException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
