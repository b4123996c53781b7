package org.unmute.benchmark.grid;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.unmute.data.ManifestFormat;
import org.unmute.data.Task;
import org.unmute.data.scene.Mixup;
import org.unmute.data.set.Datasets;
import org.unmute.data.set.ReadOptions;
import org.unmute.metrics.event.Collar;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.train.Objective;

/**
 * A data set of a grid.
 *
 * @param name name of its folder
 * @param title display name in tables
 * @param source location of clips and labels
 * @param task determines the metric and, unless one is stated, the loss
 * @param splits the parts for training, validation and testing
 * @param boxes tables of boxes in time and frequency, for probes that are trained on boxes; empty for none
 * @param folds the folds to test on in turn; empty for a data set with fixed parts
 * @param mixup variants of the training clips, which are created and embedded beforehand
 * @param standardize whether tokens are standardized; empty for the setting of the protocol
 * @param loss empty for the setting of the protocol
 * @param encoders changes to the settings of encoders, by encoder name
 * @param set options of probes for this data set, by the probe's name in {@link org.unmute.probes.pool.Probes}
 */
public record DatasetEntry(
        String name,
        String title,
        Source source,
        Task task,
        Splits splits,
        List<Path> boxes,
        List<Integer> folds,
        Optional<MixedVariants> mixup,
        Optional<Boolean> standardize,
        Optional<Objective> loss,
        Map<String, EncoderEntry.EncoderChange> encoders,
        Map<String, ProbeOptions> set) {
    public DatasetEntry {
        boxes = List.copyOf(boxes);
        folds = List.copyOf(folds);
        encoders = Map.copyOf(encoders);
        set = Map.copyOf(set);
    }

    /** When an event counts as found. */
    public Collar collar() {
        return source instanceof OwnFiles own ? Datasets.byName(own.dataset()).collar() : Collar.DCASE;
    }

    /** Location of clips and labels. */
    public sealed interface Source {}

    /**
     * A data set in its original file layout.
     *
     * @param dataset name in {@link org.unmute.data.set.Datasets}
     * @param root its folder
     * @param options options for reading it; the fold is 0 here, {@link DatasetEntry#folds()} has the folds
     */
    public record OwnFiles(String dataset, Path root, ReadOptions options) implements Source {}

    /**
     * A label file and recordings.
     *
     * @param manifest the label file
     * @param audio folder of the recordings
     * @param format columns of the label file
     */
    public record Labelled(Path manifest, Path audio, ManifestFormat format) implements Source {}

    /**
     * Names of splits.
     *
     * @param train for training
     * @param validation for choosing settings; present but empty: part of the training clips; absent: the set's own
     *     validation part if it has one, otherwise part of the training clips
     * @param test for scoring
     */
    public record Splits(List<String> train, Optional<List<String>> validation, List<String> test) {
        public Splits {
            train = List.copyOf(train);
            validation = validation.map(List::copyOf);
            test = List.copyOf(test);
        }
    }

    /**
     * Variants that are added to the training clips.
     *
     * @param options options of mixup
     * @param seed seed of the draws
     */
    public record MixedVariants(Mixup.Options options, long seed) {}
}
