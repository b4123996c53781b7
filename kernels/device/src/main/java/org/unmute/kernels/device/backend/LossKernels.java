package org.unmute.kernels.device.backend;

import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.tensor.DType;
import org.unmute.tensor.backend.View;

/** Launches of {@code losses.cl}. */
interface LossKernels extends KernelFamily {
    @Override
    default void binaryCrossEntropy(View x, View y, View weight, View loss) {
        View[] views = {x, y, repeated(x, weight), loss};
        if (isThereAnything(views)) {
            run("binary_cross_entropy", rows(views).flag(weight != null), views);
        }
    }

    @Override
    default void binaryCrossEntropyBackward(View x, View y, View weight, View gloss, View gx) {
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
    default void crossEntropy(View x, View y, View weight, double keep, double share, View loss) {
        View[] views = {x, y, repeated(x, weight), loss};
        if (isThereAnything(views)) {
            run("cross_entropy", rows(views).float32(keep, share).flag(weight != null), views);
        }
    }

    @Override
    default void crossEntropyBackward(View x, View y, View weight, double keep, double share, View gloss, View gx) {
        if (x.shape().elements() > 0) {
            View[] views = {x, y, repeated(x, weight), gloss, gx};
            run("cross_entropy_backward", rows(views).float32(keep, share).flag(weight != null), views);
        }
    }

    /** The loss of an empty row is 0. The last view is the result. */
    private boolean isThereAnything(View... views) {
        View loss = views[views.length - 1];
        if (views[0].shape().elements() == 0 && loss.shape().elements() > 0) {
            fill(loss, 0);
        }
        return views[0].shape().elements() > 0;
    }

    /** Weights broadcast to every row; x as a placeholder if there are none. */
    private static View repeated(View x, View weight) {
        return weight == null ? x : weight.expand(x.shape());
    }

    private static Arguments rows(View... views) {
        return new Arguments().memory(views).rows(views);
    }

    private void run(String name, Arguments arguments, View... views) {
        Types.require(name, DType.F32, views);
        run(new Kernel("losses", name), LaunchPlan.tasks(RowKernels.count(views[0])), arguments);
    }
}
