package org.unmute.probes.cache;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.IntFunction;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.tensor.DType;

/** Converts floats to stored bytes and back. */
final class Payload {
    private static final float MAX_F16 = 65504;
    private static final int CHUNK = 4096;
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Payload() {}

    /** The checksum of the bytes up to the buffer's limit. */
    static int checksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    /** @param layers number of layers in addition to the last */
    static long bytes(long time, long freq, long dim, boolean cls, int layers, DType dtype) {
        return Math.multiplyExact(Math.multiplyExact(map(time, freq, dim, cls), 1L + layers), (long) dtype.bytes());
    }

    /** Number of values in one layer: its tokens and its cls token. */
    static long map(long time, long freq, long dim, boolean cls) {
        return Math.addExact(Math.multiplyExact(Math.multiplyExact(time, freq), dim), cls ? dim : 0);
    }

    /**
     * Rejects values that are not finite, from which no probe can learn, and values that the dtype cannot hold:
     * magnitudes above 65504 in float16.
     *
     * @throws IllegalArgumentException naming the clip, the value and its place
     */
    static void checkFits(String clip, Features features, DType dtype) {
        float max = dtype == DType.F16 ? MAX_F16 : Float.MAX_VALUE;
        checkFits(clip, "", features.tokens(), max);
        for (int l = 0; l < features.layers().size(); l++) {
            checkFits(clip, "layer " + l + ", ", features.layers().get(l), max);
        }
    }

    private static void checkFits(String clip, String layer, TokenMap map, float max) {
        int dim = map.dim();
        checkFits(clip, map.tokens(), max, i -> layer + "token " + i / dim + ", dim " + i % dim);
        if (map.cls() != null) {
            checkFits(clip, map.cls(), max, i -> layer + "cls, dim " + i);
        }
    }

    private static void checkFits(String clip, float[] values, float max, IntFunction<String> place) {
        for (int i = 0; i < values.length; i++) {
            if (!(Math.abs(values[i]) <= max)) {
                throw new IllegalArgumentException("token cache: clip '" + clip + "', " + place.apply(i) + " is "
                        + values[i]
                        + (Float.isFinite(values[i])
                                ? ", which float16 cannot hold (largest 65504): store this encoder's tokens as float32"
                                        + " (--dtype f32)"
                                : ", no finite number: the encoder makes nothing of this recording"));
            }
        }
    }

    /** Writes the values of a clip at the buffer's position and advances it. */
    static void put(ByteBuffer out, Features features, DType dtype) {
        put(out, features.tokens(), dtype);
        for (TokenMap layer : features.layers()) {
            put(out, layer, dtype);
        }
    }

    private static void put(ByteBuffer out, TokenMap map, DType dtype) {
        put(out, map.tokens(), dtype);
        if (map.cls() != null) {
            put(out, map.cls(), dtype);
        }
    }

    private static void put(ByteBuffer out, float[] values, DType dtype) {
        if (dtype == DType.F16) {
            short[] bits = new short[Math.min(CHUNK, values.length)];
            for (int done = 0; done < values.length; done += CHUNK) {
                int n = Math.min(CHUNK, values.length - done);
                halves(values, done, n, bits);
                out.asShortBuffer().put(bits, 0, n);
                out.position(out.position() + 2 * n);
            }
        } else {
            out.asFloatBuffer().put(values);
            out.position(out.position() + 4 * values.length);
        }
    }

    private static void halves(float[] values, int from, int n, short[] bits) {
        for (int i = 0; i < n; i++) {
            bits[i] = Float.floatToFloat16(values[from + i]);
        }
    }

    /** Copies the first {@code count} values of a float16 payload. */
    static void getHalves(MemorySegment payload, int count, short[] dst, int offset) {
        MemorySegment.copy(payload, SHORT, 0, dst, offset, count);
    }

    /** Reads {@code count} values of the payload, starting with value {@code from}. */
    static void get(MemorySegment payload, int from, int count, float @Nullable [] dst, int offset, DType dtype) {
        if (dtype == DType.F32) {
            MemorySegment.copy(payload, FLOAT, 4L * from, dst, offset, count);
            return;
        }
        short[] bits = new short[Math.min(CHUNK, count)];
        for (int done = 0; done < count; done += CHUNK) {
            int n = Math.min(CHUNK, count - done);
            MemorySegment.copy(payload, SHORT, 2L * (from + done), bits, 0, n);
            for (int i = 0; i < n; i++) {
                dst[offset + done + i] = Float.float16ToFloat(bits[i]);
            }
        }
    }
}
