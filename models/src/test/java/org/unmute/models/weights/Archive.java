package org.unmute.models.weights;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/** Builds checkpoints as torch writes them, including malformed ones: set fields before {@link #build()}. */
final class Archive {
    /** An entry; null stands for the correct value. */
    static final class Entry {
        String name;
        String localName;
        byte[] data;
        int method;
        int flags = 0x0808;
        int localFlags = -1;
        Integer crc;
        Integer descriptorCrc;
        Integer localCrc;
        Long size;
        Long header;
        String comment = "";
        byte[] gap = new byte[0];
        /** Whether sizes and offset are written as wide values. */
        boolean wide;
        /** Wide sizes in the local header, uncompressed and compressed; null for narrow ones. */
        long[] localSizes;

        private long at;
    }

    final List<Entry> entries = new ArrayList<>();
    boolean zip64 = true;
    int moreEntries;
    String comment = "";
    byte[] prefix = new byte[0];
    byte[] suffix = new byte[0];

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** An archive with a pickle, and with storages numbered from 0. */
    static Archive of(byte[] pickle, byte[]... storages) {
        Archive archive = new Archive()
                .add("archive/data.pkl", pickle)
                .add("archive/byteorder", "little".getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < storages.length; i++) {
            archive.add("archive/data/" + i, storages[i]);
        }
        return archive.add("archive/version", new byte[] {'3', '\n'});
    }

    Archive add(String name, byte[] data) {
        Entry e = new Entry();
        e.name = name;
        e.data = data;
        entries.add(e);
        return this;
    }

    /** A legacy stream with a pickle, and with storages of 4-byte elements under the keys 0, 1 and so on. */
    static byte[] legacy(byte[] pickle, byte[]... storages) {
        Pickle keys = Pickle.two().op("](");
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        for (int i = 0; i < storages.length; i++) {
            keys.text(Integer.toString(i));
            data.writeBytes(new Pickle().i64(storages[i].length / 4).bytes());
            data.writeBytes(storages[i]);
        }
        return legacy(true, pickle, keys.op('e').stop(), data.toByteArray());
    }

    static byte[] legacy(boolean littleEndian, byte[] pickle, byte[] keys, byte[] data) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(Pickle.two()
                .op(0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19)
                .stop());
        all.writeBytes(Pickle.two().op('M', 0xE9, 3).stop());
        all.writeBytes(Pickle.two()
                .op("}(")
                .text("protocol_version")
                .op('M', 0xE9, 3)
                .text("little_endian")
                .op(littleEndian ? 0x88 : 0x89)
                .op('u')
                .stop());
        all.writeBytes(pickle);
        all.writeBytes(keys);
        all.writeBytes(data);
        return all.toByteArray();
    }

    byte[] build() {
        out.reset();
        out.writeBytes(prefix);
        for (Entry e : entries) {
            local(e);
        }
        long directory = out.size();
        for (Entry e : entries) {
            central(e);
        }
        long size = out.size() - directory;
        int n = entries.size() + moreEntries;
        if (zip64) {
            long at = out.size();
            out.writeBytes(bytes(56)
                    .putInt(0x06064B50)
                    .putLong(44)
                    .putShort((short) 0)
                    .putShort((short) 0)
                    .putInt(0)
                    .putInt(0)
                    .putLong(n)
                    .putLong(n)
                    .putLong(size)
                    .putLong(directory)
                    .array());
            out.writeBytes(
                    bytes(20).putInt(0x07064B50).putInt(0).putLong(at).putInt(1).array());
        }
        out.writeBytes(bytes(22)
                .putInt(0x06054B50)
                .putInt(0)
                .putShort((short) n)
                .putShort((short) n)
                .putInt((int) size)
                .putInt((int) directory)
                .putShort((short) comment.length())
                .array());
        out.writeBytes(comment.getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(suffix);
        return out.toByteArray();
    }

    private static ByteBuffer bytes(int n) {
        return ByteBuffer.allocate(n).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static int crc(byte[] data) {
        CRC32 sum = new CRC32();
        sum.update(data);
        return (int) sum.getValue();
    }

    private void local(Entry e) {
        out.writeBytes(e.gap);
        e.at = out.size();
        byte[] name = (e.localName == null ? e.name : e.localName).getBytes(StandardCharsets.UTF_8);
        boolean described = (e.flags & 8) != 0;
        int crc = e.crc == null ? crc(e.data) : e.crc;
        int size = described ? 0 : e.localSizes != null ? -1 : e.data.length;
        ByteBuffer wide = bytes(e.localSizes == null ? 0 : 4 + 8 * e.localSizes.length);
        if (e.localSizes != null) {
            wide.putShort((short) 1).putShort((short) (8 * e.localSizes.length));
            for (long value : e.localSizes) {
                wide.putLong(value);
            }
        }
        // An extra field FB of three bytes follows, which torch uses for padding.
        out.writeBytes(bytes(30)
                .putInt(0x04034B50)
                .putShort((short) 0)
                .putShort((short) (e.localFlags < 0 ? e.flags : e.localFlags))
                .putShort((short) e.method)
                .putInt(0)
                .putInt(e.localCrc != null ? e.localCrc : described ? 0 : crc)
                .putInt(size)
                .putInt(size)
                .putShort((short) name.length)
                .putShort((short) (wide.capacity() + 7))
                .array());
        out.writeBytes(name);
        out.writeBytes(wide.array());
        out.writeBytes(new byte[] {'F', 'B', 3, 0, 'Z', 'Z', 'Z'});
        out.writeBytes(e.data);
        if (described) {
            int again = e.descriptorCrc == null ? crc : e.descriptorCrc;
            out.writeBytes(
                    e.wide
                            ? bytes(24)
                                    .putInt(0x08074B50)
                                    .putInt(again)
                                    .putLong(e.data.length)
                                    .putLong(e.data.length)
                                    .array()
                            : bytes(16)
                                    .putInt(0x08074B50)
                                    .putInt(again)
                                    .putInt(e.data.length)
                                    .putInt(e.data.length)
                                    .array());
        }
    }

    private void central(Entry e) {
        byte[] name = e.name.getBytes(StandardCharsets.UTF_8);
        long size = e.size == null ? e.data.length : e.size;
        long header = e.header == null ? e.at : e.header;
        byte[] extra = e.wide
                ? bytes(28)
                        .putShort((short) 1)
                        .putShort((short) 24)
                        .putLong(size)
                        .putLong(size)
                        .putLong(header)
                        .array()
                : new byte[0];
        out.writeBytes(bytes(46)
                .putInt(0x02014B50)
                .putInt(0)
                .putShort((short) e.flags)
                .putShort((short) e.method)
                .putInt(0)
                .putInt(e.crc == null ? crc(e.data) : e.crc)
                .putInt(e.wide ? -1 : (int) size)
                .putInt(e.wide ? -1 : (int) size)
                .putShort((short) name.length)
                .putShort((short) extra.length)
                .putShort((short) e.comment.length())
                .putShort((short) 0)
                .putShort((short) 0)
                .putInt(0)
                .putInt(e.wide ? -1 : (int) header)
                .array());
        out.writeBytes(name);
        out.writeBytes(extra);
        out.writeBytes(e.comment.getBytes(StandardCharsets.US_ASCII));
    }
}
