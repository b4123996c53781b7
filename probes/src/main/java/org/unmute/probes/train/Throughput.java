package org.unmute.probes.train;

/**
 * The speed of a run. The time includes reading, conversion and initial pooling, but not checkpoints and listeners. For
 * a resumed run, only the part after the interruption counts.
 *
 * @param clips number of clips processed in all steps; each clip counts once per epoch
 * @param seconds time for these steps
 */
public record Throughput(long clips, double seconds) {
    /** The throughput of a run without steps. */
    public static final Throughput NONE = new Throughput(0, 0);

    /** Clips per second; NaN for a run without steps. */
    public double clipsPerSecond() {
        return clips == 0 ? Double.NaN : clips / seconds;
    }
}
