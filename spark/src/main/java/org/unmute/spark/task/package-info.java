/**
 * What an executor does: opens the encoder once, reads the clips of a share, embeds them and writes the share's files.
 */
package org.unmute.spark.task;
