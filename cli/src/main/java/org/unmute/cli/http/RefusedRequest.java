package org.unmute.cli.http;

/** A request that is not answered, with the status and the reason that the browser receives. */
public final class RefusedRequest extends Exception {
    private static final long serialVersionUID = 1;

    private final int status;

    /** @param status of HTTP, from 400 */
    public RefusedRequest(int status, String reason) {
        super(reason);
        this.status = status;
    }

    /** The status of HTTP. */
    public int status() {
        return status;
    }
}
