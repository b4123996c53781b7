package org.unmute.kernels.cuda;

import java.util.Optional;
import java.util.function.ToLongFunction;
import org.unmute.kernels.device.DeviceMemory;
import org.unmute.kernels.device.MatrixProduct;

/**
 * A matrix product in cuBLAS's column-major terms: result [rows, columns] = first [rows, inner] second [inner,
 * columns], for each entry of a batch. A row-major matrix is the transpose of a column-major one, and (a b)ᵀ = bᵀ aᵀ.
 * Hence first is b of the row-major product, second is its a, and rows are its columns.
 *
 * @param rows rows of the result
 * @param columns columns of the result
 * @param inner size of the inner axis; at least 1
 * @param batch number of entries
 */
record CublasGemm(Matrix first, Matrix second, Matrix result, long rows, long columns, long inner, long batch) {
    /**
     * A column-major matrix for each entry of a batch. Offsets and strides count elements.
     *
     * @param offset first element
     * @param transposed whether the memory holds the transpose
     * @param leading stride between columns in memory
     * @param stride stride between entries
     */
    record Matrix(DeviceMemory memory, long offset, boolean transposed, long leading, long stride) {
        /**
         * The address of the first element.
         *
         * @param address gives the address of a memory
         */
        long address(ToLongFunction<DeviceMemory> address) {
            return address.applyAsLong(memory) + offset * Float.BYTES;
        }
    }

    /**
     * Converts a product. Empty if cuBLAS does not support its layout: an operand without a contiguous axis, a
     * column-major result, a row broadcast by a step of 0, entries in reverse order, or an inner axis of 0.
     */
    static Optional<CublasGemm> of(MatrixProduct p) {
        Optional<Matrix> first = matrix(p.b(), p.columns(), p.inner(), p.b().columnStep(), p.b().rowStep());
        Optional<Matrix> second = matrix(p.a(), p.inner(), p.rows(), p.a().columnStep(), p.a().rowStep());
        Optional<Matrix> result = matrix(
                p.out(), p.columns(), p.rows(), p.out().columnStep(), p.out().rowStep());
        if (p.inner() == 0
                || first.isEmpty()
                || second.isEmpty()
                || result.isEmpty()
                || result.get().transposed()) {
            return Optional.empty();
        }
        return Optional.of(
                new CublasGemm(first.get(), second.get(), result.get(), p.columns(), p.rows(), p.inner(), p.batch()));
    }

    /** The matrix [rows, columns] with these steps, or its transpose; empty if neither is column-major. */
    private static Optional<Matrix> matrix(MatrixProduct.Matrix m, long rows, long columns, long down, long right) {
        if (m.entryStep() < 0) {
            return Optional.empty();
        }
        long leading = leading(rows, columns, down, right);
        boolean transposed = leading == 0;
        if (transposed) {
            leading = leading(columns, rows, right, down);
        }
        return leading == 0
                ? Optional.empty()
                : Optional.of(new Matrix(m.memory(), m.offset(), transposed, leading, m.entryStep()));
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
