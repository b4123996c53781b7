/**
 * The folder that a job fills: its shards, index, events and key, how attempts become part of it, and how the next run
 * continues.
 */
package org.unmute.spark.layout;
