package org.unmute.bench.gpu;

import java.util.List;
import org.unmute.bench.gpu.rows.Case;
import org.unmute.bench.table.PipeTable;
import org.unmute.tensor.backend.WorkProfile.Peak;
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
    /** The head of the table. */
    static final String HEAD = new PipeTable(List.of(
                    "work",
                    "kernel",
                    "time",
                    "GFLOP/s (of peak)",
                    "GB/s (of peak)",
                    "PyTorch eager",
                    "PyTorch compiled",
                    "PyTorch's best / ours",
                    "results differ by"))
            .toString();

    /** A row that could not be run. */
    static CheckResult failed(String id, String why) {
        return new CheckResult(id, "", Unit.FLOAT32, Double.NaN, Double.NaN, Double.NaN, "failed: " + why, false);
    }

    /** Median of the faster PyTorch; NaN if none was timed. */
    double best() {
        return Double.isNaN(compiled) ? eager : Double.isNaN(eager) ? compiled : Math.min(eager, compiled);
    }

    /** The line of the table. */
    String line(Case work, Peak peak) {
        double seconds = nanos / 1e9;
        double share = best() / nanos;
        return "| "
                + String.join(
                        " | ",
                        work.name() + " (`" + id + "`)",
                        kernel.isEmpty() ? "" : "`" + kernel + "`, " + unit.label(),
                        time(nanos),
                        rate(work.operations() / seconds, peak.operationsPerSecond(unit)),
                        rate(work.bytes() / seconds, peak.bytesPerSecond()),
                        time(eager),
                        time(compiled),
                        Double.isNaN(share) ? "" : PipeTable.format("%.2f", share),
                        agreement.replace('|', '/').replace('\n', ' '))
                + " |";
    }

    private static String time(double nanos) {
        return Double.isNaN(nanos)
                ? ""
                : nanos < 1e6
                        ? PipeTable.format("%.1f µs", nanos / 1e3)
                        : PipeTable.format(nanos < 1e8 ? "%.2f ms" : "%.0f ms", nanos / 1e6);
    }

    private static String rate(double perSecond, double peak) {
        if (Double.isNaN(perSecond)) {
            return "";
        }
        return PipeTable.format("%.0f", perSecond / 1e9)
                + (peak > 0 ? PipeTable.format(" (%.0f %%)", 100 * perSecond / peak) : "");
    }
}
