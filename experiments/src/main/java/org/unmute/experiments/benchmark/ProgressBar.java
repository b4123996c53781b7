package org.unmute.experiments.benchmark;

/** A progress display. Thread-safe. */
public interface ProgressBar extends AutoCloseable {
    /** Counts units as done. */
    void advance(long count);

    /** Counts units that an earlier run completed; they do not enter the rate. */
    void pass(long count);

    /**
     * Says how much work all units are, in what costs time: seconds of audio, where recordings differ in length.
     * Without it, units count.
     */
    default void expect(double work) {}

    /** Counts units as done, with the work in them; 0 units for a part of one. */
    default void advance(long count, double work) {
        advance(count);
    }

    /** Counts units that an earlier run completed, with the work in them. */
    default void pass(long count, double work) {
        pass(count);
    }

    /** Counts units that are left out, with the work that was expected of them. */
    default void skip(long count, double work) {
        advance(count);
    }

    /** Prints a line without disturbing the display. */
    void remark(String line);

    /** Ends the display. */
    @Override
    void close();
}
