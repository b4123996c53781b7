package org.unmute.kernels.device.backend;

import java.util.ArrayList;
import java.util.List;
import org.unmute.kernels.device.Argument;
import org.unmute.tensor.backend.View;

/** Builds the argument list of a launch, in the order of the kernel's parameters. */
final class Arguments {
    private final List<Argument> list = new ArrayList<>();

    Arguments memory(View... views) {
        for (View v : views) {
            list.add(new Argument.Pointer(((DeviceBuffer) v.buffer()).memory()));
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

    Arguments struct(StridedLoop loop) {
        return struct(loop.members());
    }

    Arguments struct(long... members) {
        list.add(new Argument.Struct(members));
        return this;
    }

    List<Argument> list() {
        return List.copyOf(list);
    }
}
