/**
 * The file that describes a benchmark: encoders, data sets, probes, protocol. Start at {@link
 * org.unmute.benchmark.grid.Grid}.
 */
package org.unmute.benchmark.grid;
