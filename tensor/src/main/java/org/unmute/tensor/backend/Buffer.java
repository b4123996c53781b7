package org.unmute.tensor.backend;

import org.unmute.tensor.DType;

/** Memory owned by exactly one backend and closed at most once; use after {@link #close()} throws. */
public interface Buffer extends AutoCloseable {
    /** Element type of everything in this buffer. */
    DType dtype();

    /** Bytes this buffer occupies, padding included. */
    long bytes();

    /** Releases the memory. Closing a second time does nothing. */
    @Override
    void close();

    /**
     * Marks the contents as final. A backend may then keep a second form of them, such as packed weights; writing
     * through a backend afterwards is an error.
     */
    void freeze();

    /** Whether {@link #freeze()} was called. */
    boolean isFrozen();
}
