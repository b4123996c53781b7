package org.unmute.kernels.device;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.unmute.tensor.backend.View;

/** A kernel's arguments in their order. */
public final class Arguments {
    private final List<Argument> list = new ArrayList<>();

    /** No arguments yet. */
    public Arguments() {}

    /** One argument. */
    public sealed interface Argument {}

    /** A pointer to memory. */
    public record Pointer(DeviceMemory memory) implements Argument {}

    /** A {@code float}. */
    public record Real(float value) implements Argument {}

    /** An {@code int}. */
    public record Whole(int value) implements Argument {}

    /** An {@code i64}. */
    public record Long64(long value) implements Argument {}

    /** A struct of {@code i64}, passed by value. */
    public record Struct(long[] members) implements Argument {
        @Override
        public boolean equals(Object o) {
            return o instanceof Struct s && Arrays.equals(members, s.members);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(members);
        }
    }

    Arguments memory(View... views) {
        for (View v : views) {
            list.add(new Pointer(((DeviceBuffer) v.buffer()).memory()));
        }
        return this;
    }

    Arguments real(double... values) {
        for (double v : values) {
            list.add(new Real((float) v));
        }
        return this;
    }

    Arguments whole(int... values) {
        for (int v : values) {
            list.add(new Whole(v));
        }
        return this;
    }

    Arguments long64(long... values) {
        for (long v : values) {
            list.add(new Long64(v));
        }
        return this;
    }

    Arguments struct(Walk walk) {
        return struct(walk.members());
    }

    Arguments struct(long... members) {
        list.add(new Struct(members));
        return this;
    }

    /** The arguments, first to last. */
    public List<Argument> list() {
        return list;
    }
}
