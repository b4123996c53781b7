package org.unmute.bench.gpu;

import org.unmute.tensor.backend.WorkProfile.Unit;

/**
 * The result of a row.
 *
 * @param id the row's
 * @param kernel the kernel that did most of the arithmetic; empty if the device does not tell
 * @param unit what that kernel multiplies on
 * @param nanos median of one run on the device; NaN if it failed
 * @param eager median of eager PyTorch; NaN if not timed
 * @param compiled median of PyTorch with torch.compile; NaN if not timed
 * @param agreement what the results were compared with and how far they differ, or what went wrong
 * @param isGood whether the results agree
 */
record CheckResult(
        String id,
        String kernel,
        Unit unit,
        double nanos,
        double eager,
        double compiled,
        String agreement,
        boolean isGood) {
    /** A row that could not be run. */
    static CheckResult failed(String id, String why) {
        return new CheckResult(id, "", Unit.FLOAT32, Double.NaN, Double.NaN, Double.NaN, "failed: " + why, false);
    }

    /** Median of the faster PyTorch; NaN if none was timed. */
    double best() {
        return Double.isNaN(compiled) ? eager : Double.isNaN(eager) ? compiled : Math.min(eager, compiled);
    }
}
