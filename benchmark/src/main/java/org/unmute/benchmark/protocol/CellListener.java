package org.unmute.benchmark.protocol;

/** A listener for the progress of cells, called on the threads that run them. */
public interface CellListener {
    /** Ignores all notifications. */
    CellListener SILENT = new CellListener() {};

    /**
     * An epoch was trained, by this process or an earlier one.
     *
     * @param what description of the training
     */
    default void epoch(CellId cell, String what, EpochRecord epoch) {}

    /** A training ended; {@code before} is true if an earlier process had finished it. */
    default void training(CellId cell, String what, double validation, boolean pruned, boolean before) {}
}
