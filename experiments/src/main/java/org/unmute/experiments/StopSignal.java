package org.unmute.experiments;

/**
 * Tells trainings to stop after the epoch that they are in: when asked to, or when the time is up. For any number of
 * threads.
 */
public final class StopSignal {
    private final long started = System.nanoTime();
    private final double seconds;
    private volatile boolean raised;

    private StopSignal(double seconds) {
        this.seconds = seconds;
    }

    /** Stops only when asked to. */
    public static StopSignal never() {
        return new StopSignal(Double.POSITIVE_INFINITY);
    }

    /** Stops when so much time has passed, counted from now, or when asked to. */
    public static StopSignal after(double seconds) {
        return new StopSignal(seconds);
    }

    /** Asks to stop. */
    public void raise() {
        raised = true;
    }

    /** Whether to stop. */
    public boolean raised() {
        return raised || (System.nanoTime() - started) / 1e9 >= seconds;
    }
}
