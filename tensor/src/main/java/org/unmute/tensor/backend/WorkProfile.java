package org.unmute.tensor.backend;

import java.util.List;

/**
 * What a backend launched on its device and copied to and from it. Launches and copies are always counted; times only
 * while {@linkplain #measure measuring}, since each launch is waited for then.
 */
public interface WorkProfile {
    /**
     * One kernel.
     *
     * @param kernel its name
     * @param launches how often it ran
     * @param nanos how long in all; 0 unless measuring
     * @param bytes of its operands, each counted once a launch
     * @param operations multiplications and additions, where arithmetic is what limits it; else 0
     */
    record Entry(String kernel, long launches, long nanos, long bytes, long operations) {
        /** This one and one more launch. */
        public Entry plus(long moreNanos, long moreBytes, long moreOperations) {
            return new Entry(kernel, launches + 1, nanos + moreNanos, bytes + moreBytes, operations + moreOperations);
        }

        /**
         * The greater of the shares that it achieved of the device's memory and arithmetic peak; 0 if it was not timed.
         */
        public double shareOf(Peak peak) {
            double seconds = nanos / 1e9;
            return nanos == 0
                    ? 0
                    : Math.max(
                            bytes / seconds / peak.bytesPerSecond(), operations / seconds / peak.operationsPerSecond());
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
     * What the device reached when nothing else was asked of it.
     *
     * @param bytesPerSecond read and written by a large copy within the device
     * @param operationsPerSecond float32 multiplications and additions, fused
     */
    record Peak(double bytesPerSecond, double operationsPerSecond) {}

    /** Whether launches are waited for and timed from now on. */
    void measure(boolean on);

    /** The kernels that ran, the longest time first, then the most launches. */
    List<Entry> entries();

    /** What was copied. */
    Transfers transfers();

    /** Measured on the first call, which takes about a second. */
    Peak peak();

    /** Starts again from nothing. */
    void reset();
}
