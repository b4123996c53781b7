/**
 * Checks the output of commands without changing it: token caches, folders of runs, benchmarks, events and probes.
 *
 * <p>A folder is recognized by the files in it, and each file by its name. The check reads files with a checksum or a
 * digest completely, and other files as far as a command would read them. A finding states the problem and the command
 * that makes the file again, taken from {@code run.json}.
 */
package org.unmute.benchmark.check;
