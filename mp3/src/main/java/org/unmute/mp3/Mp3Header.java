package org.unmute.mp3;

/**
 * The header of an MPEG audio frame (ISO/IEC 11172-3, 13818-3, and the unofficial MPEG-2.5).
 *
 * @param version 3 = MPEG-1, 2 = MPEG-2, 0 = MPEG-2.5, as coded
 * @param layer 2 or 3
 * @param sampleRate in Hz
 * @param channels 1 or 2
 * @param bytes length of the whole frame in bytes
 */
record Mp3Header(int version, int layer, int sampleRate, int channels, int bytes) {
    /** Length of a header in bytes. */
    static final int LENGTH = 4;
    /** Length of the longest frame in bytes: layer II, 384 kbit/s, 32 kHz, padded. */
    static final int MAX_BYTES = 1729;

    private static final int MPEG_1 = 3;
    private static final int MONO = 3;
    private static final int[] RATES = {44_100, 48_000, 32_000};
    private static final int[][] KBITS = {
        // MPEG-1 layer II and III, MPEG-2 and MPEG-2.5 layer II and III
        {0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},
        {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
        {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
    };

    /** Parses the four bytes at an index; null if they are not a header or are of an unsupported kind. */
    static Mp3Header parse(byte[] bytes, int at) {
        int second = bytes[at + 1] & 0xFF;
        int third = bytes[at + 2] & 0xFF;
        int version = second >> 3 & 3;
        int layer = 4 - (second >> 1 & 3);
        int rate = third >> 2 & 3;
        int bitRate = third >> 4;
        // Layer I, free format and emphasis 2 are not used in practice, so such bytes are not a header.
        if ((bytes[at] & 0xFF) != 0xFF
                || second < 0xE0
                || version == 1
                || layer < 2
                || layer > 3
                || rate == 3
                || bitRate == 0
                || bitRate == 15
                || (bytes[at + 3] & 3) == 2) {
            return null;
        }
        int sampleRate = RATES[rate] >> (version == MPEG_1 ? 0 : version == 2 ? 1 : 2);
        int bits = 1000 * KBITS[version != MPEG_1 ? 2 : layer - 2][bitRate];
        int factor = version != MPEG_1 && layer == 3 ? 72 : 144;
        int length = factor * bits / sampleRate + (third >> 1 & 1);
        int channels = (bytes[at + 3] >> 6 & 3) == MONO ? 1 : 2;
        return new Mp3Header(version, layer, sampleRate, channels, length);
    }

    /** Samples per channel. */
    int samples() {
        return layer == 3 && version != MPEG_1 ? 576 : 1152;
    }

    /** Whether two frames may belong to one recording, that is, differ at most in bit rate. */
    boolean continues(Mp3Header other) {
        return version == other.version
                && layer == other.layer
                && sampleRate == other.sampleRate
                && channels == other.channels;
    }

    /** Position of the Xing header in a first frame, which is after the side information of layer III. */
    int infoAt() {
        return LENGTH + (version == MPEG_1 ? channels == 1 ? 17 : 32 : channels == 1 ? 9 : 17);
    }
}
