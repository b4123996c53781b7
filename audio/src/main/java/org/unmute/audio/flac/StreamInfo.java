package org.unmute.audio.flac;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.unmute.audio.AudioStream;
import org.unmute.audio.UnreadableAudioException;

/**
 * The STREAMINFO block (RFC 9639, section 8.2). Its block and frame sizes are not used, because they are wrong in some
 * existing files and every frame states its own.
 *
 * @param sampleRate 1 to 768,000 Hz
 * @param channels 1 to 8
 * @param bits bits per sample, 4 to 32
 * @param frames samples per channel; 0 if unknown
 * @param md5 hash of the samples; all zero if unknown
 */
record StreamInfo(int sampleRate, int channels, int bits, long frames, byte[] md5) {
    /** Length of the block in bytes. */
    static final int LENGTH = 34;

    /** @param block {@link #LENGTH} bytes */
    static StreamInfo parse(byte[] block, String source) throws UnreadableAudioException {
        // 20 bits sample rate, 3 bits channels - 1, 5 bits (bits per sample) - 1, 36 bits length.
        long packed = ByteBuffer.wrap(block).getLong(10);
        int rate = (int) (packed >>> 44);
        int bits = (int) (packed >>> 36 & 31) + 1;
        if (rate == 0 || rate > AudioStream.MAX_RATE) {
            throw new UnreadableAudioException(
                    source, "sample rate " + rate + " Hz; 1 to " + AudioStream.MAX_RATE + " are read");
        }
        if (bits < 4) {
            throw new UnreadableAudioException(source, "samples of " + bits + " bits; FLAC has 4 to 32");
        }
        return new StreamInfo(
                rate,
                (int) (packed >>> 41 & 7) + 1,
                bits,
                packed & 0xFFFFFFFFFL,
                Arrays.copyOfRange(block, 18, LENGTH));
    }

    boolean hasMd5() {
        return !Arrays.equals(md5, new byte[md5.length]);
    }
}
