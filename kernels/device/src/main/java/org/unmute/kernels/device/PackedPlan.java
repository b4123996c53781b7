package org.unmute.kernels.device;

import java.util.Optional;

/**
 * How a product of packed operands ({@code matmul_packed.cu}) is divided among groups. The plan depends on sizes alone,
 * since it determines the order of summation.
 *
 * @param form the form to which operands are packed
 * @param wide whether a group computes the large tile of the form instead of 64 x 64
 * @param batch number of entries
 * @param m rows
 * @param n columns
 * @param k inner size
 * @param parts number of parts of the inner axis, each computed by its own groups
 */
public record PackedPlan(Form form, boolean wide, long batch, long m, long n, long k, int parts) {
    /** Source file of the kernels. */
    private static final String FAMILY = "matmul_packed";
    /** Rows of an operand that are packed together. */
    private static final int BLOCK = 64;

    /** Number of slices of both operands in dynamic shared memory. */
    private static final int STAGES = 4;

    private static final int MAX_PARTS = 16;
    /** Shortest inner axis, or part of it, that is worth its own groups, which begin by filling the stages. */
    private static final int MIN_PART = 128;

    /** A form to which operands are packed. */
    public enum Form {
        /** Three bfloat16 planes for each number, with the accuracy of float32. */
        F32(3, 16, 128, 128),
        /** One bfloat16 plane. */
        BF16(1, 32, 256, 512);

        private final int planes;
        private final int depth;
        private final int wideColumns;
        private final int minSide;

        /**
         * @param planes bfloat16 numbers for each number of an operand
         * @param depth inner size of a slice
         * @param wideColumns columns of a large tile, which has 128 rows
         * @param minSide smallest m n / (m + n) at which products gain more than packing costs
         */
        Form(int planes, int depth, int wideColumns, int minSide) {
            this.planes = planes;
            this.depth = depth;
            this.wideColumns = wideColumns;
            this.minSide = minSide;
        }

        private Kernel kernel(String before, String after) {
            return new Kernel(FAMILY, before + (this == F32 ? "f32" : "bf16") + after);
        }

        /** The kernel that packs an operand. */
        public Kernel pack() {
            return kernel("pack_", "");
        }

        /** The kernel that adds the parts of a product. */
        public Kernel join() {
            return kernel("matmul_join_", "");
        }

        /** The kernel that multiplies tiles of one size. */
        public Kernel multiply(boolean wide) {
            return kernel("matmul_packed_", wide ? "" : "_small");
        }

        /** Number of slices of an inner axis. */
        public long slices(long k) {
            return Math.ceilDiv(k, depth);
        }

        /** Number of bfloat16 numbers in a packed operand with these blocks. */
        public long packedSize(long entries, long blocks, long k) {
            return Math.multiplyExact(
                    Math.multiplyExact(entries, blocks), Math.multiplyExact(slices(k), (long) planes * BLOCK * depth));
        }

        /** The grid that packs an operand, one group per 64 x 64 numbers. */
        public LaunchPlan packing(long entries, long blocks, long k) {
            long regions = Math.ceilDiv(slices(k), BLOCK / depth);
            return LaunchPlan.tasks(
                    Math.multiplyExact(Math.multiplyExact(entries, blocks), regions), LaunchPlan.TILE_ITEMS);
        }

        /**
         * Whether a product of these sizes is estimated to take less time this way, packing included, than with other
         * kernels.
         */
        private boolean pays(long batch, long m, long n, long k) {
            return k >= MIN_PART && m * (double) n / (m + n) >= minSide && batch * (double) m * n * k >= 1 << 26;
        }

        /**
         * Time that a group takes for a slice of a tile, in units of the time a multiprocessor takes for 64 x 64
         * results. Small tiles read more for each multiplication, and two of them share a multiprocessor.
         */
        private double sliceTime(boolean wide) {
            return wide ? 2.0 * wideColumns / BLOCK : this == F32 ? 1.4 : 1.6;
        }

        /** Time of an additional launch that writes and reads this many partial sums, in the same unit. */
        private double joinTime(double sums) {
            // The unit is about 0.17 us (F32) or 0.06 us (BF16), a launch takes 2 us, and memory moves 2.5 bytes per
            // ps.
            return this == F32 ? 12 + sums * 8 / 430_000 : 35 + sums * 8 / 143_000;
        }
    }

    /**
     * The plan for a product {@code [batch, m, k] [batch, k, n]}; empty if the product is better computed without
     * packing, if k is 0, or if it is too large for a launch.
     *
     * @param choice whether the sizes decide
     * @param form the form to which operands are packed
     * @param batch entries, at least 1
     * @param m rows, at least 1
     * @param n columns, at least 1
     * @param k inner size, at least 0
     * @throws ArithmeticException if the product has more tiles than a long counts
     */
    public static Optional<PackedPlan> of(TensorCores choice, Form form, long batch, long m, long n, long k) {
        boolean wanted = choice == TensorCores.ALWAYS || choice == TensorCores.AUTO && form.pays(batch, m, n, k);
        if (!wanted || k < 1 || k > Integer.MAX_VALUE - BLOCK) {
            return Optional.empty();
        }
        PackedPlan best = null;
        double bestTime = Double.POSITIVE_INFINITY;
        for (boolean wide : new boolean[] {true, false}) {
            for (int parts = 1; parts <= MAX_PARTS; parts++) {
                PackedPlan plan = new PackedPlan(form, wide, batch, m, n, k, parts);
                double time = plan.isDistinct() ? plan.time() : Double.POSITIVE_INFINITY;
                if (time < bestTime) {
                    best = plan;
                    bestTime = time;
                }
            }
        }
        return best.groups() > LaunchPlan.MAX_GROUPS ? Optional.empty() : Optional.of(best);
    }

    /** Whether parts are long enough and no plan with fewer parts has parts of this length. */
    private boolean isDistinct() {
        return parts == 1
                || partSlices() * form.depth >= MIN_PART && Math.ceilDiv(form.slices(k), partSlices()) == parts;
    }

    private long bands() {
        return Math.ceilDiv(m, wide ? LaunchPlan.WIDE : BLOCK);
    }

    private long tiles() {
        return Math.ceilDiv(n, wide ? form.wideColumns : BLOCK);
    }

    private long groups() {
        return Math.multiplyExact(Math.multiplyExact(batch, parts), Math.multiplyExact(bands(), tiles()));
    }

    /** Estimated time on a device with {@link LaunchPlan#BUSY_GROUPS} multiprocessors. */
    private double time() {
        double waves = Math.ceilDiv(groups(), LaunchPlan.BUSY_GROUPS);
        double join = parts == 1 ? 0 : form.joinTime(batch * (double) parts * m * n);
        return waves * partSlices() * form.sliceTime(wide) + join;
    }

    /** Number of slices in each part; the last part may have fewer. */
    public long partSlices() {
        return Math.ceilDiv(form.slices(k), parts);
    }

    /** Number of slices of the inner axis. */
    public long slices() {
        return form.slices(k);
    }

    /** Number of row blocks in each entry of a, in whole tiles. */
    public long aBlocks() {
        return bands() * (wide ? LaunchPlan.WIDE / BLOCK : 1);
    }

    /** Number of column blocks in each entry of b, in whole tiles. */
    public long bBlocks() {
        return tiles() * (wide ? form.wideColumns / BLOCK : 1);
    }

    /** The kernel that multiplies. */
    public Kernel kernel() {
        return form.multiply(wide);
    }

    /** Its grid: one group for each tile of each part of each entry. */
    public LaunchPlan launch() {
        int rows = wide ? LaunchPlan.WIDE + form.wideColumns : 2 * BLOCK;
        return LaunchPlan.tasks(groups(), LaunchPlan.TILE_ITEMS)
                .withShared(STAGES * rows * form.depth * form.planes * Short.BYTES);
    }
}
