package org.unmute.codecs;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioFormat.Encoding;

/** Decodes one sample; full scale is -1 to 1. */
@FunctionalInterface
interface PcmSample {
    /** The sample at this byte offset. */
    double at(byte[] bytes, int offset);

    /**
     * The decoder for a format: signed integers of 8, 16, 24 or 32 bits, floats of 32 or 64 bits.
     *
     * @throws IllegalArgumentException for any other format
     */
    static PcmSample of(AudioFormat format) {
        int width = format.getSampleSizeInBits() / 8;
        boolean big = format.isBigEndian();
        if (format.getEncoding().equals(Encoding.PCM_FLOAT) && (width == 4 || width == 8)) {
            ByteOrder order = big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
            return width == 4
                    ? (b, o) -> ByteBuffer.wrap(b).order(order).getFloat(o)
                    : (b, o) -> ByteBuffer.wrap(b).order(order).getDouble(o);
        }
        if (!format.getEncoding().equals(Encoding.PCM_SIGNED) || width < 1 || width > 4) {
            throw new IllegalArgumentException("unsupported sample format: " + format);
        }
        double scale = 1.0 / (1L << 8 * width - 1);
        return (b, o) -> {
            int value = b[big ? o : o + width - 1];
            for (int i = 1; i < width; i++) {
                value = value << 8 | b[big ? o + i : o + width - 1 - i] & 0xFF;
            }
            return value * scale;
        };
    }
}
