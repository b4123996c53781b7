package org.unmute.bench.gpu;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.unmute.bench.gpu.rows.Case;
import org.unmute.bench.table.PipeTable;
import org.unmute.files.AtomicFile;
import org.unmute.tensor.backend.WorkProfile.Peak;

/**
 * The outcome as Markdown for {@code bench/RESULTS.md}, written line by line: what has been written remains if the
 * check is killed, and is valid Markdown at any time.
 */
final class CheckReport {
    private static final List<String> COLUMNS = List.of(
            "work",
            "kernel",
            "time",
            "GFLOP/s (of peak)",
            "GB/s (of peak)",
            "PyTorch eager",
            "PyTorch compiled",
            "PyTorch's best / ours",
            "results differ by");

    private final StringBuilder text = new StringBuilder();
    private final PrintWriter out;
    private final Path file;
    private boolean inTable;
    private boolean closed;

    /** @param file gets the same, as a whole after each line; null for none */
    CheckReport(PrintWriter out, Path file) {
        this.out = out;
        this.file = file;
    }

    /** A heading. */
    synchronized void heading(String line) {
        write("## " + line + "\n\n");
    }

    /** A list item, on one line. */
    synchronized void point(String line) {
        write((inTable ? "\n" : "") + "- " + line.strip().replaceAll("\\s*\n\\s*", " / ") + "\n");
        inTable = false;
    }

    /** What the device reaches. */
    void peak(Peak p) {
        point(PipeTable.format(
                        "Measured peak: %.0f GFLOP/s (float32, fused multiply and add), %.0f GB/s (copy, read and"
                                + " written)",
                        p.operationsPerSecond() / 1e9, p.bytesPerSecond() / 1e9)
                + (p.halfPerSecond() == 0
                        ? ""
                        : PipeTable.format(
                                ", tensor cores by mma.sync %.0f (TF32), %.0f (16 bits), %.0f (8 bits)",
                                p.tf32PerSecond() / 1e9, p.halfPerSecond() / 1e9, p.wholePerSecond() / 1e9)));
    }

    /** A list item below the last one. */
    synchronized void detail(String line) {
        write("  - " + line.strip().replaceAll("\\s*\n\\s*", " / ") + "\n");
    }

    /** A row of the table of timings, which begins with the first. */
    synchronized void row(Case work, CheckResult result, Peak peak) {
        PipeTable table = new PipeTable(COLUMNS);
        String head = table.toString();
        table.row(cells(work, result, peak));
        write(inTable ? table.toString().substring(head.length()) : "\n" + table);
        inTable = true;
    }

    /** The last list item: what comes later is not written. */
    synchronized void close(String line) {
        point(line);
        closed = true;
    }

    private void write(String more) {
        if (closed) {
            return;
        }
        text.append(more);
        out.print(more);
        out.flush();
        if (file != null) {
            try {
                AtomicFile.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new UncheckedIOException(
                        "the report cannot be written to " + file + ": " + e.getMessage()
                                + ": name another file with --out; standard output has all of it",
                        e);
            }
        }
    }

    private static List<String> cells(Case work, CheckResult r, Peak peak) {
        double seconds = r.nanos() / 1e9;
        double share = r.best() / r.nanos();
        return List.of(
                work.name() + " (`" + r.id() + "`)",
                r.kernel().isEmpty() ? "" : "`" + r.kernel() + "`, " + r.unit().label(),
                time(r.nanos()),
                rate(work.operations() / seconds, peak.operationsPerSecond(r.unit())),
                rate(work.bytes() / seconds, peak.bytesPerSecond()),
                time(r.eager()),
                time(r.compiled()),
                Double.isNaN(share) ? "" : PipeTable.format("%.2f", share),
                r.agreement().replace('|', '/').replace('\n', ' '));
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
