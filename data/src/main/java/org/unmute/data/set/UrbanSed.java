package org.unmute.data.set;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.unmute.data.LineReader;
import org.unmute.data.MalformedTableException;
import org.unmute.data.Part;
import org.unmute.data.Place;
import org.unmute.data.Task;
import org.unmute.data.json.JsonFields;
import org.unmute.files.RegularFile;

/**
 * URBAN-SED: for each soundscape a JAMS file by Scaper, whose observations with the role {@code foreground} give the
 * labels; the simplified text file ({@code start, end, label}, separated by tabs) is read if there is no JAMS file. The
 * labels of a clip are the union over its events, whose times are kept. The copy hosted by the paper's authors is a
 * {@link HuggingFaceFolder}.
 */
public final class UrbanSed extends Dataset {
    UrbanSed() {
        super(
                new DatasetInfo(
                        "urban",
                        "URBAN-SED",
                        Task.MULTI_LABEL,
                        10,
                        Map.of(Part.TRAIN, 6000, Part.VALIDATION, 2000, Part.TEST, 2000),
                        0,
                        10,
                        44_100,
                        0,
                        """
                ROOT/  (URBAN-SED_v2.0.0 as unpacked)
                  audio/train/        soundscape_train_bimodal0.wav … 6,000
                  audio/validate/     2,000
                  audio/test/         2,000
                  annotations/train/  soundscape_train_bimodal0.jams … (or .txt: start, end, label; tabs between)
                  annotations/validate/
                  annotations/test/
                or a Hugging Face folder:
                """ + HuggingFaceFolder.TREE,
                        "zenodo.org/record/1324404 (or huggingface.co/datasets/lrauch/urban-sed)",
                        "CC BY 4.0",
                        List.of(
                                "Folders, splits, classes and both annotation forms are those of the set's README and"
                                        + " of the loader of soundata.",
                                "The structure of a JAMS file is that of JAMS 0.3 (annotations, data, value.role,"
                                        + " value.label; time and duration in the soundscape); no real file was at"
                                        + " hand.",
                                "The layout of the Hugging Face copy was not seen.")),
                ClassLists.read("urban"));
    }

    @Override
    boolean isHuggingFaceFolder(Path root) throws IOException {
        return !RegularFile.isFolder(root.resolve("annotations")) && HuggingFaceFolder.isThere(root);
    }

    @Override
    void read(ClipCollector clips) throws IOException {
        Path root = clips.root();
        String folder =
                clips.part() == Part.VALIDATION ? "validate" : clips.part().label();
        Map<String, Path> byClip =
                annotations(requireFolder(root.resolve("annotations").resolve(folder)));
        AudioFolder audio = clips.recordings(root.resolve("audio").resolve(folder));
        for (Map.Entry<String, Path> one : byClip.entrySet()) {
            Path file = one.getValue();
            List<Reading.Event> events = file.toString().endsWith(".jams") ? ofJams(file) : ofText(file);
            List<String> labels =
                    events.stream().map(Reading.Event::label).distinct().toList();
            clips.file(new Place(file, 0), one.getKey(), audio.find(one.getKey()), labels, events);
        }
        List<String> alone = audio.byStem().keySet().stream()
                .filter(s -> !byClip.containsKey(s))
                .toList();
        if (!alone.isEmpty()) {
            clips.remark(alone.size() + " recordings in audio/" + folder
                    + " have no annotation and are not used, the first: " + alone.getFirst());
        }
    }

    /** The annotation of each clip, sorted by name; a JAMS file takes precedence over a text file. */
    private static Map<String, Path> annotations(Path folder) throws IOException {
        Map<String, Path> byClip = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (!name.startsWith(".") && (name.endsWith(".jams") || name.endsWith(".txt"))) {
                    // Sorted: .jams comes before .txt.
                    byClip.putIfAbsent(name.substring(0, name.lastIndexOf('.')), file);
                }
            }
        }
        return byClip;
    }

    /** The events of a simplified text file. */
    public static List<Reading.Event> ofText(Path file) throws IOException {
        List<Reading.Event> events = new ArrayList<>();
        try (LineReader lines = LineReader.open(file)) {
            for (String line = lines.next(); line != null; line = lines.next()) {
                String[] fields = line.split("\t", -1);
                Reading.Event event =
                        fields.length == 3 ? ClipCollector.event(lines.place(), fields[0], fields[1], fields[2]) : null;
                if (event == null) {
                    throw lines.place()
                            .wrong("not 'start, end, label' with tabs between: " + MalformedTableException.quote(line));
                }
                events.add(event);
            }
        }
        return events;
    }

    /** The foreground events of a JAMS file. */
    public static List<Reading.Event> ofJams(Path file) throws IOException {
        List<Reading.Event> events = new ArrayList<>();
        for (JsonFields annotation : JsonFields.read(file).objects("annotations")) {
            for (JsonFields observation : annotation.objects("data")) {
                JsonFields value = observation.object("value");
                String label = value.text("label");
                if (value.text("role").equals("foreground")) {
                    double onset = observation.number("time");
                    double offset = onset + observation.number("duration");
                    events.add(new Place(file, 0).checked(() -> new Reading.Event(onset, offset, label)));
                }
            }
        }
        return events;
    }
}
