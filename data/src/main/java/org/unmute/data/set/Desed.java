package org.unmute.data.set;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.unmute.data.Part;
import org.unmute.data.Place;
import org.unmute.data.Task;
import org.unmute.data.TextTable;
import org.unmute.files.RegularFile;

/**
 * The DESED data set. Weak lists have the columns {@code filename, event_labels} (labels separated by commas), strong
 * lists {@code filename, onset, offset, event_label}, one row per event. The labels of a clip are the union over its
 * events, whose times are kept; a row without label is a clip without events. The copy hosted by the paper's authors is
 * a {@link HuggingFaceFolder}.
 */
final class Desed extends Dataset {
    Desed() {
        super(
                new DatasetInfo(
                        "desed",
                        "DESED",
                        Task.MULTI_LABEL,
                        10,
                        Map.of(Part.TRAIN, 20_000, Part.VALIDATION, 0, Part.TEST, 0),
                        0,
                        10,
                        44_100,
                        0.05,
                        """
                ROOT/  (the folder "dataset" that the DESED package makes)
                  metadata/train/weak.tsv                      filename, event_labels
                  metadata/train/synthetic…/soundscapes.tsv    filename, onset, offset, event_label (if there)
                  metadata/validation/validation.tsv           filename, onset, offset, event_label
                  metadata/eval/public.tsv                     likewise; the test part
                  audio/train/weak/                            Y…_30.000_40.000.wav (folders may end in _16k)
                  audio/train/synthetic…/soundscapes/
                  audio/validation/validation/  (or audio/validation/)
                  audio/eval/public/            (or audio/eval/)
                or a Hugging Face folder:
                """ + HuggingFaceFolder.TREE,
                        "project.inria.fr/desed (or huggingface.co/datasets/lrauch/desed)",
                        "MIT (lists and synthetic material); recordings: their authors'",
                        List.of(
                                "Columns and the form of the lists were checked against the real weak, validation and"
                                        + " public evaluation lists.",
                                "The paper's 20 k training clips fit the synthetic set DESED-FL better than DCASE's"
                                        + " DESED; which it was is a guess, so the paper's numbers should be compared"
                                        + " on the authors' copy only.",
                                "The layout of the Hugging Face copy was not seen. Unlabelled clips are not used.")),
                ClassLists.read("desed"));
    }

    @Override
    boolean isHuggingFaceFolder(Path root) throws IOException {
        return !RegularFile.isFolder(root.resolve("metadata")) && HuggingFaceFolder.isThere(root);
    }

    @Override
    void read(ClipCollector clips) throws IOException {
        Path root = clips.root();
        for (String list : lists(root, clips.part())) {
            Path file = requireFile(root.resolve("metadata").resolve(list + ".tsv"));
            readList(file, clips.recordings(recordings(root, list)), list, clips);
        }
    }

    /** Paths of the lists below metadata/, without extension. */
    private static List<String> lists(Path root, Part part) throws IOException {
        if (part != Part.TRAIN) {
            return List.of(part == Part.VALIDATION ? "validation/validation" : "eval/public");
        }
        List<String> lists = new ArrayList<>(List.of("train/weak"));
        Path folder = root.resolve("metadata/train");
        if (RegularFile.isFolder(folder)) {
            for (Path below : folders(folder)) {
                if (RegularFile.isFile(below.resolve("soundscapes.tsv"))) {
                    lists.add("train/" + below.getFileName() + "/soundscapes");
                }
            }
        }
        return lists;
    }

    private static List<Path> folders(Path train) throws IOException {
        try (Stream<Path> all = Files.list(train)) {
            return all.filter(f -> f.getFileName().toString().startsWith("synthetic"))
                    .sorted()
                    .toList();
        }
    }

    private static Path recordings(Path root, String list) throws IOException {
        Path audio = root.resolve("audio").resolve(list);
        Path resampled = audio.resolveSibling(audio.getFileName() + "_16k");
        Path above = audio.getParent();
        // validation/validation and eval/public are also looked for one level up; train/weak is not, as its parent
        // holds other lists.
        return RegularFile.isFolder(audio)
                ? audio
                : RegularFile.isFolder(resampled)
                        ? resampled
                        : !list.startsWith("train/") && RegularFile.isFolder(above) ? above : audio;
    }

    private static void readList(Path file, AudioFolder audio, String list, ClipCollector clips) throws IOException {
        Map<String, Place> places = new LinkedHashMap<>();
        Map<String, Set<String>> labels = new LinkedHashMap<>();
        Map<String, List<Reading.Event>> events = new HashMap<>();
        Set<String> untimed = new HashSet<>();
        TextTable.forEach(file, row -> {
            String clip = row.text("filename");
            String weak = row.text("event_labels", null);
            if (places.putIfAbsent(clip, row.place()) != null && weak != null) {
                clips.remark(file.getFileName() + ":" + row.place().line() + " names " + clip
                        + " again; its labels were joined");
            }
            Set<String> all = labels.computeIfAbsent(clip, c -> new LinkedHashSet<>());
            List<Reading.Event> timed = events.computeIfAbsent(clip, c -> new ArrayList<>());
            for (String label : weak != null ? weak.split(",", -1) : new String[] {row.text("event_label")}) {
                if (!label.isBlank()) {
                    clips.checkLabel(row.place(), label.strip());
                    all.add(label.strip());
                    Reading.Event event = weak != null
                            ? null
                            : ClipCollector.event(row.place(), row.text("onset"), row.text("offset"), label);
                    if (event == null) {
                        untimed.add(clip);
                    } else {
                        timed.add(event);
                    }
                }
            }
            if (weak != null) {
                untimed.add(clip);
            }
        });
        for (Map.Entry<String, Place> one : places.entrySet()) {
            String clip = one.getKey();
            clips.file(
                    one.getValue(),
                    list + "/" + clip,
                    audio.findFile(clip),
                    labels.get(clip),
                    untimed.contains(clip) ? null : events.get(clip));
        }
    }
}
