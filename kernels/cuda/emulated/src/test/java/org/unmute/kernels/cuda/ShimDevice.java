package org.unmute.kernels.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.unmute.kernels.cuda.ShimLibrary.Mode;
import org.unmute.kernels.device.Argument;
import org.unmute.kernels.device.Device;
import org.unmute.kernels.device.DeviceLimits;
import org.unmute.kernels.device.DeviceMemory;
import org.unmute.kernels.device.DeviceRoutine;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.KernelSource;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.kernels.device.MatrixProduct;
import org.unmute.kernels.device.TensorCores;
import org.unmute.kernels.device.fixture.DeclaredKernel;
import org.unmute.tensor.backend.HostBuffer;

/**
 * A device on the CPU that runs the CUDA source of the kernels, compiled by g++ with {@code shim.h}, one library per
 * family. It is slow and only tests logic. Every second launch runs its items from last to first; garbage in shared
 * memory is NaN in two launches of four.
 */
final class ShimDevice implements Device {
    static final Tool COMPILER = ShimLibrary.COMPILER;

    /** Shared memory that a group may request, as on an H100. */
    private static final int SHARED_BYTES = 227 << 10;

    private static final Map<Build, ShimLibrary> BUILT = new HashMap<>();
    /** Families whose items wait for each other. The others run in plain loops. */
    static final Set<String> WITH_BARRIERS = KernelSource.FAMILIES.stream()
            .filter(family -> KernelSource.read(family + ".cl").contains("LOCAL_ARRAY"))
            .collect(Collectors.toSet());

    private static Path folder;

    private final Precision precision;
    private final TensorCores tensorCores = TensorChoice.chosen();
    private final int capability;
    private final Optional<Cublas> cublas;
    private Optional<Fault> fault = Optional.empty();
    private int block;
    private int launches;

    /** The kernels that have run. */
    private final Set<Kernel> launched = ConcurrentHashMap.newKeySet();

    private ShimDevice(Precision precision, int capability, Optional<Cublas> cublas) {
        this.precision = precision;
        this.capability = capability;
        this.cublas = cublas;
    }

    /** A device with only the portable kernels, as at compute capability 7.5. */
    ShimDevice() {
        this(Precision.FP32, 75, Optional.empty());
    }

    /** A device as at compute capability 7.5, with the given replacement for cuBLAS. */
    ShimDevice(Cublas cublas) {
        this(Precision.FP32, 75, Optional.of(cublas));
    }

    /** A device with the kernels of compute capability 9.0: its own, and the variants of a precision. */
    ShimDevice(Precision precision) {
        this(precision, 90, Optional.empty());
    }

    /**
     * Lets sums of multiplications truncate, as tensor cores may.
     *
     * @param productsAtOnce how many products are added to a sum at once: 4, 8 or 16; 0 to round instead
     */
    ShimDevice truncating(int productsAtOnce) {
        block = productsAtOnce;
        return this;
    }

    /** Puts a fault into the source of one family. */
    ShimDevice with(Fault seeded) {
        fault = Optional.of(seeded);
        return this;
    }

    /**
     * A fault in the source of a family, to prove that a test finds it.
     *
     * @param name the error it introduces
     * @param change applies it to the source; fails if it does not find the place
     */
    record Fault(String name, String family, UnaryOperator<String> change) {
        /** A fault that replaces texts of the source, given as pairs of text and replacement. */
        static Fault of(String name, String family, String... texts) {
            return new Fault(name, family, source -> {
                String changed = source;
                for (int i = 0; i < texts.length; i += 2) {
                    assertThat(changed).as("place of the fault: " + name).contains(texts[i]);
                    changed = changed.replace(texts[i], texts[i + 1]);
                }
                return changed;
            });
        }
    }

    private record Build(String family, Optional<Fault> fault) {}

    /** Whether the kernel ran. */
    boolean hasLaunched(Kernel kernel) {
        return launched.contains(kernel);
    }

    private record Memory(Arena arena, MemorySegment segment) implements DeviceMemory {
        @Override
        public long bytes() {
            return segment.byteSize();
        }
    }

    static MemorySegment segment(DeviceMemory memory) {
        return ((Memory) memory).segment;
    }

    @Override
    public String name() {
        return "shim";
    }

    @Override
    public String describe() {
        return "kernels compiled by g++";
    }

    @Override
    public DeviceLimits limits() {
        return new DeviceLimits(4L << 30, 1L << 30, 1024, 32 << 10);
    }

    @Override
    public TensorCores tensorCores() {
        return tensorCores;
    }

    @Override
    public boolean offers(Kernel kernel) {
        return CudaKernels.offered(kernel, precision, tensorCores, capability, SHARED_BYTES);
    }

    @Override
    public synchronized DeviceMemory allocate(long bytes) {
        Arena arena = Arena.ofShared();
        return new Memory(arena, arena.allocate(bytes, 256));
    }

    @Override
    public synchronized void free(DeviceMemory memory) {
        ((Memory) memory).arena.close();
    }

    /** The Java array of a buffer, whose elements are copied without conversion. */
    private static Object array(HostBuffer b) {
        return switch (b.dtype()) {
            case F32 -> b.floats();
            case F64 -> b.doubles();
            case I32 -> b.ints();
            case F16, BF16 -> b.halves();
        };
    }

    private static ValueLayout layout(HostBuffer b) {
        return switch (b.dtype()) {
            case F32 -> JAVA_FLOAT;
            case F64 -> JAVA_DOUBLE;
            case I32 -> JAVA_INT;
            case F16, BF16 -> JAVA_SHORT;
        };
    }

    @Override
    public synchronized void write(HostBuffer from, int start, int count, DeviceMemory to, long toByte) {
        MemorySegment.copy(array(from), start, segment(to), layout(from), toByte, count);
    }

    @Override
    public synchronized void read(DeviceMemory from, long fromByte, HostBuffer to, int start, int count) {
        MemorySegment.copy(segment(from), layout(to), fromByte, array(to), start, count);
    }

    @Override
    public synchronized void copy(DeviceMemory from, long fromByte, DeviceMemory to, long toByte, long bytes) {
        MemorySegment.copy(segment(from), fromByte, segment(to), toByte, bytes);
    }

    @Override
    public void prepare(Kernel kernel) {
        library(kernel.family());
    }

    @Override
    public Optional<DeviceRoutine> routine(MatrixProduct product) {
        return cublas.flatMap(c ->
                CublasGemm.of(product).map(g -> new DeviceRoutine(Cublas.KERNEL, () -> c.multiply(g))));
    }

    /** All devices share the compiled kernels, whose shared memory is static, so only one launch runs at a time. */
    @Override
    public Kernel launch(Kernel portable, LaunchPlan plan, List<Argument> arguments) {
        Kernel kernel = Variants.of(portable, precision, capability).orElse(portable);
        launched.add(kernel);
        boolean barriers =
                WITH_BARRIERS.contains(kernel.family()) || PtxSource.files().contains(kernel.family());
        ShimLibrary f = library(kernel.family());
        synchronized (ShimDevice.class) {
            launches++;
            int garbage = launches / 2 % 2 == 0 ? Mode.NAN : Mode.NUMBERS;
            Mode mode = new Mode(barriers, launches % 2 == 1, block, garbage);
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment pointers = arena.allocate(ADDRESS, arguments.size());
                for (int i = 0; i < arguments.size(); i++) {
                    pointers.setAtIndex(ADDRESS, i, argument(arena, arguments.get(i)));
                }
                f.run(kernel.name(), plan, mode, pointers);
            }
        }
        return kernel;
    }

    private static MemorySegment argument(Arena arena, Argument a) {
        return switch (a) {
            case Argument.Pointer p -> arena.allocateFrom(ADDRESS, segment(p.memory()));
            case Argument.Float32 r -> arena.allocateFrom(JAVA_FLOAT, r.value());
            case Argument.Int32 w -> arena.allocateFrom(JAVA_INT, w.value());
            case Argument.Int64 l -> arena.allocateFrom(JAVA_LONG, l.value());
            case Argument.Struct s -> arena.allocateFrom(JAVA_LONG, s.members());
        };
    }

    /** Compiles each family into FAMILY.so in the returned folder. */
    static Path libraries() {
        ShimDevice device = new ShimDevice();
        KernelSource.FAMILIES.forEach(device::library);
        PtxSource.files().forEach(device::library);
        return folder;
    }

    private ShimLibrary library(String family) {
        Build wanted = new Build(family, fault.filter(f -> f.family.equals(family)));
        synchronized (BUILT) {
            return BUILT.computeIfAbsent(wanted, ShimDevice::build);
        }
    }

    private static ShimLibrary build(Build wanted) {
        String family = wanted.family;
        try {
            if (folder == null) {
                folder = Files.createTempDirectory("unmute-shim-");
                folder.toFile().deleteOnExit();
                Tool.writeShim(folder);
            }
            boolean cuda = PtxSource.files().contains(family);
            String text = cuda ? PtxSource.variants(family) : KernelSource.text(family);
            List<Kernel> kernels = cuda
                    ? PtxSource.kernels(family)
                    : DeclaredKernel.of(family).stream()
                            .map(DeclaredKernel::kernel)
                            .toList();
            String name = family + wanted.fault.map(f -> "-" + BUILT.size()).orElse("");
            return ShimLibrary.build(
                    folder,
                    name,
                    wanted.fault.map(f -> f.change.apply(text)).orElse(text),
                    kernels.stream().map(Kernel::name).toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void finish() {
        // Launches are complete when they return.
    }

    @Override
    public void close() {
        // Libraries stay loaded.
    }
}
