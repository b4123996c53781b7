package org.unmute.models.weights;

import java.util.Objects;
import org.unmute.tensor.io.LoadLimits;

/**
 * Limits of the reader of PyTorch checkpoints. Callers can raise them; files cannot.
 *
 * @param common      limits on tensors, axes and dotted names
 * @param zipEntries  maximum number of archive entries
 * @param pickleBytes maximum length of a pickle, in bytes
 * @param nodes       maximum number of values created by a pickle, and of places reached from the root
 * @param stack       maximum number of values on the pickle stack, and of memo entries
 * @param marks       maximum number of nested marks
 * @param nesting     maximum nesting depth of dictionaries and lists, 1 to 1000
 * @param pathChars   maximum total length of all dotted names
 */
public record TorchLimits(
        LoadLimits common,
        int zipEntries,
        long pickleBytes,
        int nodes,
        int stack,
        int marks,
        int nesting,
        long pathChars) {
    private static final int MAX_NESTING = 1000;

    /**
     * The default limits: 100,000 entries, 64 MB, 300,000 values, 200,000 on the stack, 1,000 marks, 64 levels, 16
     * million characters.
     */
    public static final TorchLimits DEFAULT =
            new TorchLimits(LoadLimits.DEFAULT, 100_000, 64L << 20, 300_000, 200_000, 1_000, 64, 16_000_000);

    /** @throws IllegalArgumentException if a limit is negative, or nesting is not 1 to 1000 */
    public TorchLimits {
        Objects.requireNonNull(common, "common");
        if (zipEntries < 0 || pickleBytes < 0 || nodes < 0 || stack < 0 || marks < 0 || pathChars < 0) {
            throw new IllegalArgumentException("torch limits: negative: zip entries " + zipEntries + ", pickle bytes "
                    + pickleBytes + ", nodes " + nodes + ", stack " + stack + ", marks " + marks
                    + ", path characters " + pathChars);
        }
        if (nesting < 1 || nesting > MAX_NESTING) {
            throw new IllegalArgumentException("torch limits: nesting must be 1 to " + MAX_NESTING + ": " + nesting);
        }
    }
}
