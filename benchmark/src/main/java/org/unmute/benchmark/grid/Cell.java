package org.unmute.benchmark.grid;

import java.nio.file.Path;
import java.util.List;
import org.unmute.benchmark.protocol.CellId;
import org.unmute.benchmark.protocol.CellSettings;
import org.unmute.benchmark.search.SearchSpace;
import org.unmute.benchmark.search.StudySettings;
import org.unmute.data.Task;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.train.Objective;
import org.unmute.probes.train.TrainingSettings;

/**
 * One probe on one data set's tokens of one encoder, with all settings resolved.
 *
 * @param encoder the encoder, with this data set's settings
 * @param dataset the data set
 * @param probe the probe
 * @param protocol the grid's
 */
public record Cell(EncoderEntry encoder, DatasetEntry dataset, ProbeEntry probe, ProtocolSettings protocol) {
    /** Path of its folder below the run's: {@code encoder/dataset/probe}. */
    public String path() {
        return id().toString();
    }

    /** The cell's place in a run. */
    public CellId id() {
        return new CellId(encoder.name(), dataset.name(), probe.label());
    }

    /** What its search and trainings depend on. */
    public CellSettings settings() {
        return new CellSettings(
                probe.name(),
                options(),
                training(probe.rate().low(), probe.decay().low(), protocol.searchSeed()),
                space(),
                study(),
                protocol.top(),
                protocol.seeds());
    }

    /** The probe's options: those of its own entry override the data set's. */
    public ProbeOptions options() {
        ProbeOptions all = dataset.set().getOrDefault(probe.name(), ProbeOptions.DEFAULTS);
        for (var option : probe.options().values().entrySet()) {
            all = all.with(option.getKey(), option.getValue());
        }
        return all;
    }

    /** Whether its probe looks at the tokens of all layers. */
    public boolean needsLayers() {
        return Probes.type(probe.name()).needsLayers();
    }

    /** The folder of its tokens, which it shares with other probes, below that of all caches. */
    public Path cache(Path caches) {
        return caches.resolve(encoder.name()).resolve(dataset.name() + (needsLayers() ? ".layers" : ""));
    }

    /** The loss: the data set's, else the protocol's, else the task's default. */
    public Objective objective() {
        return dataset.loss()
                .or(protocol::loss)
                .orElse(dataset.task() == Task.SINGLE_LABEL ? Objective.CE : Objective.ASL);
    }

    /** Whether its tokens are standardized; never for probes on all layers, which normalize the tokens themselves. */
    public boolean standardize() {
        return !needsLayers() && dataset.standardize().orElse(protocol.standardize());
    }

    /** The hyperparameters searched: {@code lr} and {@code wd}. */
    public SearchSpace space() {
        return new SearchSpace(List.of(probe.rate(), probe.decay()));
    }

    /** The search's settings; it maximizes the validation score. */
    public StudySettings study() {
        return new StudySettings(protocol.sobol(), protocol.tpe(), protocol.searchSeed(), protocol.halving(), true);
    }

    /** The training settings at a point of the search. */
    public TrainingSettings training(double rate, double decay, long seed) {
        return TrainingSettings.defaults(probe.name())
                .withEpochs(protocol.epochs())
                .withBatch(probe.batch().orElse(protocol.batch()))
                .withRate(rate)
                .withDecay(decay)
                .withDecayAll(protocol.decayAll())
                .withWarmUp(protocol.warmUp())
                .withClip(protocol.clip())
                .withObjective(objective())
                .withStandardize(standardize())
                .withSeed(seed);
    }
}
