package org.unmute.kernels.contract.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.scalar.ScalarBackend;
import org.unmute.tensor.io.SafetensorsWriter;
import org.unmute.tensor.op.Unary;

/** Tests the runner itself on a folder of other cases. */
class AutogradGoldensTest {
    private static final String CONV = """
        {"case": "conv1d_other", "attrs": {"stride": 2}, "inputs": {"x": [1, 1, 4], "w": [1, 1, 2]},
         "outputs": {"out": {"shape": [1, 1, 2], "atol": 1e-6}}, "grads": {"x": {"atol": 1e-6}, "w": {"atol": 1e-6}}}\
        """;

    @TempDir
    Path folder;

    private String before;

    @BeforeEach
    void chooseFolder() {
        before = System.setProperty("unmute.golden", folder.toString());
    }

    @AfterEach
    void restoreFolder() {
        if (before == null) {
            System.clearProperty("unmute.golden");
        } else {
            System.setProperty("unmute.golden", before);
        }
    }

    private List<DynamicTest> cases(String json, float firstOutput) throws IOException {
        Path at = Files.createDirectories(folder.resolve("probes/autograd"));
        Files.writeString(at.resolve("index.json"), "{\"file\": \"t.safetensors\", \"cases\": [" + json + "]}");
        new SafetensorsWriter()
                .add("conv1d_other/x", Shape.of(1, 1, 4), new float[] {1, 2, 3, 4})
                .add("conv1d_other/w", Shape.of(1, 1, 2), new float[] {10, 1})
                .add("conv1d_other/out", Shape.of(1, 1, 2), new float[] {firstOutput, 34})
                .add("conv1d_other/gout", Shape.of(1, 1, 2), new float[] {1, 2})
                .add("conv1d_other/g_x", Shape.of(1, 1, 4), new float[] {10, 1, 20, 2})
                .add("conv1d_other/g_w", Shape.of(1, 1, 2), new float[] {7, 10})
                .add("zeta_function/x", Shape.of(1), new float[] {1})
                .write(at.resolve("t.safetensors"));
        return AutogradGoldens.cases(ScalarBackend.INSTANCE, DType.F32);
    }

    private void run(String json, float firstOutput) throws Throwable {
        for (DynamicTest t : cases(json, firstOutput)) {
            t.getExecutable().execute();
        }
    }

    @Test
    void runsKnownKindsUnderOtherNamesAndShapes() throws Throwable {
        run(CONV, 12);
    }

    /** A function with constants cannot be computed until a line maps attributes of its cases to them. */
    @Test
    void everyFunctionWithConstantsHasALine() throws IOException {
        Tensor x = Tensor.of(new float[] {0.5f, 2}, 2);
        for (Unary f : Unary.values()) {
            AutogradCase c = new AutogradCase(
                    f.name().toLowerCase(Locale.ROOT),
                    new ObjectMapper().readTree("{\"exponent\": 2}"),
                    Map.of("x", x),
                    List.of(x.shape()));
            assertThat(AutogradKinds.run(c)).as(f.name()).isPresent();
        }
        AutogradCase elu = new AutogradCase("elu", new ObjectMapper().readTree("{}"), Map.of("x", x), List.of());
        assertThatThrownBy(() -> AutogradKinds.withoutLine(Unary.ELU).apply(elu))
                .hasMessageContainingAll("ELU has constants", "unaryWithConstants() of AutogradKinds.java");
    }

    @Test
    void namesTheTensorThatDiffers() {
        assertFails(AssertionError.class, () -> run(CONV, 12.5f), "conv1d_other/out[1, 1, 2]", "expected 12.5");
    }

    @Test
    void refusesUnknownKinds() {
        String json = """
            {"case": "zeta_function", "attrs": {}, "inputs": {"x": [1]},
             "outputs": {"out": {"shape": [1], "atol": 0}}, "grads": {}}\
            """;
        assertFails(AssertionError.class, () -> run(json, 12), "zeta_function", "kind is unknown");
    }

    @Test
    void refusesAnIndexWithoutCases() {
        assertFails(AssertionError.class, () -> run("", 12), "no cases");
    }

    @Test
    void skipsVisiblyWithoutTheFolder() {
        List<DynamicTest> tests = AutogradGoldens.cases(ScalarBackend.INSTANCE, DType.F32);
        assertThat(tests).hasSize(1);
        assertThatThrownBy(() -> tests.getFirst().getExecutable().execute())
                .isInstanceOf(TestAbortedException.class)
                .hasMessageContaining("has no folder probes/autograd");
    }
}
