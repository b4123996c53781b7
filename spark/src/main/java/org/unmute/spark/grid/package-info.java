/**
 * A benchmark's grid as a job. {@link org.unmute.spark.grid.GridJob} plans it on the driver, a {@link
 * org.unmute.spark.grid.GridTask} makes the tokens that some cells share or runs a cell. The folder of the run, data
 * sets and encoders are where all machines see them under the same paths.
 */
package org.unmute.spark.grid;
