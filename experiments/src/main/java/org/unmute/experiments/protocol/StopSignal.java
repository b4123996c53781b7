package org.unmute.experiments.protocol;

/**
 * Tells trainings to stop after the epoch that they are in: when asked to, or when the time is up. For any number of
 * threads.
 */
public final class StopSign {
    private final long started = System.nanoTime();
    private final double seconds;
    private volatile boolean raised;

    private StopSign(double seconds) {
        this.seconds = seconds;
    }

    /** Stops only when asked to. */
    public static StopSign never() {
        return new StopSign(Double.POSITIVE_INFINITY);
    }

    /** Stops when so much time has passed, counted from now, or when asked to. */
    public static StopSign after(double seconds) {
        return new StopSign(seconds);
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
