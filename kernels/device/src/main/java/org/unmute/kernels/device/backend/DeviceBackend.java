package org.unmute.kernels.device.backend;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.unmute.kernels.device.Argument;
import org.unmute.kernels.device.Device;
import org.unmute.kernels.device.DeviceLimits;
import org.unmute.kernels.device.DeviceRoutine;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.kernels.device.MatrixProduct;
import org.unmute.kernels.device.TensorCores;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.Profiled;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.backend.scalar.ScalarBackend;
import org.unmute.tensor.op.FilterBank;

/**
 * A backend on a {@link Device}, for float32 and int32; half precision is stored and converted. Memory stays on the
 * device; only {@link #upload} and {@link #download} transfer data. The order of summation depends on sizes alone, so
 * on one device the same input gives the same bits. float64 is not supported: OpenCL devices need not have it.
 */
public final class DeviceBackend
        implements ElementwiseKernels,
                ReduceKernels,
                IndexKernels,
                ProductKernels,
                AttentionKernels,
                RowKernels,
                PrototypeKernels,
                Profiled {
    /** System property: limit on device memory, in MiB. */
    public static final String MEMORY = "unmute.device.memory";

    private final Device device;
    private final MemoryPool pool;
    private final Profile profile;
    private final FbankKernels filterBanks = new FbankKernels(this);
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * Opens a backend on a device; {@link #close} closes the device too.
     *
     * @param memoryCap max bytes of device memory to use
     */
    public DeviceBackend(Device device, long memoryCap) {
        this.device = device;
        pool = new MemoryPool(device, memoryCap);
        profile = new Profile(new PeakMeasurement(device, pool)::run);
    }

    /**
     * The cap on device memory: system property {@value #MEMORY} in MiB, or nine tenths of the device's memory if it is
     * not set.
     *
     * @throws IllegalArgumentException if the property is not a positive number
     */
    public static long memoryCap(DeviceLimits limits) {
        String wanted = System.getProperty(MEMORY, "").strip();
        if (wanted.isEmpty()) {
            return limits.memoryBytes() / 10 * 9;
        }
        try {
            long cap = Math.multiplyExact(Long.parseLong(wanted), 1L << 20);
            if (cap > 0) {
                return cap;
            }
        } catch (NumberFormatException | ArithmeticException e) {
            // Reported below.
        }
        throw new IllegalArgumentException(
                "device memory: system property " + MEMORY + " must be a positive number of MiB: '" + wanted + "'");
    }

    @Override
    public Profile profile() {
        return profile;
    }

    /** Bytes of device memory held by tensors. */
    public long liveBytes() {
        return pool.liveBytes();
    }

    /** Maximum of {@link #liveBytes} so far. */
    public long peakBytes() {
        return pool.peakBytes();
    }

    @Override
    public String name() {
        return device.name();
    }

    @Override
    public String describe() {
        return device.describe();
    }

    @Override
    public boolean isDevice() {
        return true;
    }

    @Override
    public boolean supports(DType dtype) {
        return dtype == DType.F32 || dtype == DType.I32;
    }

    @Override
    public View allocate(DType dtype, Shape shape) {
        View v = allocateForResult(dtype, shape);
        fill(v, 0);
        return v;
    }

    @Override
    public View allocateForResult(DType dtype, Shape shape) {
        if (dtype == DType.F64) {
            throw new IllegalArgumentException("allocate: " + name() + " has no F64: use the scalar backend or F32");
        }
        return View.dense(pool.allocate(dtype, shape), shape);
    }

    @Override
    public boolean isClosed() {
        return closed.get();
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        device.finish();
        pool.close();
        device.close();
    }

    @Override
    public boolean offers(Kernel kernel) {
        return device.offers(kernel);
    }

    @Override
    public TensorCores tensorCores() {
        return device.tensorCores();
    }

    @Override
    public boolean mayKeepMore() {
        return pool.freeBytes() > pool.liveBytes();
    }

    @Override
    public void launch(Kernel kernel, LaunchPlan plan, long bytes, long operations, List<Argument> arguments) {
        if (profile.isMeasuring()) {
            device.prepare(kernel);
        }
        profiled(() -> device.launch(kernel, plan, arguments), bytes, operations);
    }

    @Override
    public Optional<DeviceRoutine> routine(MatrixProduct product) {
        return device.routine(product);
    }

    @Override
    public void run(DeviceRoutine routine, long bytes, long operations) {
        profiled(
                () -> {
                    routine.run();
                    return routine.kernel();
                },
                bytes,
                operations);
    }

    /** Counts the kernel that a call has run, and times the call if the profile is measuring. */
    private void profiled(Supplier<Kernel> call, long bytes, long operations) {
        if (!profile.isMeasuring()) {
            profile.launched(call.get(), 0, bytes, operations);
            return;
        }
        device.finish();
        long begun = System.nanoTime();
        Kernel ran = call.get();
        device.finish();
        profile.launched(ran, System.nanoTime() - begun, bytes, operations);
    }

    @Override
    public void upload(View host, View out) {
        int n = Math.toIntExact(host.shape().elements());
        if (n == 0) {
            return;
        }
        View dense = host;
        if (host.dtype() != out.dtype() || !host.isDense()) {
            // Convert on the host, which supports float64.
            dense = View.dense(HostBuffer.allocate(out.dtype(), n), host.shape());
            ScalarBackend.INSTANCE.copy(host, dense);
        }
        View target = out.isDense() ? out : allocateForResult(out.dtype(), out.shape());
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

    @Override
    public void download(View x, View host) {
        int n = Math.toIntExact(x.shape().elements());
        if (n == 0) {
            return;
        }
        View source = x;
        if (!x.isDense()) {
            source = allocateForResult(x.dtype(), x.shape());
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

    @Override
    public void filterBank(View samples, FilterBank f, View out) {
        if (FbankKernels.fits(f)) {
            filterBanks.filterBank(samples, f, out);
        } else {
            ElementwiseKernels.super.filterBank(samples, f, out);
        }
    }
}
