package org.unmute.data.parquet;

import org.unmute.files.MalformedFileException;

/**
 * Limits how far a file, or the description at its end, may expand. A run of one value takes five bytes for two billion
 * cells, compression multiplies that, and a structure in a description takes one byte, so a few bytes could fill the
 * memory. Tables of this program's size never come near the limits.
 */
final class Budget {
    private static final long BASE = 4L << 20;
    private static final long PER_BYTE = 128;
    private static final long DESCRIPTION_BASE = 8L << 20;
    private static final long DESCRIPTION_PER_BYTE = 32;
    private static final long MAX_DESCRIPTION = 256L << 20;
    /** Maximum bytes for the lists of a row. */
    private static final long ROW = 2L << 20;

    private final String file;
    private final String what;
    private final long all;
    private long left;
    private long leftInRow;

    private Budget(String file, long all, String what) {
        this.file = file;
        this.all = all;
        this.what = what;
        left = all;
    }

    /** A budget for the cells and texts of a file of this size. */
    static Budget ofCells(String file, long fileBytes) {
        return new Budget(
                file,
                BASE + PER_BYTE * fileBytes,
                "cells and texts of the file would take more than %d bytes, which is " + PER_BYTE
                        + " times its size and 4 MiB");
    }

    /** A budget for the memory that the content of a description of this size takes. */
    static Budget ofDescription(String file, long bytes) {
        return new Budget(
                file,
                Math.min(MAX_DESCRIPTION, DESCRIPTION_BASE + DESCRIPTION_PER_BYTE * bytes),
                "the description of its columns, of " + bytes + " bytes, would take more than %d bytes of memory");
    }

    /**
     * Deducts bytes of decompressed data, text or memory, or the cost of a cell.
     *
     * @param place their position in the file
     */
    void take(long amount, long place) throws MalformedFileException {
        left -= amount;
        if (left < 0) {
            throw new MalformedFileException(
                    file,
                    place,
                    "too-large",
                    what.formatted(all) + ": it is damaged, or meant to do harm; if it is right, export the columns"
                            + " that are needed as CSV");
        }
    }

    void beginRow() {
        leftInRow = ROW;
    }

    /** Deducts cells, texts and lists of the current row, in any column. */
    void takeInRow(long amount, long place) throws MalformedFileException {
        leftInRow -= amount;
        if (leftInRow < 0) {
            throw new MalformedFileException(file, place, "too-large", "the lists of a row are longer than 2 MiB");
        }
    }
}
