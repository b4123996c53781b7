package org.unmute.spark.plan;

/**
 * How large shares are. A share becomes one shard, and is what is lost if a task fails and what is committed when it
 * ends, so that it must be neither large nor long.
 *
 * @param bytes   max bytes of a shard; a clip that is larger is a share by itself
 * @param seconds of sound to compute, about so many at most
 * @param clips   max clips: what a task is sent, and what it says of them, has to fit into messages
 * @param tasks   min number of shares, as far as none becomes shorter than {@link #SHORTEST}: some for each task that
 *     runs at a time, so that all end at about the same time
 */
public record ShareBounds(long bytes, double seconds, int clips, int tasks) {
    /** A share of less sound than this, in seconds, would cost more to start than to compute. */
    public static final double SHORTEST = 30;
    /** Shards of 1 GiB, an hour of sound, 10,000 clips. */
    public static final ShareBounds DEFAULT = new ShareBounds(1L << 30, 3600, 10_000, 1);

    private static final int TASKS_A_SLOT = 3;

    /** @throws IllegalArgumentException if a limit is not positive */
    public ShareBounds {
        if (bytes < 1 || !(seconds > 0) || clips < 1 || tasks < 1) {
            throw new IllegalArgumentException("plan: shares of at most " + bytes + " bytes, " + seconds + " s and "
                    + clips + " clips, at least " + tasks + " of them: each must be above 0");
        }
    }

    /** The same with another max size of a shard, in bytes. */
    public ShareBounds withBytes(long max) {
        return new ShareBounds(max, seconds, clips, tasks);
    }

    /** The same for a cluster that runs so many tasks at a time. */
    public ShareBounds forSlots(int slots) {
        return new ShareBounds(bytes, seconds, clips, Math.multiplyExact(TASKS_A_SLOT, Math.max(1, slots)));
    }
}
