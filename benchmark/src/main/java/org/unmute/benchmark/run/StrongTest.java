package org.unmute.benchmark.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.unmute.benchmark.protocol.SeedResult;
import org.unmute.benchmark.results.FinishedCell;
import org.unmute.benchmark.results.Score;
import org.unmute.data.ClipDivision;
import org.unmute.data.LabelledClip;
import org.unmute.data.json.JsonFields;
import org.unmute.data.provenance.Json;
import org.unmute.data.provenance.JsonObject;
import org.unmute.events.detection.ContextSeconds;
import org.unmute.events.strong.CachedBoxes;
import org.unmute.events.strong.CachedScores;
import org.unmute.events.strong.EventScores;
import org.unmute.events.strong.EventSettings;
import org.unmute.events.strong.MatchedEvents;
import org.unmute.events.strong.PostProcessing;
import org.unmute.metrics.event.BoxScores;
import org.unmute.metrics.event.EventReference;
import org.unmute.metrics.event.FrameScores;
import org.unmute.metrics.event.SoundBox;
import org.unmute.metrics.event.SoundEvent;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.RowTimes;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.cache.AudioReader;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.decision.Decisions;
import org.unmute.probes.event.EventRules;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.score.FrameScorer;

/**
 * Event metrics of the test clips of a data set with strong labels. They choose nothing and come in addition to the
 * metric of the clips. Scores are raw; where the probe learned no thresholds, 0.5 decides. With thresholds of events,
 * scores are filtered as these were learned.
 */
final class StrongTest {
    /** The file of a seed. */
    static final String FILE = "events.json";

    private final SplitDataset dataset;
    private final EncoderSpec spec;
    private final RowTimes times;
    private final AudioReader reader;
    private EventReference reference;

    /**
     * What is scored.
     *
     * @param boxes   whether boxes are compared, too
     * @param how     further entries for the file
     * @param tests   the test clips, which are in the cache
     */
    private record Scored(
            FrameScorer scorer,
            PostProcessing processing,
            double[] thresholds,
            String source,
            Map<String, Object> how,
            boolean boxes,
            List<LabelledClip> tests,
            TokenCache cache) {}

    /** @param dataset has {@link SplitDataset#testEvents} */
    StrongTest(SplitDataset dataset, EncoderSpec spec, AudioReader reader) {
        this.dataset = dataset;
        this.spec = spec;
        times = spec.rowTimes();
        this.reader = reader;
    }

    /**
     * Scores a probe and writes {@value #FILE}.
     *
     * @param boxes whether boxes are compared, too, which needs {@link SplitDataset#boxes}
     * @param tests the test clips, which are in the cache
     */
    void write(TrainedProbe probe, boolean boxes, List<LabelledClip> tests, TokenCache cache, Path folder)
            throws IOException {
        Decisions learned = probe.decisions();
        double[] thresholds = new double[probe.classes().size()];
        Arrays.setAll(thresholds, c -> learned == null ? Decisions.FALLBACK : learned.threshold(c));
        write(
                new Scored(
                        FrameScorer.of(probe, times, null),
                        PostProcessing.NONE,
                        thresholds,
                        learned == null ? "0.5" : learned.toString(),
                        Map.of(),
                        boxes,
                        tests,
                        cache),
                folder);
    }

    /** The same at thresholds of events. */
    void write(LearnedEvents.Taught taught, boolean boxes, List<LabelledClip> tests, TokenCache cache, Path folder)
            throws IOException {
        JsonObject how = new JsonObject()
                .with("context", taught.probe().eventDecisions().stretches().context())
                .with("medianSeconds", taught.rules().medianSeconds())
                .with("collarSeconds", dataset.entry().collar().seconds())
                .with("onsetOnly", Double.isNaN(dataset.entry().collar().offsetShare()));
        // Of rows alone: cells trained on clips keep their bytes.
        if (taught.rules().drop() > 0) {
            how.put("drop", taught.rules().drop());
        }
        write(
                new Scored(
                        ContextSeconds.DEFAULTS.scorer(taught.probe(), times, null),
                        taught.rules(),
                        taught.thresholds(),
                        "of events, learned on the validation clips",
                        how,
                        boxes,
                        tests,
                        cache),
                folder);
    }

    /** Writes the metrics of all test clips. */
    private void write(Scored s, Path folder) throws IOException {
        EventReference events = reference(s.tests);
        Map<String, Double> seconds = new LinkedHashMap<>();
        events.files().forEach(f -> seconds.put(f, events.duration(f)));
        List<FrameScores> raw = new CachedScores(s.cache, times).of(s.scorer, seconds);
        EventRules rules = s.processing.rules(s.thresholds, times.rowSeconds());
        int median = s.processing.medianFrames(times.rowSeconds());
        List<SoundEvent> detections = new ArrayList<>();
        List<FrameScores> scores = new ArrayList<>();
        for (FrameScores own : raw) {
            detections.addAll(PostProcessing.events(own, events.classes(), rules));
            scores.add(PostProcessing.filtered(own, median));
        }
        EventScores all = new EventScores(
                events,
                detections,
                scores,
                EventSettings.DCASE.with(dataset.entry().collar()));
        Map<String, Object> metrics = new JsonObject();
        all.values().forEach((name, value) -> metrics.put(name, Json.finite(value)));
        JsonObject document = new JsonObject()
                .with("recordings", events.files().size())
                .with("events", events.events().size())
                .with("thresholds", s.source);
        document.putAll(s.how);
        if (s.boxes) {
            document.putAll(boxes(s, raw, rules, metrics));
        }
        Json.write(folder.resolve(FILE), document.with("metrics", metrics));
    }

    /**
     * Compares boxes.
     *
     * @param metrics receives their metrics
     * @return how many there are
     */
    private Map<String, Object> boxes(Scored s, List<FrameScores> raw, EventRules rules, Map<String, Object> metrics)
            throws IOException {
        MatchedEvents known = dataset.boxes().matched(s.tests, reference.classes());
        Set<String> named = Set.copyOf(known.recordings());
        CachedBoxes finder = new CachedBoxes(s.cache, spec, s.scorer, rules);
        List<SoundBox> found = new ArrayList<>();
        for (FrameScores own : raw) {
            if (named.contains(own.file())) {
                found.addAll(finder.of(own));
            }
        }
        new BoxScores(reference.classes(), known.recordings(), known.boxes(), found)
                .values(null)
                .forEach((name, value) -> metrics.put(name, Json.finite(value)));
        return new JsonObject()
                .with("recordingsWithBoxes", known.recordings().size())
                .with("boxes", known.boxes().size())
                .with("boxesFound", found.size());
    }

    private synchronized EventReference reference(List<LabelledClip> tests) throws IOException {
        if (reference == null) {
            Map<String, AudioClip> clips = new LinkedHashMap<>();
            dataset.audio().forEach(c -> clips.put(c.id(), c));
            Map<String, Double> seconds = new LinkedHashMap<>();
            for (LabelledClip clip : tests) {
                seconds.put(clip.file(), ClipDivision.seconds(clips.get(clip.file()), reader));
            }
            Set<String> present = new HashSet<>(seconds.keySet());
            reference = new EventReference(
                    dataset.labels().names(),
                    seconds,
                    dataset.testEvents().stream()
                            .filter(e -> present.contains(e.file()))
                            .toList());
        }
        return reference;
    }

    /**
     * Mean and standard deviation of each metric over the seeds in a cell's folder, for its result.
     *
     * @param learned whether thresholds of events were learned
     * @param boxes   whether boxes were compared
     */
    static Map<String, Score> summary(List<SeedResult> seeds, Path cell, boolean learned, boolean boxes)
            throws IOException {
        List<JsonFields> each = new ArrayList<>();
        for (SeedResult seed : seeds) {
            each.add(JsonFields.read(cell.resolve(seed.folder()).resolve(FILE)).object("metrics"));
        }
        Map<String, Score> all = new LinkedHashMap<>();
        List<String> names = new ArrayList<>(FinishedCell.EVENT_METRICS);
        names.removeIf(name -> !learned && FinishedCell.LEARNED_METRICS.contains(name));
        names.removeIf(name -> !boxes && FinishedCell.BOX_METRICS.contains(name));
        for (String name : names) {
            double[] values = each.stream().mapToDouble(m -> m.number(name)).toArray();
            all.put(name, Score.of(values));
        }
        return all;
    }
}
