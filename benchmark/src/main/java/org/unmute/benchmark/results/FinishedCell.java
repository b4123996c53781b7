package org.unmute.benchmark.results;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.unmute.benchmark.protocol.CellResult;
import org.unmute.benchmark.protocol.CellSettings;
import org.unmute.benchmark.protocol.Fold;
import org.unmute.benchmark.protocol.SeedResult;
import org.unmute.data.json.JsonFields;
import org.unmute.data.provenance.Json;
import org.unmute.data.provenance.JsonObject;
import org.unmute.probes.pool.Probes;

/**
 * A finished cell of the grid {encoder, data set, probe}, read from its {@code cell.json}.
 *
 * @param folder folder of the cell
 * @param encoder         the frozen encoder
 * @param dataset         the data set
 * @param probe type of the probe, one of {@link Probes#names()} or unknown to this version
 * @param metric          {@code mAP} or {@code accuracy}
 * @param parameters number of trained parameters of the probe
 * @param classes number of classes in the data set
 * @param search summary of the search
 * @param seeds results of the reruns with the best settings
 * @param validation validation score over the seeds
 * @param test test score over the seeds
 * @param options the probe's options that differ from its defaults, or all options
 * @param clipsPerSecond  training clips per second, mean over the seeds
 * @param clips numbers of training, validation and test clips
 * @param encoderSettings front end and further settings in effect
 * @param events scores over the seeds for the {@link #EVENT_METRICS}; empty for a data set without strong labels
 */
public record FinishedCell(
        Path folder,
        Name encoder,
        Name dataset,
        String probe,
        String metric,
        long parameters,
        int classes,
        Search search,
        List<SeedResult> seeds,
        Score validation,
        Score test,
        SortedMap<String, String> options,
        double clipsPerSecond,
        Clips clips,
        SortedMap<String, String> encoderSettings,
        Map<String, Score> events) {

    /** The file whose presence marks a cell as finished. */
    public static final String FILE = "cell.json";
    /** Event metrics that a cell's file may hold. */
    public static final List<String> EVENT_METRICS = List.of(
            "psds1",
            "psds2",
            "event_f1_macro",
            "segment_f1_macro",
            "intersection_0.5_f1_macro",
            "event_f1_macro_best_thresholds",
            "event_f1_micro",
            "segment_f1_micro",
            "box_0.3_f1_macro",
            "box_0.5_f1_macro",
            "box_0.3_f1_micro",
            "box_0.5_f1_micro",
            "box_mAP_0.3",
            "box_mAP_0.5",
            "box_mAP");
    /** Those of them that a cell with learned thresholds of events alone has. */
    public static final List<String> LEARNED_METRICS = List.of("event_f1_micro", "segment_f1_micro");
    /** Those that a cell trained on boxes in time and frequency alone has. */
    public static final List<String> BOX_METRICS =
            EVENT_METRICS.stream().filter(name -> name.startsWith("box_")).toList();
    /** The option for the number of prototypes per class. */
    public static final String PROTOTYPES = "prototypes";

    /** Prototypes per class if the options do not state the number; also the paper's number on as20k (section 4.1). */
    private static final int USUAL_PROTOTYPES = 20;

    private static final int AS20K_PROTOTYPES = 10;
    /** Tolerance for sums of a few fractions in another order. */
    private static final double ROUNDING = 1e-6;

    public FinishedCell {
        seeds = List.copyOf(seeds);
        options = Collections.unmodifiableSortedMap(new TreeMap<>(options));
        encoderSettings = Collections.unmodifiableSortedMap(new TreeMap<>(encoderSettings));
        events = Collections.unmodifiableMap(new LinkedHashMap<>(events));
    }

    /**
     * Summary of the search.
     *
     * @param trials number of settings tried
     * @param pruned number of trials stopped early
     * @param learningRate best learning rate
     * @param weightDecay best weight decay
     */
    public record Search(int trials, int pruned, double learningRate, double weightDecay) {}

    /** Numbers of clips. */
    public record Clips(int train, int validation, int test) {}

    /**
     * Reads the cell in a folder.
     *
     * @throws org.unmute.files.InputException naming a file that is damaged or contradicts itself
     */
    public static FinishedCell read(Path folder) {
        JsonFields json = RunFiles.json(folder.resolve(FILE));
        if (!json.flag("higherIsBetter")) {
            throw json.wrong("a metric of which less is better cannot be shown: " + json.text("metric"));
        }
        JsonFields best = json.object("best");
        List<SeedResult> seeds = json.objects("seeds").stream()
                .map(s -> new SeedResult(
                        s.count("seed"),
                        s.fraction("validation"),
                        s.fraction("test"),
                        s.number("seconds"),
                        s.number("clipsPerSecond"),
                        s.text("folder")))
                .toList();
        if (seeds.isEmpty()) {
            throw json.wrong("a finished cell without seeds");
        }
        for (SeedResult s : seeds) {
            if (!Files.isDirectory(folder.resolve(s.folder()))) {
                throw json.wrong("names the folder '" + s.folder() + "' of seed " + s.seed() + ", which is not there");
            }
        }
        Name encoder = new Name(json.text("encoder"), json.text("encoderTitle", json.text("encoder")));
        Name dataset = new Name(json.text("dataset"), json.text("datasetTitle", json.text("dataset")));
        return new FinishedCell(
                folder,
                encoder,
                dataset,
                json.text("probe"),
                json.text("metric"),
                json.count("parameters"),
                json.intCount("classes"),
                new Search(
                        json.intCount("trials"),
                        json.intCount("pruned"),
                        best.has("lr") ? best.number("lr") : Double.NaN,
                        best.has("wd") ? best.number("wd") : Double.NaN),
                seeds,
                checked(
                        json,
                        "validation",
                        seeds.stream().mapToDouble(SeedResult::validation).toArray()),
                checked(
                        json,
                        "test",
                        seeds.stream().mapToDouble(SeedResult::test).toArray()),
                json.scalars("options"),
                json.number("clipsPerSecond"),
                new Clips(json.intCount("trainClips"), json.intCount("validationClips"), json.intCount("testClips")),
                json.scalars("encoderSettings"),
                json.has("events") ? events(json.object("events"), seeds.size()) : Map.of());
    }

    /** What was chosen; the number of neighbours is among the options. */
    private static JsonObject searched(Map<String, Double> values) {
        JsonObject best = new JsonObject();
        for (String name : List.of(CellSettings.RATE, CellSettings.DECAY)) {
            if (values.containsKey(name)) {
                best.with(name, values.get(name));
            }
        }
        return best;
    }

    /**
     * Writes the file of a cell that has just been finished.
     *
     * @param folder          the cell's folder
     * @param probe           the probe's kind
     * @param encoderSettings front end and further settings in effect
     * @param cache           folder of its tokens
     * @param events          of {@link #EVENT_METRICS} over the seeds; null for a data set without strong labels
     */
    public static void write(
            Path folder,
            CellResult r,
            Name encoder,
            Name dataset,
            String probe,
            Map<String, Object> encoderSettings,
            String cache,
            Map<String, Score> events)
            throws IOException {
        List<Fold> folds = r.data().folds();
        Map<String, Object> all = new JsonObject()
                .with("encoder", encoder.key())
                .with("encoderTitle", encoder.title())
                .with("dataset", dataset.key())
                .with("datasetTitle", dataset.title())
                .with("probe", probe)
                .with("label", r.id().probe())
                .with("metric", r.data().metric().label())
                .with("higherIsBetter", true)
                .with("parameters", r.parameters())
                .with("classes", r.data().classes().size())
                .with("trials", r.trials().size())
                .with("pruned", r.pruned())
                .with(
                        "best",
                        searched(r.best().values())
                                .with("validation", r.best().value())
                                .with("trial", r.best().number()))
                .with("seeds", r.seeds())
                .with("validationMean", r.mean(SeedResult::validation))
                .with("validationSd", r.deviation(SeedResult::validation))
                .with("testMean", r.mean(SeedResult::test))
                .with("testSd", r.deviation(SeedResult::test))
                .with("options", r.options())
                .with("clipsPerSecond", r.mean(SeedResult::clipsPerSecond))
                .with(
                        "folds",
                        folds.stream().map(Fold::number).filter(n -> n > 0).toList())
                .with("trainClips", folds.getFirst().train().clips())
                .with("validationClips", folds.getFirst().validation().clips())
                .with(
                        "testClips",
                        folds.stream().mapToInt(f -> f.test().clips()).sum())
                .with("encoderSettings", encoderSettings)
                .with("cache", cache);
        if (events != null) {
            Map<String, Object> stated = new JsonObject();
            events.forEach((name, score) ->
                    stated.put(name, new JsonObject().with("mean", score.mean()).with("sd", score.sd())));
            all.put("events", stated);
        }
        Json.write(folder.resolve(FILE), all);
    }

    private static Map<String, Score> events(JsonFields json, int seeds) {
        Map<String, Score> all = new LinkedHashMap<>();
        for (String metric : EVENT_METRICS) {
            if (json.has(metric)) {
                JsonFields own = json.object(metric);
                all.put(metric, new Score(own.fraction("mean"), own.number("sd"), seeds));
            }
        }
        return all;
    }

    /** The mean and standard deviation over the seeds. They must agree with those in the file. */
    private static Score checked(JsonFields json, String name, double[] values) {
        Score score = Score.of(values);
        same(json, name + "Mean", score.mean());
        same(json, name + "Sd", score.sd());
        return score;
    }

    private static void same(JsonFields json, String field, double expected) {
        double stated = json.number(field);
        boolean single = field.endsWith("Sd") && Double.isNaN(expected) && stated == 0;
        if (!single && (Double.isNaN(stated) != Double.isNaN(expected) || Math.abs(stated - expected) > ROUNDING)) {
            throw json.wrong("contradicts itself: " + field + " is " + stated + ", its seeds give " + expected);
        }
    }

    /** Whether the probe has a number of prototypes per class. */
    public boolean prototypical() {
        return options.containsKey(PROTOTYPES)
                || List.of("proto", "protobin", "protofloat").contains(probe);
    }

    /** Number of prototypes per class; 0 if the probe has none. */
    public int prototypes() {
        if (!prototypical()) {
            return 0;
        }
        String text = options.get(PROTOTYPES);
        try {
            return text == null ? USUAL_PROTOTYPES : Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw RunFiles.json(folder.resolve(FILE))
                    .wrong("option prototypes is '" + text + "': a whole number is expected");
        }
    }

    /** The number of prototypes per class that the paper uses on this data set. */
    int paperPrototypes() {
        return dataset.key().equals("as20k") ? AS20K_PROTOTYPES : USUAL_PROTOTYPES;
    }

    /** Whether the probe was trained row by row. */
    public boolean ofRows() {
        return "true".equals(options.get("rows"));
    }

    /** Whether the probe was trained on boxes in time and frequency. */
    public boolean ofBoxes() {
        return events.keySet().containsAll(BOX_METRICS);
    }

    /**
     * The options without the number of prototypes, whether the probe was trained on boxes, and thresholds of events
     * that are not those of its kind.
     */
    Map<String, String> otherOptions() {
        SortedMap<String, String> others = new TreeMap<>(options);
        others.remove(PROTOTYPES);
        boolean learned = events.keySet().containsAll(LEARNED_METRICS);
        if (ofBoxes()) {
            others.put("boxes", "true");
        }
        if (learned != (ofRows() || ofBoxes()) && !events.isEmpty()) {
            others.put("event-thresholds", learned ? "learned" : "fixed");
        }
        return others;
    }

    /** {@code encoder/dataset/probe}. */
    public String path() {
        return encoder.key() + "/" + dataset.key() + "/" + probe;
    }
}
