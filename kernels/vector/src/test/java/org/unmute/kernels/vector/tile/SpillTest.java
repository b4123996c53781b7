package org.unmute.kernels.vector.tile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.files.Sha256;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.kernels.vector.runtime.Lanes;
import org.unmute.tensor.backend.Backend;

/**
 * Checks that the compiled inner loops of the register tiles keep all sums in registers and never access the stack. The
 * test reads machine code, so it needs an x86 processor with fused multiply-adds and {@code objdump}. Elsewhere it is
 * skipped, with the reason.
 */
@FullBuild("starts virtual machines")
class SpillTest {
    private static final int ROUNDS = 60_000;
    private static final int INNER = 64;

    @ParameterizedTest
    @CsvSource({
        "512, multiply, ''",
        "512, multiplyColumns, ''",
        "512, multiplyNarrow, ''",
        // Simulates a processor with 16 registers. The narrow tile of 256 bits is left out: the compiler unrolls its
        // loop and spills broadcasts, though no sums; it only computes the last columns of a product.
        "256, multiply, -XX:UseAVX=2",
        "256, multiplyColumns, -XX:UseAVX=2",
        "128, multiply, -XX:UseAVX=2",
        "128, multiplyColumns, -XX:UseAVX=2",
        "128, multiplyNarrow, -XX:UseAVX=2"
    })
    void noSumLeavesItsRegister(int bits, String method, String option) throws Exception {
        assumeTrue(
                List.of("amd64", "x86_64").contains(System.getProperty("os.arch")),
                "reads x86 code, this is " + System.getProperty("os.arch"));
        assumeTrue(objdump(), "there is no objdump (binutils), which disassembles the code");
        assumeTrue(bits <= Lanes.BITS, "this run has vectors of " + Lanes.BITS + " bits");
        String name = "org.unmute.kernels.vector.tile.Tile" + bits + "::" + method;
        String printed = run(bits, method, option, name);
        assumeTrue(
                printed.contains("[MachCode]"),
                "the virtual machine prints no machine code: it is a product build without this, or has a"
                        + " disassembler");
        byte[] code = CompiledCode.bytes(printed, name);
        assertThat(code).as("%s was not compiled by C2", name).isNotNull();
        CompiledCode.Loop loop = CompiledCode.innermostLoops(code).stream()
                .max(Comparator.comparingLong(CompiledCode.Loop::multiplyAdds))
                .orElseThrow();
        int vectors = method.equals("multiplyNarrow") ? 1 : 2;
        int rows = bits == 512 ? Tile512.ROWS : bits == 256 ? Tile256.ROWS : Tile128.ROWS;
        assertThat(loop.multiplyAdds())
                .as("multiply-adds of the loop of %s: %s", name, loop.instructions())
                .isGreaterThanOrEqualTo((long) rows * vectors);
        assertThat(loop.stackAccesses())
                .as("stack accesses of the loop of %s: %s", name, loop.instructions())
                .isEmpty();
    }

    private static boolean objdump() throws InterruptedException {
        try {
            return new ProcessBuilder("objdump", "--version")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static String run(int bits, String method, String option, String name)
            throws IOException, InterruptedException {
        String path = String.join(
                File.pathSeparator,
                location(Tile.class),
                location(Backend.class),
                location(Sha256.class),
                location(SpillTest.class));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "-XX:+UnlockDiagnosticVMOptions",
                "-XX:-TieredCompilation",
                "-XX:CompileCommand=print," + name));
        if (!option.isEmpty()) {
            command.add(option);
        }
        command.addAll(List.of("-cp", path, Multiplications.class.getName(), String.valueOf(bits), method));
        Process p = new ProcessBuilder(command).redirectErrorStream(true).start();
        String printed = new String(p.getInputStream().readAllBytes());
        assertThat(p.waitFor()).as(printed).isZero();
        return printed;
    }

    private static String location(Class<?> c) {
        return Path.of(URI.create(
                        c.getProtectionDomain().getCodeSource().getLocation().toString()))
                .toString();
    }

    /** Calls one tile until it is compiled. */
    static final class Multiplications {
        private Multiplications() {}

        public static void main(String[] args) {
            float[] a = new float[Math.max(PackedRows.TILE, 16 * INNER)];
            float[] b = new float[2 * 16 * INNER];
            float[] c = new float[16 * 32];
            for (int i = 0; i < ROUNDS; i++) {
                switch (args[0] + args[1]) {
                    case "512multiply" -> Tile512.multiply(INNER, a, 0, b, 0, c, 0, 32, false);
                    case "512multiplyColumns" -> Tile512.multiplyColumns(INNER, a, 0, b, 0, c, 0, 32, false);
                    case "512multiplyNarrow" -> Tile512.multiplyNarrow(INNER, a, 0, b, 0, c, 0, 32, false);
                    case "256multiply" -> Tile256.multiply(INNER, a, 0, b, 0, c, 0, 32, false);
                    case "256multiplyColumns" -> Tile256.multiplyColumns(INNER, a, 0, b, 0, c, 0, 32, false);
                    case "256multiplyNarrow" -> Tile256.multiplyNarrow(INNER, a, 0, b, 0, c, 0, 32, false);
                    case "128multiply" -> Tile128.multiply(INNER, a, 0, b, 0, c, 0, 32, false);
                    case "128multiplyColumns" -> Tile128.multiplyColumns(INNER, a, 0, b, 0, c, 0, 32, false);
                    case "128multiplyNarrow" -> Tile128.multiplyNarrow(INNER, a, 0, b, 0, c, 0, 32, false);
                    default -> throw new IllegalArgumentException(args[0] + args[1]);
                }
            }
        }
    }
}
