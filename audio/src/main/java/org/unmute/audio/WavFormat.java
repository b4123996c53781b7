package org.unmute.audio;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The {@code fmt } chunk of a WAV file.
 *
 * @param encoding storage format of the samples
 * @param channels 1 to 64
 * @param sampleRate 1 to 768,000 Hz
 */
record WavFormat(SampleEncoding encoding, int channels, int sampleRate) {
    /** Number of bytes of the chunk that are used. */
    static final int BYTES = 40;

    private static final int PCM = 1;
    private static final int IEEE_FLOAT = 3;
    private static final int A_LAW = 6;
    private static final int MU_LAW = 7;
    private static final int EXTENSIBLE = 0xFFFE;
    /**
     * The last eight bytes of the GUIDs that encode the classic format numbers, 0000xxxx-0000-0010-8000-00AA00389B71.
     */
    private static final byte[] GUID_TAIL = {(byte) 0x80, 0, 0, (byte) 0xAA, 0, 0x38, (byte) 0x9B, 0x71};

    /** @param chunk the chunk's first {@link #BYTES} bytes, or all if it has fewer, in the file's byte order */
    static WavFormat parse(ByteBuffer chunk, AudioSource source) throws UnreadableAudioException {
        if (chunk.limit() < 16) {
            throw new UnreadableAudioException(
                    source.name(), "the fmt chunk has " + chunk.limit() + " bytes, at least 16 are needed");
        }
        int tag = chunk.getShort(0) & 0xFFFF;
        int channels = chunk.getShort(2) & 0xFFFF;
        long rate = chunk.getInt(4) & 0xFFFFFFFFL;
        int blockAlign = chunk.getShort(12) & 0xFFFF;
        int bits = chunk.getShort(14) & 0xFFFF;
        if (tag == EXTENSIBLE) {
            tag = subFormat(chunk, source);
        }
        PcmLayout.check(channels, rate, source);
        SampleEncoding encoding = encoding(tag, bits, blockAlign / channels, source);
        if (blockAlign != channels * encoding.bytes()) {
            throw new UnreadableAudioException(
                    source.name(),
                    "block align is " + blockAlign + ", but " + channels + " channels of " + bits + " bits take "
                            + channels * encoding.bytes() + " bytes");
        }
        return new WavFormat(encoding, channels, (int) rate);
    }

    private static int subFormat(ByteBuffer chunk, AudioSource source) throws UnreadableAudioException {
        if (chunk.limit() < BYTES) {
            throw new UnreadableAudioException(
                    source.name(), "the extensible fmt chunk has " + chunk.limit() + " bytes, at least 40 are needed");
        }
        boolean classic = chunk.getShort(28) == 0
                && chunk.getShort(30) == 0x10
                && chunk.getInt(24) >>> 16 == 0
                && Arrays.equals(Arrays.copyOfRange(chunk.array(), 32, BYTES), GUID_TAIL);
        if (!classic) {
            throw new UnreadableAudioException(source.name(), "unknown extensible sub-format: convert it to PCM");
        }
        return chunk.getInt(24);
    }

    /** @param container bytes per sample according to the block align */
    private static SampleEncoding encoding(int tag, int bits, int container, AudioSource source)
            throws UnreadableAudioException {
        switch (tag) {
            case PCM -> {
                if (bits < 1 || bits > 32) {
                    throw new UnreadableAudioException(
                            source.name(), "integer samples of " + bits + " bits; 1 to 32 are read");
                }
                int bytes = Math.max((bits + 7) / 8, Math.min(container, 4));
                return bytes == 1 ? SampleEncoding.UNSIGNED_8 : SampleEncoding.signed(bytes);
            }
            case IEEE_FLOAT -> {
                if (bits != 32 && bits != 64) {
                    throw new UnreadableAudioException(
                            source.name(), "floating-point samples of " + bits + " bits; 32 and 64 are read");
                }
                return bits == 32 ? SampleEncoding.FLOAT_32 : SampleEncoding.FLOAT_64;
            }
            case A_LAW -> {
                return SampleEncoding.A_LAW;
            }
            case MU_LAW -> {
                return SampleEncoding.MU_LAW;
            }
            default -> {
                String kind = switch (tag) {
                    case 2, 0x11 -> "ADPCM";
                    case 0x50, 0x55 -> "MPEG audio";
                    default -> "format " + tag;
                };
                throw new UnreadableAudioException(
                        source.name(), "the samples are stored as " + kind + ": convert them to PCM");
            }
        }
    }
}
