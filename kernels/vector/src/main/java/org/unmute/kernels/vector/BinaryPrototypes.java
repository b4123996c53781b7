package org.unmute.kernels.vector;

import static org.unmute.kernels.vector.Lanes.N;
import static org.unmute.kernels.vector.Lanes.load;

import java.util.Arrays;
import java.util.function.Function;
import java.util.function.IntConsumer;
import jdk.incubator.vector.FloatVector;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;

/**
 * Prototype max pooling with the signs of the prototypes, and its gradient, clip by clip; {@link BinaryMatch} does the matching.
 *
 * <p>Gradient: with signs p of length √d, a prototype's winning token t and their cosine s, {@code ∂s/∂p = (t/‖t‖ - s p/√d) / √d}
 * and {@code ∂s/∂t = (p/√d - s t/‖t‖) / ‖t‖}, without the s term where the norm is at the floor. For the prototypes'
 * gradient a task takes some prototypes through all clips: as many as there are threads for, since each time it comes to a clip its
 * tokens come from memory, and the more prototypes are won by them the better (experiment 25); a winner's row is read
 * once, for the sum and for its product with the signs. Products with the signs themselves are added up to one number a prototype and
 * taken at the end.
 *
 * <p>Tokens may be float16: the forward pass converts a clip at a time, the gradient a winner's row at a time.
 */
final class BinaryPrototypes {
    /** Prototypes of a task, where the work of one is small. */
    private static final int TOGETHER = 64;

    private final WorkerPool pool;
    private final Scratch scratch;

    BinaryPrototypes(WorkerPool pool, Scratch scratch) {
        this.pool = pool;
        this.scratch = scratch;
    }

    /** The bits of prototypes and which part of their buffer these are. */
    private record Packed(long offset, Shape shape, long rows, long columns, PrototypeBits bits) {
        boolean isOf(View p) {
            return offset == p.offset() && shape.equals(p.shape()) && rows == p.stride(0) && columns == p.stride(1);
        }
    }

    /** A frozen buffer keeps the bits of the prototypes that were used first. */
    private PrototypeBits bits(View p) {
        Function<HostBuffer, Packed> make = _ -> new Packed(p.offset(), p.shape(), p.stride(0), p.stride(1),
                PrototypeBits.of(pool, DenseRows.of(p)));
        Packed packed = p.host().packed(Packed.class, make);
        return packed.isOf(p) ? packed.bits() : make.apply(p.host()).bits();
    }

    void forward(View tokens, View prototypes, View values, View winners) {
        if (values.shape().elements() == 0) {
            return;
        }
        PrototypeBits p = bits(prototypes);
        BinaryMatch match = new BinaryMatch(pool, scratch, p);
        int clips = tokens.shape().dim(0);
        // Enough clips for all threads: each takes clips of its own. What a clip would share out its thread then does alone, as the pool
        // takes one job at a time.
        IntConsumer one = clip -> forward(match, p, tokens.select(0, clip), values.select(0, clip), winners.select(0, clip));
        if (clips >= 2 * pool.threads()) {
            pool.run(clips, one);
        } else {
            for (int clip = 0; clip < clips; clip++) {
                one.accept(clip);
            }
        }
    }

    /** One clip. */
    private void forward(BinaryMatch match, PrototypeBits p, View tokens, View values, View winners) {
        double length = Math.max(Math.sqrt(p.dim()), Backend.NORM_FLOOR);
        double[] best = new double[p.count()];
        int[] winner = new int[p.count()];
        TokenRows rows = TokenRows.of(tokens);
        DenseRows t = rows.inFloat(pool, scratch);
        double[] norm = norms(t);
        int bad = 0;
        while (bad < norm.length && Double.isFinite(norm[bad])) {
            bad++;
        }
        if (bad == norm.length) {
            match.match(t, norm, best, winner);
        }
        rows.giveBack(t, scratch);
        int[][] at = Positions.ofElements(values, winners);
        for (int j = 0; j < p.count(); j++) {
            boolean broken = p.spoilt(j) || bad < norm.length;
            values.host().floats()[at[0][j]] = broken ? Float.NaN : (float) (best[j] / length);
            winners.host().ints()[at[1][j]] = p.spoilt(j) ? 0 : bad < norm.length ? bad : winner[j];
        }
    }

    /** At least the floor; NaN or infinite just where a row has such an entry. */
    private double[] norms(DenseRows t) {
        double[] norm = new double[t.rows()];
        int each = Math.max(1, Loops.CHUNK / Math.max(1, t.length()));
        pool.run(Math.ceilDiv(t.rows(), each), task -> {
            for (int i = task * each; i < Math.min(t.rows(), (task + 1) * each); i++) {
                norm[i] = Math.max(Backend.NORM_FLOOR, SignedProducts.norm(t.data(), t.start()[i], t.length()));
            }
        });
        return norm;
    }

    private double[] norms(TokenRows t) {
        double[] norm = new double[t.count()];
        int each = Math.max(1, Loops.CHUNK / Math.max(1, t.length()));
        pool.run(Math.ceilDiv(t.count(), each), task -> {
            float[] buffer = t.buffer();
            for (int i = task * each; i < Math.min(t.count(), (task + 1) * each); i++) {
                norm[i] = Math.max(Backend.NORM_FLOOR, SignedProducts.norm(t.row(i, buffer), t.at(i), t.length()));
            }
        });
        return norm;
    }

    /** The tokens of a clip and what the loss says of each prototype's cosine there. */
    private record Clip(TokenRows t, double[] norm, int[] winner, float[] gradient) {}

    private Clip clip(View tokens, View winners, View gy) {
        TokenRows t = TokenRows.of(tokens);
        int[][] at = Positions.ofElements(winners, gy);
        int[] winner = new int[at[0].length];
        float[] gradient = new float[winner.length];
        for (int j = 0; j < winner.length; j++) {
            winner[j] = winners.host().ints()[at[0][j]];
            gradient[j] = gy.host().floats()[at[1][j]];
        }
        return new Clip(t, norms(t), winner, gradient);
    }

    void backward(View tokens, View prototypes, View winners, View gy, View gtokens, View gprototypes) {
        PrototypeBits p = bits(prototypes);
        Clip[] clips = new Clip[p.count() == 0 ? 0 : tokens.shape().dim(0)];
        for (int i = 0; i < clips.length; i++) {
            clips[i] = clip(tokens.select(0, i), winners.select(0, i), gy.select(0, i));
            if (gtokens != null) {
                tokenGradient(p, clips[i], gtokens.select(0, i));
            }
        }
        if (gtokens != null && p.count() == 0) {
            PrototypeKernel.copy(new float[Math.toIntExact(gtokens.shape().elements())], gtokens);
        }
        if (gprototypes != null && p.count() > 0) {
            prototypeGradient(p, clips, gprototypes);
        }
    }

    private void prototypeGradient(PrototypeBits p, Clip[] clips, View out) {
        float[] sum = out.isDense() ? out.host().floats() : new float[p.count() * p.dim()];
        int start = out.isDense() ? Math.toIntExact(out.offset()) : 0;
        int together = Math.max(TOGETHER, Math.ceilDiv(p.count(), 2 * pool.threads()));
        pool.run(Math.ceilDiv(p.count(), together), task -> {
            int from = task * together;
            int to = Math.min(p.count(), from + together);
            double[] own = new double[together];
            Arrays.fill(sum, start + from * p.dim(), start + to * p.dim(), 0f);
            double root = Math.sqrt(p.dim());
            for (Clip c : clips) {
                float[] buffer = c.t.buffer();
                for (int j = from; j < to; j++) {
                    int w = c.winner[j];
                    double share = c.gradient[j] / root / c.norm[w];
                    float[] row = c.t.row(w, buffer);
                    double product = SignedProducts.addScaled(row, c.t.at(w), (float) share, sum, start + j * p.dim(), p.dim(),
                            p.signs(), p.signs(j));
                    if (!Double.isFinite(product)) {
                        product = SignedProducts.inDouble(row, c.t.at(w), p.dim(), p.signs(), p.signs(j));
                    }
                    own[j - from] -= product / root * share / root;
                }
            }
            for (int j = from; j < to; j++) {
                addSigns(p, j, p.spoilt(j) ? Float.NaN : (float) own[j - from], sum, start + j * p.dim());
            }
        });
        if (!out.isDense()) {
            PrototypeKernel.copy(sum, out);
        }
    }

    private void tokenGradient(PrototypeBits p, Clip c, View out) {
        int rows = c.t.count();
        int dim = p.dim();
        float[] sum = new float[rows * dim];
        double[] share = new double[p.count()];
        pool.run(Math.ceilDiv(p.count(), TOGETHER), task -> {
            float[] buffer = c.t.buffer();
            for (int j = task * TOGETHER; j < Math.min(p.count(), (task + 1) * TOGETHER); j++) {
                int w = c.winner[j];
                double norm = c.norm[w];
                double product = SignedProducts.inDouble(c.t.row(w, buffer), c.t.at(w), dim, p.signs(), p.signs(j));
                share[j] = norm > Backend.NORM_FLOOR ? -product / norm / Math.sqrt(dim) * c.gradient[j] / norm / norm : 0;
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
                    double g = c.gradient[j] / Math.sqrt(dim) / c.norm[w];
                    addSigns(p, j, p.spoilt(j) ? Float.NaN : (float) g, sum, w * dim);
                    own[w - from] += share[j];
                }
            }
            for (int w = from; w < to; w++) {
                PrototypeKernel.addScaled(c.t.row(w, buffer), c.t.at(w), (float) own[w - from], sum, w * dim, dim);
            }
        });
        PrototypeKernel.copy(sum, out);
    }

    /** {@code out += factor p} */
    private static void addSigns(PrototypeBits p, int j, float factor, float[] out, int to) {
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
