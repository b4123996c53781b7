package org.unmute.probes.train;

/** Is told each step of a training run. */
@FunctionalInterface
public interface TrainingProgress {
    /** Says nothing. */
    TrainingProgress SILENT = step -> {};

    /**
     * One step.
     *
     * @param epoch which epoch, from 1
     * @param epochs of how many
     * @param step which step of the epoch, from 1
     * @param steps of how many
     * @param loss the batch's loss before the update
     * @param rate the learning rate used
     * @param throughput how fast the run was so far
     */
    record Step(int epoch, int epochs, int step, int steps, double loss, double rate, Throughput throughput) {}

    /** Called after each step, on the training thread. */
    void after(Step step);
}
