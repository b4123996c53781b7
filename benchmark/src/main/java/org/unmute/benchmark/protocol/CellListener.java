package org.unmute.benchmark.protocol;

/** Is notified of progress in cells, on the threads that run them. */
public interface CellListener {
    /** Ignores all notifications. */
    CellListener SILENT = new CellListener() {};

    /**
     * An epoch was trained, by this process or an earlier one.
     *
     * @param what which training, in words
     */
    default void epoch(CellId cell, String what, EpochRecord epoch) {}

    /** A training ended; {@code before} is true if an earlier process finished it. */
    default void training(CellId cell, String what, double validation, boolean pruned, boolean before) {}
}
