package org.unmute.kernels.device.backend;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.tensor.DType;
import org.unmute.tensor.backend.View;

/** Attention: launches of {@code attention.cl}, or of {@code attention_tensor.cu} if the device offers it. */
interface AttentionKernels extends KernelFamily {
    @Override
    default void attention(View q, View k, View v, @Nullable View bias, double scale, View out) {
        Types.require("attention", DType.F32, q, k, v, out);
        if (isTrivial(k, out)) {
            return;
        }
        Optional<TensorAttention.Form> form = TensorAttention.form(this);
        if (form.isPresent()) {
            attend(form.get(), q, k, v, bias, null, scale, out);
            return;
        }
        View some = bias == null ? q : bias;
        StridedLoop batch = StridedLoop.of(
                ProductKernels.entries(q),
                ProductKernels.entries(k),
                ProductKernels.entries(v),
                ProductKernels.entries(out),
                ProductKernels.entries(some));
        run(
                new Kernel("attention", "attention"),
                LaunchPlan.tiles(batch.count(), q.shape().size(-2), v.shape().size(-1)),
                Arguments.bytes(q, k, v, out, bias),
                operations(batch, q, k, v),
                new Arguments()
                        .memory(q, k, v, some, out)
                        .struct(batch)
                        .struct(sizes(q, k, v), layouts(q, k, v, out), Arguments.matrix(bias))
                        .float32(scale)
                        .flag(bias != null));
    }

    /** If the device has tensor cores for attention, the product of gate and bias is never in memory. */
    @Override
    default void gatedAttention(View q, View k, View v, View bias, View gate, double scale, View out) {
        Optional<TensorAttention.Form> form = TensorAttention.form(this);
        if (form.isEmpty()) {
            KernelFamily.super.gatedAttention(q, k, v, bias, gate, scale, out);
            return;
        }
        Types.require("attention", DType.F32, q, k, v, bias, gate, out);
        if (!isTrivial(k, out)) {
            attend(form.get(), q, k, v, bias, gate, scale, out);
        }
    }

    /** Whether there is nothing to compute. Without keys, results are set to 0. */
    private boolean isTrivial(View k, View out) {
        if (out.shape().elements() > 0 && k.shape().size(-2) == 0) {
            fill(out, 0);
        }
        return out.shape().elements() == 0 || k.shape().size(-2) == 0;
    }

    /** Runs attention on tensor cores. Bias and gate may be null. */
    private void attend(
            TensorAttention.Form form,
            View q,
            View k,
            View v,
            @Nullable View bias,
            @Nullable View gate,
            double scale,
            View out) {
        View someBias = bias == null ? q : bias;
        View someGate = gate == null ? q : gate;
        StridedLoop batch = StridedLoop.of(
                ProductKernels.entries(q),
                ProductKernels.entries(k),
                ProductKernels.entries(v),
                ProductKernels.entries(out),
                ProductKernels.entries(someBias));
        TensorAttention plan = new TensorAttention(
                form,
                batch.count(),
                q.shape().size(-2),
                q.shape().size(-1),
                v.shape().size(-1));
        run(
                plan.kernel(),
                plan.launch(),
                Arguments.bytes(q, k, v, out, bias, gate),
                operations(batch, q, k, v),
                new Arguments()
                        .memory(q, k, v, someBias, someGate, out)
                        .struct(batch)
                        .struct(StridedLoop.of(ProductKernels.entries(someGate)))
                        .struct(
                                sizes(q, k, v),
                                layouts(q, k, v, out),
                                Arguments.matrix(bias),
                                Arguments.members(
                                        gate == null ? 0 : gate.stride(-2),
                                        isAligned(q),
                                        isAligned(k),
                                        isAligned(v),
                                        Arguments.flagOf(bias != null),
                                        Arguments.flagOf(gate != null)))
                        .float32(scale));
    }

    /** 1 if every row can be copied 16 bytes at a time. */
    private static long isAligned(View v) {
        return Arguments.flagOf(v.stride(-1) == 1 && ProductKernels.aligned(v));
    }

    private static long[] sizes(View q, View k, View v) {
        return Arguments.members(
                q.shape().size(-2),
                k.shape().size(-2),
                q.shape().size(-1),
                v.shape().size(-1));
    }

    private static long[] layouts(View q, View k, View v, View out) {
        return Arguments.concat(Arguments.matrix(q), Arguments.matrix(k), Arguments.matrix(v), Arguments.matrix(out));
    }

    private static long operations(StridedLoop batch, View q, View k, View v) {
        return 2
                * batch.count()
                * q.shape().size(-2)
                * k.shape().size(-2)
                * (q.shape().size(-1) + v.shape().size(-1));
    }
}
