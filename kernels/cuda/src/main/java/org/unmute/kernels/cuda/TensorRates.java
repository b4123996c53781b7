package org.unmute.kernels.cuda;

import java.util.Map;
import java.util.Optional;

/**
 * Published peak rates of a multiprocessor, by compute capability: which unit computes a product at float32's accuracy
 * faster, tensor cores on operands split into three bfloat16 numbers each, or float32 units on the operands.
 *
 * @param tensor multiplications and additions a cycle of bfloat16 numbers with float32 sums
 * @param simple of float32 numbers
 */
record TensorRates(double tensor, double simple) {
    /** Products of bfloat16 numbers for one of float32 numbers. */
    static final int PRODUCTS = 6;

    /**
     * How much faster the published rates must be: kernels come closer to the peak of float32 units, and operands must
     * be split first.
     */
    private static final double MARGIN = 1.25;

    /**
     * From data sheets and architecture papers: A100 (8.0), RTX 30 and A40 (8.6), RTX 40 and L40 (8.9), H100 (9.0),
     * B200 and B300 (10.0, 10.3), RTX 50 (12.0). GeForce cards have half of the tensor rates given here for 8.6, 8.9
     * and 12.0. On 9.0 only wgmma reaches the published 2048; mma.sync, which our kernels use, was measured by others
     * at 0.62 of that. On 10.0 mma.sync is taken to be as fast as on 9.0.
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
     * Whether whole numbers of 8 bits are multiplied at least twice as fast as bfloat16 ones, so that two planes of
     * bytes cost no more than one product: everywhere but on B300 (10.3), which has few units for them.
     */
    static boolean areFastInBytes(int capability) {
        return capability != 103;
    }

    /** The rates of a device; empty if this class does not know them. */
    static Optional<TensorRates> of(int capability) {
        return Optional.ofNullable(PUBLISHED.get(capability));
    }

    /** Speed of split products, in that of float32 units. */
    double gain() {
        return tensor / PRODUCTS / simple;
    }

    /** Whether split products are the faster ones; false on devices that this class does not know. */
    static boolean areFasterSplit(int capability) {
        return of(capability).filter(r -> r.gain() >= MARGIN).isPresent();
    }
}
