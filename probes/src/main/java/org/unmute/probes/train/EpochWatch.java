package org.unmute.probes.train;

import java.io.IOException;
import org.unmute.probes.pool.Probe;

/** Observes a probe after each epoch of training, for instance to score validation clips, and may end the training. */
@FunctionalInterface
public interface EpochWatch {
    /** Never ends the training. */
    EpochWatch NONE = _ -> false;

    /**
     * A finished epoch.
     *
     * @param number which epoch, from 1
     * @param epochs total number of epochs
     * @param loss mean over its batches that have a loss, each computed before the update
     * @param probe in its current state; the next epoch changes its parameters
     */
    record Epoch(int number, int epochs, double loss, Probe probe) {}

    /**
     * Called after each epoch, on the training thread, before the epoch's checkpoint is written.
     *
     * @return whether to end the training after this epoch
     * @throws IOException ends the training
     */
    boolean after(Epoch epoch) throws IOException;
}
