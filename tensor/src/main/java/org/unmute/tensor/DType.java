package org.unmute.tensor;

/**
 * Element types. {@link #F32} is the working type, {@link #F64} is for gradient checks and {@link #I32} holds indices.
 * {@link #F16} and {@link #BF16} are storage types: cast them before computing.
 */
public enum DType {
    F32(4, true),
    F64(8, true),
    I32(4, false),
    F16(2, true),
    BF16(2, true);

    private final int bytes;
    private final boolean floating;

    DType(int bytes, boolean floating) {
        this.bytes = bytes;
        this.floating = floating;
    }

    /** Bytes per element. */
    public int bytes() {
        return bytes;
    }

    /** Whether elements are floating-point numbers. */
    public boolean isFloating() {
        return floating;
    }

    /** Whether ops compute in this type. The other types are for storage and must be cast first. */
    public boolean isComputable() {
        return this == F32 || this == F64 || this == I32;
    }
}
