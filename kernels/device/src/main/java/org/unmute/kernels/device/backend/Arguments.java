package org.unmute.kernels.device.backend;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.unmute.kernels.device.Argument;
import org.unmute.tensor.backend.View;

/** Builds the argument list of a launch, in the order of the kernel's parameters. */
final class Arguments {
    private final List<Argument> list = new ArrayList<>();
    private final List<View> views = new ArrayList<>();

    Arguments memory(@Nullable View... more) {
        for (View v : more) {
            views.add(v);
            list.add(new Argument.Pointer(DeviceBuffer.memoryOf(v)));
        }
        return this;
    }

    /** Adds memory that the kernel only reads, where this matters: see {@link DeviceBuffer#writes}. */
    Arguments input(View... more) {
        for (View v : more) {
            views.add(v);
            list.add(new Argument.Pointer(DeviceBuffer.readOf(v)));
        }
        return this;
    }

    Arguments float32(double... values) {
        for (double v : values) {
            list.add(new Argument.Float32((float) v));
        }
        return this;
    }

    Arguments int32(int... values) {
        for (int v : values) {
            list.add(new Argument.Int32(v));
        }
        return this;
    }

    Arguments flag(boolean value) {
        return int32(value ? 1 : 0);
    }

    Arguments int64(long... values) {
        for (long v : values) {
            list.add(new Argument.Int64(v));
        }
        return this;
    }

    /** Adds the loop over the rows of views, and the rows. */
    Arguments rows(View... all) {
        return struct(RowKernels.rowLoop(all)).struct(RowKernels.row(all));
    }

    Arguments struct(StridedLoop loop) {
        return struct(loop.members());
    }

    Arguments struct(MatchingLayout matching) {
        return struct(matching.members());
    }

    Arguments struct(long... members) {
        list.add(new Argument.Struct(members));
        return this;
    }

    /** Adds a struct with the members of all parts, in order. */
    Arguments struct(long[]... parts) {
        return struct(concat(parts));
    }

    static long[] concat(long[]... parts) {
        return Arrays.stream(parts).flatMapToLong(Arrays::stream).toArray();
    }

    /** Some members of a struct. */
    static long[] members(long... members) {
        return members;
    }

    /** Offset and strides of a view, as members of a struct; zeros for an absent vector. */
    static long[] layout(@Nullable View v) {
        if (v == null) {
            return new long[2];
        }
        long[] layout = new long[1 + v.shape().rank()];
        Arrays.setAll(layout, i -> i == 0 ? v.offset() : v.stride(i - 1));
        return layout;
    }

    /** Strides of the last two axes, as members of a struct; zeros for an absent matrix. */
    static long[] matrix(@Nullable View v) {
        return v == null ? new long[2] : members(v.stride(-2), v.stride(-1));
    }

    /** 1 for true, as a member of a struct. */
    static long flagOf(boolean value) {
        return value ? 1 : 0;
    }

    /** The views whose memory has been added so far. */
    View[] views() {
        return views.toArray(View[]::new);
    }

    /** Total bytes of views, some of which may be null; an element broadcast by a stride of 0 counts once. */
    static long bytes(@Nullable View... views) {
        long sum = 0;
        for (View v : views) {
            long n = v == null ? 0 : v.dtype().bytes();
            for (int a = 0; n > 0 && a < v.shape().rank(); a++) {
                n *= v.stride(a) == 0
                        ? Math.min(1, v.shape().size(a))
                        : v.shape().size(a);
            }
            sum += n;
        }
        return sum;
    }

    List<Argument> list() {
        return List.copyOf(list);
    }
}
