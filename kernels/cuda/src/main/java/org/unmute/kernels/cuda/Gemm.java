package org.unmute.kernels.cuda;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.unmute.kernels.device.Arguments;
import org.unmute.kernels.device.DeviceMemory;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.LaunchPlan;

/**
 * A matrix product as cuBLAS takes it, where columns lie one after the other: result [rows, columns] = first [rows,
 * inner] second [inner, columns], for each entry of a batch. Our matrices lie row by row, which to cuBLAS are their
 * transposes, and (a b)ᵀ = bᵀ aᵀ: so its first operand is our second, and its rows are our columns.
 *
 * @param first our b
 * @param second our a
 * @param result where the product goes
 * @param rows of the result
 * @param columns of the result
 * @param inner size of the axis that is summed over; at least 1
 * @param batch entries
 * @param follows whether bias, function or residual follow, by {@link #FINISH} with the product's own arguments
 */
record Gemm(
        Matrix first, Matrix second, Matrix result, long rows, long columns, long inner, long batch, boolean follows) {
    /** What does what follows a product in its result. */
    static final Kernel FINISH = new Kernel("matmul", "matmul_finish");

    private static final List<Kernel> PRODUCTS =
            List.of(new Kernel("matmul", "matmul"), new Kernel("matmul", "matmul_small"));

    /** Arguments of the portable kernels. */
    private static final int A = 0;

    private static final int B = 1;
    private static final int RESIDUAL = 3;
    private static final int OUT = 4;
    private static final int WALK = 5;
    private static final int PRODUCT = 6;

    /**
     * Members of {@code Walk} (portable.h): count, axes, a size an axis, an offset a view, then a stride a view, an
     * axis.
     */
    private static final int WALK_AXES = 8;

    private static final int WALK_VIEWS = 5;
    private static final int OFFSETS = 2 + WALK_AXES;
    private static final int STRIDES = OFFSETS + WALK_VIEWS;

    /** Views of a product's walk. */
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
     * A matrix of numbers in columns, one after the other, for each entry of a batch.
     *
     * @param memory where it is
     * @param offset its first number
     * @param transposed whether what lies there is the matrix's transpose
     * @param leading from one column of what lies there to the next, in numbers
     * @param stride from entry to entry, in numbers
     */
    record Matrix(DeviceMemory memory, long offset, boolean transposed, long leading, long stride) {}

    /**
     * A launch of a portable kernel as cuBLAS can run it; empty if it is no matrix product, or cuBLAS does not take its
     * layout: numbers side by side along neither axis of an operand, a result that lies in columns, a row repeated by a
     * stride of 0, a batch that is not walked in even steps, or a residual in the result's memory, where the product
     * would go before the residual is read.
     */
    static Optional<Gemm> of(Kernel kernel, Arguments arguments) {
        if (!PRODUCTS.contains(kernel)) {
            return Optional.empty();
        }
        List<Arguments.Argument> list = arguments.list();
        long[] walk = ((Arguments.Struct) list.get(WALK)).members();
        long[] p = ((Arguments.Struct) list.get(PRODUCT)).members();
        long m = p[0];
        long n = p[1];
        long k = p[2];
        boolean even = walk[1] == 1 && Arrays.stream(walk, STRIDES, walk.length).allMatch(step -> step >= 0);
        boolean onResidual = p[HAS_RESIDUAL] != 0 && list.get(RESIDUAL).equals(list.get(OUT));
        if (k == 0 || !even || onResidual) {
            return Optional.empty();
        }
        Optional<Matrix> first = matrix(list.get(B), walk, OF_B, n, k, p[B_COLUMN], p[B_INNER]);
        Optional<Matrix> second = matrix(list.get(A), walk, OF_A, k, m, p[A_INNER], p[A_ROW]);
        Optional<Matrix> result = matrix(list.get(OUT), walk, OF_OUT, n, m, p[OUT_COLUMN], p[OUT_ROW]);
        if (first.isEmpty()
                || second.isEmpty()
                || result.isEmpty()
                || result.get().transposed()) {
            return Optional.empty();
        }
        return Optional.of(new Gemm(
                first.get(),
                second.get(),
                result.get(),
                n,
                m,
                k,
                walk[0],
                p[HAS_BIAS] != 0 || p[ACTIVATION] != 0 || p[HAS_RESIDUAL] != 0));
    }

    /** Groups for {@link #FINISH}: one a row of ours. */
    LaunchPlan finishPlan() {
        return LaunchPlan.tasks(Math.multiplyExact(batch, columns), LaunchPlan.GROUP_ITEMS);
    }

    /**
     * The matrix [rows, columns] with these steps along both, as it is or else as its transpose; empty if it lies
     * otherwise.
     */
    private static Optional<Matrix> matrix(
            Arguments.Argument argument, long[] walk, int view, long rows, long columns, long down, long right) {
        DeviceMemory memory = ((Arguments.Pointer) argument).memory();
        long offset = walk[OFFSETS + view];
        long stride = walk[0] == 1 ? 0 : walk[STRIDES + view * WALK_AXES];
        long leading = leading(rows, columns, down, right);
        if (leading > 0) {
            return Optional.of(new Matrix(memory, offset, false, leading, stride));
        }
        leading = leading(columns, rows, right, down);
        return leading > 0 ? Optional.of(new Matrix(memory, offset, true, leading, stride)) : Optional.empty();
    }

    /**
     * From column to column of a matrix whose columns' numbers lie side by side, 0 if they do not. A step that is never
     * taken may be any.
     */
    private static long leading(long rows, long columns, long down, long right) {
        if (rows > 1 && down != 1) {
            return 0;
        }
        return columns == 1 ? rows : right >= rows ? right : 0;
    }
}
