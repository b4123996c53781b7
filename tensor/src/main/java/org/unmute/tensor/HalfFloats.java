package org.unmute.tensor;

/**
 * Conversions between float32 and the two 16-bit storage types: IEEE 754 binary16 ({@link DType#F16}) and bfloat16
 * ({@link DType#BF16}). All round to nearest, ties to even. Numbers out of range become infinite, and NaN stays NaN.
 */
public final class HalfFloats {
    private HalfFloats() {}

    /** The value of a binary16 bit pattern; exact. */
    public static float fromF16(short bits) {
        return Float.float16ToFloat(bits);
    }

    /** The binary16 bit pattern nearest to a value. */
    public static short toF16(float value) {
        return Float.floatToFloat16(value);
    }

    /** The value of a bfloat16 bit pattern; exact. */
    public static float fromBf16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** The bfloat16 bit pattern nearest to a value. */
    public static short toBf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            // Truncation could turn a NaN into an infinity, so the quiet bit is set.
            return (short) (bits >>> 16 | 0x40);
        }
        int lastKept = bits >>> 16 & 1;
        return (short) (bits + 0x7FFF + lastKept >>> 16);
    }
}
