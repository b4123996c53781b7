package org.unmute.benchmark.run;

import java.util.function.Supplier;

/** A progress display. Thread-safe. */
public interface ProgressBar extends AutoCloseable {
    /** Counts units as done. */
    default void advance(long count) {
        advance(count, count);
    }

    /** Counts units as done, with the work in them, in the measure of {@link #expect}; 0 units for a part of one. */
    void advance(long count, double work);

    /** Counts units that an earlier run completed. */
    default void pass(long count) {
        pass(count, count);
    }

    /**
     * Counts units that an earlier run completed, with the work in them; neither they nor the time since the last unit
     * enter the rate.
     */
    void pass(long count, double work);

    /** Counts units that are left out, as damaged recordings are, with the work that was expected of them. */
    void skip(long count, double work);

    /**
     * Says how much work all units are, in what costs time: seconds of audio, where recordings differ in length.
     * Without it, units count. It includes units that are
     * passed or skipped.
     */
    default void expect(double work) {}

    /**
     * Says how to continue, should the program be interrupted or fail before all units are done.
     *
     * @param after where the same command will go on, such as "it resumes after 3 of 20 epochs"; null for
     *     the units done; called on any thread
     */
    default void resumable(Supplier<String> after) {}

    /** Prints a line without disturbing the display. */
    void remark(String line);

    /** Ends the display. */
    @Override
    void close();
}
