package org.unmute.kernels.vector.prototype;

import static org.unmute.kernels.vector.prototype.LookupTile.LANES;

import org.unmute.kernels.vector.runtime.ArrayPool;
import org.unmute.kernels.vector.runtime.Lanes;
import org.unmute.kernels.vector.runtime.WorkerPool;
import org.unmute.kernels.vector.runtime.WorkspacePool;

/**
 * Finds the winning token of each binarized prototype in a clip; the package description explains the method. This
 * class schedules it: passes of up to {@link LookupTables#MAX_TOKENS} tokens, each split into tasks for {@link
 * CandidateFilter}.
 *
 * <p>A task has up to {@link SumSearch#BLOCKS} blocks of prototypes. The tables of two tokens then stay in L1 and the
 * patterns of the blocks (128 KiB at dim 768) in L2; the tables of all tokens (4 MiB) stream through once per task, and
 * the sums (1 MiB) once more for the search. The winner of a prototype depends on no other prototype, so tasks may have
 * any size.
 *
 * <p>If one task would have all prototypes, each thread takes a part of the tokens instead. It then reads only tables
 * that it wrote itself, and no other core holds them when it writes the next ones; on some machines transferring them
 * takes twice as long as everything else (experiment 101). With more prototypes this does not pay, because each part
 * has its own leaders.
 *
 * <p>Memory: a little over two bits per entry of a prototype, and 8 bytes per prototype during a match. Tokens, tables
 * and sums take a fixed amount per thread, whatever the number of prototypes and, beyond {@link
 * LookupTables#MAX_TOKENS}, of tokens; this memory is kept from call to call.
 */
final class BinaryMatch {
    /**
     * With fewer prototypes or tokens the tables cost more than they save; measured for 512 tokens at every vector
     * width (experiment 30).
     */
    private static final int MIN_PROTOTYPES = 32;

    private static final int MIN_TOKENS = 16;
    /** Tokens in a part. Smaller parts have too many leaders. */
    private static final int MIN_PART_TOKENS = 128;

    private final WorkerPool pool;
    private final ArrayPool scratch;
    private final WorkspacePool<CandidateFilter> filters = new WorkspacePool<>(CandidateFilter::new);

    BinaryMatch(WorkerPool pool, ArrayPool scratch) {
        this.pool = pool;
        this.scratch = scratch;
    }

    /**
     * Finds the winner of each prototype.
     *
     * @param norm of each token, finite and above 0
     * @param middle of the range of each dim over the tokens at length 1
     * @param threads that work on this clip
     */
    int[] match(PrototypeBits p, DenseRows t, double[] norm, double[] middle, int threads) {
        int maxParts = p.blocks() <= SumSearch.BLOCKS ? threads : 1;
        RunningWinners winners = new RunningWinners(p, t, norm, parts(t.rows(), maxParts));
        for (int from = 0; from < t.rows(); from += LookupTables.MAX_TOKENS) {
            int to = Math.min(t.rows(), from + LookupTables.MAX_TOKENS);
            CenteredTokens x = CenteredTokens.of(pool, scratch, t, norm, middle, from, to);
            winners.addErrorOf(x);
            boolean pays = p.count() >= MIN_PROTOTYPES && x.count() >= MIN_TOKENS;
            LookupTables tables = pays ? LookupTables.of(pool, scratch, x) : null;
            if (tables == null) {
                multiplyAll(new MatchTask.Pass(p, x, null, winners, 1));
            } else {
                filter(new MatchTask.Pass(p, x, tables, winners, parts(x.count(), maxParts)), threads);
                tables.release(scratch);
            }
            x.release(scratch);
        }
        return winners.winners(pool);
    }

    private static int parts(int tokens, int max) {
        return Math.clamp(Math.min(tokens, LookupTables.MAX_TOKENS) / MIN_PART_TOKENS, 1, max);
    }

    private void multiplyAll(MatchTask.Pass pass) {
        int prototypes = pass.p().count();
        pool.run(
                Math.ceilDiv(prototypes, LANES),
                filters.with((filter, block) ->
                        filter.matchAll(pass, block * LANES, Math.min(prototypes, (block + 1) * LANES))));
    }

    private void filter(MatchTask.Pass pass, int threads) {
        int blocks = pass.p().blocks();
        int perTask = blocksPerTask(blocks, pass.parts() == 1 ? 2 * threads : Math.ceilDiv(threads, pass.parts()));
        int groups = Math.ceilDiv(blocks, perTask);
        pool.run(pass.parts() * groups, filters.with((filter, task) -> {
            int block = task % groups * perTask;
            filter.match(pass, task / groups, block, Math.min(perTask, blocks - block));
        }));
    }

    /** Spreads blocks evenly over this many tasks, or over more if a task would exceed {@link SumSearch#BLOCKS}. */
    private static int blocksPerTask(int blocks, int tasks) {
        int max = Math.clamp(blocks / tasks, LookupTile.BLOCKS, SumSearch.BLOCKS);
        return Lanes.roundUp(Math.ceilDiv(blocks, Math.ceilDiv(blocks, max)), LookupTile.BLOCKS);
    }
}
