package org.unmute.kernels.device.backend;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.unmute.kernels.device.Argument;
import org.unmute.kernels.device.Device;
import org.unmute.kernels.device.DeviceException;
import org.unmute.kernels.device.DeviceLimits;
import org.unmute.kernels.device.DeviceMemory;
import org.unmute.kernels.device.DeviceRoutine;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.kernels.device.MatrixProduct;
import org.unmute.kernels.device.TensorCores;
import org.unmute.tensor.backend.HostBuffer;

/** A device that computes nothing: it counts memory and records launches. */
final class FakeDevice implements Device {
    /** Name of the device's own matrix product. */
    static final Kernel ROUTINE = new Kernel("fake", "matmul_fake");

    /** A launch. {@link #launches} keeps the last one of each kernel. */
    record Launch(Kernel kernel, LaunchPlan plan, List<Argument> arguments) {}

    private final DeviceLimits limits;
    final Map<String, Launch> launches = new LinkedHashMap<>();
    final List<Launch> all = new ArrayList<>();
    /** The kernels that the device {@linkplain Device#offers offers}. */
    final Set<Kernel> offered = new HashSet<>();
    /** Where the device wants tensor cores. */
    TensorCores tensorCores = TensorCores.AUTO;

    long allocated;
    int allocations;
    boolean closed;

    FakeDevice(long memory) {
        limits = new DeviceLimits(memory, memory, 256, 32 << 10);
    }

    /** The products for which a routine was requested. */
    final List<MatrixProduct> products = new ArrayList<>();
    /** Whether there is a routine for them. */
    boolean hasRoutine;
    /** The number of products computed by the routine. */
    int routines;

    private record Memory(long bytes) implements DeviceMemory {}

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public String describe() {
        return "no device at all";
    }

    @Override
    public DeviceLimits limits() {
        return limits;
    }

    @Override
    public boolean offers(Kernel kernel) {
        return offered.contains(kernel);
    }

    @Override
    public TensorCores tensorCores() {
        return tensorCores;
    }

    @Override
    public DeviceMemory allocate(long bytes) {
        if (allocated + bytes > limits.memoryBytes()) {
            throw new DeviceException("fake: full", null);
        }
        allocated += bytes;
        allocations++;
        return new Memory(bytes);
    }

    @Override
    public void free(DeviceMemory memory) {
        allocated -= memory.bytes();
    }

    @Override
    public void write(HostBuffer from, int start, int count, DeviceMemory to, long toByte) {
        check(to, toByte, (long) count * from.dtype().bytes());
    }

    @Override
    public void read(DeviceMemory from, long fromByte, HostBuffer to, int start, int count) {
        check(from, fromByte, (long) count * to.dtype().bytes());
    }

    @Override
    public void copy(DeviceMemory from, long fromByte, DeviceMemory to, long toByte, long bytes) {
        check(from, fromByte, bytes);
        check(to, toByte, bytes);
    }

    private static void check(DeviceMemory memory, long at, long bytes) {
        if (at < 0 || at + bytes > memory.bytes()) {
            throw new AssertionError("copy of " + bytes + " bytes at " + at + " of memory of " + memory.bytes());
        }
    }

    @Override
    public void prepare(Kernel kernel) {
        // Nothing is built.
    }

    @Override
    public Kernel launch(Kernel kernel, LaunchPlan plan, List<Argument> arguments) {
        Launch l = new Launch(kernel, plan, arguments);
        launches.put(kernel.name(), l);
        all.add(l);
        return kernel;
    }

    @Override
    public Optional<DeviceRoutine> routine(MatrixProduct product) {
        products.add(product);
        return hasRoutine ? Optional.of(new DeviceRoutine(ROUTINE, () -> routines++)) : Optional.empty();
    }

    @Override
    public void finish() {
        // Nothing runs.
    }

    @Override
    public void close() {
        closed = true;
    }
}
