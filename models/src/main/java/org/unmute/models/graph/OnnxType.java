package org.unmute.models.graph;

import org.jspecify.annotations.Nullable;
import org.unmute.tensor.HalfFloats;

/** Element types of a graph's tensors, by their numbers in {@code TensorProto.DataType}. */
enum OnnxType {
    FLOAT(1, 0, false),
    UINT8(2, 8, false),
    INT8(3, 8, true),
    UINT16(4, 16, false),
    INT16(5, 16, true),
    INT32(6, 32, true),
    INT64(7, 64, true),
    BOOL(9, 1, false),
    FLOAT16(10, 0, false),
    DOUBLE(11, 0, false),
    UINT32(12, 32, false),
    UINT64(13, 64, false),
    BFLOAT16(16, 0, false);

    private final int number;
    /** Of a whole number; 0 for floating-point numbers. */
    private final int bits;

    private final boolean signed;

    OnnxType(int number, int bits, boolean signed) {
        this.number = number;
        this.bits = bits;
        this.signed = signed;
    }

    /** The type with this number, or null if it is none that is computed with: texts, complex numbers, 4 and 8 bits. */
    static @Nullable OnnxType of(long number) {
        for (OnnxType type : values()) {
            if (type.number == number) {
                return type;
            }
        }
        return null;
    }

    /** Whether elements are floating-point numbers. */
    boolean isFloating() {
        return bits == 0;
    }

    /** The element of this type that a conversion gives: truncated and wrapped as in C, or rounded to 16 bits. */
    double converted(double x) {
        return switch (this) {
            case DOUBLE -> x;
            case FLOAT -> (float) x;
            case FLOAT16 -> HalfFloats.fromF16(HalfFloats.toF16((float) x));
            case BFLOAT16 -> HalfFloats.fromBf16(HalfFloats.toBf16((float) x));
            case BOOL -> x == 0 ? 0 : 1;
            case INT64 -> (double) (long) x;
            case UINT64 -> Math.max(0, x < 0x1p63 ? (double) (long) x : Math.rint(x));
            default -> wrapped((long) x);
        };
    }

    private double wrapped(long x) {
        long low = x & (1L << bits) - 1;
        return signed && low >= 1L << bits - 1 ? low - (1L << bits) : low;
    }
}
