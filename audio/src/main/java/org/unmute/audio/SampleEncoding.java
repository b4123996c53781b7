package org.unmute.audio;

import java.nio.ByteOrder;

/**
 * Storage format of a sample of one channel. Integers with fewer bits than their bytes hold are left-justified, as the
 * WAV and AIFF formats require, so only the number of bytes matters.
 */
enum SampleEncoding {
    UNSIGNED_8(1),
    SIGNED_8(1),
    SIGNED_16(2),
    SIGNED_24(3),
    SIGNED_32(4),
    FLOAT_32(4),
    FLOAT_64(8),
    A_LAW(1),
    MU_LAW(1);

    /** The value of each byte according to ITU-T G.711, full scale -1 to 1. */
    private static final double[] A_LAW_VALUES = new double[256];

    private static final double[] MU_LAW_VALUES = new double[256];

    static {
        for (int code = 0; code < 256; code++) {
            int a = code ^ 0x55;
            int segment = a >> 4 & 7;
            int step = (a & 15) << 4;
            int size = segment == 0 ? step + 8 : step + 0x108 << segment - 1;
            A_LAW_VALUES[code] = ((a & 0x80) == 0 ? -size : size) / 32768.0;
            int u = ~code;
            int biased = ((u & 15) << 3) + 0x84 << (u >> 4 & 7);
            MU_LAW_VALUES[code] = ((u & 0x80) == 0 ? biased - 0x84 : 0x84 - biased) / 32768.0;
        }
    }

    private final int bytes;

    SampleEncoding(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes per sample. */
    int bytes() {
        return bytes;
    }

    /** Signed integers of 1 to 4 bytes. */
    static SampleEncoding signed(int bytes) {
        return switch (bytes) {
            case 1 -> SIGNED_8;
            case 2 -> SIGNED_16;
            case 3 -> SIGNED_24;
            case 4 -> SIGNED_32;
            default -> throw new IllegalArgumentException("integers of " + bytes + " bytes");
        };
    }

    /**
     * Adds {@code n} samples of one channel to {@code sum}, full scale -1 to 1.
     *
     * @param data not modified
     * @param at position of the first byte of the first sample
     * @param step bytes from one sample to the next
     * @param sum {@code [at least n]}. Modified.
     */
    void add(byte[] data, int at, int step, ByteOrder order, double[] sum, int n) {
        boolean big = order == ByteOrder.BIG_ENDIAN;
        // "high" is the position of the most significant byte, and each step "down" leads to the next lower byte.
        int high = big ? at : at + bytes - 1;
        int down = big ? 1 : -1;
        switch (this) {
            case UNSIGNED_8 -> {
                for (int i = 0, p = at; i < n; i++, p += step) {
                    sum[i] += ((data[p] & 0xFF) - 128) / 128.0;
                }
            }
            case SIGNED_8 -> {
                for (int i = 0, p = at; i < n; i++, p += step) {
                    sum[i] += data[p] / 128.0;
                }
            }
            case SIGNED_16 -> {
                for (int i = 0, p = high; i < n; i++, p += step) {
                    sum[i] += (data[p] << 8 | data[p + down] & 0xFF) / 32768.0;
                }
            }
            case SIGNED_24 -> {
                for (int i = 0, p = high; i < n; i++, p += step) {
                    sum[i] += (data[p] << 16 | (data[p + down] & 0xFF) << 8 | data[p + 2 * down] & 0xFF) / 8388608.0;
                }
            }
            case SIGNED_32 -> {
                for (int i = 0, p = high; i < n; i++, p += step) {
                    sum[i] += word(data, p, down) / 2147483648.0;
                }
            }
            case FLOAT_32 -> {
                for (int i = 0, p = high; i < n; i++, p += step) {
                    sum[i] += Float.intBitsToFloat(word(data, p, down));
                }
            }
            case FLOAT_64 -> {
                for (int i = 0, p = high; i < n; i++, p += step) {
                    long upper = word(data, p, down);
                    sum[i] += Double.longBitsToDouble(upper << 32 | word(data, p + 4 * down, down) & 0xFFFFFFFFL);
                }
            }
            case A_LAW -> table(A_LAW_VALUES, data, at, step, sum, n);
            case MU_LAW -> table(MU_LAW_VALUES, data, at, step, sum, n);
        }
    }

    private static int word(byte[] data, int p, int down) {
        return data[p] << 24
                | (data[p + down] & 0xFF) << 16
                | (data[p + 2 * down] & 0xFF) << 8
                | data[p + 3 * down] & 0xFF;
    }

    private static void table(double[] values, byte[] data, int at, int step, double[] sum, int n) {
        for (int i = 0, p = at; i < n; i++, p += step) {
            sum[i] += values[data[p] & 0xFF];
        }
    }
}
