/** Runs a grid: tokens cached once for each encoder and data set, then every cell. Start at {@link BenchmarkRun}. */
package org.unmute.experiments.benchmark;
