package org.unmute.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jcuda.CudaException;
import jcuda.driver.CUresult;
import org.junit.jupiter.api.Test;

class CudaResultTest {
    private static final Pattern CALL = Pattern.compile("(\\w*\\(?)JCudaDriver\\s*(\\.|::)\\s*(cu\\w+)");

    @Test
    void aFailureIsAnExceptionWithItsName() {
        CudaResult.check(CUresult.CUDA_SUCCESS);
        assertThatThrownBy(() -> CudaResult.check(CUresult.CUDA_ERROR_INVALID_PTX))
                .isInstanceOf(CudaException.class)
                .hasMessage("CUDA_ERROR_INVALID_PTX");
    }

    @Test
    void whatToDoFollowsTheName() {
        assertThat(CudaResult.explain(new CudaException("CUDA_ERROR_SYSTEM_DRIVER_MISMATCH")))
                .startsWith("CUDA_ERROR_SYSTEM_DRIVER_MISMATCH: libcuda and the kernel module have different versions");
        assertThat(CudaResult.explain(new CudaException("CUDA_ERROR_INVALID_VALUE")))
                .isEqualTo("CUDA_ERROR_INVALID_VALUE");
    }

    /** Every error with advice has a name known to the binding. */
    @Test
    void adviceIsForErrorsThatThereAre() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            names.add(CUresult.stringFor(i));
        }
        assertThat(names).containsAll(CudaResult.ADVICE.keySet());
    }

    /** An unchecked result is lost if the binding does not check it either. */
    @Test
    void everyCallOfTheDriverIsChecked() throws IOException {
        List<String> calls = new ArrayList<>();
        List<String> unchecked = new ArrayList<>();
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                Matcher m = CALL.matcher(
                        Files.readString(file).replaceAll("\\s+", " ").replace("( ", "("));
                while (m.find()) {
                    calls.add(m.group(3));
                    if (!m.group(1).equals("check(")) {
                        unchecked.add(file + ": " + m.group(3));
                    }
                }
            }
        }
        assertThat(calls).contains("cuModuleLoadDataJIT", "cuLaunchKernel");
        assertThat(unchecked).isEmpty();
    }
}
