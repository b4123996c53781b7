package org.unmute.events.strong;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.unmute.metrics.Bootstrap;
import org.unmute.metrics.Interval;
import org.unmute.metrics.event.BoxScores;
import org.unmute.metrics.event.Collar;
import org.unmute.metrics.event.EventFigures;
import org.unmute.metrics.event.EventReference;
import org.unmute.metrics.event.FrameScores;
import org.unmute.metrics.event.Intersection;
import org.unmute.metrics.event.Psds;
import org.unmute.metrics.event.SegmentBased;
import org.unmute.metrics.event.SoundBox;
import org.unmute.metrics.event.SoundEvent;
import org.unmute.metrics.event.ThresholdCurve;

/**
 * The event metrics of one system on a set of recordings. Macro means are over the classes with references; a class
 * that was never detected counts as 0 ("zero score"). Immutable.
 *
 * <p>Names of the values: {@code event_}, {@code segment_} and {@code intersection_0.5_}, each with {@code f1_macro},
 * {@code f1_micro}, {@code precision_micro} and {@code recall_micro}; {@code event_error_rate} and {@code
 * segment_error_rate}. If there are scores over time, also {@code psds1}, {@code psds2}, {@code segment_mAP} and,
 * optimistic because thresholds are chosen on the scored data, {@code event_f1_macro_best_thresholds} and {@code
 * segment_f1_macro_best_thresholds}. If there are boxes, also those of {@link BoxScores#values}.
 */
public final class EventScores {
    private static final String EVENT = "event";
    private static final String SEGMENT = "segment";

    private final EventReference reference;
    private final EventSettings settings;
    private final Map<String, FileCounts> counts = new LinkedHashMap<>();
    private final Map<String, Psds.Evaluation> psds = new LinkedHashMap<>();
    private final Map<String, Double> values = new LinkedHashMap<>();
    private final EventFigures overlap;
    /** Null without boxes. */
    private BoxScores boxes;

    private final Map<String, double[]> byClass = new LinkedHashMap<>();

    /**
     * Compares detections and, if given, scores over time with a reference.
     *
     * @param detections for the recordings and classes of the reference
     * @param scores     one element per recording of the reference, in the same order; null if there are only
     *                   detections
     * @throws IllegalArgumentException if recordings or classes do not match
     */
    public EventScores(
            EventReference reference,
            Collection<SoundEvent> detections,
            List<FrameScores> scores,
            EventSettings settings) {
        this.reference = reference;
        this.settings = settings;
        overlap = FileCounts.of(reference, detections, FileCounts::overlapping).figures(null);
        if (scores != null) {
            psds(scores);
        }
        count(EVENT, FileCounts.of(reference, detections, settings.collar()::compare));
        count(
                SEGMENT,
                FileCounts.of(reference, detections, (r, d) -> SegmentBased.compare(r, d, settings.segmentSeconds())));
        for (double share : settings.intersections()) {
            Intersection criterion = Intersection.of(share);
            count(
                    "intersection_" + share,
                    FileCounts.of(
                            reference,
                            detections,
                            (r, d) -> criterion.compare(r, d).figures()));
        }
        if (scores != null) {
            best(EVENT, ThresholdCurve.ofEvents(reference, scores, settings.collar()));
            List<ThresholdCurve> segments = ThresholdCurve.ofSegments(reference, scores, settings.segmentSeconds());
            best(SEGMENT, segments);
            values.put(
                    "segment_mAP",
                    meanOfDefined(segments.stream()
                            .mapToDouble(c -> c.points().averagePrecision())
                            .toArray()));
        }
    }

    /** Compares detections that have bands with a reference that has them. */
    public static EventScores ofBoxes(
            EventReference reference,
            Collection<SoundBox> references,
            Collection<SoundBox> detections,
            EventSettings settings) {
        EventScores scores = new EventScores(
                reference, detections.stream().map(SoundBox::event).toList(), null, settings);
        scores.boxes = new BoxScores(reference.classes(), reference.files(), references, detections);
        scores.values.putAll(scores.boxes.values(null));
        EventFigures figures = scores.boxes.figures(BoxScores.IOU.getFirst(), null);
        scores.byClass.put("box_" + BoxScores.IOU.getFirst() + "_f1", f1(figures));
        return scores;
    }

    private void psds(List<FrameScores> scores) {
        psds.put("psds1", Psds.SCENARIO_1.evaluate(reference, scores));
        psds.put("psds2", Psds.SCENARIO_2.evaluate(reference, scores));
        psds.forEach((name, evaluation) -> {
            Psds.Score score = evaluation.score();
            values.put(name, score.value());
            byClass.put(name, score.classes());
        });
    }

    private void count(String name, FileCounts own) {
        counts.put(name, own);
        EventFigures figures = own.figures(null);
        values.putAll(values(name, figures));
        byClass.put(name + "_f1", f1(figures));
    }

    private static double[] f1(EventFigures figures) {
        return IntStream.range(0, figures.classes().size())
                .mapToDouble(c -> figures.of(c).f1())
                .toArray();
    }

    private static Map<String, Double> values(String name, EventFigures figures) {
        Map<String, Double> all = new LinkedHashMap<>();
        all.put(name + "_f1_macro", figures.macro().f1());
        EventFigures.Rates micro = figures.micro();
        all.put(name + "_f1_micro", micro.f1());
        all.put(name + "_precision_micro", micro.precision());
        all.put(name + "_recall_micro", micro.recall());
        if (!Double.isNaN(figures.substitutions())) {
            boolean none = figures.classes().stream().allMatch(k -> k.references() == 0);
            all.put(name + "_error_rate", none ? Double.NaN : figures.microErrorRate());
        }
        return all;
    }

    private void best(String name, List<ThresholdCurve> curves) {
        double[] f1 = new double[curves.size()];
        double[] thresholds = new double[curves.size()];
        for (int c = 0; c < f1.length; c++) {
            ThresholdCurve.Points points = curves.get(c).points();
            int best = points.best();
            f1[c] = points.references() == 0 ? Double.NaN : points.f1(best);
            thresholds[c] = points.references() == 0 ? Double.NaN : points.threshold(best);
        }
        values.put(name + "_f1_macro_best_thresholds", meanOfDefined(f1));
        byClass.put(name + "_best_f1", f1);
        byClass.put(name + "_best_threshold", thresholds);
    }

    private static double meanOfDefined(double[] values) {
        return Arrays.stream(values).filter(v -> !Double.isNaN(v)).average().orElse(Double.NaN);
    }

    /** The reference of the comparison. */
    public EventReference reference() {
        return reference;
    }

    /** All metrics by name; NaN for undefined ones. */
    public Map<String, Double> values() {
        return new LinkedHashMap<>(values);
    }

    /** Metrics of each class by name, {@code [classes]}; NaN for undefined ones. */
    public Map<String, double[]> byClass() {
        return new LinkedHashMap<>(byClass);
    }

    /** References, detections, true and false positives of each class, counted by events. */
    public List<EventFigures.ClassCounts> eventCounts() {
        return counts.get(EVENT).figures(null).classes();
    }

    /**
     * What was found, by class: references that a detection of their class overlaps (true positives), and detections
     * that overlap no reference of theirs (false positives), however little they overlap.
     */
    public List<EventFigures.ClassCounts> overlaps() {
        return overlap.classes();
    }

    /** What a metric wants of a detection, in words. */
    public String wants(String metric) {
        String seconds = number(settings.segmentSeconds());
        if (metric.contains("best_thresholds")) {
            return "thresholds chosen on this very data";
        }
        if (metric.startsWith(EVENT)) {
            Collar collar = settings.collar();
            String near = number(collar.seconds()) + " s";
            return "onset within " + near
                    + (Double.isNaN(collar.offsetShare())
                            ? ""
                            : ", end within " + near + " or " + number(100 * collar.offsetShare())
                                    + " % of the length");
        }
        if (metric.startsWith("intersection_")) {
            double share = Double.parseDouble(metric.split("_")[1]);
            return number(100 * share) + " % of the detection on events, " + number(100 * share)
                    + " % of the event covered";
        }
        return switch (metric) {
            case "psds1" -> "70 % covered both ways, at all thresholds, all classes alike";
            case "psds2" -> "10 % covered both ways, no other class, at all thresholds";
            case "segment_mAP" -> "the class in each " + seconds + " s, at all thresholds";
            default ->
                metric.startsWith(SEGMENT) ? "the class in each " + seconds + " s" : "the box in time and frequency";
        };
    }

    private static String number(double value) {
        return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }

    /**
     * Percentile intervals over resamples of the recordings, for all metrics except those with best thresholds and mean
     * average precision. They depend only on the seed, not on the number of threads.
     */
    public Map<String, Interval> intervals(Bootstrap bootstrap) {
        Map<String, double[]> resampled = new LinkedHashMap<>();
        values.keySet().stream()
                .filter(v -> !psds.containsKey(v) && !v.contains("best") && !v.equals("segment_mAP"))
                .filter(v -> !v.startsWith("box_"))
                .forEach(v -> resampled.put(v, new double[bootstrap.resamples()]));
        bootstrap.forEachDraw(
                reference.files().size(),
                (r, draws) -> counts.forEach((name, own) -> values(name, own.figures(draws))
                        .forEach((value, x) -> resampled.get(value)[r] = x)));
        Map<String, Interval> intervals = new LinkedHashMap<>();
        psds.forEach((name, evaluation) -> intervals.put(name, evaluation.interval(bootstrap)));
        resampled.forEach((name, all) -> intervals.put(name, Interval.of(all, bootstrap.level())));
        if (boxes != null) {
            intervals.putAll(boxes.intervals(bootstrap));
        }
        return intervals;
    }

    /** Readable titles of the metrics, the most useful ones first. */
    public static Map<String, String> titles(Collection<String> names) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("psds1", "PSDS 1 (exact times)");
        all.put("psds2", "PSDS 2 (classes not confused)");
        all.put("event_f1_macro", "event F1 (macro)");
        all.put("event_f1_micro", "event F1 (micro)");
        all.put("event_precision_micro", "event precision (micro)");
        all.put("event_recall_micro", "event recall (micro)");
        all.put("event_error_rate", "event error rate");
        all.put("segment_f1_macro", "segment F1 (macro)");
        all.put("segment_f1_micro", "segment F1 (micro)");
        all.put("segment_error_rate", "segment error rate");
        List<String> intersections = new ArrayList<>(names.stream()
                .filter(n -> n.startsWith("intersection_") && n.endsWith("_f1_macro"))
                .toList());
        for (String name : intersections) {
            String share = name.substring("intersection_".length(), name.length() - "_f1_macro".length());
            all.put(name, "intersection F1 (macro, " + share + ")");
        }
        for (double iou : BoxScores.IOU) {
            all.put("box_" + iou + "_f1_macro", "box F1 (macro, IoU " + iou + ")");
            all.put("box_" + iou + "_f1_micro", "box F1 (micro, IoU " + iou + ")");
            all.put("box_" + iou + "_precision_micro", "box precision (micro, IoU " + iou + ")");
            all.put("box_" + iou + "_recall_micro", "box recall (micro, IoU " + iou + ")");
            all.put("box_mAP_" + iou, "box mAP (IoU " + iou + ")");
        }
        all.put("box_mAP", "box mAP (IoU 0.5 to 0.95)");
        all.put("segment_mAP", "segment mAP");
        all.put("event_f1_macro_best_thresholds", "event F1 at its best thresholds (optimistic)");
        all.put("segment_f1_macro_best_thresholds", "segment F1 at its best thresholds (optimistic)");
        all.keySet().retainAll(names);
        return all;
    }
}
