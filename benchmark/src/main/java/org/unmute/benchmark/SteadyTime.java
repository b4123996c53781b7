package org.unmute.benchmark;

import java.io.IOException;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.LongSupplier;

/**
 * Repeats an action until the virtual machine has compiled it, and returns the mean lap time since the last
 * improvement. Vector code runs a thousand times slower before it is compiled, and the time until then depends on the
 * load of the machine. Laps therefore continue while the compiler is busy, but their time is limited to a share of the
 * work that lies ahead. Not thread-safe.
 */
public final class SteadyTime {
    private static final int LAPS = 5;
    /** A lap counts as faster if it takes at most this share of the fastest so far. */
    private static final double IMPROVEMENT = 0.95;
    /**
     * The patience in relation to the time elapsed: the longer timing has taken, the longer the next improvement may
     * take.
     */
    private static final double PATIENCE_SHARE = 0.1;
    /** The compiler counts as busy if it worked for this share of the time since the last improvement. */
    private static final double BUSY = 0.2;
    /** Timing may take at most this share of the estimated work that lies ahead. */
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
    /** Number of laps since the last improvement, including the improved one. */
    private int lapsSince;

    private double secondsSince;
    private double fastest = Double.POSITIVE_INFINITY;

    /** The action to time. */
    @FunctionalInterface
    public interface Action {
        void run() throws IOException;
    }

    /**
     * Starts the first lap.
     *
     * @param patience  seconds without a faster lap after which the timing ends, if nothing is being compiled
     * @param lapsAhead expected number of runs of the action, whose total time limits the timing
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

    /** The accumulated time of compilation; always 0 if the virtual machine does not report it. */
    private static LongSupplier compiler() {
        CompilationMXBean bean = ManagementFactory.getCompilationMXBean();
        return bean != null && bean.isCompilationTimeMonitoringSupported() ? bean::getTotalCompilationTime : () -> 0;
    }

    /**
     * Repeats an action until its time has settled.
     *
     * @param patience  seconds without a faster lap after which the timing ends, if nothing is being compiled
     * @param lapsAhead expected number of runs of the action, whose total time limits the timing
     * @return seconds per lap
     * @throws IOException if the action throws it
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

    /** Whether no faster lap is expected, or waiting for one is not worth the time. */
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

    /** Seconds per lap; NaN before the first lap has ended. */
    public double seconds() {
        return secondsSince / lapsSince;
    }
}
