package org.unmute.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.BackendProvider.Availability;
import org.unmute.tensor.backend.Backends;

class CudaBackendProviderTest {
    @Test
    void isFoundAndNeverChosenUnasked() {
        assertThat(Backends.candidates()).extracting(Backends.Candidate::name).contains("cuda");
        try (Backend b = Backends.open("auto", 1).backend()) {
            assertThat(b.name()).isEqualTo("scalar");
        }
    }

    @Test
    void saysWhatIsMissing() {
        assertThat(CudaDevices.missingDriver("Mac OS X")).contains("no CUDA on macOS");
        assertThat(CudaDevices.missingDriver("Windows 11")).contains("nvcuda.dll was not found", "NVIDIA driver");
        Availability a = new CudaBackendProvider().probe();
        assertThat(a.reason()).isNotBlank();
        if (!a.available()) {
            assertThatThrownBy(() -> Backends.open("cuda", 1))
                    .isInstanceOf(Backends.UnavailableException.class)
                    .hasMessageContaining("backend cuda does not run here: " + a.reason());
        }
    }
}
