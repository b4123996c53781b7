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
 * One probe on the tokens that one encoder produces for one data set, with all settings resolved.
 *
 * @param encoder the encoder, with the settings for this data set
 * @param dataset the data set
 * @param probe the probe
 * @param protocol the protocol of the grid
 */
public record Cell(EncoderEntry encoder, DatasetEntry dataset, ProbeEntry probe, ProtocolSettings protocol) {
    /** Path of the cell's folder below the run's folder: {@code encoder/dataset/probe}. */
    public String path() {
        return id().toString();
    }

    /** The id of the cell in a run. */
    public CellId id() {
        return new CellId(encoder.name(), dataset.name(), probe.label());
    }

    /** The settings that determine the cell's search and trainings. */
    public CellSettings settings() {
        return new CellSettings(
                probe.name(),
                options(),
                training(probe.rate().low(), probe.decay().low(), protocol.searchSeed()),
                space(),
                study(),
                protocol.top(),
                protocol.seeds(),
                probe.learnedEvents(),
                probe.learnedEvents()
                        && probe.frames()
                        && Double.isNaN(dataset.collar().offsetShare()));
    }

    /** The options of the probe: those of its own entry override those of the data set. */
    public ProbeOptions options() {
        ProbeOptions all = dataset.set().getOrDefault(probe.name(), ProbeOptions.DEFAULTS);
        for (var option : probe.options().values().entrySet()) {
            all = all.with(option.getKey(), option.getValue());
        }
        return all;
    }

    /** Whether its probe pools the tokens of all layers. */
    public boolean needsLayers() {
        return Probes.type(probe.name()).needsLayers();
    }

    /** The folder of its tokens, shared with other probes, below the folder of all caches. */
    public Path cache(Path caches) {
        return caches.resolve(encoder.name()).resolve(dataset.name() + (needsLayers() ? ".layers" : ""));
    }

    /**
     * The loss of the data set if stated, otherwise that of the protocol, otherwise the default of the task, and of
     * rows and boxes: binary cross-entropy.
     */
    public Objective objective() {
        Objective usual = probe.frames() || probe.boxes() ? Objective.BCE : Objective.ASL;
        return dataset.loss().or(protocol::loss).orElse(dataset.task() == Task.SINGLE_LABEL ? Objective.CE : usual);
    }

    /** Whether its tokens are standardized; never for probes on all layers, which normalize tokens themselves. */
    public boolean standardize() {
        return !needsLayers() && dataset.standardize().orElse(protocol.standardize());
    }

    /** The search space for the hyperparameters {@code lr} and {@code wd}, or {@code k}. */
    public SearchSpace space() {
        return new SearchSpace(probe.neighbours().map(List::of).orElse(List.of(probe.rate(), probe.decay())));
    }

    /** The settings of the search, which maximizes the validation score. */
    public StudySettings study() {
        return new StudySettings(protocol.sobol(), protocol.tpe(), protocol.searchSeed(), protocol.halving(), true);
    }

    /** The training settings at a point of the search. */
    public TrainingSettings training(double rate, double decay, long seed) {
        return TrainingSettings.paper(probe.name())
                .withEpochs(probe.neighbours().isPresent() ? 1 : protocol.epochs())
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
