package org.unmute.models.weights;

import static org.unmute.files.MalformedFileException.quote;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.unmute.files.LittleEndian;
import org.unmute.files.MalformedFileException;

/**
 * The records of a zip archive as {@code torch.save} writes it: stored without compression, contiguous, all in one
 * folder. They are read in place through the central directory, which must agree with each local header. Two readers
 * must not see different contents in the same file, so gaps, overlaps, entry comments, and bytes before or after the
 * archive are rejected. Two things that other programs write when they copy records unchanged are accepted: wide sizes
 * in local headers, and an archive comment.
 */
final class ZipRecords {
    private static final int LOCAL = 0x04034B50;
    private static final int CENTRAL = 0x02014B50;
    private static final int DESCRIPTOR = 0x08074B50;
    private static final int LOCAL_BYTES = 30;
    private static final int CENTRAL_BYTES = 46;
    private static final int ENCRYPTED = 0x2041;
    private static final int DESCRIBED = 0x8;
    private static final int ZIP64_EXTRA = 1;
    private static final int[] DESCRIPTOR_BYTES = {12, 16, 20, 24};
    private static final long MAX_32 = 0xFFFF_FFFFL;
    private static final long CRC_PIECE = 1L << 26;

    private final String file;
    private final MemorySegment all;
    private final TorchLimits limits;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private String root;

    /** A record: its data and checksum. */
    final class Entry {
        final String name;
        final int flags;
        final long crc;
        final long size;
        final long header;
        MemorySegment data;
        private volatile boolean verified;

        private Entry(String name, int flags, long crc, long size, long header) {
            this.name = name;
            this.flags = flags;
            this.crc = crc;
            this.size = size;
            this.header = header;
        }

        long start() {
            return data.address() - all.address();
        }

        /** Checks the record's CRC-32 on the first call. */
        void verify() throws MalformedFileException {
            if (verified) {
                return;
            }
            CRC32 sum = new CRC32();
            for (long at = 0; at < size; at += CRC_PIECE) {
                sum.update(data.asSlice(at, Math.min(CRC_PIECE, size - at)).asByteBuffer());
            }
            if (sum.getValue() != crc) {
                throw error(
                        start(),
                        "crc-mismatch",
                        String.format(
                                "the bytes of %s have CRC-32 %08x, not %08x as the "
                                        + "archive says: the file is damaged, get it again (or it was saved with "
                                        + "torch.serialization.set_crc32_options(False): save it again without)",
                                quote(name), sum.getValue(), crc));
            }
            verified = true;
        }
    }

    private ZipRecords(String file, MemorySegment all, TorchLimits limits) {
        this.file = file;
        this.all = all;
        this.limits = limits;
    }

    /** Reads and checks the directory of an archive that spans the whole file. */
    static ZipRecords of(String file, MemorySegment all, TorchLimits limits) throws IOException {
        ZipRecords records = new ZipRecords(file, all, limits);
        ZipEnd end = ZipEnd.find(file, all);
        if (end.entries() > limits.zipEntries()) {
            throw records.error(
                    end.start(),
                    "too-many-entries",
                    end.entries() + " entries in the archive; at most " + limits.zipEntries());
        }
        records.readDirectory(end);
        records.readLocalHeaders(end.directory());
        return records;
    }

    /** The record with a name in the archive's folder; null if there is none. */
    @Nullable
    Entry find(String name) {
        return entries.get(root + "/" + name);
    }

    private MalformedFileException error(long at, String rule, String detail) {
        return new MalformedFileException(file, at, null, rule, detail);
    }

    private int u16(long at) {
        return LittleEndian.u16(all, at);
    }

    private int i32(long at) {
        return all.get(LittleEndian.INT, at);
    }

    private long u32(long at) {
        return LittleEndian.u32(all, at);
    }

    private void readDirectory(ZipEnd end) throws MalformedFileException {
        long at = end.directory();
        for (long i = 0; i < end.entries(); i++) {
            if (end.start() - at < CENTRAL_BYTES || i32(at) != CENTRAL) {
                throw error(
                        at,
                        "bad-directory",
                        "no directory entry where number " + i + " of " + end.entries() + " must be");
            }
            long length = CENTRAL_BYTES + u16(at + 28) + u16(at + 30) + u16(at + 32);
            if (length > end.start() - at) {
                throw error(at, "bad-directory", "directory entry " + i + " reaches beyond the directory");
            }
            Entry entry = entry(at);
            if (entries.putIfAbsent(entry.name, entry) != null) {
                throw error(at, "duplicate-entry", "two entries are called " + quote(entry.name));
            }
            at += length;
        }
        if (at != end.start()) {
            throw error(
                    at,
                    "bad-directory",
                    "the directory has " + (end.start() - at) + " bytes more than its " + end.entries() + " entries");
        }
    }

    private Entry entry(long at) throws MalformedFileException {
        int flags = u16(at + 8);
        int nameBytes = u16(at + 28);
        String name = name(at + CENTRAL_BYTES, nameBytes);
        if ((flags & ENCRYPTED) != 0) {
            throw error(at, "encrypted-entry", quote(name) + " is encrypted");
        }
        if (u16(at + 10) != 0) {
            throw error(
                    at,
                    "compressed-entry",
                    quote(name) + " is compressed (method "
                            + u16(at + 10)
                            + "), and torch stores: the file was packed again by another program; take the "
                            + "original, or load it in Python and save it with torch.save");
        }
        if (u16(at + 32) != 0 || u16(at + 34) != 0) {
            throw error(at, "zip-comment", quote(name) + " has a comment or lies on another disk");
        }
        long size = u32(at + 24);
        long packed = u32(at + 20);
        long header = u32(at + 42);
        if (size == MAX_32 || packed == MAX_32 || header == MAX_32) {
            long[] wide = zip64(at + CENTRAL_BYTES + nameBytes, u16(at + 30), name, size, packed, header);
            size = wide[0];
            packed = wide[1];
            header = wide[2];
        }
        if (size != packed) {
            throw error(at, "header-mismatch", quote(name) + " is stored in " + packed + " bytes but has " + size);
        }
        return new Entry(name, flags, u32(at + 16), size, header);
    }

    /** Replaces the values that are all ones by those of a zip64 extra field, in this order. */
    private long[] zip64(long at, int length, String name, long... values) throws MalformedFileException {
        long end = at + length;
        while (end - at >= 4) {
            long field = at + 4;
            long next = field + u16(at + 2);
            if (next > end) {
                break;
            }
            if (u16(at) == ZIP64_EXTRA) {
                for (int i = 0; i < values.length; i++) {
                    if (values[i] == MAX_32 && next - field >= 8) {
                        values[i] = all.get(LittleEndian.LONG, field);
                        field += 8;
                    } else if (values[i] == MAX_32) {
                        throw error(at, "bad-zip64", "too few wide values for " + quote(name));
                    }
                }
                return values;
            }
            at = next;
        }
        throw error(at, "bad-zip64", "no wide values for " + quote(name));
    }

    private String name(long at, int length) throws MalformedFileException {
        String name = PickleInput.utf8OrNull(all.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE));
        if (name == null
                || name.length() > limits.common().nameChars()
                || name.chars().anyMatch(c -> Character.isISOControl(c) || c == '\\')
                || name.matches("[A-Za-z]:.*")) {
            throw error(
                    at,
                    "bad-entry-name",
                    "the name of an entry is too long, not UTF-8, or has a control "
                            + "character, a backslash or a drive letter"
                            + (name == null ? "" : ": " + quote(name)));
        }
        String[] parts = name.split("/", -1);
        for (String part : parts) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                throw error(at, "bad-entry-name", quote(name) + " is no plain relative path of a file");
            }
        }
        root = root == null ? parts[0] : root;
        if (parts.length < 2 || !parts[0].equals(root)) {
            throw error(
                    at,
                    "several-roots",
                    quote(name) + " does not lie in the folder " + quote(root) + " like the entries before it");
        }
        return name;
    }

    /**
     * Checks that the first record starts at byte 0, each other one where the previous one ends, and the directory
     * after the last.
     */
    private void readLocalHeaders(long directory) throws MalformedFileException {
        List<Entry> byOffset = new ArrayList<>(entries.values());
        byOffset.sort(Comparator.comparingLong(e -> e.header));
        long reached = 0;
        for (int i = 0; i < byOffset.size(); i++) {
            Entry e = byOffset.get(i);
            if (e.header != reached) {
                throw error(
                        Math.clamp(e.header, 0, all.byteSize()),
                        e.header < reached ? "overlapping-entries" : "zip-gap",
                        quote(e.name) + " starts at byte " + e.header + ", but what lies before it ends at " + reached);
            }
            long next = i + 1 < byOffset.size() ? byOffset.get(i + 1).header : directory;
            reached = local(e, next, directory);
        }
        if (reached != directory) {
            throw error(
                    Math.min(reached, directory),
                    reached > directory ? "overlapping-entries" : "zip-gap",
                    "the directory starts at byte " + directory + ", but the last record ends at " + reached);
        }
    }

    private long local(Entry e, long next, long directory) throws MalformedFileException {
        long at = e.header;
        if (directory - at < LOCAL_BYTES || i32(at) != LOCAL) {
            throw error(at, "bad-local-header", "no header where the directory says that of " + quote(e.name) + " is");
        }
        long start = at + LOCAL_BYTES + u16(at + 26) + u16(at + 28);
        if (e.size < 0 || start > directory || e.size > directory - start) {
            throw error(
                    at,
                    "entry-past-end",
                    quote(e.name) + " of " + Long.toUnsignedString(e.size)
                            + " bytes reaches into the directory or beyond the file");
        }
        byte[] raw = all.asSlice(at + LOCAL_BYTES, u16(at + 26)).toArray(ValueLayout.JAVA_BYTE);
        boolean sized = (e.flags & DESCRIBED) == 0;
        long packed = u32(at + 18);
        long size = u32(at + 22);
        if (sized && (size == MAX_32 || packed == MAX_32)) {
            // Python writes wide sizes here, however small, if the size was not known in advance.
            long[] wide = zip64(at + LOCAL_BYTES + u16(at + 26), u16(at + 28), e.name, size, packed);
            size = wide[0];
            packed = wide[1];
        }
        // If a data descriptor follows, the header may leave the values out; torch writes zeros.
        boolean agrees = e.name.equals(PickleInput.utf8OrNull(raw))
                && u16(at + 6) == e.flags
                && u16(at + 8) == 0
                && agrees(u32(at + 14), e.crc, sized)
                && agrees(packed, e.size, sized)
                && agrees(size, e.size, sized);
        if (!agrees) {
            throw error(
                    at,
                    "header-mismatch",
                    "the header of " + quote(e.name) + " says something else than the directory");
        }
        e.data = all.asSlice(start, e.size);
        return sized ? start + e.size : descriptor(e, start + e.size, next);
    }

    private static boolean agrees(long local, long directory, boolean needed) {
        return local == directory || !needed && (local == 0 || local == MAX_32);
    }

    /** The data descriptor: CRC and sizes after the data, with or without a signature, sizes of 4 or 8 bytes. */
    private long descriptor(Entry e, long at, long next) throws MalformedFileException {
        long length = next - at;
        long found = -1;
        for (int candidate : DESCRIPTOR_BYTES) {
            if (candidate <= length && isDescriptor(e, at, candidate)) {
                found = candidate;
            }
        }
        if (found >= 0) {
            return at + found;
        }
        if (length < 0) {
            throw error(
                    Math.max(0, next),
                    "overlapping-entries",
                    quote(e.name) + " reaches " + -length + " bytes into what follows it");
        }
        throw error(
                at,
                "header-mismatch",
                "the descriptor behind " + quote(e.name) + " is missing or says something else than the directory");
    }

    private boolean isDescriptor(Entry e, long at, int length) {
        boolean signed = length == 16 || length == 24;
        boolean wide = length == 20 || length == 24;
        long from = signed ? at + 4 : at;
        long packed = wide ? all.get(LittleEndian.LONG, from + 4) : u32(from + 4);
        long size = wide ? all.get(LittleEndian.LONG, from + 12) : u32(from + 8);
        return (!signed || i32(at) == DESCRIPTOR) && u32(from) == e.crc && packed == e.size && size == e.size;
    }
}
