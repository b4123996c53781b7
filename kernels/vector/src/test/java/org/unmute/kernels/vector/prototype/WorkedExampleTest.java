package org.unmute.kernels.vector.prototype;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.unmute.kernels.vector.VectorBackend;
import org.unmute.kernels.vector.runtime.ArrayPool;
import org.unmute.kernels.vector.runtime.WorkerPool;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;

/** Checks the numbers of the example in the package description with the classes it names. */
class WorkedExampleTest {
    private static final int DIM = 6;
    private static final float[] PROTOTYPE = {0.3f, -1.2f, 0.8f, 0.1f, -0.4f, 2.0f};
    private static final float[] TOKENS = {
        -6, 5, -3, -2, 1, 5,
        27, -15, 14, 5, -5, 20,
        6, -5, 3, 2, -1, 5,
        12, -10, 6, 4, -2, 10,
        -27, 15, -14, -5, 5, 20
    };
    private static final double[] NORMS = {10, 40, 10, 20, 40};
    private static final int N = NORMS.length;
    private static final double[] PRODUCTS = {-1.7, 1.65, 1.7, 1.7, -1.65};
    private static final int[] SUMS = {63, 188, 189, 189, 64};

    private final WorkerPool pool = new WorkerPool(1);
    private final ArrayPool scratch = new ArrayPool(1);
    private final DenseRows t = DenseRows.of(view(TOKENS, N, DIM));
    private final PrototypeBits p = PrototypeBits.of(pool, DenseRows.of(view(PROTOTYPE, 1, DIM)));

    @AfterEach
    void close() {
        pool.close();
    }

    private static View view(float[] data, int... shape) {
        return View.dense(HostBuffer.wrap(data), shape.length == 1 ? Shape.of(shape[0]) : Shape.of(shape[0], shape[1]));
    }

    private CenteredTokens centered() {
        TokenNorms.Range range = new TokenNorms.Range(DIM);
        range.add(t, NORMS, 0, N);
        double[] middle = range.middle();
        assertThat(middle).containsExactly(new double[] {0, 0, 0, 0, 0, 0.5}, within(1e-7));
        return CenteredTokens.of(pool, scratch, t, NORMS, middle, 0, N);
    }

    private MatchTask task(LookupTables tables, CenteredTokens x) {
        RunningWinners winners = new RunningWinners(p, t, NORMS, 1);
        winners.addErrorOf(x);
        return new MatchTask(new MatchTask.Pass(p, x, tables, winners, 1), 0, 0, N, 0, 1);
    }

    @Test
    void normsAndSigns() {
        for (int i = 0; i < N; i++) {
            assertThat(SignedProducts.norm(TOKENS, i * DIM, DIM)).isEqualTo(NORMS[i]);
        }
        assertThat(p.signs()[p.signs(0)]).as("dims 1 and 4 are negative").isEqualTo(0b10010);
    }

    @Test
    void sumsAndCandidates() {
        assumeTrue(LookupTile.GROUP >= 5, "the example has groups of 5 or 6 dims, here they have " + LookupTile.GROUP);
        CenteredTokens x = centered();
        assertThat(x.maxGroup()).isCloseTo(1.7f, within(1e-6f));
        LookupTables tables = LookupTables.of(pool, scratch, x);
        assertThat(sums(tables)).startsWith(SUMS);
        assertThat(tables.minSum(1.7f, 0)).as("inequality (4)").isEqualTo((short) 188);

        MatchTask task = task(tables, x);
        SumSearch search = new SumSearch();
        search.sum(task, 0, LookupTile.BLOCKS);
        float[] top = {Float.NEGATIVE_INFINITY};
        CandidateList candidates = new CandidateList();
        candidates.append(task, search.leaders(task, top));
        assertThat(candidates.count()).isEqualTo(1);
        assertThat(candidates.token(0)).as("the leader").isEqualTo(2);
        candidates.multiply(task, 0, top);
        assertThat(top[0]).isCloseTo(1.7f, within(1e-6f));
        candidates.append(task, search.others(task, top, LookupTile.BLOCKS));
        assertThat(candidates.count()).isEqualTo(3);
        assertThat(candidates.token(1)).isEqualTo(1);
        assertThat(candidates.token(2)).isEqualTo(3);
    }

    /** Includes the sum of the padding token that completes the last tile. */
    private int[] sums(LookupTables tables) {
        int[] all = new int[N + 1];
        int lanes = LookupTile.LANES;
        short[] out = new short[LookupTile.BLOCKS * LookupTile.TOKENS * lanes];
        for (int tile = 0; tile * LookupTile.TOKENS < N; tile++) {
            short[] max = new short[LookupTile.BLOCKS * lanes];
            LookupTile.sum(
                    p.pairs(),
                    p.index(),
                    p.at(0),
                    tables.data(),
                    tables.at(tile),
                    out,
                    0,
                    LookupTile.TOKENS * lanes,
                    max,
                    max.clone(),
                    0,
                    0);
            for (int i = 0; i < LookupTile.TOKENS; i++) {
                all[tile * LookupTile.TOKENS + i] = out[i * lanes];
            }
        }
        return all;
    }

    @Test
    void productsAndDecision() {
        CenteredTokens x = centered();
        MatchTask task = task(null, x);
        CandidateList all = new CandidateList();
        float[] top = {Float.NEGATIVE_INFINITY};
        all.appendAll(task);
        all.multiply(task, 0, top);
        for (int i = 0; i < N; i++) {
            assertThat((double) all.product(i)).as("token %d", i).isCloseTo(PRODUCTS[i], within(1e-6));
        }
        RunningWinners winners = task.pass().winners();
        assertThat((double) winners.margin()).as("2 E").isBetween(1e-7, 1e-5);
        assertThat(winners.exact(2, 0))
                .as("a tie")
                .isEqualTo(winners.exact(3, 0))
                .isEqualTo(2.2);
        new ExactDecision().decide(task, all, top);
        assertThat(winners.winners(pool)).containsExactly(2);
    }

    @Test
    void winnerAndCosine() {
        float[] value = new float[1];
        int[] winner = new int[1];
        try (VectorBackend b = new VectorBackend(1)) {
            b.binaryPrototypeMaxPool(
                    View.dense(HostBuffer.wrap(TOKENS.clone()), Shape.of(1, N, DIM)),
                    view(PROTOTYPE.clone(), 1, DIM),
                    View.dense(HostBuffer.wrap(value), Shape.of(1, 1)),
                    View.dense(HostBuffer.wrap(winner), Shape.of(1, 1)));
        }
        assertThat(winner).containsExactly(2);
        assertThat(value[0]).isEqualTo((float) (2.2 / Math.sqrt(6))).isCloseTo(0.8981f, within(1e-4f));
    }
}
