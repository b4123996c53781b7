package org.unmute.experiments;

import org.unmute.experiments.protocol.CellId;

/** A {@link StopSignal} stopped a cell before it was finished. Its state is saved; the same call resumes it. */
public final class StoppedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public StoppedException(CellId cell) {
        super("benchmark: " + cell + " was stopped; run it again to go on");
    }
}
