package org.unmute.spark.grid;

import java.io.Serializable;
import org.apache.spark.SparkContext;
import org.apache.spark.util.LongAccumulator;

/**
 * Counters of the tasks of a grid, shown in Spark's pages while they run. A repeated attempt counts again.
 *
 * @param cells number of finished cells
 * @param epochs number of trained epochs
 * @param clips number of embedded clips
 */
record GridCounts(LongAccumulator cells, LongAccumulator epochs, LongAccumulator clips) implements Serializable {
    static GridCounts of(SparkContext context) {
        return new GridCounts(
                context.longAccumulator("cells"),
                context.longAccumulator("epochs trained"),
                context.longAccumulator("clips embedded"));
    }
}
