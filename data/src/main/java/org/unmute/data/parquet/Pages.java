package org.unmute.data.parquet;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32;
import org.unmute.files.MalformedFileException;

/** The pages of a column chunk, read one at a time. */
final class Pages {
    /** Type numbers of pages. */
    static final int DATA = 0;

    static final int DICTIONARY = 2;
    static final int DATA_V2 = 3;

    /** Cost of a page and its header in the budget. */
    private static final int PER_PAGE = 512;

    private static final int MAX_HEADER = 1 << 20;
    private static final int FIRST_HEADER = 512;
    private static final int MAX_PAGE = 1 << 28;

    private final String file;
    private final FileChannel in;
    private final Budget budget;
    private final Footer.Chunk chunk;
    private long at;
    private final long end;
    private byte[] stored = {};
    private byte[] unpacked = {};

    /**
     * A page. Its bytes are valid until the next page is read.
     *
     * @param levels uncompressed levels of a version 2 page; else empty
     * @param data   decompressed data, positioned at the header
     */
    record Page(int type, ThriftStruct header, Bytes levels, Bytes data) {}

    Pages(String file, FileChannel in, Footer.Chunk chunk, Budget budget) {
        this.file = file;
        this.in = in;
        this.chunk = chunk;
        this.budget = budget;
        at = chunk.start();
        end = chunk.start() + chunk.length();
    }

    /** The next page; null after the last one. */
    Page next() throws IOException {
        if (at >= end) {
            return null;
        }
        long place = at;
        budget.take(PER_PAGE, place);
        ThriftStruct header = header();
        int type = header.count(1, "the type of a page");
        int packedSize = header.count(3, "the compressed size of a page");
        int size = header.count(2, "the size of a page");
        if (packedSize > end - at || size > MAX_PAGE) {
            throw new MalformedFileException(
                    file,
                    place,
                    "bad-page",
                    "a page of " + packedSize + " bytes, " + size + " unpacked, where " + (end - at)
                            + " are left in its column; at most " + MAX_PAGE + " unpacked bytes are read");
        }
        budget.take((long) packedSize + size, place);
        stored = room(stored, packedSize);
        Bytes.read(file, in, at, ByteBuffer.wrap(stored, 0, packedSize));
        Bytes packed = new Bytes(file, at, false, stored, 0, packedSize);
        at += packedSize;
        check(header, packed, packedSize);
        Bytes levels = packed.part(0);
        Codec codec = chunk.codec();
        if (type == DATA_V2) {
            ThriftStruct own = header.struct(8, "the header of a data page");
            long levelBytes = own.count(5, "the bytes of levels") + (long) own.count(6, "the bytes of levels");
            if (levelBytes > size) {
                throw packed.wrong("bad-page", "levels of " + levelBytes + " bytes in a page of " + size);
            }
            levels = packed.part(levelBytes);
            size -= (int) levelBytes;
            codec = own.flag(7, true) && packed.remaining() > 0 ? codec : Codec.NONE;
        } else if (type != DATA && type != DICTIONARY) {
            return new Page(type, header, levels, packed.part(0));
        }
        unpacked = room(unpacked, size);
        codec.decompress(packed, unpacked, size);
        return new Page(type, header, levels, new Bytes(file, place, true, unpacked, 0, size));
    }

    private static byte[] room(byte[] buffer, int size) {
        return buffer.length >= size ? buffer : new byte[size];
    }

    /** Reads a header, whose size depends on its content, and advances past it. */
    private ThriftStruct header() throws IOException {
        for (int size = FIRST_HEADER; ; size *= 8) {
            int bytes = (int) Math.min(size, end - at);
            byte[] start = new byte[bytes];
            Bytes.read(file, in, at, ByteBuffer.wrap(start));
            Bytes head = new Bytes(file, at, false, start, 0, bytes);
            try {
                ThriftStruct header = ThriftStruct.read(head);
                at += head.read();
                return header;
            } catch (MalformedFileException e) {
                if (!e.rule().equals("too-short") || bytes < size || size >= MAX_HEADER) {
                    throw e;
                }
            }
        }
    }

    private void check(ThriftStruct header, Bytes packed, int size) throws MalformedFileException {
        if (header.has(4)) {
            CRC32 crc = new CRC32();
            crc.update(stored, 0, size);
            if ((int) crc.getValue() != (int) header.number(4, "the checksum of a page")) {
                throw packed.wrong("bad-checksum", "a page does not match its checksum: the file is damaged");
            }
        }
    }
}
