package org.unmute.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.files.Sha256;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.kernels.device.NativeFolder;
import org.unmute.kernels.device.backend.DeviceBackend;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;

class OpenClBackendProviderTest {
    @TempDir
    Path folder;

    @Test
    void isFoundAndNeverChosenUnasked() {
        assertThat(Backends.candidates()).extracting(Backends.Candidate::name).contains("opencl");
        try (Backend b = Backends.open("auto", 1).backend()) {
            assertThat(b.name()).isEqualTo("scalar");
        }
    }

    @Test
    void opensDevicesByNumber() {
        OpenCl.open().close();
        try (Backend b = Backends.open("opencl:0", 1).backend()) {
            assertThat(b.name()).isEqualTo("opencl");
            assertThat(b.describe()).contains("OpenCL").contains("driver").contains("MiB");
        }
        assertFails(Backends.UnavailableException.class, () -> Backends.open("opencl:99", 1), "no device 99");
    }

    @Test
    void nativeCodeIsUnpackedIntoAFolderOfItsOwn() throws Exception {
        String before = System.getProperty("java.io.tmpdir");
        Path used = NativeFolder.within(() -> Path.of(System.getProperty("java.io.tmpdir")));
        assertThat(System.getProperty("java.io.tmpdir")).isEqualTo(before);
        assertThat(used.getParent()).isEqualTo(Path.of(before));
        if (Files.getFileStore(used).supportsFileAttributeView("posix")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(used)))
                    .isEqualTo("rwx------");
        }
    }

    /** Runs separate JVMs that lack a platform, the native code of the binding, or native access. */
    @Test
    @FullBuild("starts virtual machines")
    void saysWhatIsMissing() throws Exception {
        OpenCl.open().close();
        assertThat(ask(List.of("OCL_ICD_VENDORS=" + folder), "")).contains("false", "no OpenCL platform", "pocl");
        assertThat(ask(List.of(), "-Dos.arch=abacus")).contains("false").contains("does not load");
        assertThat(ask(List.of(), "--illegal-native-access=deny"))
                .contains("false", "--enable-native-access=ALL-UNNAMED");
    }

    /** The class path of a JVM that opens a device. */
    static String path() throws Exception {
        return String.join(
                File.pathSeparator,
                location(OpenClBackendProvider.class),
                location(DeviceBackend.class),
                location(Backend.class),
                location(Sha256.class),
                location(OpenClBackendProviderTest.class),
                location(org.jocl.CL.class));
    }

    private static String ask(List<String> environment, String option) throws Exception {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        if (!option.isEmpty()) {
            command.add(option);
        }
        command.addAll(List.of("-cp", path(), Asked.class.getName()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        environment.forEach(
                e -> builder.environment().put(e.substring(0, e.indexOf('=')), e.substring(e.indexOf('=') + 1)));
        Process p = builder.start();
        String answer = new String(p.getInputStream().readAllBytes());
        assertThat(p.waitFor()).as(answer).isZero();
        return answer;
    }

    private static String location(Class<?> c) throws Exception {
        return Path.of(c.getProtectionDomain().getCodeSource().getLocation().toURI())
                .toString();
    }

    /** Prints the provider's answer. */
    static final class Asked {
        public static void main(String[] args) {
            System.out.println(new OpenClBackendProvider().probe());
        }
    }
}
