package org.unmute.benchmark.run;

import java.util.function.Supplier;

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

    /** Says that units differ too much to tell how long the rest takes: no time is announced. */
    default void untimed() {}

    /**
     * Says how long the rest takes, where the caller knows better than the rate tells. The share that is done is then
     * that of the units.
     *
     * @param seconds from now to the end
     * @param steady  seconds for which this falls as time passes, unless it is said anew; after that it stands still
     */
    default void left(double seconds, double steady) {}

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

    /**
     * Says how to go on, should the program be interrupted or fail before all units are done.
     *
     * @param after where the same command will go on, such as "it resumes after 3 of 20 epochs"; called on any thread
     */
    default void resumable(Supplier<String> after) {}

    /** Prints a line without disturbing the display. */
    void remark(String line);

    /** Ends the display. */
    @Override
    void close();
}
