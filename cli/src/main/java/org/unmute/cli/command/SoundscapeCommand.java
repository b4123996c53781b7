package org.unmute.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.unmute.cli.audio.SourceReader;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.cli.console.Progress;
import org.unmute.cli.option.AudioOptions;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.data.ManifestFormat;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.data.scene.Scene;
import org.unmute.data.scene.SceneFolder;
import org.unmute.data.scene.SceneMixer;
import org.unmute.data.scene.SceneMixer.SourceClip;
import org.unmute.data.scene.Split;
import org.unmute.probes.cache.AudioClip;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Mixes labelled single-event recordings into multi-label scenes. */
@Command(
        name = "soundscape",
        customSynopsis =
                "unmute soundscape --manifest FILE --audio DIR --out DIR --train-folds FOLDS --test-folds FOLDS"
                        + " [OPTIONS]%n",
        description = {
            "Mixes labelled recordings of single events into multi-label scenes, from a seed.",
            "",
            "Each scene holds a few recordings of different classes. The first keeps its level; each further one gets"
                    + " an RMS level relative to it, drawn from --gain. Shorter recordings lie at a random place, of"
                    + " longer ones a random stretch is taken. Train scenes use the train folds only, test scenes the"
                    + " test folds only. The same seed gives the same files."
        },
        footerHeading = "%nWrites into --out:%n",
        footer = {
            "  train/000000.wav …   scenes, 16 bit, mono",
            "  test/000000.wav …",
            "  manifest.csv         file,labels,split,sources,gains_db,offsets_s (several values: separated by ;)",
            "  train-events.tsv     start and end of each event: filename onset offset event_label, between tabs",
            "  test-events.tsv",
            "  run.json             how it was made",
            "",
            "Example, with ESC-50 as downloaded:",
            "  unmute soundscape --manifest ESC-50/meta/esc50.csv --audio ESC-50/audio --out scenes \\",
            "      --train 1500 --test 500 --train-folds 1,2 --test-folds 3",
            "Then:",
            "  unmute embed --help"
        })
final class SoundscapeCommand extends UnmuteCommand {
    @Option(
            names = "--manifest",
            required = true,
            paramLabel = "FILE",
            description = "CSV or TSV with a header: one row per recording with its file, its class and its fold.")
    private Path manifest;

    @Option(
            names = "--audio",
            required = true,
            paramLabel = "DIR",
            description = "Folder of the recordings (WAV, FLAC, Ogg Vorbis, MP3, AIFF, AU).")
    private Path audio;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "Folder to write; must not hold a manifest.csv yet.")
    private Path out;

    @Option(
            names = "--stems",
            paramLabel = "DIR",
            description = "Also write each event by itself, as it is in its scene: DIR/test/000000.stem0.wav …"
                    + " The folder must not lie in --out.")
    private Path stems;

    @Option(names = "--train", paramLabel = "N", description = "Train scenes (default: ${DEFAULT-VALUE}).")
    private int train = 1500;

    @Option(names = "--test", paramLabel = "N", description = "Test scenes (default: ${DEFAULT-VALUE}).")
    private int test = 500;

    @Option(
            names = "--train-folds",
            required = true,
            split = ",",
            paramLabel = "FOLD",
            description = "Folds for train scenes, as 1,2.")
    private List<String> trainFolds;

    @Option(
            names = "--test-folds",
            required = true,
            split = ",",
            paramLabel = "FOLD",
            description = "Folds for test scenes, as 3.")
    private List<String> testFolds;

    @Option(
            names = "--events",
            paramLabel = "MIN-MAX",
            description = "Events per scene, all of different classes (default: ${DEFAULT-VALUE}).")
    private String events = "1-3";

    @Option(
            names = "--gain",
            paramLabel = "LOW..HIGH",
            description = "Level of further events relative to the first, in dB (default: ${DEFAULT-VALUE}).")
    private String gain = "-6..0";

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "5",
            description = "Length of a scene (default: ${DEFAULT-VALUE}).")
    private double seconds;

    @Option(
            names = "--rate",
            paramLabel = "HZ",
            description = "Sample rate of the scenes; recordings are resampled to it (default: ${DEFAULT-VALUE}).")
    private int rate = 16000;

    @Option(
            names = "--file-column",
            paramLabel = "NAME",
            description = "Column of the file name (default: file, filename, path or fname).")
    private String fileColumn;

    @Option(
            names = "--label-column",
            paramLabel = "NAME",
            description = "Column of the class (default: labels, label, category or class).")
    private String labelColumn;

    @Option(names = "--fold-column", paramLabel = "NAME", description = "Column of the fold (default: split or fold).")
    private String foldColumn;

    @Override
    public Integer call() throws IOException {
        begin();
        record.seed(common.seed());
        SceneMixer.Options options = options();
        Manifest labels = Manifest.read(manifest, new ManifestFormat(fileColumn, labelColumn, foldColumn, null), null);
        record.input(manifest);
        SourceReader reader = new SourceReader(rate, warnings);
        SceneMixer mixer = mixer(sources(labels, reader), options);
        Map<String, Map<String, Integer>> counts = new TreeMap<>();
        try (OutputFolder output = claim(out)) {
            write(mixer, reader, counts);
            output.finish();
        }
        print(table(counts));
        return status;
    }

    private void write(SceneMixer mixer, SourceReader reader, Map<String, Map<String, Integer>> counts)
            throws IOException {
        SceneFolder folder = folder();
        try (OutputFolder apart = stems == null ? null : claim(stems)) {
            try (Progress progress = progress("soundscape", "scenes", (long) train + test)) {
                write(mixer, folder, Split.TRAIN, train, counts, progress);
                write(mixer, folder, Split.TEST, test, counts, progress);
            }
            folder.writeEvents();
            warnings.end(record);
            record.result("scenes", Map.of("train", train, "test", test))
                    .result("recordingsUsed", reader.used())
                    .result("recordingsSha256", reader.sha256())
                    .result("labels", counts)
                    .write(out);
            if (apart != null) {
                record.write(stems);
                apart.finish();
            }
        }
        folder.finish();
    }

    private SceneMixer.Options options() {
        if (train < 0 || test < 0 || (long) train + test == 0) {
            throw usage("--train and --test must not be negative, nor both 0: " + train + ", " + test);
        }
        double[] range = range("--events", events, "-", "1-3");
        double[] gains = range("--gain", gain, "..", "-6..0");
        if (range[0] != (int) range[0] || range[1] != (int) range[1]) {
            throw usage("--events must be whole numbers: " + events);
        }
        try {
            return new SceneMixer.Options(rate, seconds, (int) range[0], (int) range[1], gains[0], gains[1]);
        } catch (IllegalArgumentException e) {
            throw usage(e.getMessage());
        }
    }

    private double[] range(String option, String text, String separator, String example) {
        int at = text.indexOf(separator, 1);
        try {
            double low = Double.parseDouble(at < 0 ? text : text.substring(0, at));
            return new double[] {low, at < 0 ? low : Double.parseDouble(text.substring(at + separator.length()))};
        } catch (NumberFormatException e) {
            throw usage(option + " must be a number or a range such as " + example + ": '" + text + "'");
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    /** The clips of the requested folds; each must exist below the audio folder and have exactly one label. */
    private List<SourceClip> sources(Manifest labels, SourceReader reader) throws IOException {
        Set<String> wanted = new LinkedHashSet<>(trainFolds);
        wanted.addAll(testFolds);
        Set<String> unknown = new TreeSet<>(wanted);
        unknown.removeAll(labels.splits());
        if (!unknown.isEmpty()) {
            throw usage("no recordings in fold " + String.join(", ", unknown) + ": " + manifest + " has "
                    + labels.splits());
        }
        Map<String, Path> paths = new HashMap<>();
        for (AudioClip clip :
                AudioOptions.search(audio, null, record, remarks()).clips()) {
            paths.put(clip.id(), clip.path());
        }
        Manifest.Matched matched = labels.inSplits(wanted).matchedTo(paths.keySet());
        if (!matched.missing().isEmpty()) {
            throw CommandException.input(matched.missing().size() + " of the manifest's files are not in " + audio
                    + ", the first: " + matched.missing().getFirst());
        }
        List<SourceClip> sources = new ArrayList<>();
        for (LabelledClip clip : matched.manifest().clips()) {
            if (clip.labels().size() != 1) {
                throw CommandException.input(manifest + ": " + clip.file() + " has "
                        + clip.labels().size() + " labels, but recordings to mix must have exactly one");
            }
            Path path = paths.get(clip.file());
            sources.add(new SourceClip(clip.file(), clip.labels().getFirst(), clip.split(), () -> reader.read(path)));
        }
        return sources;
    }

    private SceneMixer mixer(List<SourceClip> sources, SceneMixer.Options options) {
        try {
            return new SceneMixer(sources, Set.copyOf(trainFolds), Set.copyOf(testFolds), options, common.seed());
        } catch (IllegalArgumentException e) {
            throw usage(e.getMessage());
        }
    }

    private SceneFolder folder() throws IOException {
        try {
            return SceneFolder.create(out, stems);
        } catch (IllegalArgumentException e) {
            throw usage(e.getMessage());
        }
    }

    private void write(
            SceneMixer mixer,
            SceneFolder folder,
            Split split,
            int count,
            Map<String, Map<String, Integer>> counts,
            Progress progress)
            throws IOException {
        Map<String, Integer> labels = counts.computeIfAbsent(split.label(), s -> new TreeMap<>());
        mixer.labels(split).forEach(l -> labels.put(l, 0));
        for (int i = 0; i < count; i++) {
            Scene scene = mixer.mix(split, i, stems != null);
            folder.add(scene, split);
            scene.labels().forEach(l -> labels.merge(l, 1, Integer::sum));
            progress.advance(1);
        }
    }

    private static ConsoleTable table(Map<String, Map<String, Integer>> counts) {
        Map<String, Integer> training = counts.get(Split.TRAIN.label());
        Map<String, Integer> testing = counts.get(Split.TEST.label());
        Set<String> labels = new TreeSet<>(training.keySet());
        labels.addAll(testing.keySet());
        ConsoleTable table = new ConsoleTable("label", "train", "test");
        labels.forEach(l -> table.row(l, training.getOrDefault(l, 0), testing.getOrDefault(l, 0)));
        return table;
    }
}
