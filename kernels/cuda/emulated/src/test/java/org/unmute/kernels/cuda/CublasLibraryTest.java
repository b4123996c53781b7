package org.unmute.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jcuda.CudaException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.kernels.contract.FullBuild;

/** Tests which cuBLAS is found, and the calls to it, with a stand-in made of plain loops. cuBLAS itself needs a GPU. */
class CublasLibraryTest {
    @TempDir
    static Path folder;

    @Test
    void isSearchedForOffOrNamed() {
        assertThat(CublasLibrary.of("false").describe())
                .isEqualTo("matrix products by our own kernel (cuBLAS: turned off by unmute.cuda.cublas)");
        assertThatThrownBy(() -> CublasLibrary.of("no"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("unmute.cuda.cublas must be true, false or the path")
                .hasMessageEndingWith("'no'");
        assertThatThrownBy(() -> CublasLibrary.of("/nowhere/libcublas.so.13"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("/nowhere/libcublas.so.13 does not load");
    }

    /** Without the CUDA toolkit both ways of loading keep the reason, and nothing is thrown. */
    @Test
    void aLibraryThatDoesNotLoadIsToldApart() {
        CublasLibrary found = CublasLibrary.find();
        assertThat(found.isAvailable()).isNotEqualTo(found.version().isEmpty());
        if (!found.isAvailable()) {
            assertThat(found.problem()).isEqualTo("neither libcublas.so.12 nor libcublas.so.13 was found");
            assertThat(JcudaCublas.load().problem()).startsWith("the binding JCublas does not load");
            assertThatThrownBy(() -> found.opening().apply(CudaDevice::address))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(found.problem());
        }
    }

    @Nested
    @FullBuild("compiles a library with gcc and starts processes")
    class Calls {
        private static Path library;
        private static Path old;

        @BeforeAll
        static void compile() throws Exception {
            StandInCublas.COMPILER.require();
            library = StandInCublas.build(folder, 13);
            old = StandInCublas.build(folder, 11);
        }

        private static Cublas open() {
            return CublasLibrary.of(library.toString()).opening().apply(StandInCublas.Host::address);
        }

        @Test
        void aNamedLibraryIsTaken() {
            assertThat(CublasLibrary.of(library.toString()).describe())
                    .isEqualTo("matrix products by cuBLAS 13.1 (" + library + ")");
        }

        @Test
        void anOldLibraryIsTold() {
            assertThatThrownBy(() -> CublasLibrary.of(old.toString()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageEndingWith(old
                            + " cannot be used, it has no cublasSgemmStridedBatched_64, which is in CUDA 12 and newer");
        }

        /** The status of every call is checked. */
        @Test
        void everyCallThatFailsIsToldByItsStatus() {
            StandInCublas.fail(library, "cublasGetProperty", 1);
            assertThatThrownBy(() -> CublasLibrary.of(library.toString()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageEndingWith("cannot be used, CUBLAS_STATUS_NOT_INITIALIZED");
            for (String call : List.of(
                    "cublasCreate_v2", "cublasSetPointerMode_v2", "cublasSetAtomicsMode", "cublasSetMathMode")) {
                StandInCublas.fail(library, call, 1);
                assertThatThrownBy(Calls::open)
                        .as(call)
                        .isInstanceOf(CudaException.class)
                        .hasMessage("CUBLAS_STATUS_NOT_INITIALIZED");
            }
            Cublas cublas = open();
            StandInCublas.Host result = new StandInCublas.Host(9, 9, 9, 9);
            CublasGemm gemm = StandInCublas.gemm(result, 2);
            StandInCublas.fail(library, "cublasSgemmStridedBatched_64", 13);
            assertThatThrownBy(() -> cublas.multiply(gemm))
                    .isInstanceOf(CudaException.class)
                    .hasMessage("CUBLAS_STATUS_EXECUTION_FAILED");
            StandInCublas.fail(library, "cublasSgemmStridedBatched_64", 99);
            assertThatThrownBy(() -> cublas.multiply(gemm)).hasMessage("status 99");
            cublas.multiply(gemm);
        }

        /** A process finds version 12 before 13, through JCublas, whose native code asks the loader for it. */
        @Test
        void version12GoesThroughJCublas() throws Exception {
            assumeNone();
            Path both = Files.createDirectory(folder.resolve("both"));
            StandInCublas.build(both, 12);
            StandInCublas.build(both, 13);
            assertThat(StandInCublas.run(both, System.getProperty("java.class.path")))
                    .containsExactly(
                            "matrix products by cuBLAS 12.1 (JCublas)",
                            "[6.0, 8.0, 9.0, 35.0, 46.0, 9.0]",
                            "CUBLAS_STATUS_INVALID_VALUE");
        }

        @Test
        void version13GoesThroughForeignFunctions() throws Exception {
            assumeNone();
            Path alone = Files.createDirectory(folder.resolve("alone"));
            StandInCublas.build(alone, 13);
            assertThat(StandInCublas.run(alone, System.getProperty("java.class.path")))
                    .containsExactly(
                            "matrix products by cuBLAS 13.1 (libcublas.so.13)",
                            "[6.0, 8.0, 9.0, 35.0, 46.0, 9.0]",
                            "CUBLAS_STATUS_INVALID_VALUE");
        }

        /** Version 12 is found even if the native code of JCublas is missing. */
        @Test
        void version12GoesThroughForeignFunctionsIfJCublasDoesNotLoad() throws Exception {
            assumeNone();
            Path alone = Files.createDirectory(folder.resolve("bare"));
            StandInCublas.build(alone, 12);
            String path = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                    .filter(entry -> !entry.contains("jcublas-natives"))
                    .collect(Collectors.joining(File.pathSeparator));
            assertThat(StandInCublas.run(alone, path))
                    .startsWith("matrix products by cuBLAS 12.1 (libcublas.so.12)", "[6.0, 8.0, 9.0, 35.0, 46.0, 9.0]");
        }

        private static void assumeNone() {
            assumeFalse(CublasLibrary.find().isAvailable(), "skipped: the loader finds a cuBLAS that this machine has");
        }
    }

    /** Runs the contract of products through the bindings, on stand-ins for the driver and cuBLAS. */
    @TestFactory
    @FullBuild("compiles a driver and the kernels, and starts a JVM")
    Stream<DynamicTest> productsOfADeviceGoThere() throws Exception {
        if (!StandIn.missing().isEmpty()) {
            return StandIn.skipped();
        }
        ShimDevice.COMPILER.require();
        Path library = StandInCublas.build(folder, 13);
        List<DynamicTest> all = new StandIn(folder)
                .run(
                        StandIn.executing(75),
                        List.of("-D" + CublasLibrary.PROPERTY + "=" + library),
                        StandInProducts.class)
                .toList();
        assertThat(all).as("tests that ran").hasSizeGreaterThan(20);
        return all.stream();
    }
}
