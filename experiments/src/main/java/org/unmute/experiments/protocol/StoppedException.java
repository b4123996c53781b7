package org.unmute.experiments.protocol;

/**
 * A cell was stopped by a {@link StopSignal} before it was done. Its state is saved; the same call goes on from there.
 */
public final class StoppedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    StoppedException(CellId cell) {
        super("benchmark: " + cell + " was stopped; run it again to go on");
    }
}
