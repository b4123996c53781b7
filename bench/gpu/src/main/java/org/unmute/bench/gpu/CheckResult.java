package org.unmute.bench.gpu;

import java.util.List;
import java.util.stream.Stream;
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

    /** The fields of an event. */
    String[] fields() {
        return Stream.of(id, kernel, unit, nanos, eager, compiled, agreement, isGood)
                .map(String::valueOf)
                .toArray(String[]::new);
    }

    /** The result of an event's fields. */
    static CheckResult of(List<String> f) {
        return new CheckResult(
                f.get(0),
                f.get(1),
                Unit.valueOf(f.get(2)),
                Double.parseDouble(f.get(3)),
                Double.parseDouble(f.get(4)),
                Double.parseDouble(f.get(5)),
                f.get(6),
                Boolean.parseBoolean(f.get(7)));
    }
}
