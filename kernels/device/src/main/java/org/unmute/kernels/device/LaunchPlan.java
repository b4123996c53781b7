package org.unmute.kernels.device;

import java.util.Optional;

/**
 * How many items run a kernel: a row of groups, in one dimension. Kernels step on from task to task by the number of
 * groups (or of items), so that a plan may have fewer than there are tasks. That keeps any size within the limits of
 * all devices: a group index is below 2³¹, and positions are counted in 64 bits.
 *
 * @param groups number of groups
 * @param items items of a group
 */
public record LaunchPlan(int groups, int items) {
    /** Items of a group in kernels that treat elements by themselves, and in those that combine a row. */
    public static final int GROUP_ITEMS = 128;
    /** Rows and columns of results that a group computes in small matrix products, attention and prototype matching. */
    public static final int TILE = 64;
    /** Rows and columns of results that a group computes in large matrix products. */
    public static final int WIDE = 128;
    /** Items of such a group. */
    public static final int TILE_ITEMS = 256;
    /** Groups that keep a large device busy: about one for each of its multiprocessors. */
    public static final int BUSY_GROUPS = 128;
    /** The most groups of a launch: enough for any device, and few enough that index arithmetic is safe. */
    public static final int MOST_GROUPS = 1 << 22;

    /** Checks that there is something to run. */
    public LaunchPlan {
        if (groups < 1 || items < 1) {
            throw new IllegalArgumentException("launch: " + groups + " groups of " + items + " items");
        }
    }

    /** One item an element. */
    public static LaunchPlan elements(long count) {
        return tasks(Math.ceilDiv(count, GROUP_ITEMS), GROUP_ITEMS);
    }

    /** One group a task. */
    public static LaunchPlan tasks(long count, int items) {
        return new LaunchPlan((int) Math.max(1, Math.min(count, MOST_GROUPS)), items);
    }

    /** One group a tile of {@value #TILE} x {@value #TILE} results of a matrix product. */
    public static LaunchPlan tiles(long batch, long rows, long columns) {
        return tasks(
                Math.multiplyExact(batch, Math.multiplyExact(Math.ceilDiv(rows, TILE), Math.ceilDiv(columns, TILE))),
                TILE_ITEMS);
    }

    /**
     * One group a tile of {@value #WIDE} x {@value #WIDE} results of a matrix product, if there are enough of them to
     * keep a device busy; empty if smaller tiles are to be taken ({@link #tiles}), which have less reuse but are more.
     * Both give the same bits.
     */
    public static Optional<LaunchPlan> wideTiles(long batch, long rows, long columns) {
        if (rows <= TILE || columns <= TILE) {
            return Optional.empty();
        }
        long tiles =
                Math.multiplyExact(batch, Math.multiplyExact(Math.ceilDiv(rows, WIDE), Math.ceilDiv(columns, WIDE)));
        return tiles < BUSY_GROUPS || tiles > MOST_GROUPS ? Optional.empty() : Optional.of(tasks(tiles, TILE_ITEMS));
    }

    /**
     * One group for as many whole clips as have their tokens in one tile and for {@value #TILE} prototypes.
     *
     * @param tokens of each clip, from 1 to {@value #TILE}
     */
    public static LaunchPlan frames(long clips, long tokens, long prototypes) {
        return tiles(Math.ceilDiv(clips, TILE / tokens), 1, prototypes);
    }

    /**
     * How many numbers of a long sum one task takes, so that few long sums still keep a device busy. Depends on sizes
     * alone: the order of summation, and so the bits, must not depend on the device.
     *
     * @param results number of sums
     * @param length numbers in each
     * @param wanted tasks that keep a large device busy
     * @param least fewest numbers worth a task
     */
    public static long chunk(long results, long length, long wanted, long least) {
        long chunks = Math.min(Math.ceilDiv(wanted, Math.max(1, results)), Math.ceilDiv(length, least));
        return Math.max(1, Math.ceilDiv(length, Math.max(1, chunks)));
    }
}
