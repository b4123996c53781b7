package org.unmute.kernels.cuda;

import java.util.Map;
import java.util.Optional;

/**
 * Published peak rates of a multiprocessor, by compute capability. They decide which unit computes a product with the
 * accuracy of float32 faster: tensor cores, with each operand split into three bfloat16 numbers, or float32 units.
 *
 * @param tensor multiplications and additions per cycle of bfloat16 numbers with float32 sums
 * @param simple multiplications and additions per cycle of float32 numbers
 */
record TensorRates(double tensor, double simple) {
    /** Number of bfloat16 products that replace one float32 product. */
    static final int PRODUCTS = 6;

    /**
     * Minimum ratio of the published rates: kernels come closer to the peak of float32 units, and operands must be
     * split first.
     */
    private static final double MARGIN = 1.25;

    /**
     * From data sheets and architecture papers: A100 (8.0), RTX 30 and A40 (8.6), RTX 40 and L40 (8.9), H100 (9.0),
     * B200 and B300 (10.0, 10.3), RTX 50 (12.0). GeForce cards have half of the tensor rates given here for 8.6, 8.9
     * and 12.0. On 9.0 only wgmma reaches the published 2048; mma.sync, which these kernels use, was measured by others
     * at 0.62 of that. On 10.0 mma.sync is assumed to be as fast as on 9.0.
     */
    private static final Map<Integer, TensorRates> PUBLISHED = Map.of(
            80, new TensorRates(1024, 64),
            86, new TensorRates(512, 128),
            89, new TensorRates(512, 128),
            90, new TensorRates(0.62 * 2048, 128),
            100, new TensorRates(0.62 * 2048, 128),
            103, new TensorRates(0.62 * 2048, 128),
            120, new TensorRates(512, 128));

    /**
     * Whether 8-bit integers are multiplied at least twice as fast as bfloat16 numbers, so that two planes of bytes
     * cost no more than one product. True except on B300 (10.3), which has few units for them.
     */
    static boolean areFastInBytes(int capability) {
        return capability != 103;
    }

    /** The rates of a device; empty if they are not known. */
    static Optional<TensorRates> of(int capability) {
        return Optional.ofNullable(PUBLISHED.get(capability));
    }

    /** Speed of split products relative to float32 units. */
    double gain() {
        return tensor / PRODUCTS / simple;
    }

    /** Whether split products are faster; false for devices with unknown rates. */
    static boolean areFasterSplit(int capability) {
        return of(capability).filter(r -> r.gain() >= MARGIN).isPresent();
    }
}
