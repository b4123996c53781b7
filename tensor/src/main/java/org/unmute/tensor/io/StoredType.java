package org.unmute.tensor.io;

import java.util.Arrays;
import org.unmute.tensor.Shape;

/**
 * Element types in files, named as in safetensors. All are little-endian. Unsigned 16-, 32- and 64-bit integers can be
 * read only as raw bytes.
 */
public enum StoredType {
    F64(8, true),
    F32(4, true),
    F16(2, true),
    BF16(2, true),
    I64(8, false),
    I32(4, false),
    I16(2, false),
    I8(1, false),
    U8(1, false),
    BOOL(1, false),
    U16(2, false),
    U32(4, false),
    U64(8, false);

    private final int bytes;
    private final boolean floating;

    StoredType(int bytes, boolean floating) {
        this.bytes = bytes;
        this.floating = floating;
    }

    /** Bytes per element. */
    public int bytes() {
        return bytes;
    }

    /**
     * Bytes of a tensor of this type and the given shape.
     *
     * @throws ArithmeticException if the number does not fit into 64 bits
     */
    public long bytes(Shape shape) {
        return Math.multiplyExact(shape.elements(), (long) bytes);
    }

    /**
     * Bytes of a tensor of this type and the given sizes.
     *
     * @throws ArithmeticException if the number does not fit into 64 bits
     */
    public long bytes(long... sizes) {
        return Arrays.stream(sizes).reduce(bytes, Math::multiplyExact);
    }

    /** Whether elements are floating-point numbers. */
    public boolean isFloating() {
        return floating;
    }
}
