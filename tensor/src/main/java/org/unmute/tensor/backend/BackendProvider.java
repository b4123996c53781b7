package org.unmute.tensor.backend;

import java.util.List;

/** Provides a backend through {@link java.util.ServiceLoader}. */
public interface BackendProvider {
    /** The backend's name, as given to {@code --device}. */
    String name();

    /** {@code auto} prefers higher values. A backend with a value below 0 must be requested by name. */
    int priority();

    /** Whether the backend runs on the CPU, so that {@code --device cpu} may choose it. */
    default boolean isCpu() {
        return true;
    }

    /** Whether the backend is available on this machine. Cheap; never throws. */
    Availability probe();

    /** The availability of each device, in the order {@code name:0}, {@code name:1}, …. Has at least one entry. */
    default List<Availability> devices() {
        return List.of(probe());
    }

    /**
     * Opens the backend; called only if {@link #probe()} reports it as available.
     *
     * @param threads number of worker threads; 0 for one per processor
     */
    Backend open(int threads);

    /**
     * Opens the backend on one of its {@link #devices()}.
     *
     * @param device the device's number, from 0
     * @param threads number of worker threads; 0 for one per processor
     */
    default Backend open(int device, int threads) {
        return open(threads);
    }

    /**
     * Whether a backend is available.
     *
     * @param available whether it is available
     * @param reason one line for users: what the backend runs on, or what is missing and what to do
     */
    record Availability(boolean available, String reason) {}
}
