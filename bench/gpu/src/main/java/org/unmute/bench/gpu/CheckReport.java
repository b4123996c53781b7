package org.unmute.bench.gpu;

import java.util.List;
import java.util.Locale;
import org.unmute.bench.table.PipeTable;
import org.unmute.tensor.backend.WorkProfile.Peak;

/** The outcome as Markdown for {@code bench/RESULTS.md}. */
public final class CheckReport {
    private final StringBuilder text = new StringBuilder();

    /** A heading. */
    void heading(String line) {
        text.append("## ").append(line).append("\n\n");
    }

    /** A list item, on one line. */
    void point(String line) {
        text.append("- ").append(line.replace('\n', ' ')).append('\n');
    }

    /** The table of timings. */
    void table(List<CheckResult> rows, Peak peak) {
        PipeTable table = new PipeTable(List.of(
                "work",
                "time",
                "GFLOP/s (of peak)",
                "GB/s (of peak)",
                "PyTorch eager",
                "PyTorch compiled",
                "PyTorch's best / ours",
                "results differ by"));
        rows.forEach(r -> table.row(cells(r, peak)));
        text.append('\n').append(table);
    }

    private static List<String> cells(CheckResult r, Peak peak) {
        double seconds = r.nanos() / 1e9;
        double best = Double.isNaN(r.compiled()) ? r.eager() : Math.min(r.eager(), r.compiled());
        return List.of(
                r.work().name(),
                time(r.nanos()),
                rate(r.work().operations() / seconds, peak.operationsPerSecond()),
                rate(r.work().bytes() / seconds, peak.bytesPerSecond()),
                time(r.eager()),
                time(r.compiled()),
                Double.isNaN(best / r.nanos()) ? "" : String.format(Locale.ROOT, "%.2f", best / r.nanos()),
                r.agreement().replace('|', '/'));
    }

    private static String time(double nanos) {
        return Double.isNaN(nanos)
                ? ""
                : nanos < 1e6
                        ? String.format(Locale.ROOT, "%.1f µs", nanos / 1e3)
                        : String.format(Locale.ROOT, nanos < 1e8 ? "%.2f ms" : "%.0f ms", nanos / 1e6);
    }

    private static String rate(double perSecond, double peak) {
        return Double.isNaN(perSecond)
                ? ""
                : String.format(Locale.ROOT, "%.0f (%.0f %%)", perSecond / 1e9, 100 * perSecond / peak);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
