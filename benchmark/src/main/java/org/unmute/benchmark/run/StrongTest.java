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
import org.unmute.events.strong.CachedScores;
import org.unmute.events.strong.EventScores;
import org.unmute.events.strong.EventSettings;
import org.unmute.events.strong.PostProcessing;
import org.unmute.metrics.event.EventReference;
import org.unmute.metrics.event.FrameScores;
import org.unmute.metrics.event.SoundEvent;
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
 * metric of the clips. Scores are raw; where the probe learned no thresholds, 0.5 decides.
 */
final class StrongTest {
    /** The file of a seed. */
    static final String FILE = "events.json";

    private final SplitDataset dataset;
    private final RowTimes times;
    private final AudioReader reader;
    private EventReference reference;

    /** @param dataset has {@link SplitDataset#testEvents} */
    StrongTest(SplitDataset dataset, RowTimes times, AudioReader reader) {
        this.dataset = dataset;
        this.times = times;
        this.reader = reader;
    }

    /**
     * Scores a probe and writes {@value #FILE}.
     *
     * @param tests the test clips, which are in the cache
     */
    void write(TrainedProbe probe, List<LabelledClip> tests, TokenCache cache, Path folder) throws IOException {
        EventReference events = reference(tests);
        Map<String, Double> seconds = new LinkedHashMap<>();
        events.files().forEach(f -> seconds.put(f, events.duration(f)));
        List<FrameScores> scores = new CachedScores(cache, times).of(FrameScorer.of(probe, times, null), seconds);
        Decisions learned = probe.decisions();
        double[] thresholds = new double[probe.classes().size()];
        Arrays.setAll(thresholds, c -> learned == null ? Decisions.FALLBACK : learned.threshold(c));
        EventRules rules = PostProcessing.NONE.rules(thresholds, times.rowSeconds());
        List<SoundEvent> detections = new ArrayList<>();
        scores.forEach(s -> detections.addAll(PostProcessing.events(s, events.classes(), rules)));
        EventScores all = new EventScores(events, detections, scores, EventSettings.DCASE);
        Map<String, Object> metrics = new JsonObject();
        all.values().forEach((name, value) -> metrics.put(name, Json.finite(value)));
        Json.write(
                folder.resolve(FILE),
                new JsonObject()
                        .with("recordings", events.files().size())
                        .with("events", events.events().size())
                        .with("thresholds", learned == null ? "0.5" : learned.toString())
                        .with("metrics", metrics));
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

    /** Mean and standard deviation of each metric over the seeds in a cell's folder, for its result. */
    static Map<String, Score> summary(List<SeedResult> seeds, Path cell) throws IOException {
        List<JsonFields> each = new ArrayList<>();
        for (SeedResult seed : seeds) {
            each.add(JsonFields.read(cell.resolve(seed.folder()).resolve(FILE)).object("metrics"));
        }
        Map<String, Score> all = new LinkedHashMap<>();
        for (String name : FinishedCell.EVENT_METRICS) {
            double[] values = each.stream().mapToDouble(m -> m.number(name)).toArray();
            all.put(name, Score.of(values));
        }
        return all;
    }
}
