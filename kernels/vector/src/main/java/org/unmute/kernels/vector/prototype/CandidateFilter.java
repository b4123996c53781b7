package org.unmute.kernels.vector.prototype;

import static org.unmute.kernels.vector.prototype.LookupTile.LANES;
import static org.unmute.kernels.vector.prototype.LookupTile.TOKENS;

/**
 * Runs the stages of a {@link MatchTask}: {@link SumSearch} finds candidates in the table sums, {@link CandidateList}
 * multiplies them in float32, {@link ExactDecision} compares in float64 what float32 cannot tell apart.
 *
 * <p>The first candidates are the leaders, the tokens with the largest sums: their products give the bound that the
 * other sums must reach (four of 512 random tokens do). A product found in an earlier pass counts like that of a
 * leader.
 *
 * <p>If every token passed the first two stages, matching would take some ten times as long as a float32 product. That
 * needs many tokens that differ by no more than a rounding while others lie far away.
 *
 * <p>Holds 1.2 MB of working memory and is reused from task to task, by one thread at a time.
 */
final class CandidateFilter {
    private final SumSearch search = new SumSearch();
    private final CandidateList candidates = new CandidateList();
    private final ExactDecision decision = new ExactDecision();
    /** The largest product of each prototype so far. */
    private final float[] top = new float[SumSearch.PROTOTYPES];

    /** Matches the tokens of a part with {@code blocks} blocks of prototypes from {@code block} on. */
    void match(MatchTask.Pass pass, int part, int block, int blocks) {
        int first = pass.tile(part) * TOKENS;
        int tokens = Math.min(pass.x().count(), pass.tile(part + 1) * TOKENS) - first;
        int prototypes = Math.min(pass.p().count(), (block + blocks) * LANES) - block * LANES;
        MatchTask task = new MatchTask(pass, part, first, tokens, block * LANES, prototypes);
        begin(task);
        search.sum(task, block, blocks);
        candidates.append(task, search.leaders(task, top));
        candidates.multiply(task, 0, top);
        int leaders = candidates.count();
        candidates.append(task, search.others(task, top, blocks));
        candidates.multiply(task, leaders, top);
        decision.decide(task, candidates, top);
        search.trim();
        candidates.trim();
    }

    /** Matches all tokens with prototypes {@code [from, to)}, at most {@link LookupTile#LANES}, without tables. */
    void matchAll(MatchTask.Pass pass, int from, int to) {
        MatchTask task = new MatchTask(pass, 0, 0, pass.x().count(), from, to - from);
        begin(task);
        candidates.appendAll(task);
        candidates.multiply(task, 0, top);
        decision.decide(task, candidates, top);
        candidates.trim();
    }

    private void begin(MatchTask task) {
        candidates.clear();
        for (int i = 0; i < task.prototypes(); i++) {
            top[i] = task.winningProduct(i);
        }
    }
}
