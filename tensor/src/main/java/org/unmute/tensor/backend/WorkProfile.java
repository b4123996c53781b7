package org.unmute.tensor.backend;

import java.util.List;

/**
 * Kernel launches of a backend and copies to and from its device. Launches and copies are always counted; times only
 * while {@linkplain #measure measuring}, when each launch is waited for.
 */
public interface WorkProfile {
    /** What multiplies; each has a peak of its own. */
    enum Unit {
        /** Fused multiply-adds in float32. */
        FLOAT32("float32"),
        /** Tensor cores, operands in TF32. */
        TF32("tensor cores, TF32"),
        /** Tensor cores, operands in float16 or bfloat16. */
        HALF("tensor cores, 16 bits"),
        /** Tensor cores, operands in whole numbers of 8 bits. */
        BYTES("tensor cores, 8 bits"),
        /** Tensor cores at float32's accuracy: three multiplications of 16 bits for each. */
        HALF_THRICE("tensor cores, 16 bits, 3 for 1"),
        /** Tensor cores at float32's accuracy: six multiplications of 16 bits for each. */
        HALF_SIX_TIMES("tensor cores, 16 bits, 6 for 1");

        private final String label;

        Unit(String label) {
            this.label = label;
        }

        /** For users. */
        public String label() {
            return label;
        }
    }

    /**
     * The launches of one kernel.
     *
     * @param kernel its name
     * @param unit what it multiplies on
     * @param launches number of launches
     * @param nanos total time; 0 unless measuring
     * @param bytes total bytes of its operands, each counted once for each launch
     * @param operations multiplications and additions, if the kernel is bound by arithmetic; otherwise 0
     */
    record Entry(String kernel, Unit unit, long launches, long nanos, long bytes, long operations) {
        /** This entry with one more launch. */
        public Entry plus(long moreNanos, long moreBytes, long moreOperations) {
            return new Entry(
                    kernel, unit, launches + 1, nanos + moreNanos, bytes + moreBytes, operations + moreOperations);
        }

        /**
         * The achieved share of the device's peak of memory or of its unit's arithmetic, whichever is larger; 0 if not
         * timed.
         */
        public double shareOf(Peak peak) {
            double seconds = nanos / 1e9;
            return nanos == 0
                    ? 0
                    : Math.max(
                            bytes / seconds / peak.bytesPerSecond(),
                            operations / seconds / peak.operationsPerSecond(unit));
        }
    }

    /**
     * Copies between Java and the device.
     *
     * @param count number of copies, both ways
     * @param toDevice bytes to the device
     * @param fromDevice bytes from the device
     */
    record Transfers(long count, long toDevice, long fromDevice) {}

    /**
     * Measured peak rates of the device.
     *
     * @param bytesPerSecond read and written by a large copy within the device
     * @param operationsPerSecond float32 multiplications and additions, fused
     * @param tf32PerSecond multiplications and additions of tensor cores, operands in TF32; 0 if there are none
     * @param halfPerSecond the same, operands of 16 bits
     * @param wholePerSecond the same, whole numbers of 8 bits
     */
    record Peak(
            double bytesPerSecond,
            double operationsPerSecond,
            double tf32PerSecond,
            double halfPerSecond,
            double wholePerSecond) {
        /** Multiplications and additions of a unit; 0 if the device has none. */
        public double operationsPerSecond(Unit unit) {
            return switch (unit) {
                case FLOAT32 -> operationsPerSecond;
                case TF32 -> tf32PerSecond;
                case HALF -> halfPerSecond;
                case BYTES -> wholePerSecond;
                case HALF_THRICE -> halfPerSecond / 3;
                case HALF_SIX_TIMES -> halfPerSecond / 6;
            };
        }
    }

    /** Switches timing on or off; while it is on, each launch is waited for. */
    void measure(boolean on);

    /** The kernels that ran, by time, then by launches, largest first. */
    List<Entry> entries();

    /** The copies. */
    Transfers transfers();

    /** Measured on the first call, which takes about a second. */
    Peak peak();

    /** Resets all counts. */
    void reset();
}
