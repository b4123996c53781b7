package org.unmute.tensor.backend;

/** How a backend makes itself known, through {@link java.util.ServiceLoader}. */
public interface BackendProvider {
    /** The backend's name, as {@code --backend} takes it. */
    String name();

    /** Higher is preferred by {@code auto}. */
    int priority();

    /** Whether the backend runs here. Cheap, never throws. */
    Availability probe();

    /**
     * Opens the backend; called only after {@link #probe()} answered available.
     *
     * @param threads worker threads, 0 for as many as there are processors
     */
    Backend open(int threads);

    /**
     * Whether a backend runs here.
     *
     * @param available whether it does
     * @param reason in words: what it runs on, or what is missing and what to do
     */
    record Availability(boolean available, String reason) {}
}
