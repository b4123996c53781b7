package org.unmute.benchmark;

/** Stops trainings after their current epoch, on request or when the time is up. Thread-safe. */
public final class StopSignal {
    private final long started = System.nanoTime();
    private final double seconds;
    private volatile boolean raised;

    private StopSignal(double seconds) {
        this.seconds = seconds;
    }

    /** Stops only on request. */
    public static StopSignal never() {
        return new StopSignal(Double.POSITIVE_INFINITY);
    }

    /** Stops on request, or once this many seconds have passed from now. */
    public static StopSignal after(double seconds) {
        return new StopSignal(seconds);
    }

    /** Requests a stop. */
    public void raise() {
        raised = true;
    }

    /** Whether to stop now. */
    public boolean raised() {
        return raised || (System.nanoTime() - started) / 1e9 >= seconds;
    }
}
