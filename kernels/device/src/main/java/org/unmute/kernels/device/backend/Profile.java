package org.unmute.kernels.device.backend;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.unmute.kernels.device.Kernel;
import org.unmute.tensor.backend.WorkProfile;

/** Launches, time, bytes and arithmetic of each kernel, and transfers. Thread-safe. */
public final class Profile implements WorkProfile {
    private final Supplier<Peak> measurement;
    private final Map<String, Entry> entries = new TreeMap<>();
    private volatile boolean measuring;
    private Transfers transfers = new Transfers(0, 0, 0);
    private Peak peak;

    /** @param measurement measures the peak of the device; its own launches are not counted */
    Profile(Supplier<Peak> measurement) {
        this.measurement = measurement;
    }

    @Override
    public void measure(boolean on) {
        measuring = on;
    }

    boolean isMeasuring() {
        return measuring;
    }

    synchronized void launched(Kernel kernel, long nanos, long bytes, long operations) {
        entries.merge(
                kernel.name(),
                new Entry(kernel.name(), kernel.unit(), 1, nanos, bytes, operations),
                (old, _) -> old.plus(nanos, bytes, operations));
    }

    synchronized void transferred(boolean up, long bytes) {
        transfers = new Transfers(
                transfers.count() + 1,
                transfers.toDevice() + (up ? bytes : 0),
                transfers.fromDevice() + (up ? 0 : bytes));
    }

    @Override
    public synchronized List<Entry> entries() {
        List<Entry> all = new ArrayList<>(entries.values());
        all.sort(Comparator.comparingLong(Entry::nanos)
                .thenComparingLong(Entry::launches)
                .reversed());
        return all;
    }

    @Override
    public synchronized Transfers transfers() {
        return transfers;
    }

    @Override
    public synchronized Peak peak() {
        if (peak == null) {
            peak = measurement.get();
        }
        return peak;
    }

    @Override
    public synchronized void reset() {
        entries.clear();
        transfers = new Transfers(0, 0, 0);
    }
}
