package org.unmute.kernels.vector.prototype;

import static org.unmute.kernels.vector.runtime.Lanes.F;
import static org.unmute.kernels.vector.runtime.Lanes.N;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import org.unmute.kernels.vector.runtime.ArrayPool;
import org.unmute.kernels.vector.runtime.Lanes;
import org.unmute.kernels.vector.runtime.WorkerPool;
import org.unmute.kernels.vector.runtime.WorkspacePool;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.TokenGroups;

/**
 * The gradient of binarized prototypes where each has many winners among the same tokens, as with the rows of a token
 * map. The winners of a prototype are added to a piece of its gradient that stays in registers, and the tokens of some
 * groups at a time stay in L2 while all prototypes pass. The bits are those of {@link BinaryPrototypeKernel} for groups
 * that are clips: each number is added in the order of groups.
 */
final class GroupGradient {
    /** Bytes of the tokens that all prototypes pass. */
    private static final int TOKEN_BYTES = 600 << 10;
    /** Numbers of a gradient that stay in registers. */
    private static final int BLOCK = 8 * N;

    private static final int LANES = WinnerSums.LANES;

    private final WorkerPool pool;
    private final ArrayPool scratch;
    private final WorkspacePool<Work> works = new WorkspacePool<>(Work::new);

    GroupGradient(WorkerPool pool, ArrayPool scratch) {
        this.pool = pool;
        this.scratch = scratch;
    }

    /** Where the elements of a matrix are. */
    record Matrix(int offset, int row, int column) {
        static Matrix of(View x) {
            return new Matrix(Math.toIntExact(x.offset()), Math.toIntExact(x.stride(0)), Math.toIntExact(x.stride(1)));
        }

        int at(int i, int j) {
            return offset + i * row + j * column;
        }
    }

    /** The winners of a round: groups that are added up before the multiple of the signs. */
    @FunctionalInterface
    private interface Winners {
        /**
         * Lists the winners of a prototype in groups {@code [from, to)} of the round, and the gradients of their
         * cosines.
         *
         * @return how many
         */
        int list(int prototype, int from, int to, int[] token, float[] gradient);
    }

    /**
     * A round.
     *
     * @param t the tokens
     * @param inverse the reciprocal norm of each token
     * @param groups how many
     * @param pieces in which they pass, so that the tokens of a piece stay in L2
     */
    private record Round(DenseRows t, float[] inverse, int groups, int pieces, Winners winners) {}

    /** The gradient of prototypes from short clips {@code [clips, tokens, dim]}. */
    void ofRows(PrototypeBits p, View tokens, View winners, View gy, View out) {
        int each = tokens.shape().dim(1);
        int clips = tokens.shape().dim(0);
        long bytes = (long) BinaryPrototypeKernel.CLIPS * each * p.dim() * Float.BYTES;
        int pieces = Math.clamp(Math.ceilDiv(bytes, TOKEN_BYTES), 1, BinaryPrototypeKernel.CLIPS);
        add(p, out, (sum, start) -> {
            for (int from = 0; from < clips; from += BinaryPrototypeKernel.CLIPS) {
                int count = Math.min(BinaryPrototypeKernel.CLIPS, clips - from);
                Matrix won = Matrix.of(winners.slice(0, from, count, 1));
                Matrix g = Matrix.of(gy.slice(0, from, count, 1));
                int[] wonData = winners.host().ints();
                float[] gData = gy.host().floats();
                Winners list = (j, begin, end, token, gradient) -> {
                    for (int r = begin; r < end; r++) {
                        token[r - begin] = r * each + wonData[won.at(r, j)];
                        gradient[r - begin] = gData[g.at(r, j)];
                    }
                    return end - begin;
                };
                add(p, tokens.slice(0, from, count, 1), count, Math.min(pieces, count), list, sum, start);
            }
        });
    }

    /** The gradient of prototypes from groups of tokens; those of a clip that have one winner count as one. */
    void ofGroups(PrototypeBits p, View tokens, TokenGroups groups, View winners, View gy, View out) {
        Matrix won = Matrix.of(winners);
        Matrix g = Matrix.of(gy);
        int[] wonData = winners.host().ints();
        float[] gData = gy.host().floats();
        add(p, out, (sum, start) -> {
            for (int clip = 0; clip < tokens.shape().dim(0); clip++) {
                int first = groups.firstOf(clip);
                int count = groups.firstOf(clip + 1) - first;
                if (count > 0) {
                    Winners list = (j, begin, end, token, gradient) -> {
                        int n = 0;
                        for (int i = first + begin; i < first + end; i++) {
                            int w = groups.tokens(i)[wonData[won.at(i, j)]];
                            int at = 0;
                            while (at < n && token[at] != w) {
                                at++;
                            }
                            token[at] = w;
                            gradient[at] = gData[g.at(i, j)] + (at < n ? gradient[at] : 0);
                            n = Math.max(n, at + 1);
                        }
                        return n;
                    };
                    add(p, tokens.select(0, clip), count, 1, list, sum, start);
                }
            }
        });
    }

    /** Adds up gradients in an array, from a position on. */
    @FunctionalInterface
    private interface Addition {
        void to(float[] sum, int start);
    }

    private static void add(PrototypeBits p, View out, Addition addition) {
        int size = p.count() * p.dim();
        float[] sum = out.isDense() ? out.host().floats() : new float[size];
        int start = out.isDense() ? Math.toIntExact(out.offset()) : 0;
        Arrays.fill(sum, start, start + size, 0f);
        addition.to(sum, start);
        if (!out.isDense()) {
            PrototypeKernel.copy(sum, out);
        }
    }

    private void add(PrototypeBits p, View tokens, int groups, int pieces, Winners winners, float[] sum, int start) {
        TokenRows rows = TokenRows.of(tokens);
        DenseRows t = rows.inFloat(pool, scratch);
        float[] inverse = new float[t.rows()];
        pool.forEachRow(
                t.rows(),
                t.length(),
                i -> inverse[i] = BinaryPrototypeKernel.inverse(t.data(), t.start()[i], t.length()));
        add(p, new Round(t, inverse, groups, pieces, winners), sum, start);
        rows.release(t, scratch);
    }

    /**
     * Adds a round to the gradients of all prototypes.
     *
     * @param sum takes the gradients from {@code start} on. Modified.
     */
    private void add(PrototypeBits p, Round round, float[] sum, int start) {
        int tasks = Math.clamp(p.count() / 64, 1, 2 * pool.threads());
        pool.run(
                tasks,
                works.with((work, task) -> work.add(
                        p,
                        round,
                        (int) ((long) p.count() * task / tasks),
                        (int) ((long) p.count() * (task + 1) / tasks),
                        sum,
                        start)));
    }

    private static final class Work {
        private int[] token = {};
        private int[] at = {};
        private float[] gradient = {};
        private float[] factor = {};
        private float[] partial = {};
        private float[] own = {};

        private void reserve(int groups, int prototypes) {
            if (token.length < groups) {
                token = new int[groups];
                at = new int[groups];
                gradient = new float[groups];
                factor = new float[groups];
                partial = new float[ArrayPool.BASE + groups * LANES];
            }
            own = own.length < prototypes ? new float[prototypes] : own;
        }

        void add(PrototypeBits p, Round round, int from, int to, float[] sum, int start) {
            reserve(round.groups(), to - from);
            Arrays.fill(own, 0, to - from, 0f);
            int pieces = round.pieces();
            for (int piece = 0; piece < pieces; piece++) {
                int first = (int) ((long) round.groups() * piece / pieces);
                int end = (int) ((long) round.groups() * (piece + 1) / pieces);
                for (int j = from; j < to; j++) {
                    int count = round.winners().list(j, first, end, token, gradient);
                    own[j - from] = add(p, round, j, count, own[j - from], sum, start + j * p.dim());
                }
            }
            for (int j = from; j < to; j++) {
                BinaryPrototypeKernel.addSigns(
                        p, j, p.nonFinite(j) ? Float.NaN : own[j - from], sum, start + j * p.dim());
            }
        }

        /** Adds listed winners to the gradient of a prototype, except for a multiple of its signs, which it returns. */
        private float add(PrototypeBits p, Round round, int j, int count, float before, float[] sum, int to) {
            float inverse = 1 / (float) Math.sqrt(p.dim());
            DenseRows t = round.t();
            for (int r = 0; r < count; r++) {
                at[r] = t.start()[token[r]];
                factor[r] = gradient[r] * round.inverse()[token[r]] * inverse;
            }
            int whole = p.dim() - p.dim() % BLOCK;
            Arrays.fill(partial, ArrayPool.BASE, ArrayPool.BASE + count * LANES, 0f);
            for (int d = 0; d < whole; d += BLOCK) {
                if (2 * N == LANES) {
                    addWithProducts(t.data(), at, d, factor, count, p.signs(), p.signs(j), sum, to + d, partial);
                } else {
                    addBlock(t.data(), at, d, factor, count, sum, to + d);
                }
            }
            for (int d = whole; d < p.dim(); d += N) {
                addRest(t.data(), d, count, Math.min(N, p.dim() - d), p.signs(), p.signs(j), sum, to + d);
            }
            float own = before;
            for (int r = 0; r < count; r++) {
                float ofNorm = round.inverse()[token[r]];
                float product = 2 * N == LANES
                        ? WinnerSums.sum(
                                Lanes.load(partial, ArrayPool.BASE + r * LANES),
                                Lanes.load(partial, ArrayPool.BASE + r * LANES + N))
                        : WinnerSums.product(t.data(), at[r], p.dim(), p.signs(), p.signs(j));
                float cosine = Float.isFinite(product)
                        ? product * ofNorm * inverse
                        : BinaryPrototypeKernel.cosine(t.data(), at[r], p, j);
                own -= gradient[r] * cosine * inverse * inverse;
            }
            return own;
        }

        private void addRest(float[] x, int d, int count, int numbers, long[] signs, int from, float[] sum, int to) {
            FloatVector ones = SignedProducts.ones(signs[from + d / Long.SIZE] >>> d % Long.SIZE);
            FloatVector a = Lanes.load(sum, to, numbers);
            for (int r = 0; r < count; r++) {
                FloatVector u = Lanes.load(x, at[r] + d, numbers);
                a = u.fma(Lanes.all(factor[r]), a);
                int slot = ArrayPool.BASE + r * LANES + d % LANES;
                u.fma(ones, Lanes.load(partial, slot)).intoArray(partial, slot);
            }
            Lanes.store(a, sum, to, numbers);
        }
    }

    /** Adds multiples of rows to {@link #BLOCK} numbers from {@code to} on. Calls only JDK methods in the loop. */
    private static void addBlock(float[] x, int[] at, int d, float[] factor, int count, float[] sum, int to) {
        FloatVector a = FloatVector.fromArray(F, sum, to);
        FloatVector b = FloatVector.fromArray(F, sum, to + N);
        FloatVector c = FloatVector.fromArray(F, sum, to + 2 * N);
        FloatVector e = FloatVector.fromArray(F, sum, to + 3 * N);
        FloatVector f = FloatVector.fromArray(F, sum, to + 4 * N);
        FloatVector g = FloatVector.fromArray(F, sum, to + 5 * N);
        FloatVector h = FloatVector.fromArray(F, sum, to + 6 * N);
        FloatVector i = FloatVector.fromArray(F, sum, to + 7 * N);
        for (int r = 0; r < count; r++) {
            FloatVector m = FloatVector.broadcast(F, factor[r]);
            int p = at[r] + d;
            a = FloatVector.fromArray(F, x, p).fma(m, a);
            b = FloatVector.fromArray(F, x, p + N).fma(m, b);
            c = FloatVector.fromArray(F, x, p + 2 * N).fma(m, c);
            e = FloatVector.fromArray(F, x, p + 3 * N).fma(m, e);
            f = FloatVector.fromArray(F, x, p + 4 * N).fma(m, f);
            g = FloatVector.fromArray(F, x, p + 5 * N).fma(m, g);
            h = FloatVector.fromArray(F, x, p + 6 * N).fma(m, h);
            i = FloatVector.fromArray(F, x, p + 7 * N).fma(m, i);
        }
        a.intoArray(sum, to);
        b.intoArray(sum, to + N);
        c.intoArray(sum, to + 2 * N);
        e.intoArray(sum, to + 3 * N);
        f.intoArray(sum, to + 4 * N);
        g.intoArray(sum, to + 5 * N);
        h.intoArray(sum, to + 6 * N);
        i.intoArray(sum, to + 7 * N);
    }

    /**
     * The same, and adds to the partial sums of each row's product with the signs ({@link WinnerSums}), while its
     * numbers are in registers.
     */
    private static void addWithProducts(
            float[] x,
            int[] at,
            int d,
            float[] factor,
            int count,
            long[] signs,
            int from,
            float[] sum,
            int to,
            float[] partial) {
        int word = from + d / Long.SIZE;
        FloatVector s0 = SignedProducts.ones(signs[word]);
        FloatVector s1 = SignedProducts.ones(signs[word] >>> N);
        FloatVector s2 = SignedProducts.ones(signs[word] >>> 2 * N);
        FloatVector s3 = SignedProducts.ones(signs[word] >>> 3 * N);
        FloatVector s4 = SignedProducts.ones(signs[word + 1]);
        FloatVector s5 = SignedProducts.ones(signs[word + 1] >>> N);
        FloatVector s6 = SignedProducts.ones(signs[word + 1] >>> 2 * N);
        FloatVector s7 = SignedProducts.ones(signs[word + 1] >>> 3 * N);
        FloatVector a = FloatVector.fromArray(F, sum, to);
        FloatVector b = FloatVector.fromArray(F, sum, to + N);
        FloatVector c = FloatVector.fromArray(F, sum, to + 2 * N);
        FloatVector e = FloatVector.fromArray(F, sum, to + 3 * N);
        FloatVector f = FloatVector.fromArray(F, sum, to + 4 * N);
        FloatVector g = FloatVector.fromArray(F, sum, to + 5 * N);
        FloatVector h = FloatVector.fromArray(F, sum, to + 6 * N);
        FloatVector i = FloatVector.fromArray(F, sum, to + 7 * N);
        for (int r = 0, q = ArrayPool.BASE; r < count; r++, q += LANES) {
            FloatVector m = FloatVector.broadcast(F, factor[r]);
            FloatVector even = FloatVector.fromArray(F, partial, q);
            FloatVector odd = FloatVector.fromArray(F, partial, q + N);
            int p = at[r] + d;
            FloatVector u = FloatVector.fromArray(F, x, p);
            a = u.fma(m, a);
            even = u.fma(s0, even);
            u = FloatVector.fromArray(F, x, p + N);
            b = u.fma(m, b);
            odd = u.fma(s1, odd);
            u = FloatVector.fromArray(F, x, p + 2 * N);
            c = u.fma(m, c);
            even = u.fma(s2, even);
            u = FloatVector.fromArray(F, x, p + 3 * N);
            e = u.fma(m, e);
            odd = u.fma(s3, odd);
            u = FloatVector.fromArray(F, x, p + 4 * N);
            f = u.fma(m, f);
            even = u.fma(s4, even);
            u = FloatVector.fromArray(F, x, p + 5 * N);
            g = u.fma(m, g);
            odd = u.fma(s5, odd);
            u = FloatVector.fromArray(F, x, p + 6 * N);
            h = u.fma(m, h);
            even = u.fma(s6, even);
            u = FloatVector.fromArray(F, x, p + 7 * N);
            i = u.fma(m, i);
            odd = u.fma(s7, odd);
            even.intoArray(partial, q);
            odd.intoArray(partial, q + N);
        }
        a.intoArray(sum, to);
        b.intoArray(sum, to + N);
        c.intoArray(sum, to + 2 * N);
        e.intoArray(sum, to + 3 * N);
        f.intoArray(sum, to + 4 * N);
        g.intoArray(sum, to + 5 * N);
        h.intoArray(sum, to + 6 * N);
        i.intoArray(sum, to + 7 * N);
    }
}
