package org.unmute.cli.console;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.unmute.experiments.benchmark.ProgressBar;
import org.unmute.experiments.provenance.Units;

/**
 * Shows count, rate and time left on standard error: one rewritten line on a terminal, a line every five seconds in a
 * log, nothing with {@code --quiet}. Thread-safe.
 */
public final class Progress implements ProgressBar {
    private static final long TERMINAL_NANOS = 200_000_000L;
    private static final long LOG_NANOS = 5_000_000_000L;

    private final PrintWriter err;
    private final String what;
    private final String unit;
    private final long total;
    private final boolean terminal;
    private final LongSupplier clock;
    private final long started;
    private long shown;
    private final RemainingTime remaining = new RemainingTime();
    private long done;
    private long resumed;
    /** What costs time, where it is not the count: done by this run, and left at the start. */
    private double work;

    private double totalWork = Double.NaN;
    private int width;

    Progress(PrintWriter err, String what, String unit, long total, boolean terminal, LongSupplier clock) {
        this.err = err;
        this.what = what;
        this.unit = unit;
        this.total = total;
        this.terminal = terminal;
        this.clock = clock;
        this.started = clock.getAsLong();
        this.shown = started;
    }

    /**
     * Starts reporting.
     *
     * @param what  the activity ("embedding")
     * @param unit  what is counted ("clips")
     * @param total the total, at least 0
     * @param quiet whether to stay silent
     */
    public static Progress start(PrintWriter err, String what, String unit, long total, boolean quiet) {
        boolean terminal = System.console() != null && System.console().isTerminal();
        return new Progress(quiet ? null : err, what, unit, total, terminal, System::nanoTime);
    }

    /** Adds units that an earlier run completed; they do not count in the rate. */
    @Override
    public synchronized void pass(long count) {
        resumed += count;
        done += count;
    }

    /**
     * Says how much work is ahead of this run, in what costs time: seconds of audio, where recordings differ in length.
     * Without it, units count.
     */
    public synchronized void expect(double work) {
        totalWork = work;
    }

    /** Adds completed units. */
    @Override
    public synchronized void advance(long count) {
        advance(count, count);
    }

    /**
     * Adds completed units.
     *
     * @param cost the work in them, in the measure of {@link #expect}
     */
    public synchronized void advance(long count, double cost) {
        done += count;
        work += cost;
        long now = clock.getAsLong();
        remaining.note((now - started) / 1e9, work);
        if (err != null && now - shown >= (terminal ? TERMINAL_NANOS : LOG_NANOS)) {
            shown = now;
            show(text(now));
        }
    }

    /** Prints a separate line, such as a skipped file, without breaking the progress line. */
    @Override
    public synchronized void remark(String line) {
        if (err != null) {
            clear();
            err.println(line);
            err.flush();
        }
    }

    /** Prints a final line with the count and the time. */
    @Override
    public synchronized void close() {
        if (err != null) {
            clear();
            double seconds = (clock.getAsLong() - started) / 1e9;
            err.println(what + ": " + (done == total ? "" : done + " of ") + total + " " + unit + " in "
                    + Units.duration(seconds) + rate(seconds));
            err.flush();
        }
    }

    private String text(long now) {
        double seconds = (now - started) / 1e9;
        double ahead = Double.isNaN(totalWork) ? total - done : totalWork - work;
        double toCome = remaining.estimate(seconds, work, Math.max(0, ahead));
        String left = done < total && !Double.isNaN(toCome) ? ", " + Units.duration(toCome) + " left" : "";
        long percent = total > 0 ? 100 * done / total : 100;
        return what + ": " + done + "/" + total + " " + unit + " (" + percent + " %)" + rate(seconds) + left;
    }

    private String rate(double seconds) {
        long fresh = done - resumed;
        return fresh > 0 && seconds > 0 ? String.format(Locale.ROOT, ", %.3g %s/s", fresh / seconds, unit) : "";
    }

    private void show(String text) {
        if (terminal) {
            err.print("\r" + text + " ".repeat(Math.max(0, width - text.length())));
            width = text.length();
        } else {
            err.println(text);
        }
        err.flush();
    }

    private void clear() {
        if (terminal && width > 0) {
            err.print("\r" + " ".repeat(width) + "\r");
            width = 0;
        }
    }
}
