package org.unmute.experiments.data.set;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.unmute.experiments.data.ClipId;
import org.unmute.experiments.data.LabelSet;
import org.unmute.experiments.data.LineReader;
import org.unmute.experiments.data.MalformedTableException;
import org.unmute.experiments.data.Part;
import org.unmute.experiments.data.Task;
import org.unmute.models.audio.Recording;
import org.unmute.models.audio.Wav;

/**
 * Speech Commands v0.02 with 12 classes: ten words, {@code _unknown_} for all other words, {@code _silence_}. The set's
 * lists name the validation and test clips; the rest is for training. Silence comes from {@code _background_noise_}:
 * each file is cut into whole seconds, numbered across all files in order of name; of every ten, the first eight are
 * for training, the ninth for validation, the tenth for testing. The official test archive, which has one folder per
 * class, is read as the test part.
 */
final class SpeechCommands implements Dataset {
    private static final String SILENCE = "_silence_";
    private static final String UNKNOWN = "_unknown_";
    private static final String NOISE = "_background_noise_";
    private static final LabelSet LABELS = LabelSet.of(
            List.of(SILENCE, UNKNOWN, "yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go"));
    private static final DatasetInfo INFO = new DatasetInfo(
            "sc2",
            "Speech Commands v0.02, 12 classes",
            Task.SINGLE_LABEL,
            12,
            Map.of(Part.TRAIN, 84_843, Part.VALIDATION, 9_981, Part.TEST, 11_005),
            0,
            1,
            16_000,
            0,
            """
            ROOT/
              validation_list.txt     yes/004ae714_nohash_0.wav …
              testing_list.txt
              yes/  no/  up/  …       35 words, 105,829 clips
              _background_noise_/     doing_the_dishes.wav … 6 files, cut into seconds of silence
            or, test part only, speech_commands_test_set_v0.02 as unpacked:
              _silence_/  _unknown_/  yes/  …   4,890 clips
            """,
            "download.tensorflow.org/data/speech_commands_v0.02.tar.gz",
            "CC BY 4.0",
            List.of(
                    "Folders and lists are the set's own; the test archive's layout was checked against real clips of"
                            + " it.",
                    "The counts are those of the words; clips of silence come on top. The paper's 84.8 k training"
                            + " clips are all training words.",
                    "How the paper made silence, and whether it thinned out _unknown_, is not known: here about 40"
                            + " test clips are silence, and no word is left out."));

    @Override
    public DatasetInfo info() {
        return INFO;
    }

    @Override
    public LabelSet labels(Path root) {
        return LABELS;
    }

    @Override
    public List<Part> parts(Path root) {
        return isArchive(root) ? List.of(Part.TEST) : List.of(Part.values());
    }

    private static boolean isArchive(Path root) {
        return Files.isDirectory(root.resolve(SILENCE)) && Files.isDirectory(root.resolve(UNKNOWN));
    }

    @Override
    public Reading read(Path root, Part part, ReadOptions options) throws IOException {
        ClipCollector clips = new ClipCollector(INFO, part, root, options, LABELS);
        if (isArchive(root)) {
            readArchive(root, part, clips);
            return clips.finish();
        }
        Map<String, Long> validation = list(root.resolve("validation_list.txt"));
        Map<String, Long> test = list(root.resolve("testing_list.txt"));
        for (String both : validation.keySet()) {
            if (test.containsKey(both)) {
                throw new MalformedTableException(
                        root.resolve("testing_list.txt"),
                        test.get(both),
                        "clip " + MalformedTableException.quote(both) + " is in validation_list.txt too");
            }
        }
        if (part == Part.TRAIN) {
            Set<String> held = new HashSet<>(validation.keySet());
            held.addAll(test.keySet());
            readTraining(root, options, held, clips);
        } else {
            Path list = root.resolve(part == Part.TEST ? "testing_list.txt" : "validation_list.txt");
            for (Map.Entry<String, Long> one : (part == Part.TEST ? test : validation).entrySet()) {
                Path audio = root.resolve(one.getKey());
                clips.file(
                        list,
                        one.getValue(),
                        one.getKey(),
                        !options.audio() || Files.isRegularFile(audio) ? audio : null,
                        List.of(labelOf(one.getKey().substring(0, one.getKey().indexOf('/')))));
            }
        }
        readSilence(root, part, options, clips);
        return clips.finish();
    }

    private static String labelOf(String word) {
        return LABELS.indexOf(word) >= 0 && !word.equals(SILENCE) ? word : UNKNOWN;
    }

    /** Clips, sorted, and the lines that name them. */
    private static Map<String, Long> list(Path file) throws IOException {
        Layout.require(INFO, file);
        Map<String, Long> clips = new TreeMap<>();
        try (LineReader lines = LineReader.open(file)) {
            for (String line = lines.next(); line != null; line = lines.next()) {
                String id;
                try {
                    id = ClipId.of(line.strip());
                } catch (IllegalArgumentException e) {
                    throw new MalformedTableException(file, lines.line(), e.getMessage());
                }
                if (!id.matches("[^/]+/[^/]+")) {
                    throw new MalformedTableException(
                            file, lines.line(), "not word/clip.wav: " + MalformedTableException.quote(line));
                }
                if (clips.putIfAbsent(id, lines.line()) != null) {
                    throw new MalformedTableException(
                            file,
                            lines.line(),
                            "clip " + MalformedTableException.quote(id) + " is already in line " + clips.get(id));
                }
            }
        }
        return clips;
    }

    private static void readTraining(Path root, ReadOptions options, Set<String> held, ClipCollector clips)
            throws IOException {
        if (!options.audio()) {
            throw new DatasetException(
                    INFO.name(), "the training part is what no list names: it cannot be read without its recordings");
        }
        for (String word : LABELS.names()) {
            if (!word.startsWith("_") && !Files.isDirectory(root.resolve(word))) {
                throw new DatasetException(INFO.name(), "no folder " + root.resolve(word) + Layout.advice(INFO));
            }
        }
        for (String word : folders(root)) {
            if (!word.startsWith("_")) {
                for (String file : files(root.resolve(word))) {
                    String id = word + "/" + file;
                    if (!held.contains(id)) {
                        clips.file(root.resolve(word), 0, id, root.resolve(id), List.of(labelOf(word)));
                    }
                }
            }
        }
    }

    private static void readSilence(Path root, Part part, ReadOptions options, ClipCollector clips) throws IOException {
        Path folder = root.resolve(NOISE);
        if (!options.audio() || !Files.isDirectory(folder)) {
            clips.remark("no clips of silence: "
                    + (options.audio() ? "there is no folder " + NOISE : "audio was not looked for"));
            return;
        }
        int piece = 0;
        for (String file : files(folder)) {
            Recording noise = Wav.read(folder.resolve(file));
            for (int second = 0; second + 1 <= noise.seconds(); second++) {
                int place = piece++ % 10;
                Part owner = place < 8 ? Part.TRAIN : place == 8 ? Part.VALIDATION : Part.TEST;
                if (owner == part) {
                    clips.part(
                            folder, 0, NOISE + "/" + file, folder.resolve(file), second, second + 1, List.of(SILENCE));
                }
            }
        }
    }

    private static void readArchive(Path root, Part part, ClipCollector clips) throws IOException {
        if (part != Part.TEST) {
            throw new DatasetException(
                    INFO.name(),
                    root + " is the official test archive (it has " + SILENCE + " and " + UNKNOWN
                            + "), which holds no part " + part.label() + ": give the folder of speech_commands_v0.02");
        }
        for (String label : LABELS.names()) {
            if (!Files.isDirectory(root.resolve(label))) {
                throw new DatasetException(INFO.name(), "no folder " + root.resolve(label) + Layout.advice(INFO));
            }
            for (String file : files(root.resolve(label))) {
                clips.file(
                        root.resolve(label),
                        0,
                        label + "/" + file,
                        root.resolve(label).resolve(file),
                        List.of(label));
            }
        }
    }

    private static List<String> folders(Path root) throws IOException {
        try (Stream<Path> all = Files.list(root)) {
            return all.filter(Files::isDirectory)
                    .map(f -> f.getFileName().toString())
                    .filter(n -> !n.startsWith("."))
                    .sorted()
                    .toList();
        }
    }

    private static List<String> files(Path folder) throws IOException {
        List<String> names = new ArrayList<>();
        try (Stream<Path> all = Files.list(folder)) {
            all.map(f -> f.getFileName().toString())
                    .filter(n -> !n.startsWith(".") && AudioFolder.isAudio(n))
                    .sorted()
                    .forEach(names::add);
        }
        return names;
    }
}
