package org.unmute.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.unmute.cli.audio.SourceReader;
import org.unmute.cli.base.UnmuteCommand;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.cli.console.Progress;
import org.unmute.cli.option.SceneOptions;
import org.unmute.cli.option.SparseOptions;
import org.unmute.cli.scene.SourceFiles;
import org.unmute.cli.scene.SparseMaterial;
import org.unmute.cli.scene.SparseRun;
import org.unmute.data.Part;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.data.scene.BackgroundPool;
import org.unmute.data.scene.Foreground;
import org.unmute.data.scene.Scene;
import org.unmute.data.scene.SceneFolder;
import org.unmute.data.scene.SceneMixer;
import org.unmute.data.scene.SceneMixer.SourceClip;
import org.unmute.data.scene.Sound;
import org.unmute.data.scene.SparseFolder;
import org.unmute.data.scene.SparseScenes;
import org.unmute.data.scene.Split;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Mixes labelled single-event recordings into multi-label scenes. */
@Command(
        name = "soundscape",
        customSynopsis =
                "unmute soundscape --manifest FILE --audio DIR --out DIR --train-folds FOLDS --test-folds FOLDS"
                        + " [OPTIONS]%n       unmute soundscape --background PATH,... | --background-kinds KIND,... |"
                        + " --duration S --out DIR [OPTIONS]%n",
        description = {
            "Mixes labelled recordings of single events into multi-label scenes, from a seed.",
            "",
            "Each scene holds a few recordings of different classes. The first keeps its level; each further one gets"
                    + " an RMS level relative to it, drawn from --gain. Shorter recordings lie at a random place, of"
                    + " longer ones a random stretch is taken. Train scenes use the train folds only, test scenes the"
                    + " test folds only. The same seed gives the same files.",
            "",
            "Sparse hours, the second form, are long recordings that are mostly background, to measure how often a"
                    + " detector raises a false alarm and what it misses. On recorded or synthetic background lie"
                    + " events of each class, --events-per-hour on average, at random times."
        },
        footerHeading = "%nWrites into --out:%n",
        footer = {
            "  train/000000.wav …   scenes, 16 bit, mono",
            "  test/000000.wav …",
            "  manifest.csv         file,labels,split,sources,gains_db,offsets_s (several values: separated by ;)",
            "  train-events.tsv     start and end of each event: filename onset offset event_label, between tabs",
            "  test-events.tsv      with --bands also low and high, in Hz",
            "  run.json             how it was made",
            "Sparse hours have validation/ in addition, if --split names it, and in place of the last three columns",
            "  sources.csv          file,start,end,label,source,snr_db",
            "  background.csv       file,start,end,background,background_start,level_db",
            "",
            "Example, with ESC-50 as downloaded:",
            "  unmute soundscape --manifest ESC-50/meta/esc50.csv --audio ESC-50/audio --out scenes \\",
            "      --train 1500 --test 500 --train-folds 1,2 --test-folds 3",
            "An hour of real background with five events of each class of the test fold, and one without any:",
            "  unmute soundscape --background field/ --events-per-hour 5 --out hours \\",
            "      --manifest ESC-50/meta/esc50.csv --audio ESC-50/audio --test-folds 3",
            "  unmute soundscape --background field/ --events-per-hour 0 --out quiet",
            "Then:",
            "  unmute embed --help",
            "  unmute detect --help"
        })
final class SoundscapeCommand extends UnmuteCommand {
    @Option(
            names = "--manifest",
            paramLabel = "FILE",
            description = "CSV or TSV with a header: one row per recording with its file, its class and its fold.")
    private Path manifest;

    @Option(
            names = "--audio",
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

    @Mixin
    private SceneOptions scenes;

    @Mixin
    private SparseOptions sparse;

    @Override
    public Integer call() throws IOException {
        begin();
        record.seed(common.seed());
        if (sparse.given()) {
            return sparseHours();
        }
        require("--manifest", manifest);
        require("--audio", audio);
        require("--train-folds", scenes.trainFolds());
        require("--test-folds", scenes.testFolds());
        SceneMixer.Options options = checked(scenes::options);
        Set<String> folds = new LinkedHashSet<>(scenes.trainFolds());
        folds.addAll(scenes.testFolds());
        SourceReader reader = new SourceReader(scenes.rate(), warnings);
        List<SourceClip> clips = checked(() -> sources(folds, reader)).clips();
        SceneMixer mixer = checked(() -> new SceneMixer(
                clips, Set.copyOf(scenes.trainFolds()), Set.copyOf(scenes.testFolds()), options, common.seed()));
        Map<String, Map<String, Integer>> counts = new TreeMap<>();
        try (OutputFolder output = claim(out)) {
            write(mixer, reader, counts);
            output.finish();
        }
        print(table(counts));
        return status;
    }

    private void require(String option, Object value) {
        if (value == null) {
            throw usage("missing option " + option + ": scenes need --manifest, --audio, --train-folds and"
                    + " --test-folds; sparse hours begin with --background, --background-kinds or --duration");
        }
    }

    /** What is wrong with options is an error of usage. */
    private <T> T checked(Step<T> step) throws IOException {
        return checked(e -> usage(e.getMessage()), step);
    }

    private int sparseHours() throws IOException {
        SparseRun run = checked(this::prepared);
        try (OutputFolder output = claim(out)) {
            SparseFolder folder = SparseFolder.create(out, run.parts());
            try (Progress progress = progress("soundscape", "recordings", run.recordings())) {
                run.write(folder, progress);
            }
            folder.writeTables();
            warnings.end(record);
            run.describe(record).write(out);
            folder.finish();
            output.finish();
        }
        run.remarks().forEach(this::tell);
        print(run.table());
        return status;
    }

    /** Everything that can be wrong is found here, before anything is written. */
    private SparseRun prepared() throws IOException {
        for (String other :
                List.of("--stems", "--train", "--test", "--events", "--gain", "--seconds", "--transpose", "--bands")) {
            if (matched(other)) {
                throw usage(other + " is an option of scenes and does not go with those of sparse hours");
            }
        }
        SparseScenes.Options options = sparse.options(scenes.rate());
        Map<Part, Integer> counts = sparse.counts();
        SparseMaterial material = new SparseMaterial();
        Foreground foreground = foreground(material, new SourceReader(scenes.rate(), warnings));
        BackgroundPool background = material.background(sparse, options, foreground, common.seed(), warnings::note);
        material.remarks().forEach(this::tell);
        material.skipped().forEach((file, reason) -> tell("not used: " + file + ": " + reason));
        return new SparseRun(material, foreground, background, counts, options, common.seed());
    }

    /** The sounds of events: of one kind only. */
    private Foreground foreground(SparseMaterial material, SourceReader reader) throws IOException {
        Set<Sound> sounds = sparse.sounds();
        if ((sounds.isEmpty() ? 0 : 1) + (sparse.sources() == null ? 0 : 1) + (manifest == null ? 0 : 1) > 1) {
            throw usage("choose one of --sounds, --sources and --manifest");
        }
        if ((manifest == null) != (audio == null)) {
            throw usage("--manifest and --audio belong together");
        }
        Map<Part, List<String>> folds = new EnumMap<>(Part.class);
        putIfGiven(folds, Part.TRAIN, scenes.trainFolds());
        putIfGiven(folds, Part.VALIDATION, sparse.validationFolds());
        putIfGiven(folds, Part.TEST, scenes.testFolds());
        if (manifest == null && !folds.isEmpty()) {
            throw usage("folds are those of --manifest, which is not given");
        }
        if (manifest == null && sparse.sources() == null) {
            return Foreground.synthetic(sounds.isEmpty() ? Set.of(Sound.values()) : sounds, scenes.rate());
        }
        Map<String, Part> partOf = SparseMaterial.parts(folds, sparse.shares());
        SourceFiles files =
                manifest == null ? SourceFiles.ofFolder(sparse.sources(), reader) : sources(partOf.keySet(), reader);
        return material.foreground(files, partOf, sparse.shares(), common.seed());
    }

    private static void putIfGiven(Map<Part, List<String>> folds, Part part, List<String> given) {
        if (given != null) {
            folds.put(part, given);
        }
    }

    private void write(SceneMixer mixer, SourceReader reader, Map<String, Map<String, Integer>> counts)
            throws IOException {
        SceneFolder folder = checked(() -> SceneFolder.create(out, stems, scenes.bands()));
        try (OutputFolder apart = stems == null ? null : claim(stems)) {
            try (Progress progress = progress("soundscape", "scenes", (long) scenes.train() + scenes.test())) {
                write(mixer, folder, Split.TRAIN, scenes.train(), counts, progress);
                write(mixer, folder, Split.TEST, scenes.test(), counts, progress);
            }
            folder.writeEvents();
            warnings.end(record);
            record.result("scenes", Map.of("train", scenes.train(), "test", scenes.test()))
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

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    /** @param wanted folds; empty for all */
    private SourceFiles sources(Set<String> wanted, SourceReader reader) throws IOException {
        return SourceFiles.ofManifest(manifest, scenes.format(), audio, wanted, reader, record, remarks());
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
