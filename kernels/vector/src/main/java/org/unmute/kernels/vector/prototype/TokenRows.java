package org.unmute.kernels.vector.prototype;

import org.unmute.kernels.vector.runtime.ArrayPool;
import org.unmute.kernels.vector.runtime.Offsets;
import org.unmute.kernels.vector.runtime.WorkerPool;
import org.unmute.tensor.DType;
import org.unmute.tensor.backend.View;

/**
 * The tokens of a clip as float32 rows. They are used in place or converted from float16 on access, so that at most one
 * clip of a float16 batch is in float32.
 */
final class TokenRows {
    private final DenseRows floats;
    private final short[] halves;
    private final int[] start;
    private final int step;
    private final int length;

    private TokenRows(DenseRows floats, short[] halves, int[] start, int step, int length) {
        this.floats = floats;
        this.halves = halves;
        this.start = start;
        this.step = step;
        this.length = length;
    }

    static TokenRows of(View x) {
        if (x.dtype() != DType.F16) {
            DenseRows rows = DenseRows.of(x);
            return new TokenRows(rows, null, rows.start(), 1, rows.length());
        }
        return new TokenRows(
                null,
                x.host().halves(),
                Offsets.ofRows(x),
                Math.toIntExact(x.stride(-1)),
                x.shape().dim(-1));
    }

    int count() {
        return start.length;
    }

    int length() {
        return length;
    }

    /** A buffer for a converted row. */
    float[] buffer() {
        return new float[floats == null ? length : 0];
    }

    /** The array that holds the row at {@link #at}: the buffer if the row had to be converted. */
    float[] row(int i, float[] buffer) {
        if (floats != null) {
            return floats.data();
        }
        convert(i, buffer, 0);
        return buffer;
    }

    /** Where a row starts in the array of {@link #row}. */
    int at(int i) {
        return floats == null ? 0 : start[i];
    }

    private void convert(int i, float[] out, int to) {
        int from = start[i];
        if (step == 1) {
            for (int k = 0; k < length; k++) {
                out[to + k] = Float.float16ToFloat(halves[from + k]);
            }
            return;
        }
        for (int k = 0; k < length; k++) {
            out[to + k] = Float.float16ToFloat(halves[from + k * step]);
        }
    }

    /** All rows in float32. The caller must {@link #release} them. */
    DenseRows inFloat(WorkerPool pool, ArrayPool scratch) {
        if (floats != null) {
            return floats;
        }
        float[] data = scratch.acquire((long) count() * length);
        int[] at = new int[count()];
        pool.forEachRow(count(), length, i -> {
            at[i] = ArrayPool.BASE + i * length;
            convert(i, data, at[i]);
        });
        return new DenseRows(data, at, length);
    }

    void release(DenseRows rows, ArrayPool scratch) {
        if (rows != floats) {
            scratch.release(rows.data());
        }
    }
}
