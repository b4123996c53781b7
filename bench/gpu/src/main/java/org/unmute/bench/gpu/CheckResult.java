package org.unmute.bench.gpu;

/**
 * The result of a row.
 *
 * @param work what was timed
 * @param nanos median of one run on the device; NaN if it failed
 * @param eager PyTorch's; NaN where it was not timed
 * @param compiled PyTorch's through torch.compile; NaN where it was not timed
 * @param agreement what the results were compared with and how far they differ, or what went wrong
 * @param isGood whether the results agree
 */
public record CheckResult(Case work, double nanos, double eager, double compiled, String agreement, boolean isGood) {}
