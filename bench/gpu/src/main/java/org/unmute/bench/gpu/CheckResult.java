package org.unmute.bench.gpu;

/**
 * The result of a row.
 *
 * @param work what was timed
 * @param nanos median of one run on the device; NaN if it failed
 * @param eager median of eager PyTorch; NaN if not timed
 * @param compiled median of PyTorch with torch.compile; NaN if not timed
 * @param agreement what the results were compared with and how far they differ, or what went wrong
 * @param isGood whether the results agree
 */
public record CheckResult(Case work, double nanos, double eager, double compiled, String agreement, boolean isGood) {}
