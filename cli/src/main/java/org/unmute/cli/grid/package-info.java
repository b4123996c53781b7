/**
 * The file that describes a benchmark: encoders, data sets, probes, protocol. Start at {@link
 * org.unmute.cli.grid.Grid}.
 */
package org.unmute.cli.grid;
