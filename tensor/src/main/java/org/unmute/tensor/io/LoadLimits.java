package org.unmute.tensor.io;

/**
 * Limits of the readers. A caller can raise them; a file cannot.
 *
 * @param headerBytes maximum length of a safetensors header, in bytes
 * @param tensors maximum number of tensors in a file, and of keys in any JSON object of its header
 * @param axes maximum number of axes of a tensor, 0 to 8
 * @param nameChars maximum length of a tensor name, in UTF-16 units
 * @param jsonDepth maximum nesting depth of a JSON header
 * @param npyHeaderBytes maximum length of an npy header, in bytes
 */
public record LoadLimits(long headerBytes, int tensors, int axes, int nameChars, int jsonDepth, int npyHeaderBytes) {
    /** 100 MB of header, 100,000 tensors, 8 axes, names of 512 characters, 8 levels, 10,000 bytes of npy header. */
    public static final LoadLimits DEFAULT = new LoadLimits(100_000_000, 100_000, 8, 512, 8, 10_000);

    /** @throws IllegalArgumentException if a limit is negative or larger than the readers support */
    public LoadLimits {
        if (headerBytes < 0 || headerBytes > Integer.MAX_VALUE - 16) {
            throw new IllegalArgumentException(
                    "load limits: header bytes must be 0 to " + (Integer.MAX_VALUE - 16) + ": " + headerBytes);
        }
        if (axes < 0 || axes > 8) {
            throw new IllegalArgumentException("load limits: axes must be 0 to 8: " + axes);
        }
        if (tensors < 0 || nameChars < 0 || jsonDepth < 0 || npyHeaderBytes < 0) {
            throw new IllegalArgumentException("load limits: negative: tensors " + tensors + ", name characters "
                    + nameChars + ", JSON depth " + jsonDepth + ", npy header bytes " + npyHeaderBytes);
        }
    }
}
