/**
 * The file that describes a benchmark: encoders, data sets, probes, protocol. Start at {@link
 * org.unmute.experiments.grid.Grid}.
 */
package org.unmute.experiments.grid;
