package org.unmute.benchmark;

import java.io.IOException;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.LongSupplier;

/**
 * Times an action that is repeated until the virtual machine has compiled it, and gives the mean of the laps since none
 * became faster. Vector code runs a thousand times slower before it is compiled than afterwards, and how long that
 * takes depends on what else the machine does; so the laps go on while the compiler is at work, but no longer than it
 * pays for the work that lies ahead. Not thread-safe.
 */
public final class SteadyTime {
    private static final int LAPS = 5;
    /** A lap counts as faster if it takes at most this share of the fastest so far. */
    private static final double IMPROVEMENT = 0.95;
    /** The longer it took to get here, the longer the next improvement may take. */
    private static final double PATIENCE_SHARE = 0.1;
    /** The compiler is at work if it was busy for this share of the time since the last improvement. */
    private static final double BUSY = 0.2;
    /** Timing may take this share of the work that lies ahead, as it seems now. */
    private static final double WORTH = 0.3;

    private static final double MAX_SECONDS = 20;

    private final double patience;
    private final double lapsAhead;
    private final LongSupplier nanos;
    private final LongSupplier compilerMillis;
    private final long begun;
    private long last;
    private long improved;
    private long compiledBefore;
    private int laps;
    /** Laps since one was faster than all before, it included. */
    private int lapsSince;

    private double secondsSince;
    private double fastest = Double.POSITIVE_INFINITY;

    /** What is timed. */
    @FunctionalInterface
    public interface Action {
        void run() throws IOException;
    }

    /**
     * Starts the first lap.
     *
     * @param patience  seconds without a faster lap after which the timing ends, if nothing is being compiled
     * @param lapsAhead how often the action will be run, for which its time is to be known
     */
    public SteadyTime(double patience, double lapsAhead) {
        this(patience, lapsAhead, System::nanoTime, compiler());
    }

    SteadyTime(double patience, double lapsAhead, LongSupplier nanos, LongSupplier compilerMillis) {
        this.patience = patience;
        this.lapsAhead = lapsAhead;
        this.nanos = nanos;
        this.compilerMillis = compilerMillis;
        begun = nanos.getAsLong();
        last = begun;
        improved = begun;
        compiledBefore = compilerMillis.getAsLong();
    }

    /** The time that compilation took so far; always 0 where the virtual machine does not tell. */
    private static LongSupplier compiler() {
        CompilationMXBean bean = ManagementFactory.getCompilationMXBean();
        return bean != null && bean.isCompilationTimeMonitoringSupported() ? bean::getTotalCompilationTime : () -> 0;
    }

    /**
     * Repeats an action until it is settled.
     *
     * @param patience  seconds without a faster lap after which the timing ends, if nothing is being compiled
     * @param lapsAhead how often the action will be run, for which its time is to be known
     * @return seconds of a lap
     * @throws IOException what the action throws
     */
    public static double of(Action action, double patience, double lapsAhead) throws IOException {
        SteadyTime time = new SteadyTime(patience, lapsAhead);
        do {
            action.run();
            time.lap();
        } while (!time.settled());
        return time.seconds();
    }

    /** Ends a lap and starts the next. */
    public void lap() {
        long now = nanos.getAsLong();
        double own = (now - last) / 1e9;
        laps++;
        lapsSince++;
        secondsSince += own;
        if (own < IMPROVEMENT * fastest) {
            improved = now;
            lapsSince = 1;
            secondsSince = own;
            compiledBefore = compilerMillis.getAsLong();
        }
        fastest = Math.min(fastest, own);
        last = now;
    }

    /** Whether no faster lap is to be expected, or waiting for one does not pay. */
    public boolean settled() {
        double elapsed = (last - begun) / 1e9;
        if (laps >= 2 && elapsed >= Math.min(MAX_SECONDS, WORTH * fastest * lapsAhead)) {
            return true;
        }
        double since = (last - improved) / 1e9;
        return lapsSince > LAPS
                && since >= Math.max(patience, PATIENCE_SHARE * elapsed)
                && (compilerMillis.getAsLong() - compiledBefore) / 1e3 < Math.max(BUSY * since, 0.01);
    }

    /** Seconds of a lap; NaN before the first. */
    public double seconds() {
        return secondsSince / lapsSince;
    }
}
