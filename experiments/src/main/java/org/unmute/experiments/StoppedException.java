package org.unmute.experiments;

import org.unmute.experiments.protocol.CellId;

/**
 * A cell was stopped by a {@link StopSignal} before it was done. Its state is saved; the same call goes on from there.
 */
public final class StoppedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public StoppedException(CellId cell) {
        super("benchmark: " + cell + " was stopped; run it again to go on");
    }
}
