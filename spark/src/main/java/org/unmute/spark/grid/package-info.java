/**
 * A benchmark's grid as a Spark job. {@link org.unmute.spark.grid.GridJob} plans it on the driver; each {@link
 * org.unmute.spark.grid.GridTask} computes tokens that several cells share, or runs a cell. All machines must see the
 * folder of the run, data sets and encoders under the same paths.
 */
package org.unmute.spark.grid;
