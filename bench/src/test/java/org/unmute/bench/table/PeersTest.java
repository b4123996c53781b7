package org.unmute.bench.table;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

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
}
