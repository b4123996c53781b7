package org.unmute.kernels.vector.tile;

/**
 * Has the innermost products compiled before they are needed. A vector operation that is not compiled takes about a
 * microsecond instead of a quarter of a nanosecond: the first product of a large matrix would spend seconds in it,
 * until the compiler has seen enough and come to its turn. So tiles of a few columns are multiplied until that is done.
 * Both forms, writing and adding, take turns: a compiled form is thrown away when it meets a branch that was never
 * taken before. There is no pause between calls: how many it takes to be compiled grows with what waits for the
 * compiler, and only every 1,024th is looked at.
 */
public final class TileWarmUp {
    /**
     * A compiled call takes some 0.1 microseconds; one that is not takes over 50 at first, and some 5 once the methods
     * of the Vector API are.
     */
    private static final long COMPILED_NANOS = 2_000;
    /** On a machine so slow that no call ever counts as compiled, the rest is compiled when it is used. */
    private static final long DEADLINE_NANOS = 5_000_000_000L;

    private static final int DEPTH = 4;
    private static final int SETTLED = 4;

    private TileWarmUp() {}

    /** Returns when tiles are compiled, or at the deadline. */
    public static void tiles() {
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
