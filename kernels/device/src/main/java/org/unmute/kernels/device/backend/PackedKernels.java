package org.unmute.kernels.device.backend;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.kernels.device.PackedPlan;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.View;

/** Launches of {@code matmul_packed.cu}: products on tensor cores with operands that are packed beforehand. */
final class PackedKernels {
    private PackedKernels() {}

    /** The plan for a product of these sizes; empty if another kernel is better for this device or these sizes. */
    static Optional<PackedPlan> plan(KernelFamily backend, long batch, long m, long n, long k) {
        for (PackedPlan.Form form : PackedPlan.Form.values()) {
            if (backend.offers(form.multiply(true))) {
                return PackedPlan.of(backend.tensorCores(), form, batch, m, n, k);
            }
        }
        return Optional.empty();
    }

    /**
     * Runs a plan.
     *
     * @param a {@code [.., m, k]}
     * @param b {@code [.., k, n]}
     * @param residual null if there is none
     * @param arguments creates the arguments of {@code matmul} for each launch
     * @param operations multiplications and additions
     */
    static void multiply(
            KernelFamily backend,
            PackedPlan plan,
            View a,
            View b,
            View out,
            @Nullable View residual,
            Supplier<Arguments> arguments,
            long operations) {
        View columns = b.transpose(-1, -2);
        Packed left = pack(backend, plan, a, plan.aBlocks());
        try {
            Packed right = pack(backend, plan, columns, plan.bBlocks());
            try {
                multiply(backend, plan, left, right, out, residual, arguments, operations);
            } finally {
                right.close();
            }
        } finally {
            left.close();
        }
    }

    private static void multiply(
            KernelFamily backend,
            PackedPlan plan,
            Packed left,
            Packed right,
            View out,
            @Nullable View residual,
            Supplier<Arguments> arguments,
            long operations) {
        boolean joins = plan.parts() > 1;
        View parts = joins
                ? backend.allocateForResult(DType.F32, Shape.of(plan.parts(), plan.batch(), plan.m(), plan.n()))
                : out;
        try {
            backend.run(
                    plan.kernel(),
                    plan.launch(),
                    Arguments.bytes(left.numbers, right.numbers, parts, joins ? null : residual),
                    operations,
                    arguments
                            .get()
                            .memory(left.numbers, right.numbers, parts)
                            .struct(StridedLoop.of(left.entries(), right.entries()))
                            .struct(Arguments.members(
                                    plan.aBlocks(), plan.bBlocks(), plan.slices(), plan.parts(), plan.partSlices())));
            if (joins) {
                backend.run(
                        plan.form().join(),
                        LaunchPlan.tasks(Math.multiplyExact(plan.batch(), plan.m())),
                        Arguments.bytes(parts, out, residual),
                        arguments.get().memory(parts).int64(plan.parts()));
            }
        } finally {
            if (joins) {
                parts.buffer().close();
            }
        }
    }

    /**
     * A packed operand.
     *
     * @param numbers its memory
     * @param shape shape of the batch
     * @param steps strides of the batch in packed entries
     * @param isKept whether it stays for later products
     */
    private record Packed(View numbers, Shape shape, long[] steps, boolean isKept) {
        /** The index of each entry of the batch. */
        View entries() {
            return new View(numbers.buffer(), shape, 0, steps);
        }

        void close() {
            if (!isKept) {
                numbers.buffer().close();
            }
        }
    }

    /** The key of a packed form: its layout and the part of the frozen buffer that it was made from. */
    private record Part(PackedPlan.Form form, long blocks, Shape shape, long offset, List<Long> strides) {}

    /** Packs an operand {@code [.., rows, depth]}. Entries repeated by a stride of 0 are packed once. */
    private static Packed pack(KernelFamily backend, PackedPlan plan, View x, long blocks) {
        View entries = ProductKernels.entries(x);
        View distinct = distinct(entries);
        long[] steps = View.denseStrides(distinct.shape());
        for (int axis = 0; axis < steps.length; axis++) {
            if (distinct.shape().size(axis) != entries.shape().size(axis)) {
                steps[axis] = 0;
            }
        }
        DeviceBuffer buffer = (DeviceBuffer) x.buffer();
        if (!buffer.isFrozen()) {
            return new Packed(numbers(backend, plan, x, distinct, blocks), entries.shape(), steps, false);
        }
        long[] strides = new long[x.shape().rank()];
        Arrays.setAll(strides, x::stride);
        Part part = new Part(
                plan.form(),
                blocks,
                distinct.shape().concat(Shape.of(x.shape().size(-2), x.shape().size(-1))),
                x.offset(),
                Arrays.stream(strides).boxed().toList());
        Optional<View> kept = buffer.derived(part);
        if (kept.isPresent()) {
            return new Packed(kept.get(), entries.shape(), steps, true);
        }
        View numbers = numbers(backend, plan, x, distinct, blocks);
        boolean keeps = backend.mayKeepMore() && buffer.keep(part, numbers);
        return new Packed(numbers, entries.shape(), steps, keeps);
    }

    private static View numbers(KernelFamily backend, PackedPlan plan, View x, View distinct, long blocks) {
        long count = distinct.shape().elements();
        View numbers =
                backend.allocateForResult(DType.BF16, Shape.of(plan.form().packedSize(count, blocks, plan.k())));
        backend.run(
                plan.form().pack(),
                plan.form().packing(count, blocks, plan.k()),
                Arguments.bytes(x, numbers),
                new Arguments()
                        .memory(x, numbers)
                        .struct(StridedLoop.of(distinct))
                        .struct(
                                Arguments.members(x.shape().size(-2), plan.k()),
                                Arguments.matrix(x),
                                Arguments.members(blocks, plan.slices(), Arguments.flagOf(ProductKernels.aligned(x)))));
        return numbers;
    }

    /** The entries, with those repeated by a stride of 0 taken once. */
    private static View distinct(View entries) {
        Shape shape = entries.shape();
        long[] strides = new long[shape.rank()];
        Arrays.setAll(strides, entries::stride);
        for (int axis = 0; axis < strides.length; axis++) {
            if (strides[axis] == 0 && shape.size(axis) > 1) {
                shape = shape.with(axis, 1);
            }
        }
        return new View(entries.buffer(), shape, entries.offset(), strides);
    }
}
