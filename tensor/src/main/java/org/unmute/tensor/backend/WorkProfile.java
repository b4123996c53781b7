package org.unmute.tensor.backend;

import java.util.List;

/**
 * Kernel launches of a backend and copies to and from its device. Launches and copies are always counted. Times are
 * taken only while {@linkplain #measure measuring}, which waits for each launch.
 */
public interface WorkProfile {
    /** Arithmetic units of a device; each has its own peak rate. */
    enum Unit {
        /** Fused multiply-adds in float32. */
        FLOAT32("float32"),
        /** Tensor cores with operands in TF32. */
        TF32("tensor cores, TF32"),
        /** Tensor cores with operands in float16 or bfloat16. */
        HALF("tensor cores, 16 bits"),
        /** Tensor cores with 8-bit integer operands. */
        BYTES("tensor cores, 8 bits"),
        /** Tensor cores at float32 accuracy, with three 16-bit multiplications for each float32 one. */
        HALF_THRICE("tensor cores, 16 bits, 3 for 1"),
        /** Tensor cores at float32 accuracy, with six 16-bit multiplications for each float32 one. */
        HALF_SIX_TIMES("tensor cores, 16 bits, 6 for 1");

        private final String label;

        Unit(String label) {
            this.label = label;
        }

        /** The name shown to users. */
        public String label() {
            return label;
        }
    }

    /**
     * The launches of one kernel.
     *
     * @param kernel the kernel's name
     * @param unit the unit that does its arithmetic
     * @param launches number of launches
     * @param nanos total time; 0 if not measured
     * @param bytes total bytes of its operands, each counted once per launch
     * @param operations multiplications and additions, if the kernel is bound by arithmetic; otherwise 0
     */
    record Entry(String kernel, Unit unit, long launches, long nanos, long bytes, long operations) {
        /** This entry with one more launch. */
        public Entry plus(long moreNanos, long moreBytes, long moreOperations) {
            return new Entry(
                    kernel, unit, launches + 1, nanos + moreNanos, bytes + moreBytes, operations + moreOperations);
        }

        /**
         * The achieved fraction of the device's peak memory bandwidth or of its unit's peak arithmetic rate, whichever
         * is larger; 0 if not timed.
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
     * @param count number of copies in both directions
     * @param toDevice bytes to the device
     * @param fromDevice bytes from the device
     */
    record Transfers(long count, long toDevice, long fromDevice) {}

    /**
     * Measured peak rates of the device.
     *
     * @param bytesPerSecond bytes read and written per second by a large copy within the device
     * @param operationsPerSecond float32 multiplications and additions per second, with fused multiply-add
     * @param tf32PerSecond multiplications and additions per second of tensor cores with operands in TF32; 0 if there
     *     are none
     * @param halfPerSecond the same with 16-bit operands
     * @param wholePerSecond the same with 8-bit integers
     */
    record Peak(
            double bytesPerSecond,
            double operationsPerSecond,
            double tf32PerSecond,
            double halfPerSecond,
            double wholePerSecond) {
        /** Peak multiplications and additions per second of a unit; 0 if the device does not have it. */
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

    /** Switches timing on or off. While it is on, each launch is waited for. */
    void measure(boolean on);

    /** The kernels that ran, sorted by time, then by launches, largest first. */
    List<Entry> entries();

    /** The copies so far. */
    Transfers transfers();

    /** Peak rates of the device. The first call measures them, which takes about a second. */
    Peak peak();

    /** Resets all counts. */
    void reset();
}
