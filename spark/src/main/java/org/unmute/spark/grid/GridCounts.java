package org.unmute.spark.grid;

import java.io.Serializable;
import org.apache.spark.SparkContext;
import org.apache.spark.util.LongAccumulator;

/**
 * What the tasks of a grid count, seen in Spark's pages while they run. An attempt that is repeated counts again.
 *
 * @param cells  cells that were finished
 * @param epochs epochs that were trained
 * @param clips  clips that were embedded
 */
record GridCounts(LongAccumulator cells, LongAccumulator epochs, LongAccumulator clips) implements Serializable {
    static GridCounts of(SparkContext context) {
        return new GridCounts(
                context.longAccumulator("cells"),
                context.longAccumulator("epochs trained"),
                context.longAccumulator("clips embedded"));
    }
}
