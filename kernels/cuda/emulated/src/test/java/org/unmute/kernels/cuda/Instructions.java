package org.unmute.kernels.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.unmute.kernels.cuda.ShimLibrary.Mode;
import org.unmute.kernels.device.KernelSource;
import org.unmute.kernels.device.LaunchPlan;

/** The kernels of {@code instructions.cu}, one per instruction of {@code mma.h}, on the CPU. */
final class Instructions {
    private static final List<String> KERNELS =
            List.of(("multiply_tf32_once multiply_bf16_once multiply_f16_once multiply_u8_s8_once round_all load_all "
                            + "shuffle_all copy_all copy_small differ fail")
                    .split(" "));

    private final ShimLibrary library;

    private Instructions(ShimLibrary library) {
        this.library = library;
    }

    /** Compiles the kernels. The test is skipped without g++. */
    static Instructions build() throws IOException {
        ShimLibrary.COMPILER.require();
        Path folder = Files.createTempDirectory("unmute-shim-");
        folder.toFile().deleteOnExit();
        Tool.writeShim(folder);
        return new Instructions(ShimLibrary.build(folder, "instructions", source(), KERNELS));
    }

    /** The source with its headers inlined. */
    static String source() {
        return KernelSource.text("instructions.cu", file -> {
            try (InputStream in = Instructions.class.getResourceAsStream("/" + file)) {
                return in == null ? PtxSource.read(file) : new String(in.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** As below, with sums rounded to nearest. */
    void run(String kernel, LaunchPlan plan, boolean backwards, Object... arguments) {
        run(kernel, plan, backwards, 0, arguments);
    }

    /**
     * Runs a kernel.
     *
     * @param backwards whether items run from last to first
     * @param block how sums are formed, see {@code shim_block}
     * @param arguments arrays, which are copied to the kernel and back, and numbers
     */
    void run(String kernel, LaunchPlan plan, boolean backwards, int block, Object[] arguments) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pointers = arena.allocate(ADDRESS, arguments.length);
            MemorySegment[] memory = new MemorySegment[arguments.length];
            for (int i = 0; i < arguments.length; i++) {
                memory[i] = switch (arguments[i]) {
                    case float[] x -> aligned(arena, x.length).copyFrom(MemorySegment.ofArray(x));
                    case int[] x -> aligned(arena, x.length).copyFrom(MemorySegment.ofArray(x));
                    case long[] x -> aligned(arena, 2L * x.length).copyFrom(MemorySegment.ofArray(x));
                    case Integer x -> arena.allocateFrom(JAVA_INT, x);
                    case Long x -> arena.allocateFrom(JAVA_LONG, x);
                    default -> throw new IllegalArgumentException(arguments[i].toString());
                };
                boolean pointer = arguments[i].getClass().isArray();
                pointers.setAtIndex(ADDRESS, i, pointer ? arena.allocateFrom(ADDRESS, memory[i]) : memory[i]);
            }
            library.run(kernel, plan, new Mode(true, backwards, block, Mode.NAN), pointers);
            for (int i = 0; i < arguments.length; i++) {
                switch (arguments[i]) {
                    case float[] x -> MemorySegment.copy(memory[i], JAVA_FLOAT, 0, x, 0, x.length);
                    case int[] x -> MemorySegment.copy(memory[i], JAVA_INT, 0, x, 0, x.length);
                    case long[] x -> MemorySegment.copy(memory[i], JAVA_LONG, 0, x, 0, x.length);
                    default -> {
                        // A number.
                    }
                }
            }
        }
    }

    private static MemorySegment aligned(Arena arena, long words) {
        return arena.allocate(4 * Math.max(words, 1), 16);
    }
}
