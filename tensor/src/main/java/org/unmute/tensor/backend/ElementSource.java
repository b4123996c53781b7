package org.unmute.tensor.backend;

/**
 * Where float32 numbers are read from piece by piece, such as a tensor in an open file. Pieces may be read by several
 * threads at once.
 */
@FunctionalInterface
public interface ElementSource {
    /**
     * Writes elements {@code [from, from + count)}, in row-major order, to {@code to[at]} and what follows it.
     *
     * @throws IllegalArgumentException if they are no numbers that can be used
     */
    void read(long from, float[] to, int at, int count);
}
