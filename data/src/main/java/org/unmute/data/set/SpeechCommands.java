package org.unmute.data.set;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.unmute.audio.Recording;
import org.unmute.audio.Wav;
import org.unmute.data.ClipId;
import org.unmute.data.ClipList;
import org.unmute.data.LabelSet;
import org.unmute.data.LineReader;
import org.unmute.data.MalformedTableException;
import org.unmute.data.Part;
import org.unmute.data.Place;
import org.unmute.data.Task;
import org.unmute.files.RegularFile;

/**
 * Speech Commands v0.02 with 12 classes: ten words, {@code _unknown_} for all other words, and {@code _silence_}. The
 * set's lists name the validation and test clips; all others are for training. Silence comes from
 * {@code _background_noise_}: each file is cut into seconds, numbered across all files in name order; of every ten, the
 * first eight are for training, the ninth for validation, the tenth for testing. The official test archive, which has
 * one folder per class, is read as the test part.
 */
final class SpeechCommands extends Dataset {
    private static final String SILENCE = "_silence_";
    private static final String UNKNOWN = "_unknown_";
    private static final String NOISE = "_background_noise_";
    private static final LabelSet LABELS = LabelSet.of(
            List.of(SILENCE, UNKNOWN, "yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go"));

    SpeechCommands() {
        super(
                new DatasetInfo(
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
                                "Folders and lists are the set's own; the test archive's layout was checked against"
                                        + " real clips of it.",
                                "The counts are those of the words; clips of silence come on top. The paper's 84.8 k"
                                        + " training clips are all training words.",
                                "How the paper made silence, and whether it thinned out _unknown_, is not known: here"
                                        + " about 40 test clips are silence, and no word is left out.")),
                LABELS);
    }

    @Override
    public List<Part> parts(Path root) throws IOException {
        return isArchive(root) ? List.of(Part.TEST) : List.of(Part.values());
    }

    private static boolean isArchive(Path root) throws IOException {
        return RegularFile.isFolder(root.resolve(SILENCE)) && RegularFile.isFolder(root.resolve(UNKNOWN));
    }

    @Override
    void read(ClipCollector clips) throws IOException {
        Path root = clips.root();
        if (isArchive(root)) {
            readArchive(clips);
            return;
        }
        Map<String, Place> validation = list(root.resolve("validation_list.txt"));
        Map<String, Place> test = list(root.resolve("testing_list.txt"));
        for (String both : validation.keySet()) {
            if (test.containsKey(both)) {
                throw test.get(both)
                        .wrong("clip " + MalformedTableException.quote(both) + " is in validation_list.txt too");
            }
        }
        if (clips.part() == Part.TRAIN) {
            Set<String> held = new HashSet<>(validation.keySet());
            held.addAll(test.keySet());
            readTraining(held, clips);
        } else {
            for (Map.Entry<String, Place> one : (clips.part() == Part.TEST ? test : validation).entrySet()) {
                String id = one.getKey();
                clips.file(one.getValue(), id, root.resolve(id), List.of(labelOf(id.substring(0, id.indexOf('/')))));
            }
        }
        readSilence(clips);
    }

    private static String labelOf(String word) {
        return LABELS.indexOf(word) >= 0 && !word.equals(SILENCE) ? word : UNKNOWN;
    }

    /** The clips of a list, sorted, with the lines that name them. */
    private Map<String, Place> list(Path file) throws IOException {
        Map<String, Place> clips = new TreeMap<>();
        Map<String, Long> lineOf = new HashMap<>();
        try (LineReader lines = LineReader.open(requireFile(file))) {
            for (String line = lines.next(); line != null; line = lines.next()) {
                String clip = line.strip();
                Place place = lines.place();
                String id = place.checked(() -> ClipId.of(clip));
                if (!id.matches("[^/]+/[^/]+")) {
                    throw place.wrong("not word/clip.wav: " + MalformedTableException.quote(line));
                }
                place.requireNew("clip", id, lineOf);
                clips.put(id, place);
            }
        }
        return clips;
    }

    private void readTraining(Set<String> held, ClipCollector clips) throws IOException {
        Path root = clips.root();
        for (String word : LABELS.names()) {
            if (!word.startsWith("_")) {
                requireFolder(root.resolve(word));
            }
        }
        for (Path word : visible(root)) {
            String name = word.getFileName().toString();
            if (RegularFile.isFolder(word) && !name.startsWith("_")) {
                readFolder(word, held, labelOf(name), clips);
            }
        }
    }

    /** Adds the recordings of a folder, except those in other parts. */
    private static void readFolder(Path folder, Set<String> held, String label, ClipCollector clips)
            throws IOException {
        for (Path file : visible(folder)) {
            String id = folder.getFileName() + "/" + file.getFileName();
            if (ClipList.isAudio(file) && !held.contains(id)) {
                clips.file(new Place(folder, 0), id, file, List.of(label));
            }
        }
    }

    private static void readSilence(ClipCollector clips) throws IOException {
        Path folder = clips.root().resolve(NOISE);
        if (!RegularFile.isFolder(folder)) {
            clips.remark("no clips of silence: there is no folder " + NOISE);
            return;
        }
        int piece = 0;
        for (Path file : visible(folder)) {
            if (!ClipList.isAudio(file)) {
                continue;
            }
            Recording noise = Wav.read(file);
            for (int second = 0; second + 1 <= noise.seconds(); second++) {
                int place = piece++ % 10;
                Part owner = place < 8 ? Part.TRAIN : place == 8 ? Part.VALIDATION : Part.TEST;
                if (owner == clips.part()) {
                    String name = NOISE + "/" + file.getFileName();
                    clips.part(new Place(folder, 0), name, file, second, second + 1, List.of(SILENCE));
                }
            }
        }
    }

    private void readArchive(ClipCollector clips) throws IOException {
        if (clips.part() != Part.TEST) {
            throw failure(clips.root() + " is the official test archive (it has " + SILENCE + " and " + UNKNOWN
                    + "), which holds no part " + clips.part().label()
                    + ": give the folder of speech_commands_v0.02");
        }
        for (String label : LABELS.names()) {
            readFolder(requireFolder(clips.root().resolve(label)), Set.of(), label, clips);
        }
    }

    /** The entries of a folder, sorted, without names that begin with a dot. */
    private static List<Path> visible(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(f -> !f.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList();
        }
    }
}
