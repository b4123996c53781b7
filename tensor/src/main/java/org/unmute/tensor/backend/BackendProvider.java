package org.unmute.tensor.backend;

import java.util.List;

/** How a backend makes itself known, through {@link java.util.ServiceLoader}. */
public interface BackendProvider {
    /** The backend's name, as {@code --device} takes it. */
    String name();

    /** Higher is preferred by {@code auto}; below 0 it is taken only when asked for. */
    int priority();

    /** Whether it runs on the processor, so that {@code --device cpu} may mean it. */
    default boolean isCpu() {
        return true;
    }

    /** Whether the backend runs here. Cheap, never throws. */
    Availability probe();

    /**
     * What {@link #probe} answers for each of its devices, in the order in which {@code name:0}, {@code name:1} ...
     * count them; at least one.
     */
    default List<Availability> devices() {
        return List.of(probe());
    }

    /**
     * Opens the backend; called only after {@link #probe()} answered available.
     *
     * @param threads worker threads, 0 for as many as there are processors
     */
    Backend open(int threads);

    /**
     * Opens the backend on one of its {@link #devices()}.
     *
     * @param device its number, from 0
     * @param threads worker threads, 0 for as many as there are processors
     */
    default Backend open(int device, int threads) {
        return open(threads);
    }

    /**
     * Whether a backend runs here.
     *
     * @param available whether it does
     * @param reason in words: what it runs on, or what is missing and what to do
     */
    record Availability(boolean available, String reason) {}
}
