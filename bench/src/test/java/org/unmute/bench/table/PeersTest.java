package org.unmute.bench.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.unmute.bench.peer.LineProcess;

class PeersTest {
    /** Debian's PyTorch without an optimized BLAS took 37 s for a ViT-B that took 1.7 s with OpenBLAS. */
    @Test
    void referenceBlasIsLeftOutWithTheReason() {
        assertThat(Peers.refusal("reference BLAS (/usr/lib/x86_64-linux-gnu/blas/libblas.so.3.12.1)"))
                .hasValueSatisfying(reason ->
                        assertThat(reason).contains("/blas/libblas.so.3.12.1").contains("libopenblas0-pthread"));
        assertThat(Peers.refusal("OpenBLAS (/usr/lib/x86_64-linux-gnu/openblas-pthread/libblas.so.3)"))
                .isEmpty();
        assertThat(Peers.refusal("MKL")).isEmpty();
    }

    @Test
    void variablesThatChooseKernelsAreClearedAndNamed() {
        Map<String, String> environment = new HashMap<>(Map.of(
                "OPENBLAS_CORETYPE", "Haswell",
                "OPENBLAS_L2_SIZE", "512",
                "MKL_ENABLE_INSTRUCTIONS", "AVX2",
                "MKL_DEBUG_CPU_TYPE", "5",
                "ATEN_CPU_CAPABILITY", "default",
                "ONEDNN_MAX_CPU_ISA", "SSE41",
                "DNNL_MAX_CPU_ISA", "SSE41",
                "OMP_PROC_BIND", "close",
                "PATH", "/bin"));
        Map<String, String> found = Peers.chosenKernels(environment);
        assertThat(found).hasSize(8).doesNotContainKey("PATH");
        assertThat(Machine.cleared(found)).startsWith("; cleared for the peers: ATEN_CPU_CAPABILITY=default, DNNL_MAX");
        assertThat(Machine.cleared(Peers.chosenKernels(Map.of("HOME", "/")))).isEmpty();
        Map<String, String> changes = new HashMap<>();
        found.keySet().forEach(name -> changes.put(name, null));
        changes.put("OMP_NUM_THREADS", "2");
        LineProcess.change(environment, changes);
        assertThat(environment).isEqualTo(Map.of("PATH", "/bin", "OMP_NUM_THREADS", "2"));
    }
}
