package org.unmute.metrics.event;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.unmute.metrics.Bootstrap;
import org.unmute.metrics.Interval;

/**
 * Metrics of boxes in time and frequency. A detection and a reference of one class and recording fit if their
 * {@linkplain SoundBox#iou IoU} is at least a threshold; each is matched at most once.
 *
 * <p>Precision, recall and F1 look at all detections alike: the matching is a maximum one, so that they do not depend
 * on the order of the events. Average precision ranks the detections of a class over all recordings by score; from the
 * highest score on, each takes the reference with the largest IoU that is still free, as in COCO. Detections with
 * equal scores are one step of the curve, which is not interpolated. Immutable.
 */
public final class BoxScores {
    /** The IoU at which precision, recall and F1 are computed. */
    public static final List<Double> IOU = List.of(0.3, 0.5);
    /** The IoU over which {@code box_mAP} is the mean, those of COCO: 0.5, 0.55 to 0.95. */
    public static final List<Double> COCO =
            IntStream.range(0, 10).mapToObj(i -> (50 + 5 * i) / 100.0).toList();

    /** The thresholds of average precision: {@link #IOU}, then {@link #COCO}. */
    private static final double[] THRESHOLDS =
            Stream.concat(IOU.stream(), COCO.stream()).mapToDouble(t -> t).toArray();

    private static final Comparator<SoundBox> BY_SCORE = Comparator.comparingDouble((SoundBox b) -> -b.score())
            .thenComparingDouble(b -> b.event().onset())
            .thenComparingDouble(b -> b.event().offset())
            .thenComparingDouble(SoundBox::low)
            .thenComparingDouble(SoundBox::high);

    /** A detection of a class, and whether it is right at each threshold. */
    private record Ranked(double score, int file, boolean[] right) {}

    private final List<String> classes;
    private final int files;
    /** {@code [IOU][files][classes]}: references, detections, pairs. */
    private final long[][][][] counts;
    /** Of each class, by falling score; null if a detection has no score. */
    private final @Nullable List<List<Ranked>> ranked;

    /**
     * Compares boxes.
     *
     * @param classes    those that count
     * @param files      recordings that count; boxes of others are left out
     * @param references in any order
     * @param detections in any order
     */
    public BoxScores(
            List<String> classes,
            List<String> files,
            Collection<SoundBox> references,
            Collection<SoundBox> detections) {
        this.classes = List.copyOf(classes);
        this.files = files.size();
        counts = new long[IOU.size()][files.size()][classes.size()][3];
        ranked = detections.stream().anyMatch(b -> Double.isNaN(b.score())) ? null : new ArrayList<>();
        Map<String, List<SoundBox>> annotated = grouped(references);
        Map<String, List<SoundBox>> detected = grouped(detections);
        for (int c = 0; c < classes.size(); c++) {
            List<Ranked> own = new ArrayList<>();
            for (int f = 0; f < files.size(); f++) {
                String key = key(files.get(f), classes.get(c));
                List<SoundBox> ref = annotated.getOrDefault(key, List.of());
                List<SoundBox> det = detected.getOrDefault(key, List.of());
                double[][] iou = iou(det, ref);
                for (int i = 0; i < IOU.size(); i++) {
                    counts[i][f][c] = new long[] {ref.size(), det.size(), pairs(iou, ref.size(), IOU.get(i))};
                }
                for (int d = 0; d < det.size(); d++) {
                    own.add(new Ranked(det.get(d).score(), f, new boolean[THRESHOLDS.length]));
                }
                greedy(iou, ref.size(), own.subList(own.size() - det.size(), own.size()));
            }
            if (ranked != null) {
                own.sort(Comparator.comparingDouble((Ranked r) -> -r.score));
                ranked.add(own);
            }
        }
    }

    private static String key(String file, String label) {
        return file.length() + ":" + file + label;
    }

    /** Of one class and recording, by falling score. */
    private static Map<String, List<SoundBox>> grouped(Collection<SoundBox> boxes) {
        Map<String, List<SoundBox>> all = new HashMap<>();
        boxes.forEach(b -> all.computeIfAbsent(key(b.event().file(), b.event().label()), _ -> new ArrayList<>())
                .add(b));
        all.values().forEach(own -> own.sort(BY_SCORE));
        return all;
    }

    private static double[][] iou(List<SoundBox> detections, List<SoundBox> references) {
        double[][] all = new double[detections.size()][references.size()];
        for (int d = 0; d < all.length; d++) {
            for (int r = 0; r < all[d].length; r++) {
                all[d][r] = detections.get(d).iou(references.get(r));
            }
        }
        return all;
    }

    private static int pairs(double[][] iou, int references, double threshold) {
        int[][] candidates = new int[iou.length][];
        for (int d = 0; d < iou.length; d++) {
            double[] own = iou[d];
            candidates[d] = IntStream.range(0, references)
                    .filter(r -> own[r] >= threshold)
                    .toArray();
        }
        return (int) Arrays.stream(Matching.maximum(candidates, references))
                .filter(r -> r >= 0)
                .count();
    }

    /** Marks the detections that take a reference, in their order. */
    private static void greedy(double[][] iou, int references, List<Ranked> detections) {
        for (int t = 0; t < THRESHOLDS.length; t++) {
            boolean[] taken = new boolean[references];
            for (int d = 0; d < iou.length; d++) {
                int best = -1;
                for (int r = 0; r < references; r++) {
                    boolean fits = !taken[r] && iou[d][r] >= THRESHOLDS[t];
                    best = fits && (best < 0 || iou[d][r] > iou[d][best]) ? r : best;
                }
                if (best >= 0) {
                    taken[best] = true;
                    detections.get(d).right[t] = true;
                }
            }
        }
    }

    /**
     * Counts and rates at a threshold.
     *
     * @param iou   one of {@link #IOU}
     * @param draws how often each recording counts; null if each counts once
     */
    public EventFigures figures(double iou, int @Nullable [] draws) {
        long[][][] own = counts[IOU.indexOf(iou)];
        List<EventFigures.ClassCounts> all = new ArrayList<>();
        for (int c = 0; c < classes.size(); c++) {
            long[] k = new long[3];
            for (int f = 0; f < files; f++) {
                for (int i = 0; i < k.length; i++) {
                    k[i] += (draws == null ? 1 : draws[f]) * own[f][c][i];
                }
            }
            all.add(new EventFigures.ClassCounts(classes.get(c), k[0], k[1], k[2], k[1] - k[2]));
        }
        return new EventFigures(all, Double.NaN, true);
    }

    /** Average precision of a class; NaN without references. */
    private double averagePrecision(int c, int t, int @Nullable [] draws) {
        long references = 0;
        for (int f = 0; f < files; f++) {
            references += (draws == null ? 1 : draws[f]) * counts[0][f][c][0];
        }
        if (references == 0) {
            return Double.NaN;
        }
        List<Ranked> own = ranked.get(c);
        double area = 0;
        long right = 0;
        long seen = 0;
        for (int i = 0; i < own.size(); ) {
            long before = right;
            double score = own.get(i).score;
            for (; i < own.size() && own.get(i).score == score; i++) {
                int weight = draws == null ? 1 : draws[own.get(i).file];
                seen += weight;
                right += own.get(i).right[t] ? weight : 0;
            }
            area += right > before ? (double) (right - before) / references * right / seen : 0;
        }
        return area;
    }

    /** Mean over classes with references, and over thresholds. */
    private double meanAveragePrecision(int from, int to, int @Nullable [] draws) {
        return IntStream.range(from, to)
                .mapToDouble(t -> IntStream.range(0, classes.size())
                        .mapToDouble(c -> averagePrecision(c, t, draws))
                        .filter(ap -> !Double.isNaN(ap))
                        .average()
                        .orElse(Double.NaN))
                .average()
                .orElse(Double.NaN);
    }

    /**
     * All metrics by name: {@code box_0.3_} and {@code box_0.5_}, each with {@code f1_macro}, {@code f1_micro}, {@code
     * precision_micro} and {@code recall_micro}; if all detections have scores, {@code box_mAP_0.3}, {@code
     * box_mAP_0.5} and {@code box_mAP}, the mean over {@link #COCO}. Macro means are over the classes with references.
     *
     * @param draws how often each recording counts; null if each counts once
     */
    public Map<String, Double> values(int @Nullable [] draws) {
        Map<String, Double> all = new LinkedHashMap<>();
        for (double iou : IOU) {
            EventFigures figures = figures(iou, draws);
            all.put("box_" + iou + "_f1_macro", figures.macro().f1());
            all.put("box_" + iou + "_f1_micro", figures.micro().f1());
            all.put("box_" + iou + "_precision_micro", figures.micro().precision());
            all.put("box_" + iou + "_recall_micro", figures.micro().recall());
        }
        if (ranked != null) {
            for (int i = 0; i < IOU.size(); i++) {
                all.put("box_mAP_" + IOU.get(i), meanAveragePrecision(i, i + 1, draws));
            }
            all.put("box_mAP", meanAveragePrecision(IOU.size(), THRESHOLDS.length, draws));
        }
        return all;
    }

    /** Uncentred percentile intervals of all metrics over resamples of recordings. */
    public Map<String, Interval> intervals(Bootstrap bootstrap) {
        Map<String, double[]> resampled = new LinkedHashMap<>();
        values(null).keySet().forEach(name -> resampled.put(name, new double[bootstrap.resamples()]));
        bootstrap.forEachDraw(
                files,
                (r, draws) -> values(draws).forEach((name, value) -> resampled.get(name)[r] = value));
        Map<String, Interval> all = new LinkedHashMap<>();
        resampled.forEach((name, values) -> all.put(name, Interval.of(values, bootstrap.level())));
        return all;
    }
}
