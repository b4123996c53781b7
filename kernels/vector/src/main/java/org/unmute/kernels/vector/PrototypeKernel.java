package org.unmute.kernels.vector;

import static org.unmute.kernels.vector.Lanes.N;
import static org.unmute.kernels.vector.Lanes.all;
import static org.unmute.kernels.vector.Lanes.load;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;

/**
 * Prototype max pooling in one pass: the similarities of {@link Tile#ROWS} tokens with {@link #BLOCK_PANELS} panels of
 * prototypes lie in the first cache and are reduced to maxima and winners at once, in a method of its own (in one method
 * with the product the compiler spills the sums).
 */
final class PrototypeKernel {
    private static final int BLOCK_PANELS = 6;
    private static final int STRIP = BLOCK_PANELS * Tile.COLUMNS;

    private final WorkerPool pool;
    private final Scratch scratch;
    private final RowLoops rowLoops;

    PrototypeKernel(WorkerPool pool, Scratch scratch) {
        this.pool = pool;
        this.scratch = scratch;
        this.rowLoops = new RowLoops(pool);
    }

    /** Rows divided by their norms, dense, with the norms. */
    private record Unit(View rows, float[] norm) {
        float[] data() {
            return rows.host().floats();
        }

        boolean isNaN(int row) {
            int n = rows.shape().dim(1);
            return Float.isNaN(Softmax.sum(data(), row * n, n));
        }
    }

    /** Unit rows of {@code x [rows, dim]}. */
    private Unit unit(View x) {
        int n = x.shape().dim(1);
        View rows = View.dense(HostBuffer.allocate(x.dtype(), x.shape().elements()), x.shape());
        float[] norm = new float[x.shape().dim(0)];
        rowLoops.each((d, at, length) -> {
            float length2 = Norms.norm(d[0], at[0], length);
            norm[at[1] / n] = length2;
            Norms.divide(d[0], at[0], length2, d[1], at[1], length);
        }, x, rows);
        return new Unit(rows, norm);
    }

    void forward(View tokens, View prototypes, View values, View winners) {
        if (values.shape().elements() == 0) {
            return;
        }
        int count = prototypes.shape().dim(0);
        int dim = prototypes.shape().dim(1);
        Unit p = unit(prototypes);
        PackedMatrix packed = new PackedMatrix(dim, count, scratch.take(PackedMatrix.size(dim, count)))
                .fill(pool, p.rows().transpose(0, 1));
        float[] best = new float[packed.panels * Tile.COLUMNS];
        int[] winner = new int[best.length];
        for (int clip = 0; clip < tokens.shape().dim(0); clip++) {
            Unit x = unit(tokens.select(0, clip));
            match(x, packed, best, winner);
            spreadNaN(x, p, best, winner);
            copyOut(best, values.select(0, clip), winner, winners.select(0, clip));
        }
        scratch.give(packed.data());
    }

    private void match(Unit x, PackedMatrix p, float[] best, int[] winner) {
        int rows = x.norm().length;
        int tiles = Math.ceilDiv(rows, Tile.ROWS);
        int sliceRows = tiles * Tile.ROWS;
        float[] left = scratch.take((long) Math.max(1, p.slices()) * sliceRows * PackedRows.STRIDE);
        int[] start = Positions.ofRows(x.rows());
        pool.run(start.length == 0 ? 0 : tiles, tile -> {
            int first = tile * Tile.ROWS;
            for (int slice = 0; slice < p.slices(); slice++) {
                PackedRows.copy(x.data(), start, first, Math.min(Tile.ROWS, rows - first), 1, slice * PackedRows.DEPTH,
                        p.depth(slice), left, Scratch.BASE + (slice * sliceRows + first) * PackedRows.STRIDE);
            }
        });
        Arrays.fill(best, Float.NEGATIVE_INFINITY);
        Arrays.fill(winner, 0);
        pool.run(Math.ceilDiv(p.panels, BLOCK_PANELS), block -> {
            float[] strip = new float[Tile.ROWS * STRIP];
            int fromPanel = block * BLOCK_PANELS;
            int toPanel = Math.min(p.panels, fromPanel + BLOCK_PANELS);
            for (int tile = 0; tile < tiles; tile++) {
                int first = tile * Tile.ROWS;
                for (int slice = 0; slice < p.slices(); slice++) {
                    for (int panel = fromPanel; panel < toPanel; panel++) {
                        Tile.multiply(p.depth(slice), left, Scratch.BASE + (slice * sliceRows + first) * PackedRows.STRIDE,
                                p.data(), p.at(slice, panel), strip, (panel - fromPanel) * Tile.COLUMNS, STRIP, slice > 0);
                    }
                }
                keepBest(strip, Math.min(Tile.ROWS, rows - first), first, (toPanel - fromPanel) * Tile.COLUMNS, best, winner,
                        fromPanel * Tile.COLUMNS);
            }
        });
        scratch.give(left);
    }

    /** Tokens come in order and only a greater similarity replaces one, so the first token wins ties. */
    private static void keepBest(float[] strip, int rows, int token, int columns, float[] best, int[] winner, int at) {
        for (int j = 0; j < columns; j += N) {
            FloatVector b = load(best, at + j);
            IntVector w = IntVector.fromArray(Lanes.I, winner, at + j);
            for (int r = 0; r < rows; r++) {
                FloatVector s = load(strip, r * STRIP + j);
                VectorMask<Float> greater = s.compare(VectorOperators.GT, b);
                b = b.blend(s, greater);
                w = w.blend(token + r, greater.cast(Lanes.I));
            }
            b.intoArray(best, at + j);
            w.intoArray(winner, at + j);
        }
    }

    /**
     * Comparisons pass over NaN; here it wins. A similarity is NaN just where its token or its prototype has a NaN once
     * normalised, since all other entries lie between -1 and 1.
     */
    private static void spreadNaN(Unit x, Unit p, float[] best, int[] winner) {
        int bad = 0;
        while (bad < x.norm().length && !x.isNaN(bad)) {
            bad++;
        }
        for (int j = 0; j < p.norm().length; j++) {
            if (p.isNaN(j)) {
                best[j] = Float.NaN;
                winner[j] = 0;
            } else if (bad < x.norm().length) {
                best[j] = Float.NaN;
                winner[j] = bad;
            }
        }
    }

    private static void copyOut(float[] best, View values, int[] winner, View winners) {
        int[][] at = Positions.ofElements(values, winners);
        for (int j = 0; j < at[0].length; j++) {
            values.host().floats()[at[0][j]] = best[j];
            winners.host().ints()[at[1][j]] = winner[j];
        }
    }

    // ---- gradient

    /**
     * With the winner's unit row x, the unit prototype p and their cosine s: {@code ∂s/∂prototype = (x - s p) / ‖prototype‖}
     * and {@code ∂s/∂token = (p - s x) / ‖token‖}, without the s term where the norm is at the floor. Prototypes are shared
     * out for the one; tokens for the other, each adding up its prototypes in order.
     */
    void backward(View tokens, View prototypes, View winners, View gy, View gtokens, View gprototypes) {
        int count = prototypes.shape().dim(0);
        int dim = prototypes.shape().dim(1);
        Unit p = unit(prototypes);
        float[] sum = gprototypes == null ? null : new float[count * dim];
        for (int clip = 0; clip < tokens.shape().dim(0); clip++) {
            Unit x = unit(tokens.select(0, clip));
            int[] winner = new int[count];
            float[] g = new float[count];
            int[][] at = Positions.ofElements(winners.select(0, clip), gy.select(0, clip));
            for (int j = 0; j < count; j++) {
                winner[j] = winners.host().ints()[at[0][j]];
                g[j] = gy.host().floats()[at[1][j]];
            }
            float[] cosine = cosines(x, p, winner, dim);
            if (gprototypes != null) {
                int each = Math.max(1, Loops.CHUNK / Math.max(1, dim));
                pool.run(Math.ceilDiv(count, each), task -> {
                    for (int j = task * each; j < Math.min(count, (task + 1) * each); j++) {
                        add(x.data(), winner[j] * dim, p.data(), j * dim, cosine[j], p.norm()[j], g[j], sum, j * dim, dim);
                    }
                });
            }
            if (gtokens != null) {
                tokenGradient(x, p, winner, cosine, g, gtokens.select(0, clip));
            }
        }
        if (gprototypes != null) {
            copy(sum, gprototypes);
        }
    }

    private float[] cosines(Unit x, Unit p, int[] winner, int dim) {
        float[] cosine = new float[winner.length];
        int each = Math.max(1, Loops.CHUNK / Math.max(1, dim));
        pool.run(Math.ceilDiv(winner.length, each), task -> {
            for (int j = task * each; j < Math.min(winner.length, (task + 1) * each); j++) {
                cosine[j] = Softmax.dot(x.data(), winner[j] * dim, p.data(), j * dim, dim);
            }
        });
        return cosine;
    }

    private void tokenGradient(Unit x, Unit p, int[] winner, float[] cosine, float[] g, View out) {
        int rows = x.norm().length;
        int dim = x.rows().shape().dim(1);
        float[] sum = new float[rows * dim];
        int tasks = Math.min(rows, 4 * pool.threads());
        pool.run(tasks, task -> {
            int from = (int) ((long) rows * task / tasks);
            int to = (int) ((long) rows * (task + 1) / tasks);
            for (int j = 0; j < winner.length; j++) {
                int w = winner[j];
                if (w >= from && w < to) {
                    add(p.data(), j * dim, x.data(), w * dim, cosine[j], x.norm()[w], g[j], sum, w * dim, dim);
                }
            }
        });
        copy(sum, out);
    }

    /** {@code out += (g / norm) (other - s own)} */
    private static void add(float[] other, int at, float[] own, int from, float s, float norm, float g, float[] out, int to,
            int n) {
        float along = norm > (float) Backend.NORM_FLOOR ? -s : 0;
        float factor = g / norm;
        int i = 0;
        for (; i <= n - N; i += N) {
            FloatVector direction = load(own, from + i).fma(all(along), load(other, at + i));
            direction.fma(all(factor), load(out, to + i)).intoArray(out, to + i);
        }
        for (; i < n; i++) {
            out[to + i] = Math.fma(Math.fma(own[from + i], along, other[at + i]), factor, out[to + i]);
        }
    }

    private static void copy(float[] sum, View out) {
        int[] at = Positions.ofElements(out)[0];
        float[] o = out.host().floats();
        for (int i = 0; i < at.length; i++) {
            o[at[i]] = sum[i];
        }
    }
}
