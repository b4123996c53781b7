package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.console.ExitCode;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backends;

/** Without the device modules and their bindings, everything else works; runs in a separate JVM. */
@FullBuild("starts virtual machines")
class WithoutDevicesTest {
    private static final String OPENCL = "org/unmute/kernels/opencl/OpenClBackendProvider.class";
    private static final String CUDA = "org/unmute/kernels/cuda/CudaBackendProvider.class";
    private static final String DEVICE = "org/unmute/kernels/device/backend/DeviceBackend.class";
    private static final String JOCL = "org/jocl/CL.class";
    private static final String JCUDA = "jcuda/driver/JCudaDriver.class";

    @TempDir
    Path folder;

    private Ran unmute(List<Path> path, String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("-cp", Java.joined(path), Main.class.getName()));
        all.addAll(List.of(arguments));
        return Java.run(folder, Map.of(), all);
    }

    @Test
    void withoutTheDeviceModulesTheRestWorks() throws Exception {
        List<Path> path = Java.pathWithout(OPENCL, CUDA, DEVICE, JOCL, JCUDA);
        String doctor = unmute(path, "doctor").endsWith(ExitCode.OK).out();
        assertThat(doctor)
                .containsPattern("(?m)^vector +yes ")
                .containsPattern("(?m)^scalar +yes ")
                .containsPattern("(?m)^cuda +no +unmute-kernels-cuda is not on the class path")
                .containsPattern("(?m)^opencl +no +unmute-kernels-opencl is not on the class path");
        for (String device : new String[] {"opencl", "cuda:1"}) {
            assertThat(unmute(path, "doctor", "--device", device)
                            .endsWith(ExitCode.DEVICE)
                            .err())
                    .contains("backend " + device.replace(":1", "")
                            + " is not known: there are vector, scalar; others need the jar of their module")
                    .doesNotContain("\tat ");
        }
        Path demo = folder.resolve("demo");
        unmute(
                        path,
                        "demo",
                        "--quiet",
                        "--device",
                        "cpu",
                        "--out",
                        demo.toString(),
                        "--train",
                        "10",
                        "--test",
                        "10",
                        "--seeds",
                        "1",
                        "--epochs",
                        "1")
                .endsWith(ExitCode.OK);
        assertThat(demo.resolve("report.html")).isNotEmptyFile();
    }

    @Test
    void withoutTheBindingsDoctorSaysSo() throws Exception {
        List<Path> path = Java.pathWithout(JOCL, JCUDA);
        assertThat(unmute(path, "doctor", "--device", "cpu")
                        .endsWith(ExitCode.OK)
                        .out())
                .containsPattern("(?m)^opencl +no +the OpenCL binding JOCL is not there")
                .containsPattern("(?m)^cuda +no +\\S+");
        assertThat(unmute(path, "doctor", "--device", "opencl")
                        .endsWith(ExitCode.DEVICE)
                        .err())
                .contains("backend opencl does not run here: the OpenCL binding JOCL is not there", "jocl.jar")
                .doesNotContain("\tat ");
        assertThat(unmute(path, "doctor", "--device", "cuda")
                        .endsWith(ExitCode.DEVICE)
                        .err())
                .contains("backend cuda does not run here")
                .doesNotContain("\tat ");
    }

    /** Runs the library on the module path without the device modules. */
    @Test
    void aLibraryOnTheModulePathNeedsNoDeviceModule() throws Exception {
        List<Path> modules = Java.pathWithout(OPENCL, CUDA, DEVICE, JOCL, JCUDA).stream()
                .filter(e -> Java.holds(e, "org/unmute/files/Sha256.class")
                        || Java.holds(e, "org/unmute/tensor/Tensor.class")
                        || Java.holds(e, "org/unmute/kernels/vector/VectorBackendProvider.class"))
                .toList();
        String own = Path.of(WithoutDevicesTest.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .toString();
        Ran ran = Java.run(
                folder,
                Map.of(),
                List.of(
                        "--module-path",
                        Java.joined(modules),
                        "--add-modules",
                        "org.unmute.kernels.vector",
                        "-cp",
                        own,
                        LibraryUse.class.getName()));
        assertThat(ran.endsWith(0).out())
                .contains("in module org.unmute.tensor", "backends vector scalar", "product 11.0");
    }

    /** A program that uses the library. */
    static final class LibraryUse {
        public static void main(String[] args) {
            System.out.println("in module " + Tensor.class.getModule().getName());
            System.out.println("backends "
                    + Backends.candidates().stream()
                            .map(Backends.Candidate::name)
                            .collect(Collectors.joining(" ")));
            Tensor a = Tensor.of(new float[] {1, 2}, 1, 2);
            System.out.println("product "
                    + a.matmul(Tensor.of(new float[] {3, 4}, 2, 1)).item());
        }
    }
}
