package org.unmute.data.parquet;

import org.unmute.files.MalformedFileException;

/**
 * What a file, or the description at its end, may unfold to. A run of one value takes five bytes for two billion cells,
 * compression adds to that, and a structure in a description takes a byte, so that a few bytes could fill a memory; a
 * table of this program's size never comes near the limits.
 */
final class Budget {
    private static final long BASE = 4L << 20;
    private static final long PER_BYTE = 128;
    private static final long DESCRIPTION_BASE = 8L << 20;
    private static final long DESCRIPTION_PER_BYTE = 32;
    private static final long MAX_DESCRIPTION = 256L << 20;
    /** What the lists of a row may take. */
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

    /** For cells and texts of a file of so many bytes. */
    static Budget ofCells(String file, long fileBytes) {
        return new Budget(
                file,
                BASE + PER_BYTE * fileBytes,
                "cells and texts of the file would take more than %d bytes, which is " + PER_BYTE
                        + " times its size and 4 MiB");
    }

    /** For the memory that is taken by what a description of so many bytes says. */
    static Budget ofDescription(String file, long bytes) {
        return new Budget(
                file,
                Math.min(MAX_DESCRIPTION, DESCRIPTION_BASE + DESCRIPTION_PER_BYTE * bytes),
                "the description of its columns, of " + bytes + " bytes, would take more than %d bytes of memory");
    }

    /**
     * Takes bytes of decompressed data, text or memory, or a cell, from what is left.
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
                    what.formatted(all) + ": it is damaged, or meant to do harm; if it is right, export the columns"
                            + " that are needed as CSV");
        }
    }

    void beginRow() {
        leftInRow = ROW;
    }

    /** Takes cells, texts and lists of the row that has begun, whatever column they are of. */
    void takeInRow(long amount, long place) throws MalformedFileException {
        leftInRow -= amount;
        if (leftInRow < 0) {
            throw new MalformedFileException(file, place, "too-large", "the lists of a row are longer than 2 MiB");
        }
    }
}
