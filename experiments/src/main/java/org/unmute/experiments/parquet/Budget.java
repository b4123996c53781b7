package org.unmute.experiments.parquet;

import org.unmute.tensor.io.MalformedFileException;

/**
 * What a file may unfold to. A run of one value takes five bytes for two billion cells, and compression adds to that,
 * so that a few bytes could fill a disk; a table of this program's size never comes near the limit.
 */
final class Budget {
    private static final long BASE = 4L << 20;
    private static final long PER_BYTE = 128;

    private final String file;
    private final long all;
    private long left;

    Budget(String file, long fileBytes) {
        this.file = file;
        all = BASE + PER_BYTE * fileBytes;
        left = all;
    }

    /**
     * Takes bytes of decompressed data or text, or a cell, from what is left.
     *
     * @param place where in the file that comes from
     */
    void take(long amount, long place) throws MalformedFileException {
        left -= amount;
        if (left < 0) {
            throw new MalformedFileException(
                    file,
                    place,
                    "too-large",
                    "cells and texts of the file would take more than " + all + " bytes, which is " + PER_BYTE
                            + " times its size and 4 MiB: it is damaged, or meant to do harm; if it is right, export"
                            + " the columns that are needed as CSV");
        }
    }
}
