package org.unmute.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.TensorCores;

/** PTX of the kernels that only NVIDIA devices have, and where they run. */
class CudaKernelsTest {
    private static final Pattern ENTRY = Pattern.compile("\\.visible \\.entry (\\w+)\\(");

    /** At every precision alike. */
    private static boolean offered(Kernel kernel, int capability, int sharedBytes) {
        boolean offered = CudaKernels.offered(kernel, Precision.FP32, TensorCores.AUTO, capability, sharedBytes);
        for (Precision p : Precision.values()) {
            assertThat(CudaKernels.offered(kernel, p, TensorCores.AUTO, capability, sharedBytes))
                    .isEqualTo(offered);
            assertThat(CudaKernels.offered(kernel, p, TensorCores.NEVER, capability, sharedBytes))
                    .isFalse();
        }
        return offered;
    }

    @Test
    void capabilityAndMemoryDecide() {
        Kernel match = new Kernel("matching_tensor", "signs_match");
        assertThat(offered(match, 75, 64 << 10)).isFalse();
        assertThat(offered(match, 80, 32 << 10)).isFalse();
        assertThat(offered(match, 80, 163 << 10)).isTrue();
        assertThat(offered(match, 89, 99 << 10)).isTrue();
        assertThat(offered(match, 103, 227 << 10)).as("few units for bytes").isFalse();
        assertThat(CudaKernels.offered(match, Precision.FP32, TensorCores.ALWAYS, 103, 227 << 10))
                .isTrue();
        assertThat(offered(new Kernel("prototype", "prototype_match"), 90, 227 << 10))
                .isFalse();
    }

    @Test
    void ptxWasBuiltFromTheseSourcesAndHasTheKernels() {
        for (String file : CudaKernels.ALL.keySet().stream().map(Kernel::family).collect(Collectors.toSet())) {
            String ptx = Ptx.text(file);
            assertThat(PtxSource.hashIn(ptx))
                    .as(file + ".cu has changed since its PTX was built: run kernels/cuda/build-ptx")
                    .isEqualTo(PtxSource.hash(PtxSource.variants(file)));
            assertThat(ptx).contains("\n.target sm_80\n").doesNotContainPattern("\\b(atom|red)\\.");
            TreeSet<String> found = new TreeSet<>();
            Matcher m = ENTRY.matcher(ptx);
            while (m.find()) {
                found.add(m.group(1));
            }
            assertThat(found)
                    .containsExactlyElementsOf(PtxSource.kernels(file).stream()
                            .map(Kernel::name)
                            .sorted()
                            .toList());
        }
    }
}
