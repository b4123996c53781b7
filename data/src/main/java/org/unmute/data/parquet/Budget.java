package org.unmute.data.parquet;

/**
 * Limits how far a file may expand. A run of one value takes five bytes for two billion cells, and compression
 * multiplies that, so a few bytes could fill the memory. Tables of this program's size never come near the limit.
 */
final class Budget {
    private static final long BASE = 4L << 20;
    private static final long PER_BYTE = 128;

    private final long all;
    private long left;

    Budget(long fileBytes) {
        all = BASE + PER_BYTE * fileBytes;
        left = all;
    }

    /** Deducts bytes of decompressed data or text, or the cost of cells; returns what is left. */
    long take(long amount) {
        left -= amount;
        if (left < 0) {
            throw new BrokenRuleException(
                    "too-large",
                    "cells and texts of the file would take more than " + all + " bytes, which is " + PER_BYTE
                            + " times its size and 4 MiB: it is damaged, or meant to do harm; if it is right, export"
                            + " the columns that are needed as CSV");
        }
        return left;
    }
}
