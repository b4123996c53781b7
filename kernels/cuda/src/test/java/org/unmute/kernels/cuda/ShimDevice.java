package org.unmute.kernels.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.unmute.kernels.device.Argument;
import org.unmute.kernels.device.Device;
import org.unmute.kernels.device.DeviceException;
import org.unmute.kernels.device.DeviceLimits;
import org.unmute.kernels.device.DeviceMemory;
import org.unmute.kernels.device.DeviceRoutine;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.KernelSource;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.kernels.device.MatrixProduct;
import org.unmute.kernels.device.fixture.DeclaredKernel;
import org.unmute.tensor.backend.HostBuffer;

/**
 * A device on the CPU: the kernels' CUDA source, compiled by g++ with {@code shim.h}, one library per family. Slow; it
 * tests logic only. Every second launch runs its items from last to first.
 */
final class ShimDevice implements Device {
    static final Tool COMPILER = new Tool("g++");

    private static final FunctionDescriptor RUN =
            FunctionDescriptor.of(ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
    /** Bytes of {@code shim_error}. */
    private static final int MAX_ERROR = 256;
    /** Shared memory that a group may ask for: that of an H100. */
    private static final int SHARED_BYTES = 227 << 10;
    /** Shared memory whose size the launch says. */
    private static final Pattern DYNAMIC =
            Pattern.compile("extern __shared__ (?:__align__\\(\\d+\\) )?(\\w+) (\\w+)\\[];");

    private static final Map<Kernel, MethodHandle> BUILT = new HashMap<>();
    /** Families whose items wait for each other; the others run in plain loops. */
    private static final Set<String> WITH_BARRIERS = KernelSource.FAMILIES.stream()
            .filter(family -> KernelSource.read(family + ".cl").contains("LOCAL_ARRAY"))
            .collect(Collectors.toSet());

    private static Path folder;

    private final Precision precision;
    private final int capability;
    private final Optional<Consumer<CublasGemm>> library;
    private boolean backwards;

    /** The kernels that ran. */
    private final Set<Kernel> launched = ConcurrentHashMap.newKeySet();

    private ShimDevice(Precision precision, int capability, Optional<Consumer<CublasGemm>> library) {
        this.precision = precision;
        this.capability = capability;
        this.library = library;
    }

    /** With the portable kernels alone, as on a device of compute capability 7.5. */
    ShimDevice() {
        this(Precision.FP32, 75, Optional.empty());
    }

    /** With plain loops in place of cuBLAS, where a product is one for it; {@code seen} gets each. */
    ShimDevice(Consumer<CublasGemm> seen) {
        this(Precision.FP32, 75, Optional.of(seen));
    }

    /** With the kernels of a device of compute capability 9.0: its own, and the variants of a precision. */
    ShimDevice(Precision precision) {
        this(precision, 90, Optional.empty());
    }

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
    public boolean offers(Kernel kernel) {
        return CudaKernels.offered(kernel, capability, SHARED_BYTES);
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

    /** Java's array of a buffer; its elements are copied as what they are. */
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
        function(kernel);
    }

    @Override
    public Optional<DeviceRoutine> routine(MatrixProduct product) {
        Optional<CublasGemm> gemm = library.isPresent() ? CublasGemm.of(product) : Optional.empty();
        return gemm.map(g -> new DeviceRoutine(Cublas.KERNEL, () -> {
            library.get().accept(g);
            ColumnProduct.multiply(g);
        }));
    }

    /** All devices share the compiled kernels, whose shared memory is static, so one launch runs at a time. */
    @Override
    public Kernel launch(Kernel portable, LaunchPlan plan, List<Argument> arguments) {
        Kernel kernel = Variants.of(portable, precision, capability).orElse(portable);
        launched.add(kernel);
        MethodHandle f = function(kernel);
        int barriers =
                WITH_BARRIERS.contains(kernel.family()) || PtxSource.files().contains(kernel.family()) ? 1 : 0;
        synchronized (ShimDevice.class) {
            backwards = !backwards;
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment pointers = arena.allocate(ADDRESS, arguments.size());
                for (int i = 0; i < arguments.size(); i++) {
                    pointers.setAtIndex(ADDRESS, i, argument(arena, arguments.get(i)));
                }
                int back = backwards ? 1 : 0;
                MemorySegment error = (MemorySegment)
                        f.invokeExact(plan.groups(), plan.items(), plan.sharedBytes(), barriers, back, pointers);
                if (!error.equals(MemorySegment.NULL)) {
                    throw new DeviceException("shim: " + kernel + ": " + text(error), null);
                }
                return kernel;
            } catch (DeviceException e) {
                throw e;
            } catch (Throwable e) {
                throw new DeviceException("shim: " + kernel + ": " + e, e);
            }
        }
    }

    @SuppressWarnings("restricted") // The kernel's library ends its text with 0.
    private static String text(MemorySegment error) {
        return error.reinterpret(MAX_ERROR).getString(0);
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

    private static MethodHandle function(Kernel kernel) {
        synchronized (BUILT) {
            if (!BUILT.containsKey(kernel)) {
                build(kernel.family());
            }
            MethodHandle function = BUILT.get(kernel);
            if (function == null) {
                throw new DeviceException("shim: kernel " + kernel + " is missing in its file", null);
            }
            return function;
        }
    }

    /** A text for C++, in which {@code extern __shared__} arrays are pointers to the shim's memory. */
    private static String withDynamicMemory(String text) {
        return DYNAMIC.matcher(text).replaceAll("$1* $2 = reinterpret_cast<$1*>(shim_dynamic);");
    }

    @SuppressWarnings("restricted") // Calls into what was just compiled.
    private static void build(String family) {
        try {
            if (folder == null) {
                folder = Files.createTempDirectory("unmute-shim-");
                folder.toFile().deleteOnExit();
                Tool.writeSources(folder);
                for (String file : PtxSource.files()) {
                    Files.writeString(folder.resolve(file + ".cu"), withDynamicMemory(PtxSource.variants(file)));
                }
            }
            boolean variants = PtxSource.files().contains(family);
            List<Kernel> kernels = variants
                    ? PtxSource.kernels(family)
                    : DeclaredKernel.of(family).stream()
                            .map(DeclaredKernel::kernel)
                            .toList();
            StringBuilder text = new StringBuilder(
                    "#include \"shim.h\"\n#include \"" + family + (variants ? ".cu" : ".cl") + "\"\n");
            kernels.forEach(k -> text.append("SHIM_ENTRY(").append(k.name()).append(")\n"));
            Files.writeString(folder.resolve(family + ".cpp"), text);

            COMPILER.run(
                    folder,
                    List.of(
                            "-std=c++20",
                            "-O2",
                            "-march=native",
                            "-ffp-contract=off",
                            "-fPIC",
                            "-shared",
                            "-w",
                            "-o",
                            family + ".so",
                            family + ".cpp"));
            SymbolLookup library = SymbolLookup.libraryLookup(folder.resolve(family + ".so"), Arena.global());
            for (Kernel k : kernels) {
                BUILT.put(
                        k,
                        Linker.nativeLinker()
                                .downcallHandle(library.find("run_" + k.name()).orElseThrow(), RUN));
            }
            try (var files = Files.list(folder)) {
                files.forEach(f -> f.toFile().deleteOnExit());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void finish() {
        // Launches run to their end.
    }

    @Override
    public void close() {
        // Libraries stay loaded.
    }
}
