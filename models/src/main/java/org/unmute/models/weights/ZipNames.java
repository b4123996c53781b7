package org.unmute.models.weights;

import static org.unmute.files.LittleEndian.u16;
import static org.unmute.files.LittleEndian.u32;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.unmute.files.LittleEndian;

/** Entry names of a zip archive, parsed leniently: sufficient to recognise an archive, not to read it. */
final class ZipNames {
    private static final int END = 0x06054B50;
    private static final int LOCATOR = 0x07064B50;
    private static final int CENTRAL = 0x02014B50;
    private static final int END_BYTES = 22;
    private static final int CENTRAL_BYTES = 46;
    private static final int MAX_COMMENT = 0xFFFF;
    private static final int MAX_ENTRIES = 200_000;

    /**
     * An entry.
     *
     * @param header offset of the local header, if the archive is smaller than 4 GB
     */
    record Entry(String name, long header) {}

    private ZipNames() {}

    /** The entries up to the first damaged one; null if the archive has no end record. */
    static @Nullable List<Entry> of(MemorySegment file) {
        long end = end(file);
        if (end < 0) {
            return null;
        }
        long at = u32(file, end + 16);
        if (end >= 20 && file.get(LittleEndian.INT, end - 20) == LOCATOR) {
            long wide = file.get(LittleEndian.LONG, end - 12);
            at = wide >= 0 && wide <= file.byteSize() - 56 ? file.get(LittleEndian.LONG, wide + 48) : at;
        }
        List<Entry> entries = new ArrayList<>();
        while (at >= 0
                && at <= end - CENTRAL_BYTES
                && entries.size() < MAX_ENTRIES
                && file.get(LittleEndian.INT, at) == CENTRAL) {
            int name = u16(file, at + 28);
            long next = at + CENTRAL_BYTES + name + u16(file, at + 30) + u16(file, at + 32);
            if (next > end) {
                break;
            }
            String text = new String(
                    file.asSlice(at + CENTRAL_BYTES, name).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
            entries.add(new Entry(text, u32(file, at + 42)));
            at = next;
        }
        return entries;
    }

    /** The last end record whose comment ends with the file, or else the last one found. */
    private static long end(MemorySegment file) {
        long last = file.byteSize() - END_BYTES;
        long found = -1;
        for (long at = last; at >= 0 && at >= last - MAX_COMMENT; at--) {
            if (file.get(LittleEndian.INT, at) == END) {
                if (u16(file, at + 20) == last - at) {
                    return at;
                }
                found = Math.max(found, at);
            }
        }
        return found;
    }

    /** Where the data of an entry starts; the end of the file if the header is missing. */
    static long dataStart(MemorySegment file, Entry entry) {
        long at = entry.header;
        return at > file.byteSize() - 30 ? file.byteSize() : at + 30 + u16(file, at + 26) + u16(file, at + 28);
    }
}
