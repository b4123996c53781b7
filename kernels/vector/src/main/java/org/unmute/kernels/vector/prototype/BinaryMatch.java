package org.unmute.kernels.vector.prototype;

import static org.unmute.kernels.vector.prototype.LookupTile.LANES;
import static org.unmute.kernels.vector.prototype.LookupTile.TOKENS;

import org.unmute.kernels.vector.runtime.ArrayPool;
import org.unmute.kernels.vector.runtime.Lanes;
import org.unmute.kernels.vector.runtime.WorkerPool;
import org.unmute.kernels.vector.runtime.WorkspacePool;

/**
 * Matching of a clip's tokens with prototypes of one bit an entry: sums of table entries ({@link LookupTables}, {@link
 * LookupTile}) are the first of three sieves ({@link CandidateFilter}) that leave the token with the greatest product in
 * exact arithmetic, the first one on ties, as long as float64 can tell.
 *
 * <p>Up to {@link LookupTables#MOST_TOKENS} tokens at a time. Tasks are groups of up to {@link CandidateFilter#BLOCKS}
 * blocks of prototypes: the tables of two tokens stay in the first cache, the group's patterns (128 KiB at dim 768) in
 * the second; the tables of all tokens (4 MiB) stream by once a group, and its sums (1 MiB) once more for contenders.
 * What a prototype wins depends on no other, so groups may be of any size.
 *
 * <p>Where one group has all prototypes, each thread has a part of the tokens instead. Then it reads no table that
 * another thread made, and nobody else has read its tables when it makes the next ones; on some machines that takes
 * twice as long as all the rest (experiment 101). With more prototypes it does not pay, since each part has leaders of
 * its own.
 *
 * <p>Memory: a little more than two bits an entry of a prototype, and 8 bytes a prototype while it is matched; for
 * tokens, tables and sums an amount for each thread that depends on neither the number of prototypes nor, beyond {@link
 * LookupTables#MOST_TOKENS}, that of tokens; kept from call to call.
 */
final class BinaryMatch {
    /**
     * With fewer prototypes or tokens the tables cost more than they save; measured for 512 tokens at every width
     * (experiment 30).
     */
    private static final int LEAST_PROTOTYPES = 32;

    private static final int LEAST_TOKENS = 16;
    /** Tokens of a part. With fewer, too many leaders. */
    private static final int LEAST_OF_PART = 128;

    private final WorkerPool pool;
    private final ArrayPool scratch;
    private final WorkspacePool<CandidateFilter> contenders = new WorkspacePool<>(CandidateFilter::new);

    BinaryMatch(WorkerPool pool, ArrayPool scratch) {
        this.pool = pool;
        this.scratch = scratch;
    }

    /**
     * What is matched at a time.
     *
     * @param tables of the tokens; null to multiply all of them
     * @param parts of the tokens
     */
    record Look(PrototypeBits p, CenteredTokens x, LookupTables tables, RunningWinners best, int parts) {
        /** The first tile of a part. */
        int tile(int part) {
            return (int) ((long) Math.ceilDiv(x.count(), TOKENS) * part / parts);
        }
    }

    /**
     * The token of the greatest product of each prototype with the rows at length 1.
     *
     * @param norm of each row, all finite and above 0
     * @param middle of each dim's range
     * @param threads that work on this
     */
    int[] match(PrototypeBits p, DenseRows t, double[] norm, double[] middle, int threads) {
        int most = p.blocks() <= CandidateFilter.BLOCKS ? threads : 1;
        RunningWinners best = new RunningWinners(p, t, norm, parts(t.rows(), most));
        for (int from = 0; from < t.rows(); from += LookupTables.MOST_TOKENS) {
            int to = Math.min(t.rows(), from + LookupTables.MOST_TOKENS);
            CenteredTokens x = CenteredTokens.of(pool, scratch, t, norm, middle, from, to);
            best.expect(x);
            boolean pays = p.count() >= LEAST_PROTOTYPES && x.count() >= LEAST_TOKENS;
            LookupTables tables = pays ? LookupTables.of(pool, scratch, x) : null;
            if (tables == null) {
                multiplyAll(new Look(p, x, null, best, 1));
            } else {
                sieve(new Look(p, x, tables, best, parts(x.count(), most)), threads);
                tables.giveBack(scratch);
            }
            x.giveBack(scratch);
        }
        return best.winners(pool);
    }

    private static int parts(int tokens, int most) {
        return Math.clamp(Math.min(tokens, LookupTables.MOST_TOKENS) / LEAST_OF_PART, 1, most);
    }

    private void multiplyAll(Look look) {
        int prototypes = look.p.count();
        pool.run(
                Math.ceilDiv(prototypes, LANES),
                contenders.with(
                        (c, block) -> c.matchAll(look, block * LANES, Math.min(prototypes, (block + 1) * LANES))));
    }

    private void sieve(Look look, int threads) {
        int blocks = look.p.blocks();
        int together = together(blocks, look.parts == 1 ? 2 * threads : Math.ceilDiv(threads, look.parts));
        int groups = Math.ceilDiv(blocks, together);
        pool.run(look.parts * groups, contenders.with((c, task) -> {
            int block = task % groups * together;
            c.match(look, task / groups, block, Math.min(together, blocks - block));
        }));
    }

    /** Blocks of a task: about as many for each, for so many tasks if they are large enough. */
    private static int together(int blocks, int tasks) {
        int most = Math.clamp(blocks / tasks, LookupTile.BLOCKS, CandidateFilter.BLOCKS);
        return Lanes.roundUp(Math.ceilDiv(blocks, Math.ceilDiv(blocks, most)), LookupTile.BLOCKS);
    }
}
