package org.unmute.data.parquet;

import org.unmute.files.MalformedFileException;

/** Decodes delta-encoded integers: differences, packed in small blocks of as many bits as each needs. */
final class DeltaDecoder {
    private static final int MAX_BLOCK = 1 << 16;

    private final Bytes in;
    private final int perBlock;
    private final int perPart;
    private final int count;
    private int given;
    private long last;
    private long min;
    private int[] widths = {};
    private int part;
    private int leftInPart;
    private Bytes packed;
    private int at;

    DeltaDecoder(Bytes in) throws MalformedFileException {
        this.in = in;
        perBlock = in.size();
        int parts = in.size();
        if (perBlock <= 0 || perBlock > MAX_BLOCK || parts <= 0 || perBlock % parts != 0 || perBlock / parts % 8 != 0) {
            throw in.wrong("bad-page", "blocks of " + perBlock + " differences in " + parts + " parts");
        }
        perPart = perBlock / parts;
        widths = new int[parts];
        part = parts;
        count = in.size();
        last = in.zigzag();
    }

    /** Number of values. */
    int count() {
        return count;
    }

    long next() throws MalformedFileException {
        if (given == count) {
            throw in.wrong("bad-page", "more than the " + count + " numbers that are stated are needed");
        }
        if (given++ > 0) {
            long difference = difference(); // may begin a block, with another minimum
            last += min + difference;
        }
        return last;
    }

    private long difference() throws MalformedFileException {
        if (leftInPart == 0) {
            if (part == widths.length) {
                min = in.zigzag();
                for (int i = 0; i < widths.length; i++) {
                    widths[i] = in.u8();
                }
                part = 0;
            }
            // The widths of unused parts are arbitrary.
            if (widths[part] > 64) {
                throw in.wrong("bad-page", "differences of " + widths[part] + " bits");
            }
            packed = in.part((long) perPart * widths[part] / 8);
            leftInPart = perPart;
            at = 0;
            part++;
        }
        leftInPart--;
        int width = widths[part - 1];
        long value = 0;
        for (int got = 0; got < width; ) {
            int shift = at & 7;
            int take = Math.min(8 - shift, width - got);
            long bits = packed.peek(at >>> 3) >>> shift & (1 << take) - 1;
            value |= bits << got;
            got += take;
            at += take;
        }
        return value;
    }
}
