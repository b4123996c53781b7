package org.unmute.cli.review;

/** A request that is not answered, with the status and the reason that the browser receives. */
final class RefusedRequest extends Exception {
    private static final long serialVersionUID = 1;

    private final int status;

    /** @param status of HTTP, from 400 */
    RefusedRequest(int status, String reason) {
        super(reason);
        this.status = status;
    }

    int status() {
        return status;
    }
}
