package org.unmute.kernels.vector;

import static org.unmute.kernels.vector.LookupTile.LANES;

import java.util.Arrays;

/**
 * Matching of a clip's tokens with prototypes of one bit an entry: sums of table entries ({@link LookupTables},
 * {@link LookupTile}) are the first of three sieves ({@link Contenders}) that leave the token with the greatest product in exact
 * arithmetic, the first one on ties, as long as float64 can tell.
 *
 * <p>Up to {@link LookupTables#MOST_TOKENS} tokens at a time. Tasks are groups of up to {@link Contenders#BLOCKS} blocks of
 * prototypes: the tables of two tokens stay in the first cache, the group's patterns (128 KiB at dim 768) in the second; the tables of
 * all tokens (4 MiB) stream by once a group, and its sums (1 MiB) once more for contenders. What a prototype wins depends on no other, so groups may be of
 * any size.
 *
 * <p>Memory: a little more than two bits an entry of a prototype; for tokens, tables and sums an amount for each thread that depends on neither
 * the number of prototypes nor, beyond {@link LookupTables#MOST_TOKENS}, that of tokens; kept from call to call.
 */
final class BinaryMatch {
    /** With fewer prototypes or tokens the tables cost more than they save; measured for 512 tokens at every width (experiment 30). */
    private static final int LEAST_PROTOTYPES = 32;
    private static final int LEAST_TOKENS = 16;

    private final WorkerPool pool;
    private final Scratch scratch;
    private final Spares<Contenders> contenders = new Spares<>(Contenders::new);

    BinaryMatch(WorkerPool pool, Scratch scratch) {
        this.pool = pool;
        this.scratch = scratch;
    }

    /**
     * The token of the greatest product of each prototype with the rows at length 1.
     *
     * @param norm of each row, all finite and above 0
     * @param winner for each prototype. Modified.
     */
    void match(PrototypeBits p, DenseRows t, double[] norm, int[] winner) {
        double[] best = t.rows() > LookupTables.MOST_TOKENS ? new double[p.count()] : null;
        if (best != null) {
            Arrays.fill(best, Double.NEGATIVE_INFINITY);
        }
        for (int from = 0; from < t.rows(); from += LookupTables.MOST_TOKENS) {
            int to = Math.min(t.rows(), from + LookupTables.MOST_TOKENS);
            CenteredTokens x = CenteredTokens.of(pool, scratch, t, norm, from, to);
            boolean pays = p.count() >= LEAST_PROTOTYPES && x.count() >= LEAST_TOKENS;
            LookupTables tables = pays ? LookupTables.of(pool, scratch, x) : null;
            int blocks = tables == null ? Math.ceilDiv(p.count(), LANES) : p.blocks();
            int together = tables == null ? 1 : together(blocks);
            pool.run(Math.ceilDiv(blocks, together), contenders.with((c, task) -> {
                int block = task * together;
                if (tables == null) {
                    c.matchAll(p, x, block * LANES, Math.min(p.count(), (block + 1) * LANES), best, winner);
                } else {
                    c.match(p, x, tables, block, Math.min(together, blocks - block), best, winner);
                }
            }));
            if (tables != null) {
                tables.giveBack(scratch);
            }
            x.giveBack(scratch);
        }
    }

    /** As many blocks for each task as there are room and threads for, and about as many for each. */
    private int together(int blocks) {
        int most = Math.clamp(blocks / (2 * pool.threads()), LookupTile.BLOCKS, Contenders.BLOCKS);
        return Lanes.roundUp(Math.ceilDiv(blocks, Math.ceilDiv(blocks, most)), LookupTile.BLOCKS);
    }
}
