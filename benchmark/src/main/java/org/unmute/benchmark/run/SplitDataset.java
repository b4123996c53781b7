package org.unmute.benchmark.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.unmute.benchmark.grid.DatasetEntry;
import org.unmute.benchmark.grid.ProtocolSettings;
import org.unmute.data.ClipId;
import org.unmute.data.LabelSet;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.data.Part;
import org.unmute.data.Task;
import org.unmute.data.annotation.LabelFile;
import org.unmute.data.provenance.Units;
import org.unmute.data.set.Dataset;
import org.unmute.data.set.Datasets;
import org.unmute.data.set.ReadOptions;
import org.unmute.data.set.Reading;
import org.unmute.files.InputException;
import org.unmute.files.RegularFile;
import org.unmute.metrics.event.SoundEvent;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.pool.ClassNames;
import org.unmute.probes.train.ValidationSplit;

/**
 * A data set of a benchmark as read from disk: the training, validation and test clips of each fold.
 *
 * @param entry its entry in the grid
 * @param labels the classes
 * @param audio every clip once, for embedding
 * @param folds at least one
 * @param timed events of the clips for which the set's files state times; null if the source states none
 * @param boxes the boxes of its clips; null if the entry names no tables
 * @param testEvents events of the test clips with their times, for sets without folds; null if they are not known
 * @param leftOut descriptions of the recordings in its lists that are missing or unusable
 * @param facts entries for records about the clips read and missing
 */
record SplitDataset(
        DatasetEntry entry,
        LabelSet labels,
        List<AudioClip> audio,
        List<Parts> folds,
        LabelFile timed,
        BoxTables boxes,
        List<SoundEvent> testEvents,
        List<String> leftOut,
        Map<String, Object> facts) {
    /** Names of the parts in clip records. */
    private static final String TRAIN = Part.TRAIN.label();

    private static final String VALIDATION = Part.VALIDATION.label();
    private static final String TEST = Part.TEST.label();

    /**
     * One division of the set.
     *
     * @param fold from 1; 0 for a set without folds
     */
    record Parts(int fold, List<LabelledClip> train, List<LabelledClip> validation, List<LabelledClip> test) {}

    /**
     * Reads the set. Missing clips are left out and listed.
     *
     * @throws InputException if it cannot be trained on, for instance because a class name is not valid for a probe
     */
    static SplitDataset read(DatasetEntry entry, ProtocolSettings protocol) throws IOException {
        try {
            return switch (entry.source()) {
                case DatasetEntry.OwnFiles own -> new Reader(entry, protocol).own(own);
                case DatasetEntry.Labelled labelled -> new Reader(entry, protocol).labelled(labelled);
            };
        } catch (IllegalArgumentException e) {
            throw new InputException("data set " + entry.name() + ": " + e.getMessage(), e);
        }
    }

    /** A line for the user about the recordings left out; null if there are none. */
    String remark() {
        if (leftOut.isEmpty()) {
            return null;
        }
        boolean one = leftOut.size() == 1;
        return "data set " + entry.name() + ": " + Units.count(leftOut.size(), "recording")
                + (one ? " that its lists name is" : " that its lists name are") + " left out, "
                + (one ? "" : "the first: ") + leftOut.getFirst() + " (run.json lists "
                + (one ? "it)" : "them)");
    }

    /** A copy with more training clips in every fold. */
    SplitDataset with(List<AudioClip> moreAudio, List<LabelledClip> moreTraining) {
        List<AudioClip> all = new ArrayList<>(audio);
        all.addAll(moreAudio);
        List<Parts> parts = folds.stream()
                .map(p -> {
                    List<LabelledClip> train = new ArrayList<>(p.train());
                    train.addAll(moreTraining);
                    return new Parts(p.fold(), train, p.validation(), p.test());
                })
                .toList();
        return new SplitDataset(entry, labels, all, parts, timed, boxes, testEvents, leftOut, facts);
    }

    /**
     * Requires that it is known of some training clips when their classes sound.
     *
     * @param probe that is to be trained on their rows
     * @throws InputException if it is not
     */
    void requireTimes(String probe) {
        Set<String> known = new HashSet<>();
        if (timed != null) {
            timed.manifest().clips().forEach(clip -> known.add(clip.file()));
        }
        List<LabelledClip> train = folds.getFirst().train();
        if (train.stream().noneMatch(clip -> known.contains(clip.file()))) {
            throw new InputException("data set " + entry.name() + ": none of its " + train.size()
                    + " training clips has labels with times, and probe " + probe + " has frames = true: name other"
                    + " data sets for it with 'datasets'");
        }
    }

    /**
     * Requires boxes of training and test clips.
     *
     * @param probe that is to be trained on them
     * @throws InputException if there are none
     */
    void requireBoxes(String probe) {
        if (testEvents == null || testEvents.isEmpty()) {
            throw new InputException("data set " + entry.name() + ": its lists do not say when the events of its test"
                    + " clips are, and probe " + probe + " has boxes = true: name other data sets for it with"
                    + " 'datasets'");
        }
        try {
            Set<String> recordings = new HashSet<>();
            audio.forEach(clip -> recordings.add(ClipId.recording(clip.id())));
            boxes.require(
                    probe,
                    recordings,
                    folds.getFirst().train(),
                    folds.getFirst().test());
        } catch (IllegalArgumentException e) {
            throw new InputException("data set " + entry.name() + ", boxes: " + e.getMessage(), e);
        }
    }

    /** Number of mixup variants still to be added per training clip. */
    int variants() {
        boolean made = audio.stream().anyMatch(a -> a.id().startsWith(MixupVariants.PREFIX));
        return made ? 0 : entry.mixup().map(m -> m.options().variants()).orElse(0);
    }

    private static final class Reader {
        private final DatasetEntry entry;
        private final ProtocolSettings protocol;
        private final Map<String, AudioClip> audio = new LinkedHashMap<>();
        private final Map<String, Object> facts = new LinkedHashMap<>();
        private final Set<String> leftOut = new LinkedHashSet<>();
        private final List<Reading> readings = new ArrayList<>();
        private LabelSet labels;
        private List<SoundEvent> testEvents;

        Reader(DatasetEntry entry, ProtocolSettings protocol) {
            this.entry = entry;
            this.protocol = protocol;
        }

        SplitDataset own(DatasetEntry.OwnFiles own) throws IOException {
            Dataset set = Datasets.byName(own.dataset());
            List<Part> parts = set.parts(own.root());
            DatasetEntry.Splits splits = entry.splits();
            List<String> validation = splits.validation()
                    .orElse(
                            parts.contains(Part.VALIDATION) && !splits.train().contains(VALIDATION)
                                    ? List.of(VALIDATION)
                                    : List.of());
            List<Parts> folds = new ArrayList<>();
            for (int fold : entry.folds().isEmpty() ? List.of(0) : entry.folds()) {
                ReadOptions options = own.options().withFold(fold);
                folds.add(parts(
                        fold,
                        read(set, own.root(), splits.train(), options),
                        read(set, own.root(), validation, options),
                        read(set, own.root(), splits.test(), options)));
            }
            if (entry.folds().isEmpty()) {
                testEvents = events(set, own.root(), splits.test(), own.options());
            }
            return finish(folds);
        }

        /** The events of some parts; null if the times of any are not known. */
        private static List<SoundEvent> events(Dataset set, Path root, List<String> splits, ReadOptions options)
                throws IOException {
            List<SoundEvent> events = new ArrayList<>();
            for (String split : splits) {
                Optional<List<SoundEvent>> own =
                        set.read(root, Part.of(split), options).strongLabels();
                if (own.isEmpty()) {
                    return null;
                }
                events.addAll(own.get());
            }
            return events;
        }

        private List<LabelledClip> read(Dataset set, Path root, List<String> splits, ReadOptions options)
                throws IOException {
            List<LabelledClip> clips = new ArrayList<>();
            for (String split : splits) {
                Reading reading = set.read(root, Part.of(split), options);
                labels = reading.labels();
                readings.add(reading);
                facts.put((options.fold() == 0 ? "" : "fold " + options.fold() + " ") + split, reading.describe());
                Stream.concat(reading.report().missing().stream(), reading.report().unusable().stream())
                        .forEach(problem -> leftOut.add(problem.toString()));
                for (Reading.Clip clip : reading.clips()) {
                    audio.putIfAbsent(clip.audio().id(), clip.audio());
                    clips.add(new LabelledClip(clip.audio().id(), split, clip.labels(), clip.unknown()));
                }
            }
            return clips;
        }

        SplitDataset labelled(DatasetEntry.Labelled source) throws IOException {
            Manifest all = Manifest.read(source.manifest(), source.format(), null);
            labels = all.labels();
            DatasetEntry.Splits splits = entry.splits();
            List<String> missing = new ArrayList<>();
            List<LabelledClip> train = present(all.inSplits(splits.train()), source.audio(), missing);
            boolean own = all.splits().contains(VALIDATION)
                    && !splits.train().contains(VALIDATION)
                    && !splits.test().contains(VALIDATION);
            List<String> wanted = splits.validation().orElse(own ? List.of(VALIDATION) : List.of());
            List<LabelledClip> validation =
                    wanted.isEmpty() ? List.of() : present(all.inSplits(wanted), source.audio(), missing);
            List<LabelledClip> test = present(all.inSplits(splits.test()), source.audio(), missing);
            facts.put("manifest", source.manifest().toString());
            facts.put("missing", missing);
            missing.forEach(file -> leftOut.add(file + ": no such recording"));
            return finish(List.of(parts(0, train, validation, test)));
        }

        private List<LabelledClip> present(Manifest rows, Path folder, List<String> missing) throws IOException {
            List<LabelledClip> clips = new ArrayList<>();
            for (LabelledClip clip : rows.clips()) {
                AudioClip recording = ClipId.clip(clip.file(), folder);
                if (RegularFile.isFile(recording.path())) {
                    audio.putIfAbsent(clip.file(), recording);
                    clips.add(clip);
                } else {
                    missing.add(clip.file());
                }
            }
            if (clips.isEmpty()) {
                throw new InputException("data set " + entry.name() + ": none of the "
                        + rows.clips().size() + " recordings is in " + folder + ", the first: "
                        + rows.clips().getFirst().file() + ": state their folder with 'audio'");
            }
            return clips;
        }

        private Parts parts(
                int fold, List<LabelledClip> train, List<LabelledClip> validation, List<LabelledClip> test) {
            if (!validation.isEmpty()) {
                return new Parts(fold, train, validation, test);
            }
            ValidationSplit split = ValidationSplit.of(
                    new Manifest(train, labels).targets(),
                    labels.size(),
                    protocol.validation(),
                    protocol.validationSeed());
            return new Parts(fold, chosen(train, split.train()), chosen(train, split.validation()), test);
        }

        private static List<LabelledClip> chosen(List<LabelledClip> clips, int[] numbers) {
            List<LabelledClip> chosen = new ArrayList<>();
            for (int n : numbers) {
                chosen.add(clips.get(n));
            }
            return chosen;
        }

        private SplitDataset finish(List<Parts> folds) throws IOException {
            ClassNames.require("", labels.names());
            List<Parts> named = new ArrayList<>();
            for (Parts p : folds) {
                named.add(new Parts(
                        p.fold(), named(p.train(), TRAIN), named(p.validation(), VALIDATION), named(p.test(), TEST)));
            }
            return new SplitDataset(
                    entry,
                    labels,
                    List.copyOf(audio.values()),
                    List.copyOf(named),
                    readings.isEmpty() ? null : Reading.timed(readings),
                    BoxTables.read(entry, labels),
                    testEvents,
                    List.copyOf(leftOut),
                    facts);
        }

        private List<LabelledClip> named(List<LabelledClip> clips, String part) {
            try {
                new Manifest(clips, labels).requireKnown("data set " + entry.name() + ", " + part);
            } catch (IllegalArgumentException e) {
                throw new InputException(e.getMessage(), e);
            }
            for (LabelledClip c : clips) {
                if (entry.task() == Task.SINGLE_LABEL && c.labels().size() != 1) {
                    throw new InputException("data set " + entry.name() + ": clip " + c.file() + " has the labels "
                            + c.labels() + ", a single-label set has one for each clip: state task = \"multi-label\"");
                }
            }
            return clips.stream()
                    .map(c -> new LabelledClip(c.file(), part, c.labels()))
                    .toList();
        }
    }
}
