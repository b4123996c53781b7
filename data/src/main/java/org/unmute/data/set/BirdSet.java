package org.unmute.data.set;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.unmute.data.LabelSet;
import org.unmute.data.MalformedTableException;
import org.unmute.data.Part;
import org.unmute.data.Place;
import org.unmute.data.Task;
import org.unmute.data.TextTable;
import org.unmute.files.RegularFile;

/**
 * A subset of BirdSet from its metadata: {@code HSN_metadata_train.parquet} (focal recordings with detected events) and
 * {@code HSN_metadata_test_5s.parquet} (segments of 5 s of soundscapes, which may have no label), or the same metadata
 * exported to CSV, which takes precedence if both exist. Recordings are found by the last part of {@code filepath}, in
 * any folders below the root. Codes may be names or class ids; lists may have any form that {@link NestedList} reads.
 * The training part is drawn as {@link FewShot} describes.
 */
final class BirdSet extends Dataset {
    private static final double CLIP_SECONDS = 5;

    private final LabelSet labels;
    private final String code;

    private BirdSet(DatasetInfo info, LabelSet labels, String code) {
        super(info, labels);
        this.labels = labels;
        this.code = code;
    }

    private static BirdSet of(String code, String place, int train, int test, String more) {
        LabelSet labels = ClassLists.read(code.toLowerCase(Locale.ROOT));
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
        DatasetInfo info = new DatasetInfo(
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
                  %1$s_metadata_train.parquet    filepath,ebird_code,ebird_code_multilabel,ebird_code_secondary,
                                                length,detected_events,event_cluster,…
                  %1$s_metadata_test_5s.parquet  filepath,ebird_code_multilabel,…
                  …/XC….ogg                     recordings of the shards %1$s_train_shard_0001.tar.gz …, in any \
                folders
                  …/%1$s_….ogg                   segments of %1$s_test5s_shard_0001.tar.gz
                The metadata as it is on the hub, or exported to .csv, which is taken where both are there.
                """.formatted(code),
                "huggingface.co/datasets/DBD-research-group/BirdSet",
                "CC BY-NC 4.0 as a set; each recording has its own",
                notes);
        return new BirdSet(info, labels, code);
    }

    /** The seven subsets of the paper. */
    static List<Dataset> all() {
        return List.of(
                of("HSN", "High Sierras", 5_460, 12_000, ""),
                of("POW", "Powdermill Nature", 14_911, 4_560, ""),
                of("PER", "Amazon Basin, Peru", 16_802, 15_120, ""),
                of("NES", "Colombia and Costa Rica", 16_117, 24_480, ""),
                of("SNE", "Sierra Nevada", 19_390, 23_756, ""),
                of(
                        "UHH",
                        "Hawaiian Islands",
                        3_626,
                        36_637,
                        "27 classes in the class list; the published tables count 25 with training recordings."),
                of("NBP", "NIPS4BPlus", 24_327, 563, ""));
    }

    /** The metadata file of a part; an exported CSV takes precedence. */
    private Path list(Path root, String part) throws IOException {
        String name = code + "_metadata_" + part;
        for (String extension : List.of(".csv", ".parquet")) {
            for (Path folder : List.of(root.resolve(code), root)) {
                Path list = folder.resolve(name + extension);
                if (RegularFile.isFile(list)) {
                    return list;
                }
            }
        }
        return requireFile(root.resolve(name + ".parquet"));
    }

    @Override
    void read(ClipCollector clips) throws IOException {
        boolean training = clips.part() == Part.TRAIN;
        Path list = list(clips.root(), training ? "train" : "test_5s");
        AudioFolder audio = clips.recordings(clips.root());
        if (training) {
            readTraining(list, audio, clips);
        } else {
            TextTable.forEach(list, row -> {
                String name = fileName(row);
                clips.file(row.place(), name, audio.findFile(name), codes(row, row.text("ebird_code_multilabel")));
            });
        }
    }

    /** A training row, kept until clips are drawn. */
    private record Listed(Place place, Path audio, Set<String> labels) {}

    private void readTraining(Path list, AudioFolder audio, ClipCollector clips) throws IOException {
        Map<String, Long> lineOf = new HashMap<>();
        Map<String, Listed> listed = new HashMap<>();
        List<FewShotDraw.Source> sources = new ArrayList<>();
        TextTable.forEach(list, row -> {
            String name = fileName(row);
            FewShotDraw.Source source;
            try {
                source = source(row, name);
            } catch (IllegalArgumentException e) {
                clips.unusable(row.place(), name, e.getMessage());
                return;
            }
            Set<String> all = new LinkedHashSet<>(List.of(source.label()));
            all.addAll(codes(row, row.text("ebird_code_multilabel", "")));
            row.place().requireNew("recording", name, lineOf);
            Path file = audio.findFile(name);
            listed.put(name, new Listed(row.place(), file, all));
            if (file == null) {
                clips.file(row.place(), name, null, all);
            } else {
                sources.add(source);
            }
        });
        FewShot fewShot = clips.options().fewShot();
        Map<String, List<FewShotDraw.Drawn>> drawn = new FewShotDraw(fewShot, CLIP_SECONDS).draw(sources);
        Set<String> used = new HashSet<>();
        for (String label : labels.names()) {
            for (FewShotDraw.Drawn clip : drawn.getOrDefault(label, List.of())) {
                String name = clip.source().name();
                Listed row = listed.get(name);
                used.add(name);
                clips.part(row.place(), name, row.audio(), clip.start(), clip.end(), row.labels());
            }
        }
        clips.passedOver(sources.size() - used.size());
        remarkFew(drawn, Math.max(1, fewShot.shots()), clips);
    }

    private void remarkFew(Map<String, List<FewShotDraw.Drawn>> drawn, int shots, ClipCollector clips) {
        List<String> few = labels.names().stream()
                .filter(l -> drawn.getOrDefault(l, List.of()).size() < shots)
                .map(l -> l + " (" + drawn.getOrDefault(l, List.of()).size() + ")")
                .toList();
        if (!few.isEmpty()) {
            clips.remark(few.size() + " of " + labels.size() + " classes have fewer than " + shots + " training clips: "
                    + String.join(", ", few));
        }
    }

    private FewShotDraw.Source source(TextTable.Row row, String name) throws IOException {
        List<String> primary = codes(row, row.text("ebird_code"));
        if (primary.size() != 1) {
            throw new IllegalArgumentException("it has " + primary.size() + " codes in ebird_code, one is needed");
        }
        double seconds = NestedList.number(row.text("length").strip());
        if (seconds <= 0) {
            throw new IllegalArgumentException("its length is " + seconds + " s");
        }
        List<double[]> events = new ArrayList<>();
        int[] clusters = new int[0];
        if (row.text("detected_events").strip().startsWith("[")) {
            for (Object event : NestedList.list(row.text("detected_events"))) {
                double[] times = event instanceof List<?> pair ? NestedList.numbers(pair) : new double[0];
                if (times.length != 2 || times[0] < 0 || times[1] < times[0]) {
                    throw new IllegalArgumentException("a detected event is not a start and an end: "
                            + MalformedTableException.quote(event.toString()));
                }
                events.add(times);
            }
            double[] numbers = NestedList.numbers(NestedList.list(row.text("event_cluster")));
            clusters = Arrays.stream(numbers).mapToInt(n -> (int) n).toArray();
        }
        if (clusters.length != events.size()) {
            throw new IllegalArgumentException(
                    events.size() + " detected events have " + clusters.length + " clusters");
        }
        boolean secondary = !NestedList.texts(row.text("ebird_code_secondary")).isEmpty();
        return new FewShotDraw.Source(name, primary.getFirst(), seconds, secondary, events, clusters);
    }

    /** The codes in a field; class ids are converted to codes. */
    private List<String> codes(TextTable.Row row, String field) throws MalformedTableException {
        List<String> codes = new ArrayList<>();
        for (String text : row.place().checked(() -> NestedList.texts(field))) {
            boolean index = text.matches("\\d{1,4}") && Integer.parseInt(text) < labels.size();
            String code = index ? labels.name(Integer.parseInt(text)) : text;
            if (labels.indexOf(code) < 0) {
                throw row.wrong("unknown label " + MalformedTableException.quote(text) + ": it is none of the "
                        + labels.size() + " codes of " + this.code);
            }
            codes.add(code);
        }
        return codes;
    }

    /** The file name of a path; its folders belong to the machine that wrote it and are ignored. */
    private static String fileName(TextTable.Row row) throws MalformedTableException {
        String text = row.text("filepath").strip();
        return text.substring(Math.max(text.lastIndexOf('/'), text.lastIndexOf('\\')) + 1);
    }
}
