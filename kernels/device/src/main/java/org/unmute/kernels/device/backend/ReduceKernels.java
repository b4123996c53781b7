package org.unmute.kernels.device.backend;

import java.util.Arrays;
import java.util.Locale;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.Reduce;

/** Launches of {@code reduce.cl} and {@code extreme.cl}. */
interface ReduceKernels extends KernelFamily {
    static Kernel kernel(Reduce f, DType type, boolean group) {
        return new Kernel(
                "reduce",
                "reduce_" + f.name().toLowerCase(Locale.ROOT) + (type == DType.I32 ? "_i32" : "")
                        + (group ? "_group" : "_item"));
    }

    @Override
    default void reduce(Reduce f, View x, View out) {
        DType type = Types.requireNumeric("reduce", x, out);
        View kept = x;
        View reduced = x;
        for (int a = 0; a < x.shape().rank(); a++) {
            if (out.shape().size(a) == 1) {
                kept = x.shape().size(a) == 0 ? withoutAxis(kept, a) : kept.slice(a, 0, 1, 1);
            } else {
                reduced = reduced.slice(a, 0, Math.min(1, reduced.shape().size(a)), 1);
            }
        }
        StridedLoop outer = StridedLoop.of(kept, out);
        if (outer.count() == 0) {
            return;
        }
        // Views of the inner loop have offset 0, since the outer loop already includes the offsets.
        StridedLoop inner = StridedLoop.of(new View(reduced.buffer(), reduced.shape(), 0, strides(reduced)));
        // A single item computes a sum of up to 24 elements, even if they are contiguous.
        boolean group = inner.count() > 24 && fastest(reduced) <= fastest(kept);
        long chunk = type == DType.I32
                ? Math.max(1, inner.count())
                : group
                        ? LaunchPlan.chunk(outer.count(), inner.count(), 1 << 10, 4096)
                        : LaunchPlan.chunk(outer.count(), inner.count(), LaunchPlan.BUSY_ITEMS, 256);
        long chunks = Math.max(1, Math.ceilDiv(inner.count(), chunk));
        long tasks = outer.count() * chunks;
        // 64 items share a sum of contiguous elements, as many partial sums as on the CPU.
        LaunchPlan plan = group ? LaunchPlan.tasks(tasks, 64) : LaunchPlan.elements(tasks);
        View into = chunks == 1 ? out : allocateForResult(type, Shape.of(chunks, outer.count()));
        run(
                kernel(f, type, group),
                plan,
                new Arguments().memory(x, into).struct(outer).struct(inner).int64(chunk, chunks));
        if (into != out) {
            second(f, into, out);
            into.buffer().close();
        }
    }

    /**
     * Reduces the chunks of {@code parts [chunks, results]}. A reduced axis of {@code out} serves as the axis of
     * chunks.
     */
    private void second(Reduce f, View parts, View out) {
        int reduced = 0;
        while (out.shape().size(reduced) != 1) {
            reduced++;
        }
        View results = out.select(reduced, 0);
        Shape shape = Shape.of(parts.shape().size(0)).concat(results.shape());
        reduce(f, parts.reshape(shape).orElseThrow(), results.insert(0));
    }

    private static View withoutAxis(View v, int axis) {
        long[] strides = strides(v);
        strides[axis] = 0;
        return new View(v.buffer(), v.shape().with(axis, 1), v.offset(), strides);
    }

    private static long[] strides(View v) {
        long[] s = new long[v.shape().rank()];
        Arrays.setAll(s, v::stride);
        return s;
    }

    /** The smallest stride. */
    private static long fastest(View v) {
        long min = Long.MAX_VALUE;
        for (int a = 0; a < v.shape().rank(); a++) {
            if (v.shape().size(a) > 1 && v.stride(a) != 0) {
                min = Math.min(min, Math.abs(v.stride(a)));
            }
        }
        return min;
    }

    @Override
    default void extreme(boolean max, View x, View values, View indices) {
        DType type = Types.requireNumeric("extreme", x, values);
        Types.require("extreme", DType.I32, indices);
        if (values.shape().elements() == 0) {
            return;
        }
        StridedLoop rows = StridedLoop.of(x.select(-1, 0), values, indices);
        run(
                new Kernel("extreme", type == DType.F32 ? "extreme_f32" : "extreme_i32"),
                LaunchPlan.tasks(rows.count()),
                new Arguments()
                        .memory(x, values, indices)
                        .struct(rows)
                        .int64(x.shape().size(-1), x.stride(-1))
                        .flag(max));
    }

    @Override
    default void cumulativeSum(View x, boolean reverse, View out) {
        DType type = Types.requireNumeric("cumulativeSum", x, out);
        if (x.shape().elements() == 0) {
            return;
        }
        StridedLoop rows = StridedLoop.of(x.select(-1, 0), out.select(-1, 0));
        run(
                new Kernel("extreme", type == DType.F32 ? "cumulative_sum_f32" : "cumulative_sum_i32"),
                LaunchPlan.elements(rows.count()),
                new Arguments()
                        .memory(x, out)
                        .struct(rows)
                        .int64(x.shape().size(-1), x.stride(-1), out.stride(-1))
                        .flag(reverse));
    }
}
