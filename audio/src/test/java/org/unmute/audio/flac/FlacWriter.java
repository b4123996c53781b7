package org.unmute.audio.flac;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/**
 * Writes FLAC files for tests. Chooses at random rather than for size among everything that the format allows: subframe
 * types, predictors, coefficients, partitions, escapes, channel modes and header codes.
 */
final class FlacWriter {
    private final int[][] samples;
    private final int bits;
    private final int rate;
    private final Random random;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    /** Start of each frame, and the end of the last frame. */
    private final List<Integer> offsets = new ArrayList<>();

    private final List<Long> firstSamples = new ArrayList<>();
    private boolean variable;
    private boolean length = true;
    private boolean hash = true;
    private int blockSize = 1024;
    private int seekPoints;

    /** @param samples {@code [channels][samples]} of {@code bits} bits */
    FlacWriter(int[][] samples, int bits, int rate, long seed) {
        this.samples = samples;
        this.bits = bits;
        this.rate = rate;
        random = new Random(seed);
    }

    /** Uses blocks of random sizes up to {@link #blocks}, numbered by samples. */
    FlacWriter variable() {
        variable = true;
        return this;
    }

    FlacWriter blocks(int size) {
        blockSize = size;
        return this;
    }

    /** Leaves length and MD5 unknown in STREAMINFO, like a writer that cannot seek back. */
    FlacWriter unknown() {
        length = false;
        hash = false;
        return this;
    }

    FlacWriter seekPoints(int count) {
        seekPoints = count;
        return this;
    }

    /** Positions of the frames in the file. */
    List<Integer> frameOffsets() {
        return offsets;
    }

    byte[] write() {
        List<byte[]> frames = new ArrayList<>();
        int n = samples[0].length;
        for (int at = 0, number = 0; at < n; number++) {
            int size = Math.min(n - at, variable ? 1 + random.nextInt(blockSize) : blockSize);
            firstSamples.add((long) at);
            frames.add(frame(at, size, variable ? at : number));
            at += size;
        }
        out.writeBytes(new byte[] {'f', 'L', 'a', 'C'});
        block(0, streamInfo(), false);
        block(4, new byte[random.nextInt(40)], false);
        int at = out.size() + 4 + 18 * seekPoints + 4 + 7;
        ByteBuffer table = ByteBuffer.allocate(18 * seekPoints);
        offsets.clear();
        for (byte[] frame : frames) {
            offsets.add(at);
            at += frame.length;
        }
        for (int i = 0; i < seekPoints; i++) {
            int f = (int) ((long) i * frames.size() / seekPoints);
            table.putLong(firstSamples.get(f))
                    .putLong(offsets.get(f) - offsets.get(0))
                    .putShort((short) 1);
        }
        block(3, table.array(), false);
        block(1, new byte[7], true);
        offsets.add(at);
        frames.forEach(out::writeBytes);
        return out.toByteArray();
    }

    private void block(int type, byte[] content, boolean last) {
        out.writeBytes(ByteBuffer.allocate(4)
                .putInt((last ? 1 << 31 : 0) | type << 24 | content.length)
                .array());
        out.writeBytes(content);
    }

    private byte[] streamInfo() {
        long packed =
                (long) rate << 44 | (samples.length - 1L) << 41 | (bits - 1L) << 36 | (length ? samples[0].length : 0);
        byte[] md5 = hash ? HexFormat.of().parseHex(IntegerSamples.md5(samples, bits)) : new byte[16];
        return ByteBuffer.allocate(34)
                .putShort((short) 16)
                .putShort((short) blockSize)
                .put(new byte[6])
                .putLong(packed)
                .put(md5)
                .array();
    }

    private byte[] frame(int at, int size, long number) {
        BitWriter w = new BitWriter();
        w.put(variable ? 0xFFF9 : 0xFFF8, 16);
        int sizeCode = sizeCode(size);
        w.put(sizeCode, 4);
        boolean statedRate = rate < 65_536 && random.nextBoolean();
        w.put(statedRate ? 13 : 0, 4);
        int mode = samples.length == 2 ? new int[] {1, 8, 9, 10}[random.nextInt(4)] : samples.length - 1;
        w.put(mode, 4);
        int code = List.of(0, 8, 12, 0, 16, 20, 24, 32).indexOf(bits);
        w.put(code > 0 && random.nextBoolean() ? code : 0, 3);
        w.put(0, 1);
        number(w, number);
        if (sizeCode == 6 || sizeCode == 7) {
            w.put(size - 1, sizeCode == 6 ? 8 : 16);
        }
        if (statedRate) {
            w.put(rate, 16);
        }
        w.put(Crc.crc8(w.bytes(), 0, w.bytes().length), 8);
        for (int c = 0; c < samples.length; c++) {
            long[] x = new long[size];
            for (int i = 0; i < size; i++) {
                long left = samples[0][at + i];
                long right = samples.length > 1 ? samples[1][at + i] : 0;
                boolean side = mode == 8 && c == 1 || mode == 9 && c == 0 || mode == 10 && c == 1;
                x[i] = side ? left - right : mode == 10 ? left + right >> 1 : samples[c][at + i];
            }
            boolean side = mode == 8 && c == 1 || mode == 9 && c == 0 || mode == 10 && c == 1;
            new SubframeWriter(w, random).write(x, bits + (side ? 1 : 0));
        }
        w.align();
        byte[] body = w.bytes();
        w.put(Crc.crc16(0, body, 0, body.length), 16);
        return w.bytes();
    }

    private int sizeCode(int size) {
        List<Integer> sizes =
                List.of(0, 192, 576, 1152, 2304, 4608, 0, 0, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768);
        int code = sizes.indexOf(size);
        return code > 0 && random.nextBoolean() ? code : size <= 256 && random.nextBoolean() ? 6 : 7;
    }

    private static void number(BitWriter w, long number) {
        if (number < 0x80) {
            w.put(number, 8);
            return;
        }
        int more = 1;
        while (number >>> 6 * more >= 1L << Math.max(0, 6 - more)) {
            more++;
        }
        w.put(0xFF << 7 - more & 0xFF | number >>> 6 * more, 8);
        for (int i = more - 1; i >= 0; i--) {
            w.put(0x80 | number >>> 6 * i & 0x3F, 8);
        }
    }

    /** Writes bits, most significant first. */
    static final class BitWriter {
        private byte[] bytes = new byte[1 << 10];
        private int bit;

        void put(long value, int count) {
            for (int i = count - 1; i >= 0; i--) {
                if (bit >> 3 == bytes.length) {
                    bytes = Arrays.copyOf(bytes, 2 * bytes.length);
                }
                bytes[bit >> 3] |= (byte) ((value >> i & 1) << 7 - (bit & 7));
                bit++;
            }
        }

        void align() {
            put(0, -bit & 7);
        }

        byte[] bytes() {
            return Arrays.copyOf(bytes, bit + 7 >> 3);
        }
    }
}
