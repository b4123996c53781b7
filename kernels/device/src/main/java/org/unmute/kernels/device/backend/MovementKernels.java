package org.unmute.kernels.device.backend;

import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import org.unmute.kernels.device.Device;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.tensor.DType;
import org.unmute.tensor.HalfFloats;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.backend.scalar.ScalarBackend;

/** Transfers, copies and fills: launches of {@code cast.cl}. */
final class MovementKernels {
    private static final String FAMILY = "cast";

    private final Device device;
    private final Launcher launcher;
    private final Profile profile;

    MovementKernels(Device device, Launcher launcher, Profile profile) {
        this.device = device;
        this.launcher = launcher;
        this.profile = profile;
    }

    static Kernel copyKernel(DType from, DType to) {
        return new Kernel(FAMILY, "copy_" + lower(from) + "_" + lower(to));
    }

    static Kernel fillKernel(DType type) {
        return new Kernel(FAMILY, type.bytes() == Short.BYTES ? "fill_16" : "fill_32");
    }

    private static String lower(DType type) {
        return type.name().toLowerCase(Locale.ROOT);
    }

    void upload(View host, View out) {
        int n = Math.toIntExact(host.shape().elements());
        if (n == 0) {
            return;
        }
        View dense = host;
        if (host.dtype() != out.dtype() || !host.isDense()) {
            // Convert on the host, which has float64.
            dense = View.dense(HostBuffer.allocate(out.dtype(), n), host.shape());
            ScalarBackend.INSTANCE.copy(host, dense);
        }
        View target = out.isDense() ? out : launcher.scratch(out.dtype(), out.shape());
        device.write(
                dense.host(),
                Math.toIntExact(dense.offset()),
                n,
                DeviceBuffer.memoryOf(target),
                target.offset() * out.dtype().bytes());
        profile.transferred(true, (long) n * out.dtype().bytes());
        if (target != out) {
            copy(target, out);
            target.buffer().close();
        }
    }

    void download(View x, View host) {
        int n = Math.toIntExact(x.shape().elements());
        if (n == 0) {
            return;
        }
        View source = x;
        if (!x.isDense()) {
            source = launcher.scratch(x.dtype(), x.shape());
            copy(x, source);
        }
        View target = host.dtype() == x.dtype() && host.isDense()
                ? host
                : View.dense(HostBuffer.allocate(x.dtype(), n), x.shape());
        device.read(
                DeviceBuffer.memoryOf(source),
                source.offset() * x.dtype().bytes(),
                target.host(),
                Math.toIntExact(target.offset()),
                n);
        profile.transferred(false, (long) n * x.dtype().bytes());
        if (source != x) {
            source.buffer().close();
        }
        if (target != host) {
            ScalarBackend.INSTANCE.copy(target, host);
        }
    }

    void copy(View x, View out) {
        StridedLoop loop = StridedLoop.of(x, out);
        if (loop.count() > 0) {
            launcher.run(
                    copyKernel(x.dtype(), out.dtype()),
                    LaunchPlan.elements(loop.count()),
                    Launcher.bytes(x, out),
                    new Arguments().memory(x, out).struct(loop));
        }
    }

    void fill(View out, double value) {
        StridedLoop loop = StridedLoop.of(out);
        if (loop.count() > 0) {
            launcher.run(
                    fillKernel(out.dtype()),
                    LaunchPlan.elements(loop.count()),
                    Launcher.bytes(out),
                    new Arguments().memory(out).int32(bits(out.dtype(), value)).struct(loop));
        }
    }

    /** Fills views with 0; some may be null. */
    void clear(View... views) {
        Arrays.stream(views).filter(Objects::nonNull).forEach(v -> fill(v, 0));
    }

    private static int bits(DType type, double value) {
        return switch (type) {
            case F32 -> Float.floatToRawIntBits((float) value);
            case I32 -> (int) value;
            case F16 -> HalfFloats.toF16((float) value) & 0xffff;
            case BF16 -> HalfFloats.toBf16((float) value) & 0xffff;
            case F64 -> throw new IllegalArgumentException("fill: the device has no F64");
        };
    }
}
