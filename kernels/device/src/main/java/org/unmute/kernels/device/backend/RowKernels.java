package org.unmute.kernels.device.backend;

import java.util.Arrays;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.Reduce;

/** Launches of {@code softmax.cl}, {@code normalize.cl} and {@code adamw.cl}. */
final class RowKernels {
    private static final String SOFTMAX = "softmax";
    private static final String NORMALIZE = "normalize";
    /** Items per row in kernels whose groups process several rows. */
    private static final int ROW_ITEMS = 16;

    private static final long BUSY_ITEMS = 1 << 16;
    private static final long MIN_ROWS = 64;

    private final Launcher launcher;
    private final MovementKernels movement;
    private final ReduceKernels reductions;

    RowKernels(Launcher launcher, MovementKernels movement, ReduceKernels reductions) {
        this.launcher = launcher;
        this.movement = movement;
        this.reductions = reductions;
    }

    void softmax(View x, View out) {
        rows(new Kernel(SOFTMAX, "softmax"), x, out);
    }

    void logSoftmax(View x, View out) {
        rows(new Kernel(SOFTMAX, "log_softmax"), x, out);
    }

    void softmaxBackward(View y, View gy, View gx) {
        rows(new Kernel(SOFTMAX, "softmax_backward"), y, gy, gx);
    }

    void logSoftmaxBackward(View y, View gy, View gx) {
        rows(new Kernel(SOFTMAX, "log_softmax_backward"), y, gy, gx);
    }

    void l2Normalize(View x, View out) {
        rows(new Kernel(NORMALIZE, "l2_normalize"), x, out);
    }

    void l2NormalizeBackward(View x, View y, View gy, View gx) {
        rows(new Kernel(NORMALIZE, "l2_normalize_backward"), x, y, gy, gx);
    }

    /** Runs a kernel whose arguments are the views, the loop over their rows, and the rows. */
    private void rows(Kernel kernel, View... views) {
        Types.require(kernel.name(), DType.F32, views);
        if (views[0].shape().elements() == 0) {
            return;
        }
        StridedLoop rows = rowLoop(views);
        launcher.run(
                kernel,
                LaunchPlan.tasks(rows.count(), LaunchPlan.GROUP_ITEMS),
                Launcher.bytes(views),
                new Arguments().memory(views).struct(rows).struct(row(views)));
    }

    /** The loop over the rows (all axes but the last) of views. */
    static StridedLoop rowLoop(View... views) {
        return StridedLoop.of(Arrays.stream(views).map(v -> v.select(-1, 0)).toArray(View[]::new));
    }

    /** The members of struct {@code Row} for the rows of these views. */
    static long[] row(View... views) {
        long[] members = new long[1 + StridedLoop.VIEWS];
        members[0] = views[0].shape().size(-1);
        for (int i = 0; i < views.length; i++) {
            members[1 + i] = views[i].stride(-1);
        }
        return members;
    }

    void layerNorm(View x, View weight, View bias, double eps, View out) {
        Types.require("layerNorm", DType.F32, x, out);
        if (x.shape().elements() == 0) {
            return;
        }
        StridedLoop rows = rowLoop(x, out);
        launcher.run(
                new Kernel(NORMALIZE, "layer_norm"),
                LaunchPlan.tasks(
                        Math.ceilDiv(rows.count(), LaunchPlan.GROUP_ITEMS / ROW_ITEMS), LaunchPlan.GROUP_ITEMS),
                Launcher.bytes(x, out),
                new Arguments()
                        .memory(x, weight == null ? x : weight, bias == null ? x : bias, out)
                        .struct(rows)
                        .struct(row(x, out))
                        .struct(Arguments.layout(weight), Arguments.layout(bias))
                        .int32(weight == null ? 0 : 1, bias == null ? 0 : 1)
                        .float32(eps));
    }

    void layerNormBackward(View x, View weight, double eps, View gy, View gx, View gweight, View gbias) {
        Types.require("layerNormBackward", DType.F32, x, gy, gx);
        if (x.shape().elements() == 0) {
            movement.clear(gweight, gbias);
            return;
        }
        StridedLoop rows = rowLoop(x, gy, gx);
        View moments = launcher.scratch(DType.F32, Shape.of(rows.count(), 2));
        launcher.run(
                new Kernel(NORMALIZE, "layer_norm_backward"),
                LaunchPlan.tasks(rows.count(), LaunchPlan.GROUP_ITEMS),
                Launcher.bytes(x, gy, gx),
                new Arguments()
                        .memory(x, gy, weight == null ? x : weight, gx, moments)
                        .struct(rows)
                        .struct(row(x, gy, gx))
                        .struct(Arguments.layout(weight), Arguments.layout(null))
                        .flag(weight != null)
                        .float32(eps));
        if (gweight != null || gbias != null) {
            weightGradients(x, gy, moments, gweight, gbias);
        }
        moments.buffer().close();
    }

    private void weightGradients(View x, View gy, View moments, View gweight, View gbias) {
        StridedLoop rows = rowLoop(x, gy);
        long n = x.shape().size(-1);
        long chunk = LaunchPlan.chunk(n, rows.count(), BUSY_ITEMS, MIN_ROWS);
        long chunks = Math.ceilDiv(rows.count(), chunk);
        View weightSums = launcher.scratch(DType.F32, Shape.of(chunks, n));
        View biasSums = launcher.scratch(DType.F32, Shape.of(chunks, n));
        launcher.run(
                new Kernel(NORMALIZE, "layer_norm_weights"),
                LaunchPlan.elements(n * chunks),
                Launcher.bytes(x, gy),
                new Arguments()
                        .memory(x, gy, moments, weightSums, biasSums)
                        .struct(rows)
                        .struct(row(x, gy))
                        .int64(chunk, chunks));
        if (gweight != null) {
            reductions.reduce(Reduce.SUM, weightSums, gweight.insert(0));
        }
        if (gbias != null) {
            reductions.reduce(Reduce.SUM, biasSums, gbias.insert(0));
        }
        weightSums.buffer().close();
        biasSums.buffer().close();
    }

    void adamW(
            View weight,
            View gradient,
            View m,
            View v,
            double rate,
            double beta1,
            double beta2,
            double eps,
            double decay,
            long step) {
        Types.require("adamW", DType.F32, weight, gradient, m, v);
        StridedLoop loop = StridedLoop.of(weight, gradient, m, v);
        if (loop.count() > 0) {
            launcher.run(
                    new Kernel("adamw", "adamw"),
                    LaunchPlan.elements(loop.count()),
                    Launcher.bytes(weight, weight, gradient, m, m, v, v),
                    new Arguments()
                            .memory(weight, gradient, m, v)
                            .struct(loop)
                            .float32(
                                    1 - rate * decay,
                                    beta1,
                                    beta2,
                                    1 - beta1,
                                    1 - beta2,
                                    1 / Math.sqrt(1 - Math.pow(beta2, step)),
                                    eps,
                                    rate / (1 - Math.pow(beta1, step))));
        }
    }
}
