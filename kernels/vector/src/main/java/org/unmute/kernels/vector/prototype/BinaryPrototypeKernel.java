package org.unmute.kernels.vector.prototype;

import static org.unmute.kernels.vector.runtime.Lanes.N;
import static org.unmute.kernels.vector.runtime.Lanes.load;

import java.util.Arrays;
import java.util.function.Function;
import jdk.incubator.vector.FloatVector;
import org.unmute.kernels.vector.runtime.ArrayPool;
import org.unmute.kernels.vector.runtime.ElementLoops;
import org.unmute.kernels.vector.runtime.Lanes;
import org.unmute.kernels.vector.runtime.Offsets;
import org.unmute.kernels.vector.runtime.RowMath;
import org.unmute.kernels.vector.runtime.WorkerPool;
import org.unmute.kernels.vector.runtime.WorkspacePool;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.TokenGroups;

/**
 * Prototype max pooling with binarized prototypes, and its gradient, clip by clip; {@link BinaryMatch} finds the
 * winners.
 *
 * <p>Gradient: with signs p of norm √d, the winning token t and their cosine s, {@code ∂s/∂p = (t/‖t‖ - s p/√d) / √d}
 * and {@code ∂s/∂t = (p/√d - s t/‖t‖) / ‖t‖}, without the s term where the norm is at the floor. A task of the gradient
 * of the prototypes takes a range of prototypes through all clips. Ranges are as long as the number of threads allows:
 * the tokens of a clip come from memory each time, and should serve many prototypes (experiment 25). The row of a
 * winner is read once, for both the sum and its product with the signs. Multiples of the signs are accumulated as one
 * number per prototype and applied at the end.
 *
 * <p>Tokens may be float16: the forward pass converts a clip at a time, the gradient a row at a time.
 */
public final class BinaryPrototypeKernel {
    /** Tokens of clips so short that several are matched together. */
    private static final int MAX_ROW = 64;
    /** Prototypes in a task where one prototype is little work. */
    private static final int PROTOTYPES = 64;
    /**
     * Clips whose gradients are added up before the multiple of the signs is applied. On a device they share one
     * launch.
     */
    static final int CLIPS = 64;

    private final WorkerPool pool;
    private final ArrayPool scratch;
    private final BinaryMatch match;
    private final GroupMatch groups;
    private final GroupGradient gradients;
    private final WorkspacePool<CompensatedCosine> cosines = new WorkspacePool<>(CompensatedCosine::new);

    public BinaryPrototypeKernel(WorkerPool pool, ArrayPool scratch) {
        this.pool = pool;
        this.scratch = scratch;
        this.match = new BinaryMatch(pool, scratch);
        this.groups = new GroupMatch(pool, scratch);
        this.gradients = new GroupGradient(pool, scratch);
    }

    /** The bits of prototypes, and the part of the buffer that holds the prototypes. */
    private record Packed(long offset, Shape shape, long rows, long columns, PrototypeBits bits) {
        boolean isOf(View p) {
            return offset == p.offset() && shape.equals(p.shape()) && rows == p.stride(0) && columns == p.stride(1);
        }
    }

    /** The bits of prototypes; a frozen buffer caches those of its first use. */
    private PrototypeBits bits(View p) {
        Function<HostBuffer, Packed> make = _ ->
                new Packed(p.offset(), p.shape(), p.stride(0), p.stride(1), PrototypeBits.of(pool, DenseRows.of(p)));
        Packed packed = p.host().packed(Packed.class, make);
        return packed.isOf(p) ? packed.bits() : make.apply(p.host()).bits();
    }

    public void forward(View tokens, View prototypes, View values, View winners) {
        if (values.shape().elements() == 0) {
            return;
        }
        PrototypeBits p = bits(prototypes);
        int clips = tokens.shape().dim(0);
        int each = tokens.shape().dim(1);
        if (each > MAX_ROW || !GroupMatch.pays(p.count(), clips * each)) {
            eachClip(clips, (clip, threads) -> {
                TokenRows rows = TokenRows.of(tokens.select(0, clip));
                DenseRows t = rows.inFloat(pool, scratch);
                forward(p, t, values.select(0, clip), winners.select(0, clip), threads);
                rows.release(t, scratch);
            });
            return;
        }
        int together = Math.max(1, LookupTables.MAX_TOKENS / each);
        eachClip(Math.ceilDiv(clips, together), (chunk, threads) -> {
            int from = chunk * together;
            int count = Math.min(together, clips - from);
            GroupMatch.Groups rows = GroupMatch.Groups.ofRows(count, each);
            View some = tokens.slice(0, from, count, 1);
            groups(p, some, rows, values.slice(0, from, count, 1), winners.slice(0, from, count, 1), threads);
        });
    }

    /** {@link Backend#prototypeGroupMaxPool} with binary prototypes. */
    public void forward(View tokens, View prototypes, TokenGroups all, View values, View winners) {
        if (values.shape().elements() == 0) {
            return;
        }
        PrototypeBits p = bits(prototypes);
        eachClip(tokens.shape().dim(0), (clip, threads) -> {
            int from = all.firstOf(clip);
            int count = all.firstOf(clip + 1) - from;
            if (count > 0) {
                int[][] members = new int[count][];
                Arrays.setAll(members, g -> all.tokens(from + g));
                GroupMatch.Groups own =
                        GroupMatch.Groups.of(members, tokens.shape().dim(1));
                View clipTokens = tokens.select(0, clip);
                groups(p, clipTokens, own, values.slice(0, from, count, 1), winners.slice(0, from, count, 1), threads);
            }
        });
    }

    /** Matches groups of tokens with one set of tables. */
    private void groups(PrototypeBits p, View tokens, GroupMatch.Groups own, View values, View winners, int threads) {
        TokenRows rows = TokenRows.of(tokens);
        DenseRows t = rows.inFloat(pool, scratch);
        TokenNorms norms = TokenNorms.of(pool, cosines, t, threads);
        float[] out = values.host().floats();
        int[] won = winners.host().ints();
        GroupGradient.Matrix at = GroupGradient.Matrix.of(values);
        GroupGradient.Matrix atWon = GroupGradient.Matrix.of(winners);
        GroupMatch.Result result = (group, first, n, token, cosine) -> {
            int[] place = own.places(group, t.rows());
            for (int i = 0; i < n; i++) {
                out[at.at(group, first + i)] = cosine[i];
                won[atWon.at(group, first + i)] = token[i] < 0 ? 0 : place[token[i]];
            }
        };
        boolean matched = GroupMatch.pays(p.count(), t.rows())
                && norms.firstNonFinite() == t.rows()
                && groups.match(p, t, norms, own, result);
        for (int g = 0; !matched && g < own.count(); g++) {
            forward(p, t.rows(own.members()[g]), values.select(0, g), winners.select(0, g), threads);
        }
        rows.release(t, scratch);
    }

    /** Processes a clip, or some, on this many threads. */
    @FunctionalInterface
    private interface OneClip {
        void process(int clip, int threads);
    }

    /**
     * With enough clips each thread takes whole clips. The tasks inside a clip then run on that thread alone, since the
     * pool runs one job at a time.
     */
    private void eachClip(int clips, OneClip one) {
        if (clips >= 2 * pool.threads()) {
            pool.run(clips, clip -> one.process(clip, 1));
            return;
        }
        for (int clip = 0; clip < clips; clip++) {
            one.process(clip, pool.threads());
        }
    }

    /** Processes one clip on this many threads. */
    private void forward(PrototypeBits p, DenseRows t, View values, View winners, int threads) {
        TokenNorms norms = TokenNorms.of(pool, cosines, t, threads);
        int firstNonFinite = norms.firstNonFinite();
        int[] winner = firstNonFinite == t.rows()
                ? match.match(p, t, norms.exact(), norms.middle(), threads)
                : new int[p.count()];
        write(p, t, norms, winner, firstNonFinite, Offsets.ofElements(values, winners), values, winners);
    }

    /**
     * Writes the winners and their cosines.
     *
     * @param firstNonFinite the first token that is not finite, or the number of tokens
     * @param at offsets of the cosine and winner of each prototype
     */
    private void write(
            PrototypeBits p,
            DenseRows t,
            TokenNorms norms,
            int[] winner,
            int firstNonFinite,
            int[][] at,
            View values,
            View winners) {
        float[] out = values.host().floats();
        int[] won = winners.host().ints();
        int together = Math.clamp(p.count() / (4 * pool.threads()), PROTOTYPES, 8 * PROTOTYPES);
        pool.run(Math.ceilDiv(p.count(), together), cosines.with((cosine, task) -> {
            cosine.begin(p.dim());
            int end = Math.min(p.count(), (task + 1) * together);
            for (int from = task * together; from < end; from += CompensatedCosine.ROWS) {
                int to = Math.min(end, from + CompensatedCosine.ROWS);
                float[] found = cosines(cosine, p, t, norms, winner, from, to);
                for (int j = from; j < to; j++) {
                    int w = winner[j];
                    boolean undefined = p.nonFinite(j) || firstNonFinite < t.rows();
                    out[at[0][j]] = undefined
                            ? Float.NaN
                            : Float.isNaN(norms.norm()[w]) ? (float) norms.cosine(t, w, p, j) : found[j - from];
                    won[at[1][j]] = p.nonFinite(j) ? 0 : firstNonFinite < t.rows() ? firstNonFinite : w;
                }
            }
        }));
    }

    private static float[] cosines(
            CompensatedCosine cosine, PrototypeBits p, DenseRows t, TokenNorms norms, int[] winner, int from, int to) {
        for (int j = from; j < to; j++) {
            int w = winner[j];
            cosine.setNorm(j - from, norms.norm()[w], norms.normLow()[w]);
            cosine.addSigned(j - from, t.data(), t.start()[w], p.signs(), p.signs(j));
        }
        cosine.add(to - from);
        return cosine.cosines(to - from);
    }

    /**
     * The tokens of a clip, its winners and the gradient of each cosine.
     *
     * @param inverse reciprocal norm of each token that won, in float32
     */
    private record Clip(TokenRows t, float[] inverse, int[] winner, float[] gradient) {}

    private Clip clip(View tokens, View winners, View gy) {
        TokenRows t = TokenRows.of(tokens);
        int[][] at = Offsets.ofElements(winners, gy);
        int[] winner = new int[at[0].length];
        float[] gradient = new float[winner.length];
        for (int j = 0; j < winner.length; j++) {
            winner[j] = winners.host().ints()[at[0][j]];
            gradient[j] = gy.host().floats()[at[1][j]];
        }
        boolean[] won = new boolean[t.count()];
        for (int w : winner) {
            won[w] = true;
        }
        float[] inverse = new float[t.count()];
        int each = Math.max(1, ElementLoops.CHUNK / Math.max(1, t.length()));
        pool.forEachRange(t.count(), each, (from, to) -> {
            float[] buffer = t.buffer();
            for (int i = from; i < to; i++) {
                if (won[i]) {
                    inverse[i] = inverse(t.row(i, buffer), t.at(i), t.length());
                }
            }
        });
        return new Clip(t, inverse, winner, gradient);
    }

    /** The reciprocal norm of a row. */
    static float inverse(float[] row, int at, int n) {
        float square = WinnerSums.square(row, at, n);
        return WinnerSums.isInRange(square) ? 1 / (float) Math.sqrt(square) : (float) (1 / norm(row, at, n));
    }

    /** The cosine of a row and a prototype in float64, rounded. */
    static float cosine(float[] row, int at, PrototypeBits p, int j) {
        return (float) (SignedProducts.inDouble(row, at, p.dim(), p.signs(), p.signs(j))
                / norm(row, at, p.dim())
                / Math.sqrt(p.dim()));
    }

    /** The norm, at least the floor. It is not finite exactly if the row has an entry that is not finite. */
    static double norm(float[] row, int at, int n) {
        return Math.max(Backend.NORM_FLOOR, SignedProducts.norm(row, at, n));
    }

    public void backward(View tokens, View prototypes, View winners, View gy, View gtokens, View gprototypes) {
        PrototypeBits p = bits(prototypes);
        if (gtokens == null
                && gprototypes != null
                && p.count() > 0
                && tokens.shape().dim(0) > 1
                && tokens.shape().dim(1) <= MAX_ROW) {
            gradients.ofRows(p, tokens, winners, gy, gprototypes);
            return;
        }
        Clip[] clips = new Clip[p.count() == 0 ? 0 : tokens.shape().dim(0)];
        eachClip(clips.length, (i, _) -> clips[i] = clip(tokens.select(0, i), winners.select(0, i), gy.select(0, i)));
        for (int i = 0; gtokens != null && i < clips.length; i++) {
            tokenGradient(p, clips[i], gtokens.select(0, i));
        }
        if (gtokens != null && p.count() == 0) {
            PrototypeKernel.copy(new float[Math.toIntExact(gtokens.shape().elements())], gtokens);
        }
        if (gprototypes != null && p.count() > 0) {
            prototypeGradient(p, clips, gprototypes);
        }
    }

    /** {@link Backend#prototypeGroupMaxPoolBackward} of binary prototypes. */
    public void backward(View tokens, View prototypes, TokenGroups all, View winners, View gy, View gprototypes) {
        gradients.ofGroups(bits(prototypes), tokens, all, winners, gy, gprototypes);
    }

    private void prototypeGradient(PrototypeBits p, Clip[] clips, View out) {
        float[] sum = out.isDense() ? out.host().floats() : new float[p.count() * p.dim()];
        int start = out.isDense() ? Math.toIntExact(out.offset()) : 0;
        int together = Math.max(PROTOTYPES, Math.ceilDiv(p.count(), 2 * pool.threads()));
        pool.forEachRange(p.count(), together, (from, to) -> {
            Arrays.fill(sum, start + from * p.dim(), start + to * p.dim(), 0f);
            for (int clip = 0; clip < clips.length; clip += CLIPS) {
                addClips(p, clips, clip, from, to, sum, start);
            }
        });
        if (!out.isDense()) {
            PrototypeKernel.copy(sum, out);
        }
    }

    /**
     * Adds a round of clips to the gradients of prototypes {@code [from, to)}, in the order all backends use.
     */
    private static void addClips(PrototypeBits p, Clip[] clips, int first, int from, int to, float[] sum, int start) {
        float[] own = new float[to - from];
        float inverse = 1 / (float) Math.sqrt(p.dim());
        for (int i = first; i < Math.min(clips.length, first + CLIPS); i++) {
            Clip c = clips[i];
            float[] buffer = c.t.buffer();
            for (int j = from; j < to; j++) {
                int w = c.winner[j];
                float g = c.gradient[j];
                float[] row = c.t.row(w, buffer);
                float ofNorm = c.inverse[w];
                float product = SignedProducts.addScaled(
                        row, c.t.at(w), g * ofNorm * inverse, sum, start + j * p.dim(), p.dim(), p.signs(), p.signs(j));
                float cosine = Float.isFinite(product) ? product * ofNorm * inverse : cosine(row, c.t.at(w), p, j);
                own[j - from] -= g * cosine * inverse * inverse;
            }
        }
        for (int j = from; j < to; j++) {
            addSigns(p, j, p.nonFinite(j) ? Float.NaN : own[j - from], sum, start + j * p.dim());
        }
    }

    private void tokenGradient(PrototypeBits p, Clip c, View out) {
        int rows = c.t.count();
        int dim = p.dim();
        float[] sum = new float[rows * dim];
        double[] share = new double[p.count()];
        pool.forEachRange(p.count(), PROTOTYPES, (from, to) -> {
            float[] buffer = c.t.buffer();
            for (int j = from; j < to; j++) {
                int w = c.winner[j];
                float[] row = c.t.row(w, buffer);
                double norm = norm(row, c.t.at(w), dim);
                double product = SignedProducts.inDouble(row, c.t.at(w), dim, p.signs(), p.signs(j));
                share[j] =
                        norm > Backend.NORM_FLOOR ? -product / norm / Math.sqrt(dim) * c.gradient[j] / norm / norm : 0;
            }
        });
        int tasks = Math.min(rows, 4 * pool.threads());
        pool.run(tasks, task -> {
            int from = (int) ((long) rows * task / tasks);
            int to = (int) ((long) rows * (task + 1) / tasks);
            double[] own = new double[to - from];
            float[] buffer = c.t.buffer();
            for (int j = 0; j < p.count(); j++) {
                int w = c.winner[j];
                if (w >= from && w < to) {
                    double g = c.gradient[j] * (double) c.inverse[w] / Math.sqrt(dim);
                    addSigns(p, j, p.nonFinite(j) ? Float.NaN : (float) g, sum, w * dim);
                    own[w - from] += share[j];
                }
            }
            for (int w = from; w < to; w++) {
                RowMath.addScaled(c.t.row(w, buffer), c.t.at(w), (float) own[w - from], sum, w * dim, dim);
            }
        });
        PrototypeKernel.copy(sum, out);
    }

    /** {@code out += factor p} */
    static void addSigns(PrototypeBits p, int j, float factor, float[] out, int to) {
        FloatVector f = Lanes.all(factor);
        int i = 0;
        for (; i <= p.dim() - N; i += N) {
            long bits = p.signs()[p.signs(j) + i / Long.SIZE] >>> i % Long.SIZE;
            load(out, to + i).add(SignedProducts.signed(f, bits)).intoArray(out, to + i);
        }
        for (; i < p.dim(); i++) {
            out[to + i] += (p.signs()[p.signs(j) + i / Long.SIZE] >>> i % Long.SIZE & 1) == 0 ? factor : -factor;
        }
    }
}
