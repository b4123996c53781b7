/**
 * The folder that a job fills: shards, index, events, key; how attempts become part of it, and what a next run finds.
 */
package org.unmute.spark.layout;
