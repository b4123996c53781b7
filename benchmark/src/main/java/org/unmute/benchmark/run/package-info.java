/**
 * Runs a grid: tokens are cached once per encoder and data set, then every cell is run. Start at {@link BenchmarkRun}.
 */
package org.unmute.benchmark.run;
