package org.unmute.metrics.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.assertj.core.data.Offset;

/** Compares figures with the expected JSON of the reference packages; a missing expected number fails. */
final class SedFigures {
    private static final double TOLERANCE = 1e-9;

    private SedFigures() {}

    static Offset<Double> within(double tolerance) {
        return Offset.offset(tolerance);
    }

    /** Parses a number; NaN and infinities are strings. */
    static double number(String what, JsonNode node) {
        assertThat(node.isNumber() || node.isTextual())
                .as("%s is expected as a number: %s", what, node)
                .isTrue();
        return Double.parseDouble(node.asText());
    }

    static double[] doubles(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToDouble(n -> number("element", n))
                .toArray();
    }

    static void close(String what, double actual, JsonNode node) {
        double expected = number(what, node);
        if (Double.isNaN(expected)) {
            assertThat(actual).as(what).isNaN();
        } else {
            assertThat(actual).as(what).isCloseTo(expected, within(TOLERANCE * Math.max(1, Math.abs(expected))));
        }
    }

    /** Checks a block of sed_eval. Micro error rates of events depend on the matching and can be skipped. */
    static void check(EventFigures figures, JsonNode expected, boolean microErrors) {
        rates("micro", figures.micro(), expected.path("micro"));
        rates("macro", figures.macro(), expected.path("macro"));
        if (microErrors) {
            close("micro ER", figures.microErrorRate(), expected.path("micro").path("error_rate"));
        }
        for (int c = 0; c < figures.classes().size(); c++) {
            EventFigures.ClassCounts k = figures.classes().get(c);
            JsonNode own = expected.path("class_wise").path(k.label());
            rates(k.label(), figures.of(c), own);
            assertThat(k.references()).isEqualTo(own.path("Nref").asLong());
            assertThat(k.detections()).isEqualTo(own.path("Nsys").asLong());
            assertThat(k.truePositives()).isEqualTo(own.path("Ntp").asLong());
            assertThat(k.falsePositives()).isEqualTo(own.path("Nfp").asLong());
        }
    }

    static void rates(String what, EventFigures.Rates rates, JsonNode expected) {
        close(what + " F", rates.f1(), expected.path("f_measure"));
        close(what + " P", rates.precision(), expected.path("precision"));
        close(what + " R", rates.recall(), expected.path("recall"));
    }

    /** Checks F1, precision, recall and counts of sed_scores_eval at one threshold. */
    static void checkCurves(List<ThresholdCurve> curves, double threshold, JsonNode expected, JsonNode errors) {
        List<ThresholdCurve.Points> points =
                curves.stream().map(ThresholdCurve::points).toList();
        int[] at = points.stream().mapToInt(p -> p.at(threshold)).toArray();
        figures(curves, points, at, expected);
        for (int c = 0; c < at.length && !errors.isMissingNode(); c++) {
            ThresholdCurve.Points p = points.get(c);
            String label = curves.get(c).label();
            double missed = p.references() - p.truePositives(at[c]);
            close(
                    label,
                    p.falsePositives(at[c]) / (double) p.references(),
                    errors.path("insertion_rate").path(label));
            close(label, missed / p.references(), errors.path("deletion_rate").path(label));
            close(
                    label,
                    (missed + p.falsePositives(at[c])) / p.references(),
                    errors.path("error_rate").path(label));
        }
    }

    private static void figures(
            List<ThresholdCurve> curves, List<ThresholdCurve.Points> points, int[] at, JsonNode expected) {
        long tp = 0;
        long fp = 0;
        long references = 0;
        double[] means = new double[3];
        for (int c = 0; c < at.length; c++) {
            ThresholdCurve.Points p = points.get(c);
            String label = curves.get(c).label();
            close(label + " F", p.f1(at[c]), expected.path("f").path(label));
            close(label + " P", p.precision(at[c]), expected.path("p").path(label));
            close(label + " R", p.recall(at[c]), expected.path("r").path(label));
            close(label + " TP", p.truePositives(at[c]), expected.path("tps").path(label));
            close(label + " FP", p.falsePositives(at[c]), expected.path("fps").path(label));
            if (expected.has("n_ref")) {
                close(
                        label + " references",
                        p.references(),
                        expected.path("n_ref").path(label));
            }
            tp += p.truePositives(at[c]);
            fp += p.falsePositives(at[c]);
            references += p.references();
            means[0] += p.f1(at[c]) / at.length;
            means[1] += p.precision(at[c]) / at.length;
            means[2] += p.recall(at[c]) / at.length;
        }
        close("macro F", means[0], expected.path("f").path("macro_average"));
        close("macro P", means[1], expected.path("p").path("macro_average"));
        close("macro R", means[2], expected.path("r").path("macro_average"));
        if (tp + fp > 0) {
            EventFigures.Rates micro = EventFigures.Rates.of(tp, fp, references, true);
            close("micro F", micro.f1(), expected.path("f").path("micro_average"));
            close("micro P", micro.precision(), expected.path("p").path("micro_average"));
            close("micro R", micro.recall(), expected.path("r").path("micro_average"));
        }
    }

    static void checkBest(List<ThresholdCurve> curves, JsonNode expected) {
        List<ThresholdCurve.Points> points =
                curves.stream().map(ThresholdCurve::points).toList();
        int[] best = points.stream().mapToInt(ThresholdCurve.Points::best).toArray();
        figures(curves, points, best, expected);
        IntStream.range(0, best.length).forEach(c -> {
            String label = curves.get(c).label();
            JsonNode interval =
                    expected.path("threshold_interval").path("intervals").path(label);
            double threshold = points.get(c).threshold(best[c]);
            double low = number(label, interval.path(0));
            if (low == Double.POSITIVE_INFINITY) {
                assertThat(threshold).as("best threshold of %s", label).isEqualTo(low);
            } else {
                assertThat(threshold)
                        .as("best threshold of %s", label)
                        .isGreaterThanOrEqualTo(low)
                        .isLessThan(number(label, interval.path(1)));
            }
        });
    }
}
