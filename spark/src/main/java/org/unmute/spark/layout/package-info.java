/**
 * The folder that a job fills: its index, which Spark writes, the shards that the index names, its key, and how the
 * next run goes on.
 */
package org.unmute.spark.layout;
