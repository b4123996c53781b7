package org.unmute.kernels.device;

import java.util.Optional;

/**
 * The one-dimensional grid of a launch. Kernels use grid-stride loops, so a plan may have fewer groups (or items) than
 * tasks, which keeps any size within the limits of all devices. A group index is below 2³¹, offsets have 64 bits.
 *
 * @param groups number of groups
 * @param items items in a group
 * @param sharedBytes memory that a group shares beyond the arrays that the kernel declares; 0 for the kernels that all
 *     devices have, since OpenCL does not provide such memory
 */
public record LaunchPlan(int groups, int items, int sharedBytes) {
    /** Items in a group of elementwise kernels and of kernels that reduce rows. */
    public static final int GROUP_ITEMS = 128;
    /** Side of the tile of results that a group computes in small matrix products, attention and prototype matching. */
    public static final int TILE = 64;
    /** Side of the tile of results that a group computes in large matrix products and prototype matching. */
    public static final int WIDE = 128;
    /** Items in a group that computes a tile. */
    public static final int TILE_ITEMS = 256;
    /** Number of groups that keeps a large device busy, about one per multiprocessor. */
    public static final int BUSY_GROUPS = 128;
    /** Number of items that keeps a large device busy. */
    public static final long BUSY_ITEMS = 1 << 16;
    /** Max groups in a launch: enough for any device, few enough for safe index arithmetic. */
    public static final int MAX_GROUPS = 1 << 22;

    /** @throws IllegalArgumentException unless groups and items are positive and the bytes are not negative */
    public LaunchPlan {
        if (groups < 1 || items < 1 || sharedBytes < 0) {
            throw new IllegalArgumentException(
                    "launch: " + groups + " groups of " + items + " items with " + sharedBytes + " shared bytes");
        }
    }

    /**
     * A plan without {@link #sharedBytes}.
     *
     * @throws IllegalArgumentException unless both are positive
     */
    public LaunchPlan(int groups, int items) {
        this(groups, items, 0);
    }

    /** The same grid with groups that share {@code bytes} more memory, see {@link #sharedBytes}. */
    public LaunchPlan withShared(int bytes) {
        return new LaunchPlan(groups, items, bytes);
    }

    /** One item per element. */
    public static LaunchPlan elements(long count) {
        return tasks(Math.ceilDiv(count, GROUP_ITEMS));
    }

    /** One group of {@value #GROUP_ITEMS} items per task. */
    public static LaunchPlan tasks(long count) {
        return tasks(count, GROUP_ITEMS);
    }

    /** {@code items} items per task; several tasks share a group. */
    public static LaunchPlan shared(long count, int items) {
        return tasks(Math.ceilDiv(count, GROUP_ITEMS / items));
    }

    /** One group of {@code items} items per task. */
    public static LaunchPlan tasks(long count, int items) {
        return new LaunchPlan((int) Math.max(1, Math.min(count, MAX_GROUPS)), items);
    }

    /** One group per tile of {@value #TILE} x {@value #TILE} results of a matrix product. */
    public static LaunchPlan tiles(long batch, long rows, long columns) {
        return tasks(tiles(batch, rows, columns, TILE), TILE_ITEMS);
    }

    /**
     * One group per tile of {@value #WIDE} x {@value #WIDE} results of a matrix product; empty if there are too few of
     * them to keep a device busy. In that case {@link #tiles} gives more parallelism for less reuse. Both give the same
     * bits.
     */
    public static Optional<LaunchPlan> wideTiles(long batch, long rows, long columns) {
        if (rows <= TILE || columns <= TILE) {
            return Optional.empty();
        }
        long tiles = tiles(batch, rows, columns, WIDE);
        return tiles < BUSY_GROUPS || tiles > MAX_GROUPS ? Optional.empty() : Optional.of(tasks(tiles, TILE_ITEMS));
    }

    /**
     * One group per {@value #WIDE} prototypes of each clip; each group loops over all tokens. Empty if there are too
     * few groups to keep a device busy, or too few tokens to fill a tile.
     */
    public static Optional<LaunchPlan> wideMatching(long clips, long tokens, long prototypes) {
        return tokens > TILE ? wideTiles(clips, WIDE, prototypes) : Optional.empty();
    }

    private static long tiles(long batch, long rows, long columns, int side) {
        return Math.multiplyExact(batch, Math.multiplyExact(Math.ceilDiv(rows, side), Math.ceilDiv(columns, side)));
    }

    /**
     * One group per {@value #TILE} prototypes and as many whole clips as fit a tile.
     *
     * @param tokens number of tokens in each clip, from 1 to {@value #TILE}
     */
    public static LaunchPlan frames(long clips, long tokens, long prototypes) {
        return tiles(Math.ceilDiv(clips, TILE / tokens), 1, prototypes);
    }

    /**
     * Elements of a long sum per task, so that a few long sums still keep a device busy. The result depends on sizes
     * alone, because the order of summation, and so the bits, must not depend on the device.
     *
     * @param results number of sums
     * @param length elements of each sum
     * @param wanted number of tasks that keeps a large device busy
     * @param min smallest chunk worth a task
     */
    public static long chunk(long results, long length, long wanted, long min) {
        long chunks = Math.min(Math.ceilDiv(wanted, Math.max(1, results)), Math.ceilDiv(length, min));
        return Math.max(1, Math.ceilDiv(length, Math.max(1, chunks)));
    }
}
