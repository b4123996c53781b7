package org.unmute.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jocl.cl_program;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.KernelSource;
import org.unmute.kernels.device.backend.DeviceBackend;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;

/** Reuse of compiled programs that an earlier process, here an earlier context, has stored. */
class CachedProgramsTest {
    private static final Kernel FILL = new Kernel("cast", "fill_32");
    private static final KernelForm FORM = new KernelForm(FILL, false);

    @TempDir
    Path root;

    private ProgramCache cache;
    private final List<String> said = new ArrayList<>();

    @BeforeEach
    void open() {
        OpenCl.open().close();
        cache = ProgramCache.in(root.resolve("programs"), said::add);
    }

    private OpenClContext context() {
        return OpenClContext.open(0, Integer.MAX_VALUE, _ -> Integer.MAX_VALUE, cache);
    }

    /** A number written by the kernel {@code fill}. */
    private static float filled(OpenClContext context) {
        try (DeviceBackend b = new DeviceBackend(new OpenClDevice("opencl", context), 1 << 20)) {
            View v = b.allocateForResult(DType.F32, Shape.of(3));
            b.fill(v, 5);
            float[] x = new float[3];
            b.download(v, View.dense(HostBuffer.wrap(x), v.shape()));
            assertThat(x).containsOnly(x[0]);
            v.buffer().close();
            return x[0];
        }
    }

    private List<Path> entries() throws Exception {
        try (Stream<Path> files = Files.list(root.resolve("programs"))) {
            return files.toList();
        }
    }

    @Test
    void aSecondContextRunsWhatTheFirstHasCompiled() throws Exception {
        OpenClContext first = context();
        assertThat(filled(first)).isEqualTo(5);
        String key = first.programs().key(FORM);
        assertThat(entries()).containsExactly(cache.file(key));
        assertThat(filled(context())).isEqualTo(5);

        // A cached program that writes 7 instead of 5 proves that the entry is used.
        String other = KernelSource.text("cast").replace("(type)bits", "(type)(bits ^ 0x400000u)");
        assertThat(other).isNotEqualTo(KernelSource.text("cast"));
        cl_program program = SignalHandlers.kept(() -> first.programs().compile(FILL, other));
        cache.write(key, SignalHandlers.kept(() -> Programs.binary(program)));
        assertThat(filled(context())).isEqualTo(7);
        assertThat(said).isEmpty();
    }

    @Test
    void aDamagedEntryIsCompiledAgain() throws Exception {
        OpenClContext first = context();
        assertThat(filled(first)).isEqualTo(5);
        Path entry = cache.file(first.programs().key(FORM));
        byte[] whole = Files.readAllBytes(entry);
        byte[] wrong = whole.clone();
        wrong[whole.length / 2] ^= 4;
        Files.write(entry, wrong);
        assertThat(filled(context())).isEqualTo(5);
        assertThat(said).singleElement().asString().contains(entry.toString(), "damaged", "checksum");
        assertThat(Files.size(entry)).as("written anew").isGreaterThan(1000);
        said.clear();
        assertThat(filled(context())).isEqualTo(5);
        assertThat(said).isEmpty();
    }

    /** An intact entry that is not a program, as left by a driver that changed its format but not its version. */
    @Test
    void anEntryThatTheDriverRefusesIsCompiledAgain() {
        String key = context().programs().key(FORM);
        cache.write(key, "this is no program".getBytes(StandardCharsets.US_ASCII));
        assertThat(filled(context())).isEqualTo(5);
        assertThat(said).singleElement().asString().contains("the driver refuses it", "CL_");
        said.clear();
        assertThat(filled(context())).isEqualTo(5);
        assertThat(said).isEmpty();
    }

    @Test
    void aKeyNamesDeviceDriverOptionsAndSource() {
        Programs programs = context().programs();
        assertThat(programs.key(FORM))
                .contains("platform ", "device ", "vendor ", "driver ", "options -cl-std=CL1.2", "source ")
                .isNotEqualTo(programs.key(new KernelForm(FILL, true)))
                .isNotEqualTo(programs.key(new KernelForm(new Kernel("peak", "peak_multiply_add"), false)));
    }
}
