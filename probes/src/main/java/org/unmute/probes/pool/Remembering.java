package org.unmute.probes.pool;

import org.unmute.tensor.Tensor;

/**
 * A probe that keeps its training clips and compares others with them. It has no parameters, so nothing is trained by
 * gradients: one pass over the clips is its training.
 */
public interface Remembering extends Probe {
    /** The most clips that it keeps. */
    int capacity();

    /**
     * Keeps these clips in place of those before. Not thread-safe, unlike scoring.
     *
     * @param descriptors {@link #descriptor} of each, {@code [clips, features]}. Not modified.
     * @param targets {@code [clips, classes]}: 1 for present classes, 0 for absent ones, NaN where that is not known.
     *     Not modified.
     * @param singleLabel whether scores are the softmax of the logits, else their sigmoid
     * @throws IllegalArgumentException if there are none or too many, or the sizes do not fit
     */
    void remember(float[] descriptors, float[] targets, boolean singleLabel);

    /**
     * Logits of some of the clips that it keeps, each compared with all others.
     *
     * @param clips their numbers
     * @return {@code [clips, classes]}
     */
    Tensor logitsOfKept(int[] clips);
}
