package org.unmute.models.audio;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The {@code fmt } chunk of a WAV file.
 *
 * @param encoding   how samples are stored
 * @param channels   1 to 64
 * @param sampleRate 1 to 768,000 Hz
 */
record WavFormat(Encoding encoding, int channels, int sampleRate) {
    private static final int MAX_CHANNELS = 64;
    private static final int MAX_RATE = 768_000;
    private static final int PCM = 1;
    private static final int IEEE_FLOAT = 3;
    private static final int EXTENSIBLE = 0xFFFE;
    /** All but the first two bytes of the GUIDs that stand for the classic format numbers. */
    private static final byte[] GUID_TAIL = {
        0, 0, 0, 0, 0x10, 0, (byte) 0x80, 0, 0, (byte) 0xAA, 0, 0x38, (byte) 0x9B, 0x71
    };

    /** How one sample of one channel is stored, little-endian. */
    enum Encoding {
        UNSIGNED_8(1),
        SIGNED_16(2),
        SIGNED_24(3),
        SIGNED_32(4),
        FLOAT_32(4),
        FLOAT_64(8);

        private final int bytes;

        Encoding(int bytes) {
            this.bytes = bytes;
        }

        int bytes() {
            return bytes;
        }

        /** The sample at a byte, scaled so that the integers' full range is -1 to 1. */
        double sample(MemorySegment data, long at) {
            return switch (this) {
                case UNSIGNED_8 -> ((data.get(ValueLayout.JAVA_BYTE, at) & 0xFF) - 128) / 128.0;
                case SIGNED_16 -> data.get(Wav.SHORT, at) / 32768.0;
                case SIGNED_24 ->
                    ((data.get(Wav.SHORT, at) & 0xFFFF) | data.get(ValueLayout.JAVA_BYTE, at + 2) << 16) / 8388608.0;
                case SIGNED_32 -> data.get(Wav.INT, at) / 2147483648.0;
                case FLOAT_32 -> Float.intBitsToFloat(data.get(Wav.INT, at));
                case FLOAT_64 -> Double.longBitsToDouble(data.get(Wav.LONG, at));
            };
        }
    }

    /** Bytes of one sample of all channels. */
    int frameBytes() {
        return channels * encoding.bytes();
    }

    static WavFormat parse(MemorySegment chunk, String source) throws UnreadableAudioException {
        if (chunk.byteSize() < 16) {
            throw new UnreadableAudioException(
                    source, "the fmt chunk has " + chunk.byteSize() + " bytes, at least 16 are needed");
        }
        int tag = chunk.get(Wav.SHORT, 0) & 0xFFFF;
        int channels = chunk.get(Wav.SHORT, 2) & 0xFFFF;
        long rate = chunk.get(Wav.INT, 4) & 0xFFFFFFFFL;
        int blockAlign = chunk.get(Wav.SHORT, 12) & 0xFFFF;
        int bits = chunk.get(Wav.SHORT, 14) & 0xFFFF;
        if (tag == EXTENSIBLE) {
            tag = subFormat(chunk, source);
        }
        if (channels == 0 || channels > MAX_CHANNELS) {
            throw new UnreadableAudioException(source, channels + " channels; 1 to " + MAX_CHANNELS + " are read");
        }
        if (rate == 0 || rate > MAX_RATE) {
            throw new UnreadableAudioException(source, "sample rate " + rate + " Hz; 1 to " + MAX_RATE + " are read");
        }
        Encoding encoding = encoding(tag, bits, source);
        if (blockAlign != channels * encoding.bytes()) {
            throw new UnreadableAudioException(
                    source,
                    "block align is " + blockAlign + ", but " + channels + " channels of " + bits + " bits take "
                            + channels * encoding.bytes() + " bytes");
        }
        return new WavFormat(encoding, channels, (int) rate);
    }

    private static int subFormat(MemorySegment chunk, String source) throws UnreadableAudioException {
        if (chunk.byteSize() < 40) {
            throw new UnreadableAudioException(
                    source, "the extensible fmt chunk has " + chunk.byteSize() + " bytes, at least 40 are needed");
        }
        if (chunk.asSlice(26, GUID_TAIL.length).mismatch(MemorySegment.ofArray(GUID_TAIL)) != -1) {
            throw new UnreadableAudioException(source, "unknown extensible sub-format: convert it to PCM");
        }
        return chunk.get(Wav.SHORT, 24) & 0xFFFF;
    }

    private static Encoding encoding(int tag, int bits, String source) throws UnreadableAudioException {
        if (tag == PCM) {
            return switch (bits) {
                case 8 -> Encoding.UNSIGNED_8;
                case 16 -> Encoding.SIGNED_16;
                case 24 -> Encoding.SIGNED_24;
                case 32 -> Encoding.SIGNED_32;
                default ->
                    throw new UnreadableAudioException(
                            source, "integer samples of " + bits + " bits; 8, 16, 24 and 32 are read");
            };
        }
        if (tag == IEEE_FLOAT) {
            if (bits == 32 || bits == 64) {
                return bits == 32 ? Encoding.FLOAT_32 : Encoding.FLOAT_64;
            }
            throw new UnreadableAudioException(
                    source, "floating-point samples of " + bits + " bits; 32 and 64 are read");
        }
        String kind = switch (tag) {
            case 2, 0x11 -> "ADPCM";
            case 6 -> "A-law";
            case 7 -> "mu-law";
            case 0x50, 0x55 -> "MPEG audio";
            default -> "format " + tag;
        };
        throw new UnreadableAudioException(source, "the samples are stored as " + kind + ": convert them to PCM");
    }
}
