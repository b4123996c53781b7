package org.unmute.data.set;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.unmute.data.LabelSet;
import org.unmute.data.Part;
import org.unmute.data.Place;
import org.unmute.data.Task;
import org.unmute.data.TextTable;
import org.unmute.files.RegularFile;

/**
 * SPASS: five urban scenes of 5,000 clips each. Each scene has a list such as {@code 2_MatrixLabelsPark.csv}, with one
 * row per event and the columns {@code audio_filename} and {@code class}; the labels of a clip are the union over its
 * events, whose times are kept if the list has columns for them, such as {@code onset} and {@code offset}. The set
 * defines no parts: in each scene, sorted by file name, the first 70 % are for training, the next 10 % for validation,
 * the rest for testing. The copy hosted by the paper's authors is a {@link HuggingFaceFolder}.
 */
final class Spass extends Dataset {
    private static final List<String> SCENES = List.of("Market", "Park", "Square", "Street", "Waterfront");
    private static final List<String> ONSETS = List.of("onset", "start", "start_time", "event_start", "begin");
    private static final List<String> OFFSETS = List.of("offset", "end", "end_time", "event_end", "stop");
    private static final double TRAIN_UP_TO = 0.7;
    private static final double VALIDATION_UP_TO = 0.8;

    Spass() {
        super(
                new DatasetInfo(
                        "spass",
                        "SPASS",
                        Task.MULTI_LABEL,
                        28,
                        Map.of(Part.TRAIN, 17_500, Part.VALIDATION, 0, Part.TEST, 0),
                        0,
                        10,
                        0,
                        0.01,
                        """
                ROOT/
                  1_MatrixLabelsMarket.csv      columns audio_filename and class, one row an event
                  2_MatrixLabelsPark.csv        (the five lists may lie in a folder together)
                  3_MatrixLabelsSquare.csv
                  4_MatrixLabelsStreet.csv
                  5_MatrixLabelsWaterfront.csv
                  Market audio files/           5,000 clips each; also Market_audio_files/ or Market/
                  Park audio files/
                  Square audio files/
                  Street audio files/
                  Waterfront audio files/
                or a Hugging Face folder:
                """ + HuggingFaceFolder.TREE,
                        "Zenodo, \"SPASS\" (or huggingface.co/datasets/lrauch/spass)",
                        "see the set's own page",
                        List.of(
                                "Times of events are read from columns such as onset and offset, if a list has them; no"
                                        + " real list was at hand.",
                                "List names, columns and folder names are those that SSLAM's manifest script reads.",
                                "Classes are read from the lists. The five lists name 33 different classes, the paper"
                                        + " has 28: how they were joined is not known, and nothing is joined here.",
                                "The paper's 17.5 k training clips are 70 %; which ones, and how the rest was divided,"
                                        + " is not known: 70/10/20 here, by file name within each scene.",
                                "The layout of the Hugging Face copy was not seen.")),
                null);
    }

    /** A clip of a scene's list. */
    private record Listed(Place place, Set<String> labels, List<Reading.Event> events) {}

    @Override
    public LabelSet labels(Path root) throws IOException {
        if (isHuggingFaceFolder(root)) {
            return HuggingFaceFolder.labels(root);
        }
        Set<String> all = new TreeSet<>();
        for (String scene : SCENES) {
            clips(list(root, scene)).values().forEach(c -> all.addAll(c.labels()));
        }
        return LabelSet.union(all);
    }

    @Override
    boolean isHuggingFaceFolder(Path root) throws IOException {
        return lists(root).isEmpty() && HuggingFaceFolder.isThere(root);
    }

    @Override
    void read(ClipCollector clips) throws IOException {
        Path root = clips.root();
        Part part = clips.part();
        for (String scene : SCENES) {
            Path list = list(root, scene);
            AudioFolder audio = clips.recordings(recordings(root, scene));
            List<Map.Entry<String, Listed>> all = new ArrayList<>(clips(list).entrySet());
            int from =
                    part == Part.TRAIN ? 0 : upTo(all.size(), part == Part.VALIDATION ? TRAIN_UP_TO : VALIDATION_UP_TO);
            int to = part == Part.TEST
                    ? all.size()
                    : upTo(all.size(), part == Part.TRAIN ? TRAIN_UP_TO : VALIDATION_UP_TO);
            for (Map.Entry<String, Listed> one : all.subList(from, to)) {
                clips.file(
                        one.getValue().place(),
                        scene + "/" + one.getKey(),
                        audio.findFile(one.getKey()),
                        one.getValue().labels(),
                        one.getValue().events());
            }
        }
    }

    private static int upTo(int clips, double share) {
        // Adding 0.001 makes 0.7 of 10 truncate to 7 despite rounding errors.
        return (int) (clips * share + 0.001);
    }

    /** The scenes' lists, in the folder or a subfolder. */
    private Map<String, Path> lists(Path root) throws IOException {
        Map<String, Path> lists = new TreeMap<>();
        if (!RegularFile.isFolder(root)) {
            return lists;
        }
        try (Stream<Path> files = Files.find(
                root,
                2,
                (f, a) -> a.isRegularFile() && f.getFileName().toString().endsWith(".csv"))) {
            for (Path file : files.sorted().toList()) {
                for (String scene : SCENES) {
                    if (file.getFileName().toString().matches("(\\d_)?MatrixLabels" + scene + "\\.csv")) {
                        Path before = lists.putIfAbsent(scene, file);
                        if (before != null) {
                            throw failure("two lists of the scene " + scene + ": " + before + " and " + file);
                        }
                    }
                }
            }
        }
        return lists;
    }

    private Path list(Path root, String scene) throws IOException {
        Path list = lists(root).get(scene);
        if (list == null) {
            throw missing("list MatrixLabels" + scene + ".csv in " + root + " or a folder in it");
        }
        return list;
    }

    private static Path recordings(Path root, String scene) throws IOException {
        for (String name : List.of(scene + " audio files", scene + "_audio_files", scene)) {
            if (RegularFile.isFolder(root.resolve(name))) {
                return root.resolve(name);
            }
        }
        return root.resolve(scene + " audio files");
    }

    /** The clips of a list, sorted by file name. */
    private static Map<String, Listed> clips(Path list) throws IOException {
        Map<String, Listed> clips = new TreeMap<>();
        try (TextTable table = TextTable.open(list)) {
            int onset = table.column(null, ONSETS, "its name");
            int offset = table.column(null, OFFSETS, "its name");
            boolean timed = onset >= 0 && offset >= 0;
            table.forEach(row -> {
                Listed clip = clips.computeIfAbsent(
                        row.text("audio_filename"),
                        n -> new Listed(row.place(), new LinkedHashSet<>(), timed ? new ArrayList<>() : null));
                String label = row.text("class").strip();
                if (label.isEmpty()) {
                    return;
                }
                clip.labels().add(label);
                if (timed) {
                    Reading.Event event = ClipCollector.event(
                            row.place(), row.fields().get(onset), row.fields().get(offset), label);
                    if (event == null) {
                        throw row.wrong("an event without start and end");
                    }
                    clip.events().add(event);
                }
            });
        }
        return clips;
    }
}
