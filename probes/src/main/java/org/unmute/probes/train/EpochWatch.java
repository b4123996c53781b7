package org.unmute.probes.train;

import java.io.IOException;
import org.unmute.probes.pool.Probe;

/** Observes a probe in training after each epoch, for instance to score validation clips, and may end the training. */
@FunctionalInterface
public interface EpochWatch {
    /** Lets every epoch pass. */
    EpochWatch NONE = _ -> false;

    /**
     * An epoch that was trained.
     *
     * @param number which epoch, from 1
     * @param epochs of how many
     * @param loss mean of its batches' losses, each before the batch's update
     * @param probe as it is now; parameters change again when the next epoch begins
     */
    record Epoch(int number, int epochs, double loss, Probe probe) {}

    /**
     * Called after each epoch, on the training thread, before the epoch's checkpoint is written.
     *
     * @return whether training ends with this epoch
     * @throws IOException ends the training
     */
    boolean after(Epoch epoch) throws IOException;
}
