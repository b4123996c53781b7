package org.unmute.spark.plan;

/**
 * Limits on the size of shares. A share becomes one shard; it is lost if its task fails and committed when its task
 * ends, so it must be neither large nor long.
 *
 * @param bytes max bytes of a shard; a larger clip becomes a share by itself
 * @param seconds approximate max seconds of sound to compute
 * @param clips max clips, so that a task's input and its report fit into messages
 * @param tasks min number of shares, as far as none becomes shorter than {@link #SHORTEST}: several for each concurrent
 *     task, so that all end at about the same time
 */
public record ShareBounds(long bytes, double seconds, int clips, int tasks) {
    /** Min length of a share in seconds of sound: starting a shorter one would cost more than computing it. */
    public static final double SHORTEST = 30;
    /** 1 GiB, an hour of sound, 10,000 clips. */
    public static final ShareBounds DEFAULT = new ShareBounds(1L << 30, 3600, 10_000, 1);

    private static final int TASKS_A_SLOT = 3;

    /** @throws IllegalArgumentException if a limit is not positive */
    public ShareBounds {
        if (bytes < 1 || !(seconds > 0) || clips < 1 || tasks < 1) {
            throw new IllegalArgumentException("plan: shares of at most " + bytes + " bytes, " + seconds + " s and "
                    + clips + " clips, at least " + tasks + " of them: each must be above 0");
        }
    }

    /** Returns a copy with another max size of a shard, in bytes. */
    public ShareBounds withBytes(long max) {
        return new ShareBounds(max, seconds, clips, tasks);
    }

    /** Returns a copy for a cluster that runs this many tasks at a time. */
    public ShareBounds forSlots(int slots) {
        return new ShareBounds(bytes, seconds, clips, Math.multiplyExact(TASKS_A_SLOT, Math.max(1, slots)));
    }
}
