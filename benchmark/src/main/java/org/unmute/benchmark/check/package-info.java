/**
 * Checks what commands wrote, without changing it: token caches, folders of runs, benchmarks, events and probes.
 *
 * <p>A folder is recognized by the files in it, and each file by its name. Where a file has a checksum or a digest, the
 * check reads it to the last byte; elsewhere it reads what a command would read. A finding says what is wrong and with
 * which command the file is made again: the one that {@code run.json} states.
 */
package org.unmute.benchmark.check;
