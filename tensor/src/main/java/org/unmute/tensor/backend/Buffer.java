package org.unmute.tensor.backend;

import org.unmute.tensor.DType;

/** Memory of one backend. Use after {@link #close()} throws. */
public interface Buffer extends AutoCloseable {
    /** Element type of this buffer. */
    DType dtype();

    /** Bytes that this buffer occupies, including padding. */
    long bytes();

    /** Releases the memory. Closing a second time does nothing. */
    @Override
    void close();

    /**
     * Declares the contents final. A backend may then keep a second form of them, such as packed weights. Writing to
     * the buffer afterwards is an error.
     */
    void freeze();

    /** Whether {@link #freeze()} was called. */
    boolean isFrozen();
}
