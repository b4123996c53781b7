/**
 * The work of an executor: opening the encoder once, reading and embedding the clips of a task, and giving rows of
 * their results.
 */
package org.unmute.spark.task;
