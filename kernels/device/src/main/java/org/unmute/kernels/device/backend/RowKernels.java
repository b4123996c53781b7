package org.unmute.kernels.device.backend;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.Reduce;

/** Operations on rows: launches of {@code softmax.cl}, {@code normalize.cl}, {@code losses.cl} and {@code adamw.cl}. */
interface RowKernels extends KernelFamily {
    @Override
    default void softmax(View x, View out) {
        rows(new Kernel("softmax", "softmax"), x, out);
    }

    @Override
    default void logSoftmax(View x, View out) {
        rows(new Kernel("softmax", "log_softmax"), x, out);
    }

    @Override
    default void softmaxBackward(View y, View gy, View gx) {
        rows(new Kernel("softmax", "softmax_backward"), y, gy, gx);
    }

    @Override
    default void logSoftmaxBackward(View y, View gy, View gx) {
        rows(new Kernel("softmax", "log_softmax_backward"), y, gy, gx);
    }

    @Override
    default void l2Normalize(View x, View out) {
        rows(new Kernel("normalize", "l2_normalize"), x, out);
    }

    @Override
    default void l2NormalizeBackward(View x, View y, View gy, View gx) {
        rows(new Kernel("normalize", "l2_normalize_backward"), x, y, gy, gx);
    }

    /** Runs a kernel whose arguments are the views, the loop over their rows, and the row layout. */
    private void rows(Kernel kernel, View... views) {
        Types.require(kernel.name(), DType.F32, views);
        if (views[0].shape().elements() == 0) {
            return;
        }
        run(
                kernel,
                LaunchPlan.tasks(count(views[0])),
                new Arguments().memory(views).rows(views));
    }

    /** The number of rows of a view that is not empty. */
    static long count(View v) {
        return v.shape().elements() / v.shape().size(-1);
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

    @Override
    default void layerNorm(View x, @Nullable View weight, @Nullable View bias, double eps, View out) {
        Types.require("layerNorm", DType.F32, x, out);
        if (x.shape().elements() == 0) {
            return;
        }
        run(
                new Kernel("normalize", "layer_norm"),
                LaunchPlan.shared(count(x), 16),
                Arguments.bytes(x, out),
                new Arguments()
                        .memory(x, weight == null ? x : weight, bias == null ? x : bias, out)
                        .rows(x, out)
                        .struct(Arguments.layout(weight), Arguments.layout(bias))
                        .int32(weight == null ? 0 : 1, bias == null ? 0 : 1)
                        .float32(eps));
    }

    @Override
    default void layerNormBackward(
            View x, @Nullable View weight, double eps, View gy, View gx, @Nullable View gweight, @Nullable View gbias) {
        Types.require("layerNormBackward", DType.F32, x, gy, gx);
        if (x.shape().elements() == 0) {
            clear(gweight, gbias);
            return;
        }
        long rows = count(x);
        View moments = allocateForResult(DType.F32, Shape.of(rows, 2));
        run(
                new Kernel("normalize", "layer_norm_backward"),
                LaunchPlan.tasks(rows),
                Arguments.bytes(x, gy, gx),
                new Arguments()
                        .memory(x, gy, weight == null ? x : weight, gx, moments)
                        .rows(x, gy, gx)
                        .struct(Arguments.layout(weight), Arguments.layout(null))
                        .flag(weight != null)
                        .float32(eps));
        if (gweight != null || gbias != null) {
            weightGradients(x, gy, moments, gweight, gbias);
        }
        moments.buffer().close();
    }

    private void weightGradients(View x, View gy, View moments, @Nullable View gweight, @Nullable View gbias) {
        long rows = count(x);
        long n = x.shape().size(-1);
        long chunk = LaunchPlan.chunk(n, rows, LaunchPlan.BUSY_ITEMS, 64);
        long chunks = Math.ceilDiv(rows, chunk);
        View weightSums = allocateForResult(DType.F32, Shape.of(chunks, n));
        View biasSums = allocateForResult(DType.F32, Shape.of(chunks, n));
        run(
                new Kernel("normalize", "layer_norm_weights"),
                LaunchPlan.elements(n * chunks),
                Arguments.bytes(x, gy),
                new Arguments()
                        .memory(x, gy, moments, weightSums, biasSums)
                        .rows(x, gy)
                        .int64(chunk, chunks));
        if (gweight != null) {
            reduce(Reduce.SUM, weightSums, gweight.insert(0));
        }
        if (gbias != null) {
            reduce(Reduce.SUM, biasSums, gbias.insert(0));
        }
        weightSums.buffer().close();
        biasSums.buffer().close();
    }

    @Override
    default void adamW(
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
            run(
                    new Kernel("adamw", "adamw"),
                    LaunchPlan.elements(loop.count()),
                    Arguments.bytes(weight, weight, gradient, m, m, v, v),
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

    @Override
    default void binaryCrossEntropy(View x, View y, @Nullable View weight, View loss) {
        View[] views = {x, y, repeated(x, weight), loss};
        if (isThereAnything(views)) {
            run("binary_cross_entropy", rows(views).flag(weight != null), views);
        }
    }

    @Override
    default void binaryCrossEntropyBackward(View x, View y, @Nullable View weight, View gloss, View gx) {
        Types.require("binaryCrossEntropyBackward", DType.F32, x, y, gloss, gx);
        if (x.shape().elements() > 0) {
            View[] views = {x, y, repeated(x, weight), gloss.expand(x.shape()), gx};
            run(
                    new Kernel("losses", "binary_cross_entropy_backward"),
                    LaunchPlan.elements(x.shape().elements()),
                    new Arguments().memory(views).struct(StridedLoop.of(views)).flag(weight != null));
        }
    }

    @Override
    default void crossEntropy(View x, View y, @Nullable View weight, double keep, double share, View loss) {
        View[] views = {x, y, repeated(x, weight), loss};
        if (isThereAnything(views)) {
            run("cross_entropy", rows(views).float32(keep, share).flag(weight != null), views);
        }
    }

    @Override
    default void crossEntropyBackward(
            View x, View y, @Nullable View weight, double keep, double share, View gloss, View gx) {
        if (x.shape().elements() > 0) {
            View[] views = {x, y, repeated(x, weight), gloss, gx};
            run("cross_entropy_backward", rows(views).float32(keep, share).flag(weight != null), views);
        }
    }

    /**
     * Whether the first view has elements. If not, fills the last view, the result, with 0, the loss of an empty row.
     */
    private boolean isThereAnything(View... views) {
        View loss = views[views.length - 1];
        if (views[0].shape().elements() == 0 && loss.shape().elements() > 0) {
            fill(loss, 0);
        }
        return views[0].shape().elements() > 0;
    }

    /** Weights broadcast to every row, or x as a placeholder if there are none. */
    private static View repeated(View x, @Nullable View weight) {
        return weight == null ? x : weight.expand(x.shape());
    }

    private static Arguments rows(View... views) {
        return new Arguments().memory(views).rows(views);
    }

    private void run(String name, Arguments arguments, View... views) {
        Types.require(name, DType.F32, views);
        run(new Kernel("losses", name), LaunchPlan.tasks(count(views[0])), arguments);
    }
}
