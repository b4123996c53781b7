package org.unmute.spark.task;

import java.io.Serializable;
import org.apache.spark.SparkContext;
import org.apache.spark.util.DoubleAccumulator;
import org.apache.spark.util.LongAccumulator;

/**
 * What the tasks of a job have done so far, in Spark's pages and metrics. Attempts that failed or lost count nothing.
 *
 * @param clips that were embedded
 * @param skipped clips that could not be used
 * @param seconds of sound embedded
 * @param rate clips a second, the skipped ones among them
 */
public record ClipCounters(LongAccumulator clips, LongAccumulator skipped, DoubleAccumulator seconds, ClipRate rate)
        implements Serializable {
    /** New ones, at nothing. */
    public static ClipCounters of(SparkContext spark) {
        ClipRate rate = new ClipRate();
        spark.register(rate, "clips per second");
        return new ClipCounters(
                spark.longAccumulator("clips"),
                spark.longAccumulator("clips skipped"),
                spark.doubleAccumulator("seconds of audio"),
                rate);
    }

    void add(boolean used, double length) {
        (used ? clips : skipped).add(1L);
        if (used) {
            seconds.add(length);
        }
        rate.add(1L);
    }
}
