package org.unmute.fuzz.format;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.unmute.probes.train.TrainingCheckpoint;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.scalar.ScalarBackend;
import org.unmute.tensor.optim.AdamW;
import org.unmute.tensor.optim.Gradients;
import org.unmute.tensor.optim.Optimizer;
import org.unmute.tensor.optim.ParameterGroup;
import org.unmute.tensor.optim.Schedule;

/** Opens a training checkpoint. */
final class CheckpointFile {
    private CheckpointFile() {}

    private static TrainingCheckpoint checkpoint(Path file) {
        return new TrainingCheckpoint(file, Map.of("probe", "linear", "seed", "3"));
    }

    private static Map<String, Tensor> parameters() {
        return Map.of(
                "w", Tensor.of(ScalarBackend.INSTANCE, new float[] {1, 2, 3}, 3).parameter());
    }

    private static Optimizer optimizer(Map<String, Tensor> parameters) {
        return new AdamW(List.of(new ParameterGroup(parameters, 0.1, 0)), Schedule.constant());
    }

    /** Restores a training from a checkpoint. */
    static void read(Path file) throws IOException {
        Map<String, Tensor> parameters = parameters();
        checkpoint(file).restore(parameters, optimizer(parameters));
    }

    /** Writes a checkpoint after one step. */
    static void write(Path file) throws IOException {
        Map<String, Tensor> parameters = parameters();
        Optimizer optimizer = optimizer(parameters);
        Tensor w = parameters.get("w");
        optimizer.step(Gradients.of(w.times(w).sum(), parameters));
        checkpoint(file).save(parameters, optimizer, new double[] {14});
    }
}
