package org.unmute.probes.vector;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntPredicate;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;

/**
 * The nearest vectors of an index: each vector is compared with each example, block by block, by the backend's product.
 * The score of a vector is its best dot product with a wanted example less its best with an avoided one; all are of
 * unit
 * length, so these are cosines up to the rounding of the index to float16. Equal scores: the vector that comes first.
 * Memory is bounded by the number wanted and a block a thread.
 */
public final class NearestVectors {
    private final VectorIndex index;
    private final int wanted;
    /** {@code [wanted and avoided, dim]}. */
    private final float[] examples;

    private final int count;
    private final Queue<float[]> buffers = new ConcurrentLinkedQueue<>();

    /**
     * A search on the current backend.
     *
     * @param wanted at least one vector {@code [dim]} of unit length
     * @param avoided vectors of unit length; may be empty
     * @throws IllegalArgumentException if a vector does not fit the index, or none is wanted
     */
    public NearestVectors(VectorIndex index, List<float[]> wanted, List<float[]> avoided) {
        this.index = index;
        this.wanted = wanted.size();
        count = wanted.size() + avoided.size();
        int dim = index.head().dim();
        examples = new float[count * dim];
        if (wanted.isEmpty()) {
            throw new IllegalArgumentException("nearest vectors: no vector is wanted");
        }
        for (int i = 0; i < count; i++) {
            float[] one = i < wanted.size() ? wanted.get(i) : avoided.get(i - wanted.size());
            if (one.length != dim) {
                throw new IllegalArgumentException("nearest vectors: an example has " + one.length
                        + " entries, the vectors of the index have " + dim);
            }
            System.arraycopy(one, 0, examples, i * dim, dim);
        }
    }

    /**
     * The vectors with the highest scores, best first.
     *
     * @param most how many, at least 1
     * @param clips which clips of the index are searched
     * @param rows which vectors of them count
     * @throws IOException if the index is damaged or cannot be read
     */
    public List<ScoredRow> best(int most, IntPredicate clips, LongPredicate rows) throws IOException {
        BestRows best = new BestRows(most);
        try (TensorScope _ = new TensorScope()) {
            Tensor product = Tensor.of(examples, count, index.head().dim());
            LongStream.range(0, index.blocks())
                    .filter(block -> isWanted(block, clips))
                    .parallel()
                    .forEach(block -> {
                        float[] scores = scores(block, product);
                        synchronized (best) {
                            add(block * VectorIndex.BLOCK, scores, best, clips, rows);
                        }
                    });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return best.ranked();
    }

    private boolean isWanted(long block, IntPredicate clips) {
        int last = index.clipOf(Math.min(index.count(), (block + 1) * VectorIndex.BLOCK) - 1);
        for (int clip = index.clipOf(block * VectorIndex.BLOCK); clip <= last; clip++) {
            if (clips.test(clip)) {
                return true;
            }
        }
        return false;
    }

    /** The scores of the vectors of a block. */
    private float[] scores(long block, Tensor examplesProduct) {
        int dim = index.head().dim();
        float[] free = buffers.poll();
        float[] values = free == null ? new float[Math.multiplyExact(VectorIndex.BLOCK, dim)] : free;
        int rows;
        try {
            rows = index.read(block, values);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        float[] products;
        try (TensorScope _ = new TensorScope()) {
            products = Grad.withoutRecording(() -> Tensor.owning(values, VectorIndex.BLOCK, dim)
                    .linear(examplesProduct, null)
                    .toFloats());
        }
        buffers.add(values);
        float[] scores = new float[rows];
        for (int i = 0; i < rows; i++) {
            float like = max(products, i * count, i * count + wanted);
            scores[i] = wanted == count ? like : like - max(products, i * count + wanted, (i + 1) * count);
        }
        return scores;
    }

    private static float max(float[] values, int from, int to) {
        float max = values[from];
        for (int i = from + 1; i < to; i++) {
            max = Math.max(max, values[i]);
        }
        return max;
    }

    private void add(long first, float[] scores, BestRows best, IntPredicate clips, LongPredicate rows) {
        for (int i = 0; i < scores.length; i++) {
            if (best.takes(scores[i], first + i) && clips.test(index.clipOf(first + i)) && rows.test(first + i)) {
                best.add(new ScoredRow(scores[i], first + i));
            }
        }
    }
}
