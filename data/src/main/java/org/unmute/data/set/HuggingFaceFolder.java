package org.unmute.data.set;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.unmute.data.ClipId;
import org.unmute.data.LabelSet;
import org.unmute.data.Part;
import org.unmute.data.Place;
import org.unmute.data.TextTable;
import org.unmute.files.RegularFile;

/**
 * A data set exported from the Hugging Face hub as an "audiofolder": a {@code metadata.csv} or {@code metadata.parquet}
 * in the folder of each part, or one in the top folder with a column {@code split}; {@code file_name} is relative to
 * the metadata. Labels are names, in a list of any form that {@link NestedList} reads, or class indices if a Parquet
 * file has their names. Sound within Parquet files is not read.
 */
final class HuggingFaceFolder {
    /** The expected files, as lines to print. */
    static final String TREE = """
        ROOT/
          train/metadata.csv        file_name,labels    and the recordings beside it
          validation/metadata.csv   (or valid, val, validate, dev)
          test/metadata.csv         (or eval)
          or one metadata.csv       file_name,labels,split
          metadata.parquet in place of any of these
        """;

    private static final Map<Part, List<String>> FOLDERS = Map.of(
            Part.TRAIN,
            List.of("train"),
            Part.VALIDATION,
            List.of("validation", "valid", "val", "validate", "dev"),
            Part.TEST,
            List.of("test", "eval"));
    private static final List<String> LABEL_COLUMNS =
            List.of("labels", "label", "events", "event_labels", "classes", "class");

    private HuggingFaceFolder() {}

    /** Whether a folder has metadata in this format. */
    static boolean isThere(Path root) throws IOException {
        for (Part part : Part.values()) {
            if (list(root, part) != null) {
                return true;
            }
        }
        return false;
    }

    /** The metadata in a folder; null if there is none. */
    private static Path in(Path folder) throws IOException {
        for (String name : List.of("metadata.csv", "metadata.parquet")) {
            if (RegularFile.isFile(folder.resolve(name))) {
                return folder.resolve(name);
            }
        }
        return null;
    }

    /** All labels of all parts, sorted. */
    static LabelSet labels(Path root) throws IOException {
        TreeSet<String> all = new TreeSet<>();
        for (Part part : Part.values()) {
            Path list = list(root, part);
            if (list != null) {
                each(list, part, (place, name, labels) -> all.addAll(labels));
            }
        }
        return LabelSet.union(all);
    }

    /** The metadata of a part; null if there is none. */
    private static Path list(Path root, Part part) throws IOException {
        for (String folder : FOLDERS.get(part)) {
            Path list = in(root.resolve(folder));
            if (list != null) {
                return list;
            }
        }
        return in(root);
    }

    /** Adds the clips of a part. */
    static void read(DatasetInfo info, ClipCollector clips) throws IOException {
        Path list = list(clips.root(), clips.part());
        if (list == null) {
            throw new DatasetException(
                    info.name(),
                    "no metadata.csv or metadata.parquet of the part "
                            + clips.part().label() + " in " + clips.root() + info.advice());
        }
        each(list, clips.part(), (place, name, labels) -> clips.file(place, name, list.resolveSibling(name), labels));
    }

    /** Receives each row. */
    private interface Row {
        void read(Place place, String name, List<String> labels) throws IOException;
    }

    private static void each(Path list, Part part, Row row) throws IOException {
        try (TextTable table = TextTable.open(list)) {
            int name = table.required("file_name");
            int label = table.oneOf(LABEL_COLUMNS);
            List<String> folders = FOLDERS.get(part);
            table.forEach(fields -> {
                if (folders.contains(fields.text("split", folders.getFirst()).strip())) {
                    List<String> labels = fields.place()
                            .checked(() -> NestedList.texts(fields.fields().get(label)));
                    if (labels.stream().anyMatch(l -> l.matches("\\d+"))) {
                        throw fields.wrong("labels are numbers, whose names are not in the file: export their names");
                    }
                    String path = fields.fields().get(name).strip();
                    row.read(fields.place(), fields.place().checked(() -> ClipId.of(path)), labels);
                }
            });
        }
    }
}
