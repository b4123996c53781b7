package org.unmute.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.kernels.device.KernelSource;
import org.unmute.kernels.device.fixture.DeclaredKernel;

/**
 * nvcc compiles every source without a warning, and ptxas assembles the shipped PTX, as the driver does on a user's
 * machine. For every target nothing is spilled from registers to memory, and registers and shared memory stay within
 * {@code resources.csv}. Kernels for tensor cores need sm_80; on sm_75 the portable ones run. Skipped without the
 * toolkit.
 */
@FullBuild("runs nvcc and ptxas")
class NvccTest {
    private static final Tool NVCC = new Tool("nvcc");
    private static final Tool PTXAS = new Tool("ptxas");

    @TempDir
    Path folder;

    private static Stream<DynamicTest> missing(Tool tool) {
        return Stream.of(DynamicTest.dynamicTest(tool.missing(), () -> Assumptions.abort(tool.missing())));
    }

    /** Compiles portable kernels for the oldest target and those for tensor cores for the newest. */
    @TestFactory
    Stream<DynamicTest> compilesWithoutWarnings() throws IOException {
        if (!NVCC.isAvailable()) {
            return missing(NVCC);
        }
        Tool.writeSources(folder);
        List<Integer> known = known();
        int oldest = known.getFirst();
        int newest = known.getLast();
        List<DynamicTest> tests = new ArrayList<>();
        for (String family : KernelSource.FAMILIES) {
            tests.add(DynamicTest.dynamicTest(
                    family + " for " + oldest,
                    () -> compile(family + ".cl", DeclaredKernel.of(family).size(), oldest)));
        }
        PtxSource.files()
                .forEach(file -> tests.add(DynamicTest.dynamicTest(
                        file + " for " + newest,
                        () -> compile(file + ".cu", PtxSource.kernels(file).size(), newest))));
        return tests.stream();
    }

    private List<Integer> known() {
        String list = NVCC.run(folder, List.of("--list-gpu-code"));
        List<Integer> known = KernelResources.TARGETS.stream()
                .filter(t -> Arrays.asList(list.split("\\s+")).contains("sm_" + t))
                .toList();
        assertThat(known).isNotEmpty();
        return known;
    }

    private void compile(String file, int kernels, int target) {
        List<String> arguments = List.of(
                "-x",
                "cu",
                "-fatbin",
                "-fmad=false",
                "-diag-suppress",
                "177",
                "-Werror",
                "all-warnings",
                "-Xptxas",
                "-v",
                "-o",
                file + ".fatbin",
                "-gencode",
                "arch=compute_" + target + ",code=sm_" + target,
                file);
        String said = NVCC.run(folder, arguments);
        assertThat(KernelResources.check(said, new TreeSet<>()))
                .as("kernels\n" + said)
                .isEqualTo(kernels);
    }

    /** Assembles the PTX that users run. */
    @TestFactory
    Stream<DynamicTest> shippedPtxAssemblesWithinTheLimits() {
        if (!PTXAS.isAvailable()) {
            return missing(PTXAS);
        }
        String help = PTXAS.run(folder, List.of("--help"));
        Set<String> seen = new TreeSet<>();
        List<DynamicTest> tests = new ArrayList<>();
        for (int target : KernelResources.TARGETS) {
            assertThat(help).contains("sm_" + target);
            for (String family : KernelSource.FAMILIES) {
                tests.add(DynamicTest.dynamicTest(
                        family + " for " + target,
                        () -> assemble(family, DeclaredKernel.of(family).size(), target, seen)));
            }
            for (String file : target < Variants.MIN_CAPABILITY ? Set.<String>of() : PtxSource.files()) {
                tests.add(DynamicTest.dynamicTest(
                        file + " for " + target,
                        () -> assemble(file, PtxSource.kernels(file).size(), target, seen)));
            }
        }
        tests.add(DynamicTest.dynamicTest(
                "every limit is for a kernel", () -> assertThat(seen).containsAll(KernelResources.limited())));
        return tests.stream();
    }

    private void assemble(String family, int kernels, int target, Set<String> seen) throws IOException {
        String said = assemble(Ptx.text(family), target);
        assertThat(KernelResources.check(said, seen)).as(said).isEqualTo(kernels);
    }

    private String assemble(String ptx, int target) throws IOException {
        Files.writeString(folder.resolve("shipped.ptx"), ptx);
        return PTXAS.run(folder, List.of("-v", "-Werror", "-arch=sm_" + target, "-o", "shipped.cubin", "shipped.ptx"));
    }

    /**
     * Checks that the two tests above can fail: for a kernel that spills, one that uses too much, and text that is not
     * PTX.
     */
    @Test
    void whatDoesNotFitIsFound() throws IOException {
        PTXAS.require();
        String ptx = Ptx.text("matmul");
        String crowded = ptx.replace(".minnctapersm 2", ".minnctapersm 8");
        assertThat(crowded).isNotEqualTo(ptx);
        String spilled = assemble(crowded, 90);
        assertThatThrownBy(() -> KernelResources.check(spilled, new TreeSet<>()))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("bytes spilled by matmul");
        String large = ptx.replaceFirst("(\\.shared [^;]*)\\[(\\d+)\\];", "$1[40000];");
        assertThat(large).isNotEqualTo(ptx);
        String said = assemble(large, 90);
        assertFails(
                AssertionError.class, () -> KernelResources.check(said, new TreeSet<>()), "shared memory of matmul");
        assertFails(
                AssertionError.class, () -> assemble(ptx.replaceFirst("fma\\.rn\\.f32", "fma.rm.f16"), 90), "ptxas");
    }

    /**
     * Functions of {@code mma.h} that no kernel uses yet also compile to the instructions that they are named after.
     */
    @Test
    void theInstructionsAreThoseOfTheirNames() throws IOException {
        NVCC.require();
        Files.writeString(folder.resolve("instructions.cu"), Instructions.source());
        NVCC.run(
                folder, List.of("-ptx", "-arch=compute_80", "-fmad=false", "-diag-suppress", "177", "instructions.cu"));
        assertThat(Files.readString(folder.resolve("instructions.ptx")))
                .contains(
                        "cvt.rna.tf32.f32",
                        "cvt.rn.bf16x2.f32",
                        "cvt.rn.f16x2.f32",
                        "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32",
                        "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32",
                        "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32",
                        "mma.sync.aligned.m16n8k32.row.col.s32.u8.s8.s32",
                        "ldmatrix.sync.aligned.m8n8.x1.shared.b16",
                        "ldmatrix.sync.aligned.m8n8.x1.trans.shared.b16",
                        "ldmatrix.sync.aligned.m8n8.x2.shared.b16",
                        "ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16",
                        "ldmatrix.sync.aligned.m8n8.x4.shared.b16",
                        "ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16",
                        "shfl.sync.idx.b32",
                        "shfl.sync.bfly.b32",
                        "bar.warp.sync",
                        "cp.async.cg.shared.global",
                        "cp.async.ca.shared.global",
                        "cp.async.commit_group",
                        "cp.async.wait_group 2");
    }
}
