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
final class ReduceKernels {
    private static final String REDUCE = "reduce";
    private static final String EXTREME = "extreme";
    /** A single item computes each shorter sum, even of contiguous elements. */
    private static final long SHORT = 24;
    /** Items that share a sum of contiguous elements: as many partial sums as on the CPU. */
    private static final int SUM_ITEMS = 64;

    private static final long BUSY_ITEMS = 1 << 16;
    private static final long BUSY_GROUPS = 1 << 10;
    private static final long MIN_PER_ITEM = 256;
    private static final long MIN_PER_GROUP = 4096;

    private final Launcher launcher;

    ReduceKernels(Launcher launcher) {
        this.launcher = launcher;
    }

    static Kernel kernel(Reduce f, DType type, boolean group) {
        return new Kernel(
                REDUCE,
                "reduce_" + f.name().toLowerCase(Locale.ROOT) + (type == DType.I32 ? "_i32" : "")
                        + (group ? "_group" : "_item"));
    }

    void reduce(Reduce f, View x, View out) {
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
        // Offsets are counted once, in the outer loop.
        StridedLoop inner = StridedLoop.of(new View(reduced.buffer(), reduced.shape(), 0, strides(reduced)));
        boolean group = inner.count() > SHORT && fastest(reduced) <= fastest(kept);
        long chunk = type == DType.I32
                ? Math.max(1, inner.count())
                : group
                        ? LaunchPlan.chunk(outer.count(), inner.count(), BUSY_GROUPS, MIN_PER_GROUP)
                        : LaunchPlan.chunk(outer.count(), inner.count(), BUSY_ITEMS, MIN_PER_ITEM);
        long chunks = Math.max(1, Math.ceilDiv(inner.count(), chunk));
        long tasks = outer.count() * chunks;
        LaunchPlan plan = group ? LaunchPlan.tasks(tasks, SUM_ITEMS) : LaunchPlan.elements(tasks);
        View into = chunks == 1 ? out : launcher.scratch(type, Shape.of(chunks, outer.count()));
        launcher.run(
                kernel(f, type, group),
                plan,
                Launcher.bytes(x, into),
                new Arguments().memory(x, into).struct(outer).struct(inner).int64(chunk, chunks));
        if (into != out) {
            second(f, into, out);
            into.buffer().close();
        }
    }

    /**
     * Reduces the chunks of {@code parts [chunks, results]}; a reduced axis of {@code out} serves as the axis of
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

    void extreme(boolean max, View x, View values, View indices) {
        DType type = Types.requireNumeric("extreme", x, values);
        Types.require("extreme", DType.I32, indices);
        if (values.shape().elements() == 0) {
            return;
        }
        StridedLoop rows = StridedLoop.of(x.select(-1, 0), values, indices);
        launcher.run(
                new Kernel(EXTREME, type == DType.F32 ? "extreme_f32" : "extreme_i32"),
                LaunchPlan.tasks(rows.count(), LaunchPlan.GROUP_ITEMS),
                Launcher.bytes(x, values, indices),
                new Arguments()
                        .memory(x, values, indices)
                        .struct(rows)
                        .int64(x.shape().size(-1), x.stride(-1))
                        .flag(max));
    }

    void cumulativeSum(View x, boolean reverse, View out) {
        DType type = Types.requireNumeric("cumulativeSum", x, out);
        if (x.shape().elements() == 0) {
            return;
        }
        StridedLoop rows = StridedLoop.of(x.select(-1, 0), out.select(-1, 0));
        launcher.run(
                new Kernel(EXTREME, type == DType.F32 ? "cumulative_sum_f32" : "cumulative_sum_i32"),
                LaunchPlan.elements(rows.count()),
                Launcher.bytes(x, out),
                new Arguments()
                        .memory(x, out)
                        .struct(rows)
                        .int64(x.shape().size(-1), x.stride(-1), out.stride(-1))
                        .flag(reverse));
    }
}
