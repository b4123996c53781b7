package org.unmute.benchmark.protocol;

import java.nio.file.Path;
import java.util.Map;
import org.unmute.benchmark.StoppedException;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.train.TokenSet;
import org.unmute.probes.train.TrainingSettings;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.Backend;

/** A cell that runs in its folder: the data shared by search, reruns and test. */
record RunningCell(CellId id, CellSettings settings, CellData data, Path folder, CellRun.Context context) {
    /** Folder of the checkpoints and of the probes of reruns. */
    Path work() {
        return folder.resolve(CellRun.WORK);
    }

    /** File of the probe of a rerun. */
    Path weights(String training) {
        return work().resolve(training + ".safetensors");
    }

    /** A newly initialized probe of a configuration. */
    Probe fresh(Backend backend, Fold fold, Map<String, Double> values, long seed) {
        TokenSet train = fold.train();
        return TensorScope.outside(() -> Probes.create(
                backend, settings.probe(), train.tokens().layout(), train.classes(), settings.options(values), seed));
    }

    /** Settings of a training with these hyper-parameters. */
    TrainingSettings training(Map<String, Double> values, long seed) {
        return settings.training(values, seed).withObjective(data.objective());
    }

    /** @throws StoppedException if a stop was requested */
    void requireGo() {
        if (context.stop().raised()) {
            throw new StoppedException(id.toString());
        }
    }
}
