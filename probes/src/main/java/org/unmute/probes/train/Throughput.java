package org.unmute.probes.train;

/**
 * How fast a run was: clips that went through steps, and the time that took, with reading, converting and pooling
 * beforehand, without checkpoints and without what listeners do. Of a run that was interrupted, what was done since.
 *
 * @param clips clips of all steps, each counted in each epoch
 * @param seconds time for them
 */
public record Throughput(long clips, double seconds) {
    /** Of a run without a step. */
    public static final Throughput NONE = new Throughput(0, 0);

    /** NaN for a run without a step. */
    public double clipsPerSecond() {
        return clips == 0 ? Double.NaN : clips / seconds;
    }
}
