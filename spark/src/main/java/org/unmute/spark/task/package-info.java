/**
 * The work of an executor: opening the encoder once, reading and embedding the clips of a share, and writing the
 * share's files.
 */
package org.unmute.spark.task;
