/** A benchmark's grid as a job: a task for each cell. */
package org.unmute.spark.grid;
