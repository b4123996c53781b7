package org.unmute.experiments.protocol;

/** Is told what goes on in cells, from the threads that work on them. */
public interface CellListener {
    /** Hears nothing. */
    CellListener SILENT = new CellListener() {};

    /**
     * An epoch was trained, now or by an earlier process.
     *
     * @param what which training, in words
     */
    default void epoch(CellId cell, String what, EpochRecord epoch) {}

    /** A training ended; {@code before}: by an earlier process. */
    default void training(CellId cell, String what, double validation, boolean pruned, boolean before) {}
}
