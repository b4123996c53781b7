package org.unmute.tensor.io.torch;

import java.util.Objects;
import org.unmute.tensor.io.LoadLimits;

/**
 * What the reader of PyTorch checkpoints accepts at most. A file cannot raise a limit; a caller can.
 *
 * @param common      most tensors and axes, longest dotted name
 * @param zipEntries  most entries of the archive
 * @param pickleBytes longest pickle, in bytes
 * @param nodes       most values a pickle may make, and most places a value may be reached from the root
 * @param stack       most values on the pickle stack, and most entries of its memo
 * @param marks       most nested marks
 * @param nesting     deepest nesting of dictionaries and lists, 1 to 1000
 * @param pathChars   most characters of all dotted names together
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
    private static final int MOST_NESTING = 1000;

    /** The default limits, 100,000 entries, 64 MB, 300,000 values, 200,000, 1,000 marks, 64 levels, 16 million. */
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
        if (nesting < 1 || nesting > MOST_NESTING) {
            throw new IllegalArgumentException("torch limits: nesting must be 1 to " + MOST_NESTING + ": " + nesting);
        }
    }

    /** These limits with other common ones. */
    public TorchLimits with(LoadLimits other) {
        return new TorchLimits(other, zipEntries, pickleBytes, nodes, stack, marks, nesting, pathChars);
    }
}
