package org.unmute.convert.export;

/** An encoder or a probe that has no form as a graph, or not the requested one. */
public final class ExportException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    /** @param message what cannot be exported, why, and what to do */
    public ExportException(String message) {
        super(message);
    }
}
