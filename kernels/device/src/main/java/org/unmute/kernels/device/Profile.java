package org.unmute.kernels.device;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a backend launched and copied: per kernel the launches, the time and the bytes. Launches and transfers are always counted;
 * times only while {@linkplain #measure measuring}, since each launch is waited for then. Thread-safe.
 */
public final class Profile {
    private final Map<String, Entry> entries = new TreeMap<>();
    private volatile boolean measuring;
    private long toDevice;
    private long fromDevice;
    private long transfers;

    Profile() {}

    /**
     * One kernel.
     *
     * @param kernel its name
     * @param launches how often it ran
     * @param nanos how long in all; 0 unless measuring
     * @param bytes of its operands, each counted once a launch
     */
    public record Entry(String kernel, long launches, long nanos, long bytes) {
        Entry plus(long moreNanos, long moreBytes) {
            return new Entry(kernel, launches + 1, nanos + moreNanos, bytes + moreBytes);
        }
    }

    /**
     * Copies between Java and the device.
     *
     * @param count number of copies, both ways
     * @param toDevice bytes to the device
     * @param fromDevice bytes from the device
     */
    public record Transfers(long count, long toDevice, long fromDevice) {}

    /** Whether launches are waited for and timed from now on. */
    public void measure(boolean on) {
        measuring = on;
    }

    boolean isMeasuring() {
        return measuring;
    }

    synchronized void launched(Kernel kernel, long nanos, long bytes) {
        entries.merge(kernel.name(), new Entry(kernel.name(), 1, nanos, bytes), (old, _) -> old.plus(nanos, bytes));
    }

    synchronized void transferred(boolean up, long bytes) {
        transfers++;
        if (up) {
            toDevice += bytes;
        } else {
            fromDevice += bytes;
        }
    }

    /** The kernels that ran, the longest time first, then the most launches. */
    public synchronized List<Entry> entries() {
        List<Entry> all = new ArrayList<>(entries.values());
        all.sort(Comparator.comparingLong(Entry::nanos).thenComparingLong(Entry::launches).reversed());
        return all;
    }

    /** What was copied. */
    public synchronized Transfers transfers() {
        return new Transfers(transfers, toDevice, fromDevice);
    }

    /** Starts again from nothing. */
    public synchronized void reset() {
        entries.clear();
        transfers = 0;
        toDevice = 0;
        fromDevice = 0;
    }
}
