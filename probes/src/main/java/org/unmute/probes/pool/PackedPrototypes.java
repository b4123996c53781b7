package org.unmute.probes.pool;

import org.unmute.tensor.Shape;
import org.unmute.tensor.io.SafetensorsFile;
import org.unmute.tensor.io.StoredType;

/**
 * Binary prototypes, one bit an entry, and where {@code axes} is set {@code 2 dim} more that stand on the axes and
 * need no bits: first the positive ones, then the negative ones ({@link MaxPooled#EXTREMES}).
 *
 * @param stored number of prototypes that have bits
 * @param bits {@code [stored, ⌈dim / 8⌉]}; entry d is bit {@code d % 8} of byte {@code d / 8}, 1 for +1; others are 0
 */
record PackedPrototypes(int stored, int dim, byte[] bits, boolean axes) {
    static final String BITS = "prototype_bits";
    private static final double MIN_NORM = 1e-12;
    private static final int SUMS = 256;

    /**
     * The signs of trained numbers.
     *
     * @param vectors {@code [stored, dim]}
     * @throws IllegalArgumentException if a number is NaN or infinite
     */
    static PackedPrototypes signsOf(float[] vectors, int dim, boolean axes) {
        int row = bytes(dim);
        byte[] bits = new byte[Math.multiplyExact(vectors.length / dim, row)];
        for (int i = 0; i < vectors.length; i++) {
            if (!Float.isFinite(vectors[i])) {
                throw new IllegalArgumentException("pack: prototype " + i / dim + " has " + vectors[i]
                        + " in dimension " + i % dim + ": training diverged, train again with a lower learning rate");
            }
            if (vectors[i] >= 0) {
                bits[i / dim * row + i % dim / Byte.SIZE] |= (byte) (1 << i % dim % Byte.SIZE);
            }
        }
        return new PackedPrototypes(vectors.length / dim, dim, bits, axes);
    }

    /**
     * Reads them from {@link #BITS}.
     *
     * @param features columns of the linear layer: one for each prototype, and for each end of the axes if there are
     *     such
     * @throws IllegalArgumentException if the sizes do not fit
     */
    static PackedPrototypes read(SafetensorsFile file, int dim, long features) {
        Shape shape = file.shape(BITS);
        boolean sized = dim > 0
                && file.entry(BITS).type() == StoredType.U8
                && shape.rank() == 2
                && shape.size(1) == bytes(dim)
                && (features == shape.size(0) || features == shape.size(0) + 2L * dim);
        if (!sized) {
            throw new IllegalArgumentException("sizes do not fit: dim is " + dim + ", " + BITS + " is "
                    + file.entry(BITS).type() + shape + ", " + Classifier.WEIGHT + " has " + features + " columns");
        }
        int[] values = file.ints(BITS);
        byte[] bits = new byte[values.length];
        int row = bytes(dim);
        int unused = row * Byte.SIZE - dim;
        for (int i = 0; i < bits.length; i++) {
            bits[i] = (byte) values[i];
            if (i % row == row - 1 && (values[i] & 0xff) >>> Byte.SIZE - unused != 0) {
                throw new IllegalArgumentException("prototype " + i / row + " has bits beyond dim " + dim);
            }
        }
        return new PackedPrototypes(shape.dim(0), dim, bits, features > shape.size(0));
    }

    private static int bytes(int dim) {
        return Math.ceilDiv(dim, Byte.SIZE);
    }

    Shape shape() {
        return Shape.of(stored, bytes(dim));
    }

    /** Number of prototypes, those on axes too. */
    int count() {
        return axes ? stored + 2 * dim : stored;
    }

    /** Those that have bits as numbers ±1, {@code [stored, dim]}. */
    float[] signs() {
        float[] signs = new float[Math.multiplyExact(stored, dim)];
        for (int i = 0; i < signs.length; i++) {
            int at = i % dim;
            boolean set = (bits[i / dim * bytes(dim) + at / Byte.SIZE] >> at % Byte.SIZE & 1) != 0;
            signs[i] = set ? 1 : -1;
        }
        return signs;
    }

    interface CosineConsumer {
        /** @param at position in {@code which} */
        void accept(int at, int token, double cosine);
    }

    /**
     * Passes on the cosine of each of some prototypes with each token, token by token.
     *
     * @param tokens {@code [n, dim]}
     */
    void cosines(float[] tokens, int[] which, CosineConsumer consumer) {
        int row = bytes(dim);
        double[] unit = new double[row * Byte.SIZE];
        float[] sums = new float[Math.multiplyExact(row, SUMS)];
        double scale = 1 / Math.sqrt(dim);
        for (int n = 0; n < tokens.length / dim; n++) {
            normalize(tokens, n * dim, unit);
            signedSums(unit, sums);
            for (int i = 0; i < which.length; i++) {
                int j = which[i];
                consumer.accept(i, n, j < stored ? sum(j, sums) * scale : onAxis(j - stored, unit));
            }
        }
    }

    private double sum(int prototype, float[] sums) {
        int row = bytes(dim);
        double sum = 0;
        for (int g = 0, at = prototype * row; g < row; g++, at++) {
            sum += sums[g * SUMS + (bits[at] & 0xff)];
        }
        return sum;
    }

    private double onAxis(int axis, double[] unit) {
        return axis < dim ? unit[axis] : -unit[axis - dim];
    }

    private void normalize(float[] tokens, int at, double[] unit) {
        double square = 0;
        for (int d = 0; d < dim; d++) {
            square += (double) tokens[at + d] * tokens[at + d];
        }
        double scale = 1 / Math.max(Math.sqrt(square), MIN_NORM);
        for (int d = 0; d < dim; d++) {
            unit[d] = tokens[at + d] * scale;
        }
    }

    /** For each eight numbers of a token, the sums under all 256 choices of signs. */
    private static void signedSums(double[] unit, float[] sums) {
        for (int g = 0, from = 0; from < unit.length; g++, from += Byte.SIZE) {
            double none = 0;
            for (int i = 0; i < Byte.SIZE; i++) {
                none -= unit[from + i];
            }
            sums[g * SUMS] = (float) none;
            for (int m = 1; m < SUMS; m++) {
                // m without its lowest bit has its sum already
                double sum = sums[g * SUMS + (m & m - 1)] + 2 * unit[from + Integer.numberOfTrailingZeros(m)];
                sums[g * SUMS + m] = (float) sum;
            }
        }
    }
}
