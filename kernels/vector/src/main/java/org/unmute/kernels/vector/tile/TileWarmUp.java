package org.unmute.kernels.vector.tile;

/**
 * Gets the register tile compiled before it is needed. An interpreted vector operation takes about a microsecond
 * instead of a quarter of a nanosecond: the first large product would spend seconds in the interpreter. So short tiles
 * are multiplied until they are fast. Writing and adding alternate, because compiled code is deoptimized at a branch
 * never taken before. Calls do not pause: the number needed grows with the compile queue, and the JVM checks only every
 * 1,024th call.
 *
 * <p>Keeps no state: the owner of a backend decides when to warm it up.
 */
public final class TileWarmUp {
    /**
     * A compiled call takes some 0.1 µs; an interpreted one over 50 µs, or some 5 µs once the Vector API itself is
     * compiled.
     */
    private static final long COMPILED_NANOS = 2_000;
    /** Ends the warm-up on a machine that is too slow for {@link #COMPILED_NANOS}. */
    private static final long DEADLINE_NANOS = 5_000_000_000L;

    private static final int DEPTH = 4;
    private static final int SETTLED = 4;

    private TileWarmUp() {}

    /** Returns when the tile is compiled, or at the deadline. */
    public static void run() {
        float[] left = new float[PackedRows.TILE];
        float[] panel = new float[DEPTH * Tile.COLUMNS];
        float[] out = new float[Tile.ROWS * Tile.COLUMNS];
        long end = System.nanoTime() + DEADLINE_NANOS;
        int fast = 0;
        long now = System.nanoTime();
        for (int i = 0; fast < SETTLED && now < end; i++) {
            long begin = now;
            Tile.multiply(DEPTH, left, 0, panel, 0, out, 0, Tile.COLUMNS, i % 2 == 1);
            now = System.nanoTime();
            fast = now - begin < COMPILED_NANOS ? fast + 1 : 0;
        }
    }
}
