package org.unmute.tensor.backend;

/**
 * A source of float32 elements that can be read in pieces, such as a tensor in an open file. Several threads may read
 * concurrently.
 */
@FunctionalInterface
public interface ElementSource {
    /**
     * Writes elements {@code [from, from + count)}, in row-major order, to {@code to}, starting at position {@code at}.
     *
     * @throws IllegalArgumentException if the elements cannot be used
     */
    void read(long from, float[] to, int at, int count);
}
