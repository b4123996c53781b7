package org.unmute.metrics.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.unmute.kernels.contract.golden.Golden;

/**
 * Metrics of event lists in error-prone edge cases: every folder of {@code sed} with a list of detections. The numbers
 * of sed_scores_eval were computed with scores of 1 where a class is detected and 0 elsewhere.
 */
@Tag("golden")
class SedEdgeGoldenTest {
    private static final Psds[] PSDS = {
        Psds.SCENARIO_1,
        Psds.SCENARIO_2,
        new Psds(Psds.SCENARIO_1.criterion(), 0, 1, 1500),
        new Psds(Psds.SCENARIO_2.criterion(), 0.5, 1, 1500),
        new Psds(Psds.SCENARIO_1.criterion(), 0, 0, 100),
        new Psds(Psds.SCENARIO_2.criterion(), 1, 0, 600)
    };
    private static final List<String> PSDS_NAMES =
            List.of("psds1", "psds2", "psds1_wide", "psds2_wide", "psds1_no_std", "psds2_ct1_no_std_wide");

    @TestFactory
    List<DynamicTest> eventLists() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path folder : Golden.cases("event lists", SedCase.folders("detections.tsv", "ground_truth.tsv"))) {
            String name = folder.getFileName().toString();
            SedCase c = SedCase.read(folder);
            List<SoundEvent> detections = c.listed("detections.tsv");
            tests.add(dynamicTest(name + " sed_eval", () -> sedEval(c, detections)));
            tests.add(dynamicTest(name + " rounded", () -> rounded(c, detections)));
            tests.add(dynamicTest(name + " sed_scores_eval", () -> sedScoresEval(c, detections)));
        }
        return tests;
    }

    private static void sedEval(SedCase c, List<SoundEvent> detections) {
        JsonNode expected = c.expected().path("sed_eval");
        SedFigures.check(SegmentBased.compare(c.reference(), detections, 1), expected.path("segment_based"), true);
        Collar raw = new Collar(0.2, 0.2, false);
        EventFigures figures = raw.compare(c.reference(), detections);
        SedFigures.check(figures, expected.path("event_based_onset_offset"), true);
        SedFigures.check(figures.withZeroScores(), expected.path("event_based_onset_offset_zero_score"), true);
        SedFigures.check(
                raw.onsetOnly().compare(c.reference(), detections), expected.path("event_based_onset_only"), true);
    }

    private static void rounded(SedCase c, List<SoundEvent> detections) {
        EventFigures events = Collar.DCASE.compare(c.reference(), detections);
        JsonNode expected = c.expected().path("event_based_rounded_1e-6");
        SedFigures.rates("micro", events.micro(), expected.path("micro"));
        for (int k = 0; k < c.reference().classes().size(); k++) {
            JsonNode own =
                    expected.path("class_wise").path(c.reference().classes().get(k));
            SedFigures.rates(c.reference().classes().get(k), events.of(k), own);
            assertThat(events.classes().get(k).truePositives())
                    .isEqualTo(own.path("Ntp").asLong());
        }
        JsonNode sets =
                c.expected().path("intersection_event_lists_rounded_1e-6").path("counts");
        assertThat(sets.size()).isPositive();
        sets.properties().forEach(entry -> {
            Intersection.Counts counts = criterion(entry.getKey()).compare(c.reference(), detections);
            for (int k = 0; k < c.reference().classes().size(); k++) {
                String label = c.reference().classes().get(k);
                String what = entry.getKey() + " " + label;
                JsonNode own = entry.getValue().path(label);
                EventFigures.ClassCounts is = counts.figures().classes().get(k);
                SedFigures.close(what, is.truePositives(), own.path("tp"));
                SedFigures.close(what, is.falsePositives(), own.path("fp"));
                SedFigures.close(what, is.references(), own.path("n_ref"));
                for (int o = 0; o < c.reference().classes().size(); o++) {
                    if (o != k) {
                        JsonNode cross =
                                own.path("ct").path(c.reference().classes().get(o));
                        SedFigures.close(what + " cross triggers", counts.crossTriggers()[k][o], cross);
                    }
                }
            }
        });
    }

    /** Parses {@code dtc0.1_gtc0.1_cttc0.3}. */
    private static Intersection criterion(String name) {
        String[] parts = name.split("_");
        return new Intersection(
                Double.parseDouble(parts[0].substring(3)),
                Double.parseDouble(parts[1].substring(3)),
                Double.parseDouble(parts[2].substring(4)));
    }

    private static void sedScoresEval(SedCase c, List<SoundEvent> detections) {
        JsonNode expected = c.expected().path("sed_scores_eval");
        if (expected.path("psds1").has("error")) {
            abort("sed_scores_eval refuses this input: "
                    + expected.path("psds1").path("error"));
        }
        List<FrameScores> scores = new ArrayList<>();
        for (String file : c.reference().files()) {
            scores.add(scores(c.reference(), file, detections));
        }
        curves(ThresholdCurve.ofEvents(c.reference(), scores, Collar.DCASE), expected.path("event_based_onset_offset"));
        curves(ThresholdCurve.ofSegments(c.reference(), scores, 1), expected.path("segment_based"));
        for (String share : List.of("0.5", "0.7")) {
            Intersection criterion = Intersection.of(Double.parseDouble(share));
            curves(ThresholdCurve.ofEvents(c.reference(), scores, criterion), expected.path("intersection_" + share));
        }
        SedCase scored = new SedCase(c.folder(), c.reference(), scores, c.expected());
        for (int i = 0; i < PSDS.length; i++) {
            SedGoldenTest.checkPsds(PSDS_NAMES.get(i), scored, PSDS[i], expected.path(PSDS_NAMES.get(i)));
        }
    }

    private static void curves(List<ThresholdCurve> curves, JsonNode expected) {
        SedFigures.checkCurves(curves, 0.5, expected, com.fasterxml.jackson.databind.node.MissingNode.getInstance());
    }

    /** Scores that are 1 during the detections of a class and 0 elsewhere. */
    private static FrameScores scores(EventReference reference, String file, List<SoundEvent> detections) {
        List<SoundEvent> own =
                detections.stream().filter(e -> e.file().equals(file)).toList();
        Set<Double> bounds = new TreeSet<>(Set.of(0.0, reference.duration(file)));
        own.forEach(e -> bounds.addAll(new HashSet<>(List.of(e.onset(), e.offset()))));
        double[] times = bounds.stream().mapToDouble(Double::doubleValue).toArray();
        float[][] scores = new float[times.length - 1][reference.classes().size()];
        for (int i = 0; i < scores.length; i++) {
            for (SoundEvent e : own) {
                if (e.onset() <= times[i] && times[i + 1] <= e.offset()) {
                    scores[i][reference.classes().indexOf(e.label())] = 1;
                }
            }
        }
        return new FrameScores(file, times, scores);
    }
}
