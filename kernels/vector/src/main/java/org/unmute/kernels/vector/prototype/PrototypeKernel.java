package org.unmute.kernels.vector.prototype;

import static org.unmute.kernels.vector.runtime.Lanes.N;
import static org.unmute.kernels.vector.runtime.Lanes.load;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import org.unmute.kernels.vector.runtime.ArrayPool;
import org.unmute.kernels.vector.runtime.ElementLoops;
import org.unmute.kernels.vector.runtime.Lanes;
import org.unmute.kernels.vector.runtime.Offsets;
import org.unmute.kernels.vector.runtime.RowMath;
import org.unmute.kernels.vector.runtime.StridedRows;
import org.unmute.kernels.vector.runtime.WorkerPool;
import org.unmute.kernels.vector.tile.PackedMatrix;
import org.unmute.kernels.vector.tile.PackedRows;
import org.unmute.kernels.vector.tile.Tile;
import org.unmute.tensor.backend.View;

/**
 * Prototype max pooling in one pass. The similarities of {@link Tile#ROWS} tokens with {@link #BLOCK_PANELS} panels of
 * prototypes stay in L1 and are immediately reduced to maxima and winners. A separate method reduces them: in one
 * method with the product the compiler spills the sums. Tokens are normalized while they are packed. Prototypes are
 * packed unchanged: their norm does not affect which token wins, so only the largest product is divided by it, at the
 * end.
 */
public final class PrototypeKernel {
    private static final int BLOCK_PANELS = 6;
    private static final int STRIP = BLOCK_PANELS * Tile.COLUMNS;

    private final WorkerPool pool;
    private final ArrayPool scratch;

    public PrototypeKernel(WorkerPool pool, ArrayPool scratch) {
        this.pool = pool;
        this.scratch = scratch;
    }

    public void forward(View tokens, View prototypes, View values, View winners) {
        if (values.shape().elements() == 0) {
            return;
        }
        DenseRows p = DenseRows.of(prototypes);
        float[] norm = p.norms(pool);
        PackedMatrix packed = new PackedMatrix(
                        p.length(), p.rows(), scratch.acquire(PackedMatrix.size(p.length(), p.rows())))
                .fill(pool, prototypes.transpose(0, 1));
        float[] best = new float[packed.panels * Tile.COLUMNS];
        int[] winner = new int[best.length];
        for (int clip = 0; clip < tokens.shape().dim(0); clip++) {
            DenseRows t = DenseRows.of(tokens.select(0, clip));
            float[] tokenNorm = t.norms(pool);
            match(t, tokenNorm, packed, best, winner);
            finish(t, tokenNorm, p, norm, best, winner);
            int[][] at = Offsets.ofElements(values.select(0, clip), winners.select(0, clip));
            for (int j = 0; j < p.rows(); j++) {
                values.host().floats()[at[0][j]] = best[j];
                winners.host().ints()[at[1][j]] = winner[j];
            }
        }
        scratch.release(packed.data());
    }

    private void match(DenseRows t, float[] norm, PackedMatrix p, float[] best, int[] winner) {
        int sliceRows = Lanes.roundUp(t.rows(), Tile.ROWS);
        float[] left = scratch.acquire((long) Math.max(1, p.slices()) * sliceRows * PackedRows.STRIDE);
        pool.forEachRange(t.rows(), Tile.ROWS, (from, to) -> {
            for (int r = from; r < to; r++) {
                for (int slice = 0; slice < p.slices(); slice++) {
                    RowMath.divide(
                            t.data(),
                            t.start()[r] + slice * PackedRows.DEPTH,
                            norm[r],
                            left,
                            ArrayPool.BASE + (slice * sliceRows + r) * PackedRows.STRIDE,
                            p.depth(slice));
                }
            }
        });
        Arrays.fill(best, Float.NEGATIVE_INFINITY);
        Arrays.fill(winner, 0);
        pool.run(Math.ceilDiv(p.panels, BLOCK_PANELS), block -> {
            float[] strip = new float[Tile.ROWS * STRIP];
            int fromPanel = block * BLOCK_PANELS;
            int toPanel = Math.min(p.panels, fromPanel + BLOCK_PANELS);
            for (int first = 0; first < t.rows(); first += Tile.ROWS) {
                for (int slice = 0; slice < p.slices(); slice++) {
                    for (int panel = fromPanel; panel < toPanel; panel++) {
                        Tile.multiply(
                                p.depth(slice),
                                left,
                                ArrayPool.BASE + (slice * sliceRows + first) * PackedRows.STRIDE,
                                p.data(),
                                p.at(slice, panel),
                                strip,
                                (panel - fromPanel) * Tile.COLUMNS,
                                STRIP,
                                slice > 0);
                    }
                }
                keepBest(
                        strip,
                        Math.min(Tile.ROWS, t.rows() - first),
                        first,
                        (toPanel - fromPanel) * Tile.COLUMNS,
                        best,
                        winner,
                        fromPanel * Tile.COLUMNS);
            }
        });
        scratch.release(left);
    }

    /** Tokens come in order and only a larger similarity replaces one, so the first token wins ties. */
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
     * Divides by the norms of the prototypes and lets NaN win, which comparisons ignore: a cosine is NaN exactly if the
     * normalized token or prototype has a NaN. A norm beyond the range of floats makes its row zeros.
     */
    private static void finish(DenseRows t, float[] tokenNorm, DenseRows p, float[] norm, float[] best, int[] winner) {
        int firstNonFinite = 0;
        while (firstNonFinite < t.rows() && !t.nonFinite(firstNonFinite, tokenNorm[firstNonFinite])) {
            firstNonFinite++;
        }
        for (int j = 0; j < p.rows(); j++) {
            if (p.nonFinite(j, norm[j])) {
                best[j] = Float.NaN;
                winner[j] = 0;
            } else if (firstNonFinite < t.rows()) {
                best[j] = Float.NaN;
                winner[j] = firstNonFinite;
            } else if (norm[j] > Float.MAX_VALUE) {
                best[j] = 0;
                winner[j] = 0;
            } else {
                best[j] /= norm[j];
            }
        }
    }

    // ---- gradient

    /**
     * With a prototype p, its winning token t and their cosine s: {@code ∂s/∂p = (t/‖t‖ - s p/‖p‖) / ‖p‖} and {@code
     * ∂s/∂t = (p/‖p‖ - s t/‖t‖) / ‖t‖}, without the s term where the norm is at the floor. Tasks are ranges of
     * prototypes for ∂s/∂p and ranges of tokens for ∂s/∂t; each token adds up its prototypes in order.
     */
    public void backward(View tokens, View prototypes, View winners, View gy, View gtokens, View gprototypes) {
        DenseRows p = DenseRows.of(prototypes);
        float[] norm = p.norms(pool);
        float[] sum = gprototypes == null ? null : new float[p.rows() * p.length()];
        for (int clip = 0; clip < tokens.shape().dim(0); clip++) {
            DenseRows t = DenseRows.of(tokens.select(0, clip));
            Pairs pairs = pairs(t, p, norm, winners.select(0, clip), gy.select(0, clip));
            if (gprototypes != null) {
                pool.forEachRow(p.rows(), p.length(), j -> {
                    RowMath.addScaled(
                            t.data(), t.start()[pairs.winner()[j]], pairs.share()[j], sum, j * p.length(), p.length());
                    RowMath.addScaled(p.data(), p.start()[j], pairs.own()[j], sum, j * p.length(), p.length());
                });
            }
            if (gtokens != null) {
                tokenGradient(t, p, pairs, gtokens.select(0, clip));
            }
        }
        if (gprototypes != null) {
            copy(sum, gprototypes);
        }
    }

    /**
     * The factors of the two vectors in the gradients of each prototype.
     *
     * @param winner the winning token
     * @param share {@code g / (‖p‖ ‖t‖)}, the factor of the other vector in both gradients
     * @param own the factor of p in the gradient of p
     * @param token the factor of t in the gradient of t
     */
    private record Pairs(int[] winner, float[] share, float[] own, float[] token) {}

    private Pairs pairs(DenseRows t, DenseRows p, float[] norm, View winners, View gy) {
        int count = p.rows();
        float[] tokenNorm = t.norms(pool);
        Pairs pairs = new Pairs(new int[count], new float[count], new float[count], new float[count]);
        int[][] at = Offsets.ofElements(winners, gy);
        pool.forEachRow(count, p.length(), j -> {
            int w = winners.host().ints()[at[0][j]];
            float g = gy.host().floats()[at[1][j]];
            float a = norm[j];
            float b = tokenNorm[w];
            float s = RowMath.dot(t.data(), t.start()[w], p.data(), p.start()[j], p.length()) / a / b;
            pairs.winner()[j] = w;
            pairs.share()[j] = g / a / b;
            pairs.own()[j] = a > RowMath.NORM_FLOOR ? -s * g / a / a : 0;
            pairs.token()[j] = b > RowMath.NORM_FLOOR ? -s * g / b / b : 0;
        });
        return pairs;
    }

    private void tokenGradient(DenseRows t, DenseRows p, Pairs pairs, View out) {
        int rows = t.rows();
        int dim = t.length();
        float[] sum = new float[rows * dim];
        int tasks = Math.min(rows, 4 * pool.threads());
        pool.run(tasks, task -> {
            int from = (int) ((long) rows * task / tasks);
            int to = (int) ((long) rows * (task + 1) / tasks);
            float[] own = new float[to - from];
            for (int j = 0; j < p.rows(); j++) {
                int w = pairs.winner()[j];
                if (w >= from && w < to) {
                    RowMath.addScaled(p.data(), p.start()[j], pairs.share()[j], sum, w * dim, dim);
                    own[w - from] += pairs.token()[j];
                }
            }
            for (int w = from; w < to; w++) {
                RowMath.addScaled(t.data(), t.start()[w], own[w - from], sum, w * dim, dim);
            }
        });
        copy(sum, out);
    }

    static void copy(float[] sum, View out) {
        StridedRows rows = StridedRows.of(out);
        int n = out.shape().dim(-1);
        for (int i = 0; i < rows.count(); i++) {
            ElementLoops.store(sum, i * n, rows.data(), rows.start()[i], rows.step(), n);
        }
    }
}
