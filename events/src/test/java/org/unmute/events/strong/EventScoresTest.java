package org.unmute.events.strong;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ForkJoinPool;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.metrics.Bootstrap;
import org.unmute.metrics.Interval;
import org.unmute.metrics.event.Collar;
import org.unmute.metrics.event.EventReference;
import org.unmute.metrics.event.FrameScores;
import org.unmute.metrics.event.Psds;
import org.unmute.metrics.event.SoundEvent;
import org.unmute.probes.event.EventRules;
import org.unmute.tensor.io.SafetensorsFile;

/** All metrics of a system at once, read from files as on the command line. */
class EventScoresTest {
    private static final Path SED = Path.of("../metrics/src/test/resources/golden/sed/small_25");
    private static final Offset<Double> TOLERANCE = offset(1e-9);

    @TempDir
    Path folder;

    /** Writes the scores of a golden case as sed_scores_eval stores them. */
    private void writeScores(JsonNode expected, List<String> files) throws IOException {
        int classes = expected.path("classes").size();
        double rate = expected.path("frames_per_second").asDouble();
        try (SafetensorsFile stored = SafetensorsFile.open(SED.resolve("scores.safetensors"))) {
            for (String file : files) {
                StringBuilder text = new StringBuilder("onset\toffset");
                expected.path("classes").forEach(c -> text.append('\t').append(c.asText()));
                float[] flat = stored.floats(file);
                for (int i = 0; i < flat.length / classes; i++) {
                    text.append('\n').append(i / rate).append('\t').append((i + 1) / rate);
                    for (int c = 0; c < classes; c++) {
                        text.append('\t').append(flat[i * classes + c]);
                    }
                }
                String stem = file.substring(0, file.lastIndexOf('.'));
                Files.writeString(folder.resolve(stem + ".tsv"), text.append('\n'));
            }
        }
    }

    @Test
    void storedScoresGiveTheReferenceNumbers() throws IOException {
        JsonNode expected =
                new ObjectMapper().readTree(SED.resolve("expected.json").toFile());
        Durations durations = Durations.read(SED.resolve("durations.tsv"));
        writeScores(expected, List.copyOf(durations.seconds().keySet()));
        ScoreFolder stored = ScoreFolder.open(folder);
        List<String> ids = List.copyOf(stored.files().keySet());
        MatchedEvents matched =
                MatchedEvents.of(EventTable.read(SED.resolve("ground_truth.tsv"), null), ids, stored.classes());
        assertThat(matched.events()).hasSize(expected.path("reference_events").asInt());
        List<FrameScores> scores = new ArrayList<>();
        Map<String, Double> seconds = new java.util.LinkedHashMap<>();
        List<SoundEvent> events = new ArrayList<>();
        EventRules rules = EventRules.threshold(stored.classes().size(), 0.5);
        for (String id : ids) {
            scores.add(stored.read(id, id));
            seconds.put(id, durations.find(durations.names(), id).orElseThrow());
            events.addAll(PostProcessing.events(scores.getLast(), stored.classes(), rules));
        }
        EventReference reference = new EventReference(stored.classes(), seconds, matched.events());
        Map<String, Double> values = new EventScores(reference, events, scores, EventSettings.DCASE).values();
        JsonNode eventBased = expected.at("/event_based/sed_scores_eval/onset_offset");
        assertThat(values.get("event_f1_macro"))
                .isCloseTo(eventBased.at("/fscore/0.5/f/macro_average").asDouble(), TOLERANCE);
        assertThat(values.get("event_f1_micro"))
                .isCloseTo(eventBased.at("/fscore/0.5/f/micro_average").asDouble(), TOLERANCE);
        assertThat(values.get("event_f1_macro_best_thresholds"))
                .isCloseTo(eventBased.at("/best_fscore/f/macro_average").asDouble(), TOLERANCE);
        JsonNode segments = expected.at("/segment_based/sed_eval/0.5");
        assertThat(values.get("segment_f1_macro"))
                .isCloseTo(segments.at("/macro/f_measure").asDouble(), TOLERANCE);
        assertThat(values.get("segment_error_rate"))
                .isCloseTo(segments.at("/micro/error_rate").asDouble(), TOLERANCE);
        assertThat(values.get("segment_mAP"))
                .isCloseTo(
                        expected.at("/segment_based/sed_scores_eval/average_precision/mean")
                                .asDouble(),
                        TOLERANCE);
        for (String share : List.of("0.5", "0.7")) {
            assertThat(values.get("intersection_" + share + "_f1_macro"))
                    .isCloseTo(
                            expected.at("/intersection_based/sed_scores_eval/" + share + "/fscore/0.5/f/macro_average")
                                    .asDouble(),
                            TOLERANCE);
        }
        assertThat(values.get("psds1"))
                .isCloseTo(expected.at("/psds/psds1/exact/psds").asDouble(), TOLERANCE);
        assertThat(values.get("psds2"))
                .isCloseTo(expected.at("/psds/psds2/exact/psds").asDouble(), TOLERANCE);
    }

    @Test
    void refusesMalformedScoresWithTheLine() throws IOException {
        Map<String, String> wrong = Map.of(
                "gap", "onset\toffset\tx\n0\t1\t0.5\n1.5\t2\t0.5\n",
                "late", "onset\toffset\tx\n1\t2\t0.5\n",
                "nan", "onset\toffset\tx\n0\t1\tNaN\n",
                "word", "onset\toffset\tx\n0\t1\thigh\n",
                "backwards", "onset\toffset\tx\n0\t0\t0.5\n",
                "columns", "start\tend\tx\n0\t1\t0.5\n",
                "none", "onset\toffset\tx\n");
        for (Map.Entry<String, String> one : wrong.entrySet()) {
            Path own = Files.createDirectory(folder.resolve(one.getKey()));
            Path file = Files.writeString(own.resolve("a.tsv"), one.getValue());
            assertThatThrownBy(() -> ScoreFolder.open(own).read("a", "a"))
                    .as(one.getKey())
                    .hasMessageStartingWith(file.toString());
        }
        Path other = Files.createDirectory(folder.resolve("other"));
        Files.writeString(other.resolve("a.tsv"), "onset\toffset\tx\n0\t1\t0.5\n");
        Files.writeString(other.resolve("b.tsv"), "onset\toffset\ty\n0\t1\t0.5\n");
        ScoreFolder scores = ScoreFolder.open(other);
        assertThatThrownBy(() -> scores.read("b", "b")).hasMessageContaining("other classes than");
    }

    private static EventReference reference(List<String> classes, int files, SoundEvent... events) {
        Map<String, Double> seconds = new java.util.LinkedHashMap<>();
        for (int i = 0; i < files; i++) {
            seconds.put("f" + i, 10.0);
        }
        return new EventReference(classes, seconds, List.of(events));
    }

    private static SoundEvent event(int file, double onset, double offset, String label) {
        return new SoundEvent("f" + file, onset, offset, label);
    }

    @Test
    void aSilentClassCountsAsZeroAndAnAbsentOneNot() {
        EventReference reference = reference(List.of("a", "b", "c"), 2, event(0, 1, 2, "a"), event(1, 3, 4, "b"));
        List<SoundEvent> detections = List.of(event(0, 1, 2, "a"), event(1, 5, 6, "c"));
        Map<String, Double> values = new EventScores(reference, detections, null, EventSettings.DCASE).values();
        assertThat(values.get("event_f1_macro")).isEqualTo(0.5);
        assertThat(values.get("segment_f1_macro")).isEqualTo(0.5);
        assertThat(values.get("intersection_0.5_f1_macro")).isEqualTo(0.5);
        assertThat(values.get("event_precision_micro")).isEqualTo(0.5);
        assertThat(values.get("event_recall_micro")).isEqualTo(0.5);
        assertThat(values.get("event_error_rate")).isEqualTo(1);
        assertThat(values).doesNotContainKeys("psds1", "segment_mAP");
    }

    @Test
    void overlappingEventsOfAClassAndEventsBeyondTheEndCount() {
        EventReference reference = reference(
                List.of("a"), 1, event(0, 1, 5, "a"), event(0, 2, 6, "a"), event(0, 9, 12, "a"), event(0, 20, 21, "a"));
        List<SoundEvent> detections = List.of(event(0, 2, 6, "a"), event(0, 1, 5, "a"), event(0, 20, 21, "a"));
        EventScores scores = new EventScores(reference, detections, null, EventSettings.DCASE);
        assertThat(scores.values().get("event_recall_micro")).isEqualTo(0.75);
        assertThat(scores.values().get("event_precision_micro")).isEqualTo(1);
        assertThat(scores.values().get("segment_recall_micro")).isEqualTo(6 / 9.0);
        // As scores over time they are one event, and anything that begins after the end cannot be found.
        float[][] frames = new float[100][1];
        for (int i = 10; i < 60; i++) {
            frames[i][0] = 1;
        }
        EventScores framed = new EventScores(
                reference,
                List.of(event(0, 1, 6, "a")),
                List.of(FrameScores.atRate("f0", frames, 10)),
                EventSettings.DCASE);
        assertThat(framed.values().get("intersection_0.5_recall_micro")).isEqualTo(0.5);
        assertThat(framed.values().get("psds1")).isEqualTo(0.5);
    }

    /**
     * Random detections: sums over recordings equal the counts of all recordings, and the number of threads has no
     * effect.
     */
    @Test
    void sumsOverRecordingsAreThoseOfTheWhole() {
        SplittableRandom random = new SplittableRandom(3);
        List<String> classes = List.of("a", "b\tx", "ö, ;\"");
        List<SoundEvent> truth = new ArrayList<>();
        List<SoundEvent> detections = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            double onset = random.nextInt(90) / 10.0;
            (i % 2 == 0 ? truth : detections)
                    .add(event(
                            random.nextInt(7),
                            onset,
                            onset + random.nextInt(1, 10) / 10.0,
                            classes.get(random.nextInt(3))));
        }
        EventReference reference = reference(classes, 8, truth.toArray(SoundEvent[]::new));
        EventScores scores = new EventScores(reference, detections, null, EventSettings.DCASE);
        var whole = Collar.DCASE.compare(reference, detections).withZeroScores();
        assertThat(scores.values().get("event_f1_macro"))
                .isEqualTo(whole.macro().f1());
        assertThat(scores.values().get("event_error_rate")).isEqualTo(whole.microErrorRate());
        Bootstrap bootstrap = new Bootstrap(200, 0.95, 1);
        Map<String, Interval> intervals = scores.intervals(bootstrap);
        assertThat(intervals.keySet()).isEqualTo(scores.values().keySet());
        try (ForkJoinPool one = new ForkJoinPool(1)) {
            assertThat(one.submit(() -> scores.intervals(bootstrap)).join()).isEqualTo(intervals);
        }
        for (String name : List.of("event_f1_macro", "segment_f1_micro", "segment_error_rate")) {
            Interval own = intervals.get(name);
            assertThat(own.low()).isLessThan(own.high());
            assertThat(scores.values().get(name)).isBetween(own.low(), own.high());
        }
    }

    @Test
    void psdsHasTheIntervalOfItsEvaluation() {
        SplittableRandom random = new SplittableRandom(5);
        EventReference reference =
                reference(List.of("a"), 4, event(0, 1, 3, "a"), event(1, 2, 6, "a"), event(2, 0, 9, "a"));
        List<FrameScores> scores = new ArrayList<>();
        for (int f = 0; f < 4; f++) {
            float[][] frames = new float[50][1];
            for (int i = 0; i < frames.length; i++) {
                frames[i][0] = (float) random.nextDouble();
            }
            scores.add(FrameScores.atRate("f" + f, frames, 5));
        }
        EventScores all = new EventScores(reference, List.of(), scores, EventSettings.DCASE);
        Bootstrap bootstrap = new Bootstrap(50, 0.95, 7);
        assertThat(all.intervals(bootstrap).get("psds2"))
                .isEqualTo(Psds.SCENARIO_2.evaluate(reference, scores).interval(bootstrap));
        assertThat(all.intervals(bootstrap)).doesNotContainKeys("segment_mAP", "event_f1_macro_best_thresholds");
    }

    @Test
    void medianGapAndDurationAreThoseOfTheDetector() {
        float[][] frames = new float[20][1];
        for (int i : new int[] {2, 5, 6, 7, 8, 10, 11, 12}) {
            frames[i][0] = 1;
        }
        FrameScores scores = FrameScores.atRate("f", frames, 10);
        PostProcessing rules = new PostProcessing(0.3, 0.1, 0.5);
        assertThat(rules.medianFrames(0.1)).isEqualTo(3);
        assertThat(PostProcessing.NONE.medianFrames(0.1)).isOne();
        assertThat(new PostProcessing(0.45, 0, 0).medianFrames(0.064)).isEqualTo(7);
        assertThat(PostProcessing.DETECT.medianFrames(0.08)).isEqualTo(11);
        assertThat(PostProcessing.events(scores, List.of("x"), rules.rules(new double[] {0.5}, 0.1)))
                .containsExactly(new SoundEvent("f", 0.5, 1.3, "x"));
        float[][] filtered = PostProcessing.filtered(scores, 3).scores();
        assertThat(filtered[2][0]).isZero();
        assertThat(filtered[9][0]).isOne();
        assertThatThrownBy(() -> new PostProcessing(-1, 0, 0)).hasMessageContaining("must not be negative");
    }
}
