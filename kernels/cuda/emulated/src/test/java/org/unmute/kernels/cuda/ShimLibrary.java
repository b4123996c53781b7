package org.unmute.kernels.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.unmute.kernels.device.DeviceException;
import org.unmute.kernels.device.LaunchPlan;

/** Kernels from one CUDA source, compiled by g++ with {@code shim.h}. Their shared memory is static. */
final class ShimLibrary {
    static final Tool COMPILER = new Tool("g++");

    private static final FunctionDescriptor RUN =
            FunctionDescriptor.of(ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
    /** Size of {@code shim_error} in bytes. */
    private static final int MAX_ERROR = 256;
    /** Shared memory whose size is given by the launch. */
    private static final Pattern DYNAMIC =
            Pattern.compile("extern __shared__ (?:__align__\\(\\d+\\) )?(\\w+) (\\w+)\\[];");

    private final String name;
    private final Map<String, MethodHandle> kernels = new HashMap<>();
    private final MethodHandle set;

    @SuppressWarnings("restricted") // Calls into the library just compiled.
    private ShimLibrary(String name, Path file, List<String> names) {
        this.name = name;
        SymbolLookup library = SymbolLookup.libraryLookup(file, Arena.global());
        names.forEach(k -> kernels.put(
                k, Linker.nativeLinker().downcallHandle(library.find("run_" + k).orElseThrow(), RUN)));
        set = Linker.nativeLinker()
                .downcallHandle(library.find("shim_set").orElseThrow(), FunctionDescriptor.ofVoid(JAVA_INT, JAVA_INT));
    }

    /**
     * Compiles a source.
     *
     * @param folder has the headers, see {@link Tool#writeShim}; receives files called {@code name}
     * @param text the source with headers inlined
     * @param kernels the names of its kernels
     */
    static ShimLibrary build(Path folder, String name, String text, List<String> kernels) {
        StringBuilder all = new StringBuilder("#include \"shim.h\"\n")
                .append(DYNAMIC.matcher(text).replaceAll("$1* $2 = reinterpret_cast<$1*>(shim_dynamic);"));
        kernels.forEach(k -> all.append("SHIM_ENTRY(").append(k).append(")\n"));
        try {
            Files.writeString(folder.resolve(name + ".cpp"), all);
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
                            name + ".so",
                            name + ".cpp"));
            try (var files = Files.list(folder)) {
                files.forEach(f -> f.toFile().deleteOnExit());
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return new ShimLibrary(name, folder.resolve(name + ".so"), kernels);
    }

    /**
     * How a kernel is run.
     *
     * @param barriers whether its items wait for each other
     * @param backwards whether groups, warps and items run from last to first
     * @param block how sums of multiplications are formed, see {@code shim_block}
     * @param garbage value of each byte of shared memory that was not written, see {@code shim_garbage}
     */
    record Mode(boolean barriers, boolean backwards, int block, int garbage) {
        /** Garbage that is NaN. */
        static final int NAN = 0xff;
        /** Garbage that looks like a number. */
        static final int NUMBERS = 0x4b;
    }

    /**
     * Runs a kernel to its end. Only one thread may do so at a time.
     *
     * @param arguments the addresses of the arguments
     * @throws DeviceException if the kernel does something that a device traps, or would wait forever
     */
    void run(String kernel, LaunchPlan plan, Mode mode, MemorySegment arguments) {
        MethodHandle f = kernels.get(kernel);
        if (f == null) {
            throw new DeviceException("shim: kernel " + kernel + " is missing in " + name, null);
        }
        MemorySegment error;
        try {
            set.invokeExact(mode.block, mode.garbage);
            error = (MemorySegment) f.invokeExact(
                    plan.groups(),
                    plan.items(),
                    plan.sharedBytes(),
                    mode.barriers ? 1 : 0,
                    mode.backwards ? 1 : 0,
                    arguments);
        } catch (Throwable e) {
            throw new DeviceException("shim: " + kernel + ": " + e, e);
        }
        if (!error.equals(MemorySegment.NULL)) {
            throw new DeviceException("shim: " + kernel + ": " + text(error), null);
        }
    }

    @SuppressWarnings("restricted") // The library terminates its text with 0.
    private static String text(MemorySegment error) {
        return error.reinterpret(MAX_ERROR).getString(0);
    }
}
