package org.unmute.cli.console;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.unmute.benchmark.run.ProgressBar;
import org.unmute.data.provenance.Units;

/**
 * Shows count, rate and time left on standard error: one rewritten line on a terminal, a line every five seconds in a
 * log while something happens, nothing with {@code --quiet}. Thread-safe.
 */
public final class Progress implements ProgressBar {
    private static final long TERMINAL_MILLIS = 200;
    private static final long LOG_MILLIS = 5000;

    private final PlainWriter err;
    private final String what;
    private final String unit;
    private final long total;
    private final boolean terminal;
    private final LongSupplier clock;
    private final long started;
    private final RemainingTime remaining = new RemainingTime();
    /** The last time an item was counted. */
    private long counted;
    /** Time spent so far on passing over existing items. */
    private long passing;

    private long done;
    private long resumed;
    /** Cost of the work done by this run, for jobs whose time is not proportional to the count. */
    private double work;
    /** Expected total cost; NaN if the count is used instead. */
    private double totalWork = Double.NaN;

    private double passedWork;
    private boolean changed;
    private boolean ended;
    private int width;
    private Supplier<String> goingOn;
    private Thread onInterrupt;

    Progress(PrintWriter err, String what, String unit, long total, boolean terminal, LongSupplier clock) {
        this.err = err == null ? null : PlainWriter.to(err);
        this.what = what;
        this.unit = unit;
        this.total = total;
        this.terminal = terminal;
        this.clock = clock;
        this.started = clock.getAsLong();
        this.counted = started;
    }

    /**
     * Starts reporting.
     *
     * @param what  the activity ("embedding")
     * @param unit  what is counted, in the plural ("clips")
     * @param total the total, at least 0
     * @param quiet whether to stay silent
     */
    public static Progress start(PrintWriter err, String what, String unit, long total, boolean quiet) {
        boolean terminal = System.console() != null && System.console().isTerminal();
        Progress progress = new Progress(quiet ? null : err, what, unit, total, terminal, System::nanoTime);
        if (!quiet) {
            // Work comes in bursts, so the line is not rewritten where it is counted, which is in the midst of one.
            Thread.ofPlatform().daemon().name("progress").start(progress::tickToTheEnd);
        }
        return progress;
    }

    private synchronized void tickToTheEnd() {
        try {
            // Short work may have ended before this thread began, and notifies it no more.
            while (!ended) {
                wait(terminal ? TERMINAL_MILLIS : LOG_MILLIS);
                tick();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public synchronized void expect(double work) {
        totalWork = work;
    }

    @Override
    public synchronized void pass(long count, double cost) {
        skip(count, cost);
        long now = clock.getAsLong();
        passing += now - counted;
        counted = now;
    }

    @Override
    public synchronized void advance(long count, double cost) {
        done += count;
        work += cost;
        counted = clock.getAsLong();
        remaining.note(seconds(counted), work);
        changed = true;
    }

    @Override
    public synchronized void skip(long count, double cost) {
        resumed += count;
        done += count;
        passedWork += cost;
        changed = true;
    }

    @Override
    public synchronized void resumable(Supplier<String> after) {
        goingOn = after != null ? after : () -> "it resumes after " + done + " of " + total + " " + unit;
        if (err != null && onInterrupt == null) {
            Thread hook = new Thread(() -> end("interrupted"), "interrupted");
            try {
                Runtime.getRuntime().addShutdownHook(hook);
                onInterrupt = hook;
            } catch (IllegalStateException e) {
                return; // the program is being ended before it has begun
            }
        }
    }

    @Override
    public synchronized void remark(String line) {
        if (err != null) {
            clear();
            err.println(line);
            err.flush();
        }
    }

    /** Prints a final line with the count and the time, and how to continue if something is left to do. */
    @Override
    public synchronized void close() {
        if (onInterrupt != null) {
            try {
                Runtime.getRuntime().removeShutdownHook(onInterrupt);
            } catch (IllegalStateException e) {
                return; // the program is being ended, and the hook says how to go on
            }
        }
        end("not finished");
    }

    /** @param why the reason for the end, if something is left to do */
    synchronized void end(String why) {
        if (ended) {
            return;
        }
        ended = true;
        notifyAll();
        if (err == null) {
            return;
        }
        clear();
        double seconds = seconds(clock.getAsLong());
        String counted = total == 1 && unit.endsWith("s") ? unit.substring(0, unit.length() - 1) : unit;
        err.println(what + ": " + (done == total ? "" : done + " of ") + total + " " + counted + " in "
                + Units.duration((clock.getAsLong() - started) / 1e9) + rate(seconds));
        if (goingOn != null && done < total) {
            err.println(why + ": run the same command again, " + goingOn.get());
        }
        err.flush();
    }

    /** Shows the present state, unless a log has it already. */
    synchronized void tick() {
        if (err != null && !ended && (terminal || changed)) {
            changed = false;
            show(text(clock.getAsLong()));
        }
    }

    /** Seconds of work. */
    private double seconds(long now) {
        return (now - started - passing) / 1e9;
    }

    private String text(long now) {
        double seconds = seconds(now);
        double all = Double.isNaN(totalWork) ? total : totalWork;
        double ahead = Math.max(0, all - passedWork - work);
        double toCome = remaining.estimate(seconds, ahead);
        String left = done < total && !Double.isNaN(toCome) ? ", " + Units.duration(toCome) + " left" : "";
        long percent = all > 0 ? Math.clamp((long) (100 * (all - ahead) / all), 0, 100) : 100;
        return counted(percent) + rate(seconds) + left;
    }

    private String counted(long percent) {
        return what + ": " + done + "/" + total + " " + unit + " (" + percent + " %)";
    }

    private String rate(double seconds) {
        long fresh = done - resumed;
        return fresh > 0 && seconds > 0 ? String.format(Locale.ROOT, ", %.3g %s/s", fresh / seconds, unit) : "";
    }

    private void show(String text) {
        if (terminal) {
            err.overwrite(text + " ".repeat(Math.max(0, width - text.length())));
            width = text.length();
        } else {
            err.println(text);
        }
        err.flush();
    }

    private void clear() {
        if (terminal && width > 0) {
            err.overwrite(" ".repeat(width));
            err.overwrite("");
            width = 0;
        }
    }
}
