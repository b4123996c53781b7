package org.unmute.kernels.device;

/**
 * A float32 matrix product, out = a b, for each entry of a batch. Entries are evenly strided. Bias, activation and
 * residual are not part of it.
 *
 * @param a {@code [rows, inner]}; not modified
 * @param b {@code [inner, columns]}; not modified
 * @param out {@code [rows, columns]}; modified. Shares no element with a or b
 * @param rows rows of a and of out, at least 1
 * @param columns columns of b and of out, at least 1
 * @param inner columns of a and rows of b, at least 0; if 0, the result is 0
 * @param batch number of entries, at least 1
 */
public record MatrixProduct(Matrix a, Matrix b, Matrix out, long rows, long columns, long inner, long batch) {
    /**
     * Where the elements of a matrix are: element {@code [row, column]} of entry e is at {@code offset + e * entryStep
     * + row * rowStep + column * columnStep}. Offset and steps count elements of four bytes; their sums may need 64
     * bits. A step of 0 repeats elements, and the step along an axis of size 1 may have any value.
     *
     * @param memory memory of the device
     * @param offset first element of the first entry
     * @param rowStep distance between rows
     * @param columnStep distance between columns
     * @param entryStep distance between entries
     */
    public record Matrix(DeviceMemory memory, long offset, long rowStep, long columnStep, long entryStep) {}

    /** @throws IllegalArgumentException if a size is out of range */
    public MatrixProduct {
        if (rows < 1 || columns < 1 || inner < 0 || batch < 1) {
            throw new IllegalArgumentException("matrix product: rows, columns and batch must be at least 1 and inner at"
                    + " least 0: " + rows + ", " + columns + ", " + batch + " and " + inner);
        }
    }
}
