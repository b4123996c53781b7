/**
 * The report of benchmark runs. Each section turns results into tables and figures;
 * {@link org.unmute.report.benchmark.BenchmarkReport} lists the sections and
 * {@link org.unmute.report.benchmark.ReportFolder} writes them.
 */
package org.unmute.report.benchmark;
