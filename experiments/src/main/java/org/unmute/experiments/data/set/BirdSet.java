package org.unmute.experiments.data.set;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.unmute.experiments.data.CsvTable;
import org.unmute.experiments.data.LabelSet;
import org.unmute.experiments.data.MalformedTableException;
import org.unmute.experiments.data.Part;
import org.unmute.experiments.data.Task;

/**
 * A subset of BirdSet from its metadata, exported from Parquet to CSV: {@code HSN_metadata_train.csv} (focal recordings
 * with detected events) and {@code HSN_metadata_test_5s.csv} (segments of 5 s of soundscapes, which may have no label).
 * Recordings are found by the last part of {@code filepath}, in any folders below the root. Codes may be names or class
 * ids; lists may have any form that {@link NestedList} reads. The training part is drawn as {@link FewShot} describes.
 */
final class BirdSet implements Dataset {
    private static final double CLIP_SECONDS = 5;

    private final DatasetInfo info;
    private final LabelSet labels;
    private final String code;

    private BirdSet(String code, String place, int train, int test, String more) {
        this.code = code;
        labels = ClassLists.read(code.toLowerCase(Locale.ROOT));
        List<String> notes = new ArrayList<>(List.of(
                "Columns and file names are those of BirdSet's loading script; the class list is that of its"
                        + " configuration.",
                "Training: 64 clips per class at most, drawn as Bird-MAE's script does: recordings of at most 20 s"
                        + " without a second species, the events of the most frequent cluster, one a recording first."
                        + " That this paper did the same is inferred.",
                "A drawn event becomes the 5 s about its middle; the original takes a random 5 s of the 8 s about it."
                        + " There is no validation part."));
        if (!more.isEmpty()) {
            notes.add(more);
        }
        info = new DatasetInfo(
                code.toLowerCase(Locale.ROOT),
                "BirdSet " + code + ", " + place,
                Task.MULTI_LABEL,
                labels.size(),
                Map.of(Part.TRAIN, train, Part.TEST, test),
                0,
                CLIP_SECONDS,
                32_000,
                0,
                """
                ROOT/  (or ROOT/%1$s/)
                  %1$s_metadata_train.csv      filepath,ebird_code,ebird_code_multilabel,ebird_code_secondary,
                                              length,detected_events,event_cluster,…
                  %1$s_metadata_test_5s.csv    filepath,ebird_code_multilabel,…
                  …/XC….ogg                   recordings of the shards %1$s_train_shard_0001.tar.gz …, in any \
                folders
                  …/%1$s_….ogg                 segments of %1$s_test5s_shard_0001.tar.gz
                The metadata is Parquet on the hub; export it with pandas: read_parquet(…).to_csv(…, index=False)
                (if filepath is the table's index, reset_index() first).
                """.formatted(code),
                "huggingface.co/datasets/DBD-research-group/BirdSet",
                "CC BY-NC 4.0 as a set; each recording has its own",
                notes);
    }

    /** The seven subsets of the paper. */
    static List<Dataset> all() {
        return List.of(
                new BirdSet("HSN", "High Sierras", 5_460, 12_000, ""),
                new BirdSet("POW", "Powdermill Nature", 14_911, 4_560, ""),
                new BirdSet("PER", "Amazon Basin, Peru", 16_802, 15_120, ""),
                new BirdSet("NES", "Colombia and Costa Rica", 16_117, 24_480, ""),
                new BirdSet("SNE", "Sierra Nevada", 19_390, 23_756, ""),
                new BirdSet(
                        "UHH",
                        "Hawaiian Islands",
                        3_626,
                        36_637,
                        "27 classes in the class list; the published tables count 25 with " + "training recordings."),
                new BirdSet("NBP", "NIPS4BPlus", 24_327, 563, ""));
    }

    @Override
    public DatasetInfo info() {
        return info;
    }

    @Override
    public LabelSet labels(Path root) {
        return labels;
    }

    private Path list(Path root, String part) throws DatasetException {
        String name = code + "_metadata_" + part + ".csv";
        Path list = Files.isRegularFile(root.resolve(code).resolve(name))
                ? root.resolve(code).resolve(name)
                : root.resolve(name);
        Layout.require(info, list);
        return list;
    }

    @Override
    public Reading read(Path root, Part part, ReadOptions options) throws IOException {
        Layout.requirePart(info, part);
        ClipCollector clips = new ClipCollector(info, part, root, options, labels);
        Path list = list(root, part == Part.TRAIN ? "train" : "test_5s");
        AudioFolder audio = AudioFolder.of(info, root, options);
        try (CsvTable table = CsvTable.open(list)) {
            if (part == Part.TRAIN) {
                readTraining(list, table, audio, options, clips);
            } else {
                int path = table.required("filepath");
                int codes = table.required("ebird_code_multilabel");
                for (List<String> row = table.next(); row != null; row = table.next()) {
                    String name = fileName(row.get(path));
                    clips.file(list, table.line(), name, audio.findFile(name), codes(list, table, row.get(codes)));
                }
            }
        }
        return clips.finish();
    }

    /** The columns of the training metadata. */
    private record Columns(int path, int code, int codes, int secondary, int length, int events, int clusters) {
        static Columns of(CsvTable table) throws MalformedTableException {
            return new Columns(
                    table.required("filepath"),
                    table.required("ebird_code"),
                    table.find("ebird_code_multilabel"),
                    table.required("ebird_code_secondary"),
                    table.required("length"),
                    table.required("detected_events"),
                    table.required("event_cluster"));
        }
    }

    /** What is kept of a training row until clips are drawn. */
    private record Row(long line, Path audio, Set<String> labels) {}

    private void readTraining(Path list, CsvTable table, AudioFolder audio, ReadOptions options, ClipCollector clips)
            throws IOException {
        Columns columns = Columns.of(table);
        Map<String, Row> rows = new HashMap<>();
        List<FewShotDraw.Source> sources = new ArrayList<>();
        for (List<String> row = table.next(); row != null; row = table.next()) {
            String name = fileName(row.get(columns.path()));
            FewShotDraw.Source source;
            try {
                source = source(list, table, columns, row, name);
            } catch (IllegalArgumentException e) {
                clips.unusable(list, table.line(), name, e.getMessage());
                continue;
            }
            Set<String> all = new LinkedHashSet<>(List.of(source.label()));
            if (columns.codes() >= 0) {
                all.addAll(codes(list, table, row.get(columns.codes())));
            }
            Row before = rows.putIfAbsent(name, new Row(table.line(), audio.findFile(name), all));
            if (before != null) {
                throw new MalformedTableException(
                        list,
                        table.line(),
                        "recording " + MalformedTableException.quote(name) + " is already in line " + before.line());
            }
            if (rows.get(name).audio() == null) {
                clips.file(list, table.line(), name, null, all);
            } else {
                sources.add(source);
            }
        }
        Map<String, List<FewShotDraw.Drawn>> drawn = new FewShotDraw(options.fewShot(), CLIP_SECONDS).draw(sources);
        Set<String> used = new LinkedHashSet<>();
        for (String label : labels.names()) {
            for (FewShotDraw.Drawn clip : drawn.getOrDefault(label, List.of())) {
                Row row = rows.get(clip.source().name());
                used.add(clip.source().name());
                clips.part(list, row.line(), clip.source().name(), row.audio(), clip.start(), clip.end(), row.labels());
            }
        }
        clips.passedOver(sources.size() - used.size());
        remarkFew(drawn, options.fewShot().shots(), clips);
    }

    private void remarkFew(Map<String, List<FewShotDraw.Drawn>> drawn, int shots, ClipCollector clips) {
        List<String> few = labels.names().stream()
                .filter(l -> drawn.getOrDefault(l, List.of()).size() < Math.max(1, shots))
                .map(l -> l + " (" + drawn.getOrDefault(l, List.of()).size() + ")")
                .toList();
        if (!few.isEmpty()) {
            clips.remark(few.size() + " of " + labels.size() + " classes have fewer than " + Math.max(1, shots)
                    + " training clips: " + String.join(", ", few));
        }
    }

    private FewShotDraw.Source source(Path list, CsvTable table, Columns columns, List<String> row, String name)
            throws IOException {
        List<String> primary = codes(list, table, row.get(columns.code()));
        if (primary.size() != 1) {
            throw new IllegalArgumentException("it has " + primary.size() + " codes in ebird_code, one is needed");
        }
        double seconds = NestedList.number(row.get(columns.length()).strip());
        if (seconds <= 0) {
            throw new IllegalArgumentException("its length is " + seconds + " s");
        }
        List<double[]> events = new ArrayList<>();
        int[] clusters = new int[0];
        if (row.get(columns.events()).strip().startsWith("[")) {
            for (Object event : NestedList.list(row.get(columns.events()))) {
                double[] times = event instanceof List<?> pair ? NestedList.numbers(pair) : new double[0];
                if (times.length != 2 || times[0] < 0 || times[1] < times[0]) {
                    throw new IllegalArgumentException(
                            "a detected event is no start and end: " + MalformedTableException.quote(event.toString()));
                }
                events.add(times);
            }
            double[] numbers = NestedList.numbers(NestedList.list(row.get(columns.clusters())));
            clusters = new int[numbers.length];
            for (int i = 0; i < numbers.length; i++) {
                clusters[i] = (int) numbers[i];
            }
        }
        if (clusters.length != events.size()) {
            throw new IllegalArgumentException(
                    events.size() + " detected events have " + clusters.length + " clusters");
        }
        boolean secondary = !NestedList.texts(row.get(columns.secondary())).isEmpty();
        return new FewShotDraw.Source(name, primary.getFirst(), seconds, secondary, events, clusters);
    }

    /** The codes in a field; class ids are converted to codes. */
    private List<String> codes(Path list, CsvTable table, String field) throws MalformedTableException {
        List<String> codes = new ArrayList<>();
        try {
            for (String text : NestedList.texts(field)) {
                boolean index = text.matches("\\d{1,4}") && Integer.parseInt(text) < labels.size();
                String code = index ? labels.name(Integer.parseInt(text)) : text;
                if (labels.indexOf(code) < 0) {
                    throw new IllegalArgumentException("unknown label " + MalformedTableException.quote(text)
                            + ": it is none of the " + labels.size() + " codes of " + this.code);
                }
                codes.add(code);
            }
        } catch (IllegalArgumentException e) {
            throw new MalformedTableException(list, table.line(), e.getMessage());
        }
        return codes;
    }

    /** The file name of a path; the folders of the machine that wrote it are ignored. */
    private static String fileName(String path) {
        String text = path.strip();
        return text.substring(Math.max(text.lastIndexOf('/'), text.lastIndexOf('\\')) + 1);
    }
}
