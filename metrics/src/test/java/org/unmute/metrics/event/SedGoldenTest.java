package org.unmute.metrics.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.unmute.kernels.contract.golden.Golden;

/**
 * Metrics of scores over time against sed_eval, sed_scores_eval and psds_eval: every folder of {@code sed} with a score
 * file. Where the packages disagree, {@code index.json} states which one is correct.
 */
@Tag("golden")
class SedGoldenTest {
    private static final double TOLERANCE = 1e-9;

    @TestFactory
    List<DynamicTest> scores() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path folder : Golden.cases("sed scores", SedCase.folders("scores.safetensors", "ground_truth.tsv"))) {
            String name = folder.getFileName().toString();
            SedCase c = SedCase.read(folder);
            tests.add(dynamicTest(name + " events", () -> events(c)));
            tests.add(dynamicTest(name + " segments", () -> segments(c)));
            tests.add(dynamicTest(name + " event-based", () -> eventBased(c)));
            tests.add(dynamicTest(name + " intersection-based", () -> intersectionBased(c)));
            tests.add(dynamicTest(name + " PSDS", () -> psds(c)));
        }
        return tests;
    }

    private static List<SoundEvent> detections(SedCase c, double threshold) {
        double[] thresholds = new double[c.reference().classes().size()];
        Arrays.fill(thresholds, threshold);
        return c.scores().stream()
                .flatMap(s -> SedCase.events(s, c.reference().classes(), thresholds).stream())
                .toList();
    }

    private static void events(SedCase c) throws IOException {
        c.expected().path("detections").properties().forEach(entry -> {
            List<SoundEvent> events = detections(c, Double.parseDouble(entry.getKey()));
            assertThat(events).hasSize(entry.getValue().path("count").asInt());
            entry.getValue()
                    .path("per_class")
                    .properties()
                    .forEach(k -> assertThat(
                                    events.stream().filter(e -> e.label().equals(k.getKey())))
                            .as(k.getKey())
                            .hasSize(k.getValue().asInt()));
        });
        assertThat(detections(c, 0.5)).containsExactlyInAnyOrderElementsOf(c.listed("detections_0.5.tsv"));
    }

    private static void segments(SedCase c) {
        JsonNode expected = c.expected().path("segment_based");
        expected.path("sed_eval")
                .properties()
                .forEach(entry -> SedFigures.check(
                        SegmentBased.compare(c.reference(), detections(c, Double.parseDouble(entry.getKey())), 1),
                        entry.getValue(),
                        true));
        List<ThresholdCurve> curves = ThresholdCurve.ofSegments(c.reference(), c.scores(), 1);
        curve(curves, expected.path("sed_scores_eval"));
        pairs(curves, c.expected().path("precision_recall_pairs").path("segment_based"));
        wholeCurves(curves, c.expected().path("curves").path("segment_based"));
        double sum = 0;
        for (ThresholdCurve curve : curves) {
            JsonNode ap =
                    expected.path("sed_scores_eval").path("average_precision").path(curve.label());
            JsonNode auroc = expected.path("sed_scores_eval").path("auroc").path(curve.label());
            SedFigures.close(curve.label() + " AP", curve.points().averagePrecision(), ap);
            SedFigures.close(curve.label() + " AUROC", curve.points().auroc(), auroc);
            sum += ap.asDouble();
        }
        SedFigures.close(
                "mean AP",
                sum / curves.size(),
                expected.path("sed_scores_eval").path("average_precision").path("mean"));
    }

    private static void eventBased(SedCase c) {
        JsonNode expected = c.expected().path("event_based");
        Collar raw = new Collar(0.2, 0.2, false);
        expected.path("sed_eval").properties().forEach(entry -> {
            List<SoundEvent> events = detections(c, Double.parseDouble(entry.getKey()));
            EventFigures figures = raw.compare(c.reference(), events);
            SedFigures.check(figures, entry.getValue().path("onset_offset"), false);
            SedFigures.check(figures.withZeroScores(), entry.getValue().path("onset_offset_zero_score"), false);
            SedFigures.check(
                    raw.onsetOnly().compare(c.reference(), events),
                    entry.getValue().path("onset_only"),
                    false);
        });
        for (boolean onsetOnly : new boolean[] {false, true}) {
            Collar collar = onsetOnly ? Collar.DCASE.onsetOnly() : Collar.DCASE;
            List<ThresholdCurve> curves = ThresholdCurve.ofEvents(c.reference(), c.scores(), collar);
            curve(curves, expected.path("sed_scores_eval").path(onsetOnly ? "onset_only" : "onset_offset"));
            if (!onsetOnly) {
                pairs(curves, c.expected().path("precision_recall_pairs").path("event_based"));
                wholeCurves(curves, c.expected().path("curves").path("event_based"));
            }
        }
    }

    private static void intersectionBased(SedCase c) {
        c.expected()
                .path("intersection_based")
                .path("sed_scores_eval")
                .properties()
                .forEach(entry -> {
                    Intersection criterion = Intersection.of(Double.parseDouble(entry.getKey()));
                    List<ThresholdCurve> curves = ThresholdCurve.ofEvents(c.reference(), c.scores(), criterion);
                    curve(curves, entry.getValue());
                    lists(c, criterion, entry.getValue().path("fscore"));
                    String name = "intersection_based_" + entry.getKey();
                    if (c.expected().path("precision_recall_pairs").has(name)) {
                        pairs(
                                curves,
                                c.expected().path("precision_recall_pairs").path(name));
                    }
                    wholeCurves(curves, c.expected().path("curves").path(name));
                });
    }

    /** Counts of the detection list must equal those of the curve. psds_eval compares raw doubles and may differ. */
    private static void lists(SedCase c, Intersection criterion, JsonNode expected) {
        expected.properties().forEach(entry -> {
            List<SoundEvent> events = detections(c, Double.parseDouble(entry.getKey()));
            for (EventFigures.ClassCounts k :
                    criterion.compare(c.reference(), events).figures().classes()) {
                JsonNode at = entry.getValue();
                SedFigures.close(k.label(), k.truePositives(), at.path("tps").path(k.label()));
                SedFigures.close(k.label(), k.falsePositives(), at.path("fps").path(k.label()));
            }
        });
    }

    private static void psds(SedCase c) {
        c.expected().path("psds").properties().forEach(entry -> {
            JsonNode p = entry.getValue().path("parameters");
            JsonNode cttc = p.path("cttc_threshold");
            Psds psds = new Psds(
                    new Intersection(
                            p.path("dtc_threshold").asDouble(),
                            p.path("gtc_threshold").asDouble(),
                            cttc.isNumber() ? cttc.asDouble() : Double.NaN),
                    p.path("alpha_ct").asDouble(),
                    p.path("alpha_st").asDouble(),
                    p.path("max_efpr").asDouble());
            checkPsds(entry.getKey(), c, psds, entry.getValue().path("exact"));
        });
    }

    static void checkPsds(String name, SedCase c, Psds psds, JsonNode expected) {
        Psds.Score score = psds.evaluate(c.reference(), c.scores()).score();
        SedFigures.close(name, score.value(), expected.path("psds"));
        for (int k = 0; k < c.reference().classes().size(); k++) {
            String label = c.reference().classes().get(k);
            SedFigures.close(
                    name + " " + label,
                    score.classes()[k],
                    expected.path("class_psds").path(label));
        }
    }

    /** Checks figures at fixed thresholds and at the best one. */
    static void curve(List<ThresholdCurve> curves, JsonNode expected) {
        expected.path("fscore")
                .properties()
                .forEach(entry -> SedFigures.checkCurves(
                        curves,
                        Double.parseDouble(entry.getKey()),
                        entry.getValue(),
                        expected.path("error_rate").path(entry.getKey())));
        SedFigures.checkBest(curves, expected.path("best_fscore"));
    }

    private static void pairs(List<ThresholdCurve> curves, JsonNode expected) {
        for (ThresholdCurve curve : curves) {
            ThresholdCurve.Points points = curve.points();
            assertThat(expected.path(curve.label()).size()).isPositive();
            for (JsonNode row : expected.path(curve.label())) {
                int at = points.at(row.get(0).asDouble());
                assertThat(points.precision(at)).isCloseTo(row.get(1).asDouble(), SedFigures.within(TOLERANCE));
                assertThat(points.recall(at)).isCloseTo(row.get(2).asDouble(), SedFigures.within(TOLERANCE));
                assertThat(points.truePositives(at)).isEqualTo(row.get(3).asLong());
                assertThat(points.falsePositives(at)).isEqualTo(row.get(4).asLong());
            }
        }
    }

    private static void wholeCurves(List<ThresholdCurve> curves, JsonNode expected) {
        for (ThresholdCurve curve : expected.isMissingNode() ? List.<ThresholdCurve>of() : curves) {
            JsonNode own = expected.path(curve.label());
            if (own.isMissingNode()) {
                continue;
            }
            ThresholdCurve.Points points = curve.points();
            double[] scores = SedFigures.doubles(own.path("scores"));
            for (int i = 0; i < scores.length; i++) {
                // At least the score means greater than the next lower number.
                int at = points.at(Math.nextDown(scores[i]));
                assertThat(points.truePositives(at))
                        .as("%s, score %s", curve.label(), scores[i])
                        .isEqualTo(own.path("tps").get(i).asLong());
                assertThat(points.falsePositives(at))
                        .as("%s, score %s", curve.label(), scores[i])
                        .isEqualTo(own.path("fps").get(i).asLong());
            }
            assertThat(points.references()).isEqualTo(own.path("n_ref").asLong());
        }
    }
}
