/**
 * The report of benchmark runs: one class per section turns results into tables and figures, {@link BenchmarkReport}
 * writes them.
 */
package org.unmute.cli.report.benchmark;
