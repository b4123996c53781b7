package org.unmute.experiments.benchmark;

/** A progress display. Thread-safe. */
public interface ProgressBar extends AutoCloseable {
    /** Counts units as done. */
    void advance(long count);

    /** Counts units that an earlier run completed; they do not enter the rate. */
    void pass(long count);

    /** Prints a line without disturbing the display. */
    void remark(String line);

    /** Ends the display. */
    @Override
    void close();
}
