package org.unmute.kernels.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jcuda.CudaException;
import org.unmute.kernels.device.DeviceMemory;

/** A libcublas of plain loops on the CPU, {@code cublas.c}, compiled by gcc, and a process that calls it. */
final class StandInCublas {
    static final Tool COMPILER = new Tool("gcc");

    private StandInCublas() {}

    /** Compiles {@code libcublas.so.VERSION} into a folder. */
    static Path build(Path folder, int version) throws IOException {
        String name = "libcublas.so." + version;
        try (InputStream in = StandInCublas.class.getResourceAsStream("/cublas.c")) {
            Files.write(folder.resolve("cublas.c"), in.readAllBytes());
        }
        // The symbols of the real library have this version, and the native code of JCublas asks for it.
        Files.writeString(folder.resolve("versions"), name + " { global: *; };\n");
        COMPILER.run(
                folder,
                List.of(
                        "-std=c11",
                        "-O2",
                        "-march=native",
                        "-ffp-contract=off",
                        "-Wall",
                        "-Werror",
                        "-fPIC",
                        "-shared",
                        "-DVERSION=" + version,
                        "-Wl,-soname," + name,
                        "-Wl,--version-script=versions",
                        "-o",
                        name,
                        "cublas.c",
                        "-lm"));
        return folder.resolve(name);
    }

    /** Makes the next call of a function return a status. */
    @SuppressWarnings("restricted") // Calls the library just compiled.
    static void fail(Path library, String function, int status) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment f = SymbolLookup.libraryLookup(library, arena)
                    .find("stand_in_fail")
                    .orElseThrow();
            Linker.nativeLinker()
                    .downcallHandle(f, FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT))
                    .invokeExact(arena.allocateFrom(function), status);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** Host memory in place of device memory. */
    record Host(MemorySegment segment) implements DeviceMemory {
        Host(float... numbers) {
            this(Arena.ofAuto().allocateFrom(JAVA_FLOAT, numbers));
        }

        @Override
        public long bytes() {
            return segment.byteSize();
        }

        static long address(DeviceMemory memory) {
            return ((Host) memory).segment.address();
        }
    }

    /**
     * The matrix with columns (1, 2), (3, 4), (5, 6), times that with columns (1, 0, 1) and (0, 10, 1), which is stored
     * transposed.
     */
    static CublasGemm gemm(Host result, long leading) {
        return new CublasGemm(
                new CublasGemm.Matrix(new Host(-1, 1, 2, 3, 4, 5, 6), 1, false, 2, 0),
                new CublasGemm.Matrix(new Host(1, 0, 0, 10, 1, 1), 0, true, 2, 0),
                new CublasGemm.Matrix(result, 0, false, leading, 0),
                2,
                2,
                3,
                1);
    }

    /** A separate process that prints what it finds and computes, one item per line. */
    static final class Main {
        public static void main(String[] args) {
            CublasLibrary library = CublasLibrary.find();
            System.out.println(library.describe());
            if (!library.isAvailable()) {
                return;
            }
            Cublas cublas = library.opening().apply(Host::address);
            Host result = new Host(9, 9, 9, 9, 9, 9);
            cublas.multiply(gemm(result, 3));
            System.out.println(Arrays.toString(result.segment.toArray(JAVA_FLOAT)));
            try {
                cublas.multiply(gemm(result, 1));
            } catch (CudaException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    /** Runs {@link Main} with folders that the loader searches first. */
    static List<String> run(Path folder, String classPath) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:-UsePerfData",
                "-cp",
                classPath,
                Main.class.getName()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("LD_LIBRARY_PATH", folder.toString());
        Process process = builder.start();
        List<String> lines =
                new String(process.getInputStream().readAllBytes()).lines().toList();
        if (process.waitFor() != 0) {
            throw new AssertionError(String.join("\n", lines));
        }
        return lines;
    }
}
