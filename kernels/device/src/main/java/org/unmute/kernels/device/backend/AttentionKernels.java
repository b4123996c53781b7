package org.unmute.kernels.device.backend;

import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.tensor.DType;
import org.unmute.tensor.backend.View;

/** Launches of {@code attention.cl}. */
interface AttentionKernels extends KernelFamily {
    @Override
    default void attention(View q, View k, View v, View bias, double scale, View out) {
        Types.require("attention", DType.F32, q, k, v, out);
        if (out.shape().elements() == 0) {
            return;
        }
        long keys = k.shape().size(-2);
        if (keys == 0) {
            fill(out, 0);
            return;
        }
        long queries = q.shape().size(-2);
        long width = v.shape().size(-1);
        View some = bias == null ? q : bias;
        StridedLoop batch = StridedLoop.of(
                MatmulKernels.entries(q),
                MatmulKernels.entries(k),
                MatmulKernels.entries(v),
                MatmulKernels.entries(out),
                MatmulKernels.entries(some));
        Arguments arguments = new Arguments()
                .memory(q, k, v, some, out)
                .struct(batch)
                .struct(
                        Arguments.members(queries, keys, q.shape().size(-1), width),
                        Arguments.matrix(q),
                        Arguments.matrix(k),
                        Arguments.matrix(v),
                        Arguments.matrix(out),
                        Arguments.matrix(bias))
                .float32(scale)
                .flag(bias != null);
        run(
                new Kernel("attention", "attention"),
                LaunchPlan.tiles(batch.count(), queries, width),
                Arguments.bytes(q, k, v, out, bias),
                2 * batch.count() * queries * keys * (q.shape().size(-1) + width),
                arguments);
    }
}
