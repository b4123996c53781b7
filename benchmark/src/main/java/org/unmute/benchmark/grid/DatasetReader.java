package org.unmute.benchmark.grid;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.unmute.data.ManifestFormat;
import org.unmute.data.Task;
import org.unmute.data.scene.Mixup;
import org.unmute.data.set.DatasetInfo;
import org.unmute.data.set.Datasets;
import org.unmute.data.set.FewShot;
import org.unmute.data.set.ReadOptions;
import org.unmute.files.NearestName;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;

/** Reads an entry of {@code datasets}. */
final class DatasetReader {
    static final List<String> OF_OWN_FILES = List.of(
            "dataset", "root", "boxes", "folds", "max-missing", "shots", "shot-condition", "shot-seed", "fill-up");
    static final List<String> OF_MANIFEST =
            List.of("manifest", "audio", "file-column", "label-column", "split-column", "separator");
    static final List<String> COMMON = List.of(
            "name",
            "title",
            "task",
            "train",
            "validation",
            "test",
            "loss",
            "standardize",
            "mixup",
            "encoder-settings",
            "set");
    static final List<String> MIXUP_KEYS =
            List.of("variants", "probability", "min-snr", "max-snr", "max-added", "seed");
    private static final List<String> PARTS = List.of("train", "validation", "test");
    /** The few-shot sets. */
    private static final List<String> FEW_SHOT = List.of("hsn", "pow", "per", "nes", "sne", "uhh", "nbp");

    private final TomlTable t;
    private final List<String> encoderNames;

    DatasetReader(TomlTable table, List<String> encoderNames) {
        this.t = table;
        this.encoderNames = encoderNames;
    }

    DatasetEntry entry() {
        t.only(Stream.of(COMMON, OF_OWN_FILES, OF_MANIFEST)
                .flatMap(List::stream)
                .toList());
        boolean labelled = t.has("manifest");
        Optional<DatasetInfo> info = labelled ? Optional.empty() : Optional.of(info());
        for (String key : labelled ? OF_OWN_FILES : OF_MANIFEST) {
            if (t.has(key)) {
                throw t.problem(
                        key,
                        labelled ? "is for a dataset with its own files, not for a manifest" : "is for a manifest");
            }
        }
        String name = GridReader.folderName(
                t,
                t.has("name") ? "name" : "dataset",
                t.text("name").or(() -> info.map(DatasetInfo::name)).orElseThrow(() -> t.problem("'name' is missing")));
        String title = t.text("title").or(() -> info.map(DatasetInfo::title)).orElse(name);
        DatasetEntry.Source source =
                info.<DatasetEntry.Source>map(this::ownFiles).orElseGet(this::labelled);
        Task task = t.choice("task", List.of("multi-label", "single-label"))
                .map(c -> Task.valueOf(c.toUpperCase(Locale.ROOT).replace('-', '_')))
                .orElse(info.map(DatasetInfo::task).orElse(Task.MULTI_LABEL));
        return new DatasetEntry(
                name,
                title,
                source,
                task,
                splits(info.isPresent()),
                t.files("boxes"),
                info.map(this::folds).orElse(List.of()),
                mixup(info.map(DatasetInfo::name).orElse("")),
                t.flag("standardize"),
                ProtocolReader.loss(t),
                encoders(),
                set());
    }

    private DatasetInfo info() {
        if (!t.has("dataset") && !t.has("name")) {
            throw t.problem("state dataset = \"fsd50k\" and root, or manifest = \"labels.csv\"");
        }
        // The name of a known set identifies it.
        String key = t.has("dataset") ? "dataset" : "name";
        if (key.equals("name") && !Datasets.names().contains(t.required("name"))) {
            throw t.problem("state dataset, one of " + String.join(", ", Datasets.names())
                    + ", and root, or manifest = \"labels.csv\"");
        }
        return Datasets.byName(t.choice(key, Datasets.names()).orElseThrow()).info();
    }

    private DatasetEntry.OwnFiles ownFiles(DatasetInfo info) {
        Path root = t.file("root")
                .orElseThrow(() -> t.problem("'root' is missing: the folder of the data set; 'unmute datasets "
                        + info.name() + "' prints the files expected in it"));
        for (String key : List.of("shots", "shot-condition", "shot-seed", "fill-up")) {
            if (t.has(key) && !FEW_SHOT.contains(info.name())) {
                throw t.problem(
                        key,
                        "is for the sets of which few clips are drawn (" + String.join(", ", FEW_SHOT) + "), not for "
                                + info.name());
            }
        }
        FewShot.Condition condition =
                FewShot.Condition.valueOf(t.choice("shot-condition", List.of("lenient", "strict", "any"))
                        .orElse("lenient")
                        .toUpperCase(Locale.ROOT));
        FewShot few = new FewShot(
                t.whole("shots", 0, Integer.MAX_VALUE, FewShot.PAPER.shots()),
                condition,
                t.flag("fill-up").orElse(false),
                t.seed("shot-seed", FewShot.PAPER.seed()));
        double maxMissing = t.has("max-missing") ? t.number("max-missing", 0, 1, 0) : Double.NaN;
        return new DatasetEntry.OwnFiles(info.name(), root, new ReadOptions(0, maxMissing, few));
    }

    private DatasetEntry.Labelled labelled() {
        Path manifest = t.file("manifest").orElseThrow();
        Path audio = t.file("audio").orElse(manifest.resolveSibling(""));
        return new DatasetEntry.Labelled(
                manifest,
                audio.normalize(),
                new ManifestFormat(
                        t.text("file-column").orElse(null),
                        t.text("label-column").orElse(null),
                        t.text("split-column").orElse(null),
                        t.text("separator").orElse(null)));
    }

    private DatasetEntry.Splits splits(boolean own) {
        List<String> train = split("train", own).orElse(List.of("train"));
        Optional<List<String>> validation = split("validation", own);
        List<String> test = split("test", own).orElse(List.of("test"));
        if (train.isEmpty() || test.isEmpty()) {
            throw t.problem(train.isEmpty() ? "train" : "test", "names no split");
        }
        shared("validation", validation.orElse(List.of()), train);
        shared("test", test, train);
        shared("test", test, validation.orElse(List.of()));
        return new DatasetEntry.Splits(train, validation, test);
    }

    private Optional<List<String>> split(String key, boolean own) {
        Optional<List<String>> names = t.texts(key);
        names.orElse(List.of()).stream()
                .filter(n -> own && !PARTS.contains(n))
                .findFirst()
                .ifPresent(n -> {
                    throw t.problem(key, "'" + n + "' is none of the parts of a data set: " + String.join(", ", PARTS));
                });
        return names;
    }

    private void shared(String key, List<String> these, List<String> others) {
        these.stream().filter(others::contains).findFirst().ifPresent(n -> {
            throw t.problem(
                    key,
                    "split '" + n
                            + "' is in two of train, validation and test: clips that were trained on or chosen by "
                            + "must not be scored");
        });
    }

    private List<Integer> folds(DatasetInfo info) {
        if (info.folds() == 0 && t.has("folds")) {
            throw t.problem("folds", info.name() + " has none");
        }
        List<Integer> folds = t.wholes("folds", 1, Math.max(1, info.folds()))
                .map(all -> all.stream().map(Long::intValue).toList())
                .orElseGet(() -> IntStream.rangeClosed(1, info.folds()).boxed().toList());
        if (info.folds() > 0 && folds.isEmpty()) {
            throw t.problem("folds", "names no fold to test on");
        }
        return folds;
    }

    private Optional<DatasetEntry.MixedVariants> mixup(String dataset) {
        if (t.isFlag("mixup") && !t.flag("mixup").orElseThrow() || !t.has("mixup") && !FEW_SHOT.contains(dataset)) {
            return Optional.empty();
        }
        Mixup.Options p = Mixup.Options.PAPER;
        if (t.isFlag("mixup") || !t.has("mixup")) {
            return Optional.of(new DatasetEntry.MixedVariants(p, 0));
        }
        TomlTable m = t.table("mixup").orElseThrow().only(MIXUP_KEYS);
        double low = m.number("min-snr", -60, 90, p.minSnrDb());
        double high = m.number("max-snr", -60, 90, p.maxSnrDb());
        if (low > high) {
            throw m.problem("min-snr and max-snr must rise: " + low + " to " + high);
        }
        return Optional.of(new DatasetEntry.MixedVariants(
                new Mixup.Options(
                        m.whole("variants", 1, 1000, p.variants()),
                        m.number("probability", 0, 1, p.probability()),
                        low,
                        high,
                        m.whole("max-added", 1, 1000, p.maxAdded())),
                m.seed("seed", 0)));
    }

    private Map<String, EncoderEntry.EncoderChange> encoders() {
        Map<String, EncoderEntry.EncoderChange> changes = new LinkedHashMap<>();
        for (TomlTable change : t.has("encoder-settings") ? t.tables("encoder-settings") : List.<TomlTable>of()) {
            EncoderEntry.EncoderChange wanted = EncoderReader.change(change);
            for (String name : change.known("encoders", encoderNames)) {
                if (changes.put(name, wanted) != null) {
                    throw change.problem("encoders", "'" + name + "' has settings in another entry already");
                }
            }
        }
        return changes;
    }

    private Map<String, ProbeOptions> set() {
        Map<String, ProbeOptions> options = new LinkedHashMap<>();
        t.namedTables("set").forEach((name, table) -> {
            if (!Probes.names().contains(name)) {
                throw table.problem("there is no probe of that name" + NearestName.suggestion(name, Probes.names())
                        + "; " + Probes.ELSEWHERE);
            }
            options.put(name, ProbeReader.options(name, table));
        });
        return options;
    }
}
