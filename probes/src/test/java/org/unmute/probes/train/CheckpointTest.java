package org.unmute.probes.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.optim.AdamW;
import org.unmute.tensor.optim.Gradients;
import org.unmute.tensor.optim.Optimizer;
import org.unmute.tensor.optim.ParameterGroup;
import org.unmute.tensor.optim.Schedule;

/** A checkpoint that does not fit leaves the parameters and the optimizer unchanged. */
class CheckpointTest {
    private final Backend scalar = Backends.open("scalar", 1).backend();

    @TempDir
    Path folder;

    private TrainingCheckpoint checkpoint;
    private Map<String, Tensor> parameters;
    private Optimizer optimizer;

    private Map<String, Tensor> parameters(float... values) {
        return Map.of("w", Tensor.of(scalar, values, values.length).parameter());
    }

    private static Optimizer optimizer(Map<String, Tensor> parameters) {
        return new AdamW(List.of(new ParameterGroup(parameters, 0.1, 0)), Schedule.constant());
    }

    private static void step(Map<String, Tensor> parameters, Optimizer optimizer) {
        Tensor w = parameters.get("w");
        optimizer.step(Gradients.of(w.times(w).sum(), parameters));
    }

    @BeforeEach
    void saved() throws IOException {
        checkpoint = new TrainingCheckpoint(folder.resolve("c.safetensors"), Map.of("probe", "linear"));
        parameters = parameters(1, 2, 3);
        optimizer = optimizer(parameters);
        step(parameters, optimizer);
    }

    @Test
    void restoresWhatWasSaved() throws IOException {
        checkpoint.save(parameters, optimizer, new double[] {14});
        Map<String, Tensor> fresh = parameters(0, 0, 0);
        Optimizer other = optimizer(fresh);
        assertThat(checkpoint.restore(fresh, other)).containsExactly(14);
        assertThat(fresh.get("w").toFloats()).isEqualTo(parameters.get("w").toFloats());
        assertThat(other.steps()).isEqualTo(1);
    }

    @Test
    void aWrongNumberOfLossesChangesNothing() throws IOException {
        checkpoint.save(parameters, optimizer, new double[] {14, 13});
        Map<String, Tensor> fresh = parameters(0, 0, 0);
        Optimizer other = optimizer(fresh);
        assertThatThrownBy(() -> checkpoint.restore(fresh, other))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll("2 losses for step [1", "delete it to start anew");
        assertUntouched(fresh, other, 0, 0, 0);
    }

    @Test
    void anotherShapeChangesNothing() throws IOException {
        checkpoint.save(parameters, optimizer, new double[] {14});
        Map<String, Tensor> fresh = parameters(0, 0);
        Optimizer other = optimizer(fresh);
        assertThatThrownBy(() -> checkpoint.restore(fresh, other))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("parameter w is F32[3], needed is F32[2]");
        assertUntouched(fresh, other, 0, 0);
    }

    @Test
    void changedBytesChangeNothing() throws IOException {
        checkpoint.save(parameters, optimizer, new double[] {14});
        Path file = folder.resolve("c.safetensors");
        byte[] whole = Files.readAllBytes(file);
        for (int at = 8; at < whole.length; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= (byte) (1 << at % Byte.SIZE);
            Files.write(file, damaged);
            Map<String, Tensor> fresh = parameters(0, 0, 0);
            Optimizer other = optimizer(fresh);
            assertThatThrownBy(() -> checkpoint.restore(fresh, other))
                    .as("byte %d", at)
                    .isInstanceOf(IOException.class)
                    .hasMessageContainingAll("c.safetensors", "delete it to start anew");
            assertUntouched(fresh, other, 0, 0, 0);
        }
    }

    private static void assertUntouched(Map<String, Tensor> parameters, Optimizer optimizer, float... values) {
        assertThat(parameters.get("w").toFloats()).containsExactly(values);
        assertThat(optimizer.steps()).isZero();
        optimizer
                .state()
                .forEach((name, t) -> assertThat(t.toDoubles()).as(name).containsOnly(0));
    }
}
