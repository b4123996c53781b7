package org.unmute.probes.train;

import java.io.IOException;
import org.unmute.probes.pool.Probe;

/** Observes a probe in training after each epoch, for instance to score validation clips, and may end the training. */
@FunctionalInterface
public interface EpochWatch {
    /** Never ends the training. */
    EpochWatch NONE = _ -> false;

    /**
     * A finished epoch.
     *
     * @param number which epoch, from 1
     * @param epochs total number of epochs
     * @param loss mean loss of its batches that have one, each before its update
     * @param probe in its current state; the next epoch changes its parameters
     */
    record Epoch(int number, int epochs, double loss, Probe probe) {}

    /**
     * Called after each epoch, on the training thread, before the epoch's checkpoint is written.
     *
     * @return whether training ends after this epoch
     * @throws IOException ends the training
     */
    boolean after(Epoch epoch) throws IOException;
}
