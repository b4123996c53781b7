package org.unmute.kernels.device;

import java.util.Arrays;

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
    record Struct(long... members) implements Argument {
        @Override
        public boolean equals(Object other) {
            return other instanceof Struct that && Arrays.equals(members, that.members);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(members);
        }

        @Override
        public String toString() {
            return "Struct" + Arrays.toString(members);
        }
    }
}
