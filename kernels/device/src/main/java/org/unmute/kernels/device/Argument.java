package org.unmute.kernels.device;

/** One argument of a kernel launch. */
public sealed interface Argument {
    /** A pointer to device memory. */
    record Pointer(DeviceMemory memory) implements Argument {}

    /** A {@code float}. */
    record Float32(float value) implements Argument {}

    /** An {@code int}. */
    record Int32(int value) implements Argument {}

    /** An {@code i64}. */
    record Int64(long value) implements Argument {}

    /** A struct of {@code i64} members, passed by value. */
    record Struct(long... members) implements Argument {}
}
