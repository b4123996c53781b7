package org.unmute.benchmark.protocol;

/** A listener for the progress of cells, called on the threads that run them. */
public interface CellListener {
    /** Ignores all notifications. */
    CellListener SILENT = new CellListener() {};

    /**
     * Called when an epoch has been trained, by this process or an earlier one.
     *
     * @param what description of the training
     */
    default void epoch(CellId cell, String what, EpochRecord epoch) {}

    /** Called when a training has ended; {@code before} is true if an earlier process finished it. */
    default void training(CellId cell, String what, double validation, boolean pruned, boolean before) {}
}
