package org.unmute.kernels.device.backend;

import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.tensor.DType;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.SlidingWindow;

/** Launches of {@code index.cl}. */
interface IndexKernels extends KernelFamily {

    @Override
    default void gather(View x, int axis, View index, View out) {
        Types.require("gather", x.dtype(), out);
        Types.require("gather", DType.I32, index);
        if (out.shape().elements() == 0) {
            return;
        }
        View base = x.slice(axis, 0, 1, 1).expand(out.shape());
        StridedLoop loop = StridedLoop.of(base, index, out);
        run(
                kernel(x.dtype().bytes() == Short.BYTES ? "gather_16" : "gather_32"),
                LaunchPlan.elements(loop.count()),
                Arguments.bytes(out, out, index),
                new Arguments().memory(x, index, out).struct(loop).int64(x.stride(axis)));
    }

    @Override
    default void scatterAdd(View x, int axis, View index, View out) {
        DType type = Types.requireNumeric("scatterAdd", x, out);
        Types.require("scatterAdd", DType.I32, index);
        if (x.shape().elements() == 0) {
            return;
        }
        StridedLoop lines =
                StridedLoop.of(x.slice(axis, 0, 1, 1), index.slice(axis, 0, 1, 1), out.slice(axis, 0, 1, 1));
        run(
                kernel(type == DType.F32 ? "scatter_add_f32" : "scatter_add_i32"),
                LaunchPlan.elements(lines.count()),
                Arguments.bytes(x, x, x, index),
                new Arguments()
                        .memory(x, index, out)
                        .struct(lines)
                        .int64(x.shape().size(axis), x.stride(axis), index.stride(axis), out.stride(axis)));
    }

    @Override
    default void im2col(View x, SlidingWindow window, View out) {
        Types.requireNumeric("im2col", x, out);
        windows("im2col", x, out, x, window, out, out.shape().elements());
    }

    @Override
    default void col2im(View columns, SlidingWindow window, View out) {
        Types.require("col2im", DType.F32, columns, out);
        windows("col2im", columns, out, out, window, columns, out.shape().elements());
    }

    private static Kernel kernel(String name) {
        return new Kernel("index", name);
    }

    private void windows(String name, View from, View to, View image, SlidingWindow w, View columns, long count) {
        if (count == 0 || columns.shape().elements() == 0) {
            return;
        }
        run(
                kernel(name),
                LaunchPlan.elements(count),
                new Arguments()
                        .memory(from, to)
                        .struct(
                                image.shape().toArray(),
                                Arguments.members(
                                        w.height(),
                                        w.width(),
                                        columns.shape().size(4),
                                        columns.shape().size(5),
                                        w.strideY(),
                                        w.strideX(),
                                        w.padY(),
                                        w.padX(),
                                        w.dilationY(),
                                        w.dilationX()),
                                Arguments.layout(image),
                                Arguments.layout(columns)));
    }
}
