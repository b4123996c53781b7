package org.unmute.experiments.benchmark;

/** Shows how far some work is. Safe to call from several threads. */
public interface ProgressBar extends AutoCloseable {
    /** Counts units as done. */
    void advance(long count);

    /** Counts units that an earlier run did; they do not enter the rate. */
    void pass(long count);

    /** Tells a line without tearing the display. */
    void remark(String line);

    /** Ends the display. */
    @Override
    void close();
}
