package org.unmute.audio.flac;

/** The two checksums of a frame (RFC 9639, sections 9.1.8 and 9.3). */
final class Crc {
    private static final byte[] CRC8 = new byte[256];
    /** Row {@code k} holds the CRC-16 of each byte value followed by {@code k} zero bytes. */
    private static final char[] CRC16 = new char[8 * 256];

    static {
        for (int i = 0; i < 256; i++) {
            int eight = i;
            int sixteen = i << 8;
            for (int bit = 0; bit < 8; bit++) {
                eight = eight << 1 ^ ((eight & 0x80) == 0 ? 0 : 0x107);
                sixteen = sixteen << 1 ^ ((sixteen & 0x8000) == 0 ? 0 : 0x18005);
            }
            CRC8[i] = (byte) eight;
            CRC16[i] = (char) sixteen;
        }
        for (int i = 256; i < CRC16.length; i++) {
            int before = CRC16[i - 256];
            CRC16[i] = (char) (before << 8 ^ CRC16[before >>> 8]);
        }
    }

    private Crc() {}

    /** CRC-8 with polynomial x^8 + x^2 + x + 1 and initial value 0. */
    static int crc8(byte[] bytes, int from, int to) {
        int crc = 0;
        for (int i = from; i < to; i++) {
            crc = CRC8[(crc ^ bytes[i]) & 0xFF];
        }
        return crc & 0xFF;
    }

    /**
     * CRC-16 with polynomial x^16 + x^15 + x^2 + 1, continued from {@code crc}, initially 0. Processes eight bytes per
     * step.
     */
    static int crc16(int crc, byte[] bytes, int from, int to) {
        int i = from;
        for (; i + 8 <= to; i += 8) {
            crc = CRC16[7 * 256 + (crc >>> 8 ^ bytes[i] & 0xFF)]
                    ^ CRC16[6 * 256 + (crc & 0xFF ^ bytes[i + 1] & 0xFF)]
                    ^ CRC16[5 * 256 + (bytes[i + 2] & 0xFF)]
                    ^ CRC16[4 * 256 + (bytes[i + 3] & 0xFF)]
                    ^ CRC16[3 * 256 + (bytes[i + 4] & 0xFF)]
                    ^ CRC16[2 * 256 + (bytes[i + 5] & 0xFF)]
                    ^ CRC16[256 + (bytes[i + 6] & 0xFF)]
                    ^ CRC16[bytes[i + 7] & 0xFF];
        }
        for (; i < to; i++) {
            crc = (crc << 8 ^ CRC16[crc >>> 8 ^ bytes[i] & 0xFF]) & 0xFFFF;
        }
        return crc;
    }
}
