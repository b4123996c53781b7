package org.unmute.spark.task;

import java.io.Serializable;
import org.apache.spark.SparkContext;
import org.apache.spark.util.DoubleAccumulator;
import org.apache.spark.util.LongAccumulator;

/**
 * Progress of a job's tasks, shown in Spark's pages and metrics. Attempts that failed or lost do not count.
 *
 * @param clips number of embedded clips
 * @param skipped number of clips that could not be used
 * @param seconds seconds of sound embedded
 */
public record ClipCounters(LongAccumulator clips, LongAccumulator skipped, DoubleAccumulator seconds)
        implements Serializable {
    /** New counters, at zero. */
    public static ClipCounters of(SparkContext spark) {
        return new ClipCounters(
                spark.longAccumulator("clips"),
                spark.longAccumulator("clips skipped"),
                spark.doubleAccumulator("seconds of audio"));
    }

    void add(boolean used, double length) {
        (used ? clips : skipped).add(1L);
        if (used) {
            seconds.add(length);
        }
    }
}
