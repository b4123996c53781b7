package org.unmute.benchmark.grid;

import java.util.List;
import java.util.Optional;
import org.unmute.benchmark.search.Range;
import org.unmute.probes.pool.ProbeOptions;

/**
 * A probe of a grid.
 *
 * @param name the probe's name in {@link org.unmute.probes.pool.Probes}
 * @param label name of its folder and display name in tables; the probe's name unless given
 * @param options options that differ from the probe's defaults
 * @param rate searched range of learning rates, named {@code lr}
 * @param decay searched range of weight decays, named {@code wd}
 * @param neighbours searched range of the number of nearest training clips, named {@code k}, of a probe that compares
 *     with these; such a probe has no learning rate and no weight decay
 * @param batch clips per step; empty for the setting of the protocol
 * @param encoders names of the encoders it runs on; empty for all
 * @param datasets names of the data sets it runs on; empty for all
 * @param frames whether it is trained row by row on labels with times
 * @param boxes whether it is trained on boxes in time and frequency; then not on rows
 * @param learnedEvents whether thresholds of events are learned on the validation clips; otherwise events are found at
 *     0.5, or at thresholds that the probe has
 */
public record ProbeEntry(
        String name,
        String label,
        ProbeOptions options,
        Range rate,
        Range decay,
        Optional<Range> neighbours,
        Optional<Integer> batch,
        List<String> encoders,
        List<String> datasets,
        boolean frames,
        boolean boxes,
        boolean learnedEvents) {
    public ProbeEntry {
        encoders = List.copyOf(encoders);
        datasets = List.copyOf(datasets);
    }

    /** Whether it runs on an encoder and a data set. */
    boolean runsOn(EncoderEntry encoder, DatasetEntry dataset) {
        return (encoders.isEmpty() || encoders.contains(encoder.name()))
                && (datasets.isEmpty() || datasets.contains(dataset.name()));
    }
}
