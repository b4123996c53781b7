package org.unmute.models.weights;

import static org.unmute.files.LittleEndian.u16;
import static org.unmute.files.LittleEndian.u32;

import java.lang.foreign.MemorySegment;
import org.unmute.files.LittleEndian;
import org.unmute.files.MalformedFileException;

/**
 * The end-of-central-directory record of a zip archive, with or without the zip64 records.
 *
 * @param directory offset of the directory
 * @param start     offset of the first end record, where the directory ends
 * @param entries   number of entries
 */
record ZipEnd(long directory, long start, long entries) {
    private static final int END = 0x06054B50;
    private static final int END_64 = 0x06064B50;
    private static final int LOCATOR = 0x07064B50;
    private static final int END_BYTES = 22;
    private static final int END_64_BYTES = 56;
    private static final int LOCATOR_BYTES = 20;
    private static final long MAX_16 = 0xFFFFL;
    private static final long MAX_32 = 0xFFFF_FFFFL;

    /**
     * Finds and reads the end record. Only the archive comment may follow, and it must end with the file. The search
     * runs backwards from the end, as in other readers, and stops at the first signature: a comment that contains a
     * signature makes the archive unreadable here, not ambiguous.
     */
    static ZipEnd find(String file, MemorySegment all) throws MalformedFileException {
        long at = signature(file, all);
        int comment = u16(all, at + 20);
        long follow = all.byteSize() - END_BYTES - at;
        if (comment != follow) {
            throw new MalformedFileException(
                    file,
                    at,
                    "no-zip-end",
                    "the archive's end record announces a comment of " + comment + " bytes, but " + follow
                            + " follow it: the file is cut short, or has other bytes after the archive");
        }
        if (u16(all, at + 4) != 0 || u16(all, at + 6) != 0) {
            throw new MalformedFileException(file, at, "zip-disks", "the archive is one of several disks");
        }
        long entries = u16(all, at + 10);
        long size = u32(all, at + 12);
        long directory = u32(all, at + 16);
        ZipEnd end = new ZipEnd(directory, at, entries);
        boolean same = entries == u16(all, at + 8);
        if (at >= LOCATOR_BYTES && all.get(LittleEndian.INT, at - LOCATOR_BYTES) == LOCATOR) {
            end = wide(file, all, at - LOCATOR_BYTES);
            same = same
                    && Math.min(end.entries, MAX_16) == entries
                    && Math.min(end.directory, MAX_32) == directory
                    && Math.min(end.start - end.directory, MAX_32) == size;
        } else {
            same = same && size == at - directory;
        }
        if (!same || end.entries < 0 || end.directory < 0 || end.directory > end.start) {
            throw new MalformedFileException(
                    file,
                    at,
                    "bad-zip-end",
                    "the end record says " + entries
                            + " entries in " + size + " bytes from byte " + directory
                            + ", which does not fit the file: it may "
                            + "be cut short or have bytes before it");
        }
        return end;
    }

    /** The offset of the last end record signature; rejects the file if the record does not fit behind it. */
    private static long signature(String file, MemorySegment all) throws MalformedFileException {
        long last = all.byteSize() - END_BYTES;
        long at = all.byteSize() - Integer.BYTES;
        long stop = Math.max(0, last - MAX_16);
        while (at >= stop && all.get(LittleEndian.INT, at) != END) {
            at--;
        }
        if (at < stop || at > last) {
            throw new MalformedFileException(
                    file,
                    Math.max(0, last),
                    "no-zip-end",
                    "the archive has no whole end record in its last " + (END_BYTES + MAX_16)
                            + " bytes: it is cut short, or has other bytes after it");
        }
        return at;
    }

    private static ZipEnd wide(String file, MemorySegment all, long locator) throws MalformedFileException {
        long at = locator - END_64_BYTES;
        boolean fits = at >= 0
                && all.get(LittleEndian.INT, at) == END_64
                && all.get(LittleEndian.LONG, locator + 8) == at
                && all.get(LittleEndian.INT, locator + 4) == 0
                && all.get(LittleEndian.INT, locator + 16) == 1
                && all.get(LittleEndian.LONG, at + 4) == END_64_BYTES - 12
                && all.get(LittleEndian.LONG, at + 16) == 0
                && all.get(LittleEndian.LONG, at + 24) == all.get(LittleEndian.LONG, at + 32);
        if (!fits || all.get(LittleEndian.LONG, at + 40) != at - all.get(LittleEndian.LONG, at + 48)) {
            throw new MalformedFileException(
                    file, locator, "bad-zip-end", "the zip64 end record and its locator do not fit the file");
        }
        return new ZipEnd(all.get(LittleEndian.LONG, at + 48), at, all.get(LittleEndian.LONG, at + 32));
    }
}
