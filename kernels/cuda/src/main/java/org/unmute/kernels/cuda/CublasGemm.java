package org.unmute.kernels.cuda;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.unmute.kernels.device.Argument;
import org.unmute.kernels.device.DeviceMemory;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.LaunchPlan;

/**
 * A matrix product in cuBLAS's column-major terms: result [rows, columns] = first [rows, inner] second [inner,
 * columns], for each entry of a batch. Our row-major matrices are transposes in column-major order, and (a b)ᵀ = bᵀ
 * aᵀ. Hence first is our b, second is our a, and rows are our columns.
 *
 * @param rows rows of the result
 * @param columns columns of the result
 * @param inner size of the inner axis; at least 1
 * @param batch number of entries
 * @param hasEpilogue whether {@link #EPILOGUE} then applies bias, activation or residual, with the product's arguments
 */
record CublasGemm(
        Matrix first,
        Matrix second,
        Matrix result,
        long rows,
        long columns,
        long inner,
        long batch,
        boolean hasEpilogue) {
    /** Applies bias, activation and residual in place. */
    static final Kernel EPILOGUE = new Kernel("matmul", "matmul_finish");

    private static final List<Kernel> PRODUCTS =
            List.of(new Kernel("matmul", "matmul"), new Kernel("matmul", "matmul_small"));

    /** Argument positions of the portable kernels. */
    private static final int A = 0;

    private static final int B = 1;
    private static final int RESIDUAL = 3;
    private static final int OUT = 4;
    private static final int LOOP = 5;
    private static final int PRODUCT = 6;

    /**
     * Members of {@code StridedLoop} (portable.h): count, axes, size per axis, offset per view, stride per view and
     * axis.
     */
    private static final int LOOP_AXES = 8;

    private static final int LOOP_VIEWS = 5;
    private static final int OFFSETS = 2 + LOOP_AXES;
    private static final int STRIDES = OFFSETS + LOOP_VIEWS;

    /** Views of a product's loop. */
    private static final int OF_A = 0;

    private static final int OF_B = 1;
    private static final int OF_OUT = 2;

    /** Members of {@code Product} (product.h): sizes m, n and k first. */
    private static final int A_ROW = 3;

    private static final int A_INNER = 4;
    private static final int B_INNER = 5;
    private static final int B_COLUMN = 6;
    private static final int OUT_ROW = 7;
    private static final int OUT_COLUMN = 8;
    private static final int HAS_BIAS = 15;
    private static final int ACTIVATION = 16;
    private static final int HAS_RESIDUAL = 17;

    /**
     * A column-major matrix, for each entry of a batch. Offsets and strides in elements.
     *
     * @param offset first element
     * @param transposed whether the memory holds the transpose
     * @param leading stride between columns in memory
     * @param stride stride between entries
     */
    record Matrix(DeviceMemory memory, long offset, boolean transposed, long leading, long stride) {}

    /**
     * Converts a launch of a portable kernel to a cuBLAS call. Empty if the kernel is not a matrix product or cuBLAS
     * does not support its layout: an operand with no contiguous axis, a column-major result, a row broadcast by a
     * stride of 0, an unevenly strided batch, or a residual in the result's memory, which the product would overwrite.
     */
    static Optional<CublasGemm> of(Kernel kernel, List<Argument> arguments) {
        if (!PRODUCTS.contains(kernel)) {
            return Optional.empty();
        }
        long[] loop = ((Argument.Struct) arguments.get(LOOP)).members();
        long[] p = ((Argument.Struct) arguments.get(PRODUCT)).members();
        long m = p[0];
        long n = p[1];
        long k = p[2];
        boolean even = loop[1] == 1 && Arrays.stream(loop, STRIDES, loop.length).allMatch(step -> step >= 0);
        boolean onResidual = p[HAS_RESIDUAL] != 0 && arguments.get(RESIDUAL).equals(arguments.get(OUT));
        if (k == 0 || !even || onResidual) {
            return Optional.empty();
        }
        Optional<Matrix> first = matrix(arguments.get(B), loop, OF_B, n, k, p[B_COLUMN], p[B_INNER]);
        Optional<Matrix> second = matrix(arguments.get(A), loop, OF_A, k, m, p[A_INNER], p[A_ROW]);
        Optional<Matrix> result = matrix(arguments.get(OUT), loop, OF_OUT, n, m, p[OUT_COLUMN], p[OUT_ROW]);
        if (first.isEmpty()
                || second.isEmpty()
                || result.isEmpty()
                || result.get().transposed()) {
            return Optional.empty();
        }
        return Optional.of(new CublasGemm(
                first.get(),
                second.get(),
                result.get(),
                n,
                m,
                k,
                loop[0],
                p[HAS_BIAS] != 0 || p[ACTIVATION] != 0 || p[HAS_RESIDUAL] != 0));
    }

    /** The launch plan of {@link #EPILOGUE}: one group per row. */
    LaunchPlan epiloguePlan() {
        return LaunchPlan.tasks(Math.multiplyExact(batch, columns), LaunchPlan.GROUP_ITEMS);
    }

    /** The matrix [rows, columns] with these strides, or its transpose; empty if neither is column-major. */
    private static Optional<Matrix> matrix(
            Argument argument, long[] loop, int view, long rows, long columns, long down, long right) {
        DeviceMemory memory = ((Argument.Pointer) argument).memory();
        long offset = loop[OFFSETS + view];
        long stride = loop[0] == 1 ? 0 : loop[STRIDES + view * LOOP_AXES];
        long leading = leading(rows, columns, down, right);
        if (leading > 0) {
            return Optional.of(new Matrix(memory, offset, false, leading, stride));
        }
        leading = leading(columns, rows, right, down);
        return leading > 0 ? Optional.of(new Matrix(memory, offset, true, leading, stride)) : Optional.empty();
    }

    /**
     * The leading dimension of a column-major matrix, or 0 if it is not column-major. The stride of an axis of size 1
     * is ignored.
     */
    private static long leading(long rows, long columns, long down, long right) {
        if (rows > 1 && down != 1) {
            return 0;
        }
        return columns == 1 ? rows : right >= rows ? right : 0;
    }
}
