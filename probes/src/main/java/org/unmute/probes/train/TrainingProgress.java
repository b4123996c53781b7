package org.unmute.probes.train;

/** A listener that is called after each step of a training run. */
@FunctionalInterface
public interface TrainingProgress {
    /** Ignores all steps. */
    TrainingProgress SILENT = step -> {};

    /**
     * One step.
     *
     * @param epoch which epoch, from 1
     * @param epochs total number of epochs
     * @param step number of the step in the epoch, from 1
     * @param steps steps per epoch
     * @param loss the batch's loss before the update; NaN if it has no known targets, in which case there is no update
     * @param rate the learning rate used
     * @param throughput speed of the run so far
     */
    record Step(int epoch, int epochs, int step, int steps, double loss, double rate, Throughput throughput) {}

    /** Called after each step, on the training thread. */
    void after(Step step);
}
