package org.unmute.metrics.event;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Counts of one class at every threshold. Only the scores at which the counts of a recording change are kept, so memory
 * does not depend on the number of thresholds. Changes are stored by recording, so that recordings can be resampled for
 * a bootstrap.
 */
public final class ThresholdCurve {
    private final String label;
    private final int[] references;
    private final Change[] changes;
    private final int others;

    /** The change of a recording's counts at this score and below. */
    private record Change(double score, int file, int truePositives, int falsePositives, int[] crossTriggers) {}

    private ThresholdCurve(String label, int[] references, List<Change> changes, int others) {
        this.label = label;
        this.references = references;
        this.others = others;
        this.changes = changes.toArray(Change[]::new);
        Arrays.sort(this.changes, (a, b) -> Double.compare(b.score, a.score));
    }

    /**
     * Counts events: at each threshold, a detection is a maximal run of frames with at least that score.
     *
     * @param scores one for each recording of the reference, in the same order
     * @return one curve per class, in the order of the classes
     * @throws IllegalArgumentException if recordings or classes do not match
     */
    public static List<ThresholdCurve> ofEvents(
            EventReference reference, List<FrameScores> scores, EventCriterion criterion) {
        requireFit(reference, scores);
        List<String> classes = reference.classes();
        return IntStream.range(0, classes.size())
                .parallel()
                .mapToObj(c -> {
                    int[] references = new int[scores.size()];
                    List<Change> changes = new ArrayList<>();
                    for (int f = 0; f < references.length; f++) {
                        String file = scores.get(f).file();
                        references[f] = reference.events(file, classes.get(c)).size();
                        sweep(f, scores.get(f), c, criterion.counter(reference, file, c), changes);
                    }
                    return new ThresholdCurve(classes.get(c), references, changes, classes.size() - 1);
                })
                .toList();
    }

    private static void requireFit(EventReference reference, List<FrameScores> scores) {
        List<String> files = scores.stream().map(FrameScores::file).toList();
        if (!files.equals(reference.files())) {
            throw new IllegalArgumentException(
                    "event metrics: scores of " + files.size() + " recordings must be those of the reference's "
                            + reference.files().size() + ", in their order");
        }
        for (FrameScores s : scores) {
            for (float[] frame : s.scores()) {
                if (frame.length != reference.classes().size()) {
                    throw new IllegalArgumentException(
                            "event metrics: " + s.file() + " has " + frame.length + " scores a frame, the reference "
                                    + reference.classes().size() + " classes");
                }
            }
        }
    }

    /**
     * Lowers the threshold through all scores of a recording, so that frames become active, and runs grow and merge.
     */
    private static void sweep(
            int file, FrameScores scores, int c, EventCriterion.FileCounter counter, List<Change> changes) {
        int frames = scores.scores().length;
        double[] times = scores.times();
        Integer[] order = new Integer[frames];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (a, b) -> Float.compare(scores.scores()[b][c], scores.scores()[a][c]));
        // The other end of a run, stored at both of its ends; -1 if a frame is not active.
        int[] end = new int[frames];
        Arrays.fill(end, -1);
        int[] before = state(counter);
        // A reference of zero length is found even without a detection.
        record(changes, Double.POSITIVE_INFINITY, file, new int[before.length], before);
        for (int at = 0; at < frames; ) {
            float score = scores.scores()[order[at]][c];
            for (; at < frames && scores.scores()[order[at]][c] == score; at++) {
                int first = order[at];
                int last = first;
                if (first > 0 && end[first - 1] >= 0) {
                    first = end[first - 1];
                    counter.remove(first);
                }
                if (last + 1 < frames && end[last + 1] >= 0) {
                    counter.remove(last + 1);
                    last = end[last + 1];
                }
                end[order[at]] = order[at];
                end[first] = last;
                end[last] = first;
                counter.add(first, times[first], times[last + 1]);
            }
            int[] now = state(counter);
            record(changes, score, file, before, now);
            before = now;
        }
    }

    private static int[] state(EventCriterion.FileCounter counter) {
        int[] cross = counter.crossTriggers();
        int[] all = new int[2 + (cross == null ? 0 : cross.length)];
        all[0] = counter.truePositives();
        all[1] = counter.falsePositives();
        if (cross != null) {
            System.arraycopy(cross, 0, all, 2, cross.length);
        }
        return all;
    }

    private static void record(List<Change> changes, double score, int file, int[] before, int[] now) {
        if (Arrays.equals(before, now)) {
            return;
        }
        int[] cross = new int[now.length - 2];
        for (int i = 0; i < cross.length; i++) {
            cross[i] = now[i + 2] - before[i + 2];
        }
        changes.add(new Change(score, file, now[0] - before[0], now[1] - before[1], cross));
    }

    /**
     * Counts segments: the score of a segment is the maximum over the frames that overlap it, and it is positive if an
     * event overlaps it. Segments cover the length of the recording.
     *
     * @param scores     one for each recording of the reference, in the same order
     * @param resolution length of a segment in seconds
     * @return one curve per class, in the order of the classes
     */
    public static List<ThresholdCurve> ofSegments(
            EventReference reference, List<FrameScores> scores, double resolution) {
        requireFit(reference, scores);
        List<ThresholdCurve> curves = new ArrayList<>();
        for (int c = 0; c < reference.classes().size(); c++) {
            String label = reference.classes().get(c);
            int[] positives = new int[scores.size()];
            List<Change> changes = new ArrayList<>();
            for (int f = 0; f < positives.length; f++) {
                FrameScores s = scores.get(f);
                int segments = (int) Math.ceil(reference.duration(s.file()) / resolution);
                double[] max = new double[segments];
                Arrays.fill(max, Double.NEGATIVE_INFINITY);
                for (int i = 0; i < s.scores().length; i++) {
                    int from = (int) Math.floor(SoundEvent.rounded(s.times()[i]) / resolution);
                    for (int k = from; k < segments; k++) {
                        if (SoundEvent.rounded(k * resolution) >= SoundEvent.rounded(s.times()[i + 1])) {
                            break;
                        }
                        if (SoundEvent.rounded((k + 1) * resolution) > SoundEvent.rounded(s.times()[i])) {
                            max[k] = Math.max(max[k], s.scores()[i][c]);
                        }
                    }
                }
                List<SoundEvent> events = reference.events(s.file(), label);
                for (int k = 0; k < segments; k++) {
                    double start = k * resolution;
                    double stop = (k + 1) * resolution;
                    boolean positive = events.stream().anyMatch(e -> start < e.offset() && stop > e.onset());
                    positives[f] += positive ? 1 : 0;
                    changes.add(new Change(max[k], f, positive ? 1 : 0, positive ? 0 : 1, new int[0]));
                }
            }
            curves.add(new ThresholdCurve(label, positives, changes, 0));
        }
        return curves;
    }

    /** The class. */
    public String label() {
        return label;
    }

    /** Number of references, in events or segments, in all recordings. */
    public long references() {
        return Arrays.stream(references).sum();
    }

    /** Counts at each threshold, with each recording counted once. */
    public Points points() {
        return points(null);
    }

    /**
     * Counts at each threshold.
     *
     * @param draws number of times that each recording counts; null for once each
     */
    public Points points(int @Nullable [] draws) {
        double[] scores = new double[changes.length + 1];
        long[] found = new long[changes.length + 1];
        long[] wrong = new long[changes.length + 1];
        int[] size = {0};
        walk(draws, (score, counts) -> {
            int k = size[0]++;
            scores[k] = score;
            found[k] = counts[0];
            wrong[k] = counts[1];
        });
        return new Points(
                Arrays.copyOf(scores, size[0]),
                Arrays.copyOf(found, size[0]),
                Arrays.copyOf(wrong, size[0]),
                references(draws));
    }

    /** Total number of references. */
    long references(int @Nullable [] draws) {
        long n = 0;
        for (int f = 0; f < references.length; f++) {
            n += (long) references[f] * (draws == null ? 1 : draws[f]);
        }
        return n;
    }

    /** Receives the counts at a threshold. */
    @FunctionalInterface
    interface Visitor {
        /**
         * @param score  the threshold: scores of at least this value count
         * @param counts true positives, false positives, then cross triggers of each other class. Not modified; only
         *     valid during the call.
         */
        void at(double score, long[] counts);
    }

    /** Visits the counts at each threshold, from infinity downwards. */
    void walk(int @Nullable [] draws, Visitor visitor) {
        long[] sum = new long[2 + others];
        int i = 0;
        for (; i < changes.length && changes[i].score == Double.POSITIVE_INFINITY; i++) {
            add(changes[i], draws, sum);
        }
        visitor.at(Double.POSITIVE_INFINITY, sum);
        while (i < changes.length) {
            double score = changes[i].score;
            boolean moved = false;
            for (; i < changes.length && changes[i].score == score; i++) {
                moved |= add(changes[i], draws, sum);
            }
            if (moved) {
                visitor.at(score, sum);
            }
        }
    }

    /** Adds a change to the sums and returns whether its recording was drawn. */
    private static boolean add(Change change, int @Nullable [] draws, long[] sum) {
        int weight = draws == null ? 1 : draws[change.file];
        if (weight == 0) {
            return false;
        }
        sum[0] += (long) weight * change.truePositives;
        sum[1] += (long) weight * change.falsePositives;
        for (int o = 0; o < change.crossTriggers.length; o++) {
            sum[2 + o] += (long) weight * change.crossTriggers[o];
        }
        return true;
    }

    /** Counts of a class, by threshold. */
    public static final class Points {
        private final double[] scores;
        private final long[] found;
        private final long[] wrong;
        private final long references;

        private Points(double[] scores, long[] found, long[] wrong, long references) {
            this.scores = scores;
            this.found = found;
            this.wrong = wrong;
            this.references = references;
        }

        /** Number of points. The first is for a threshold that no score reaches. */
        public int size() {
            return scores.length;
        }

        /**
         * The threshold of a point: scores of at least this value count. Decreases from point to point, starting at
         * infinity.
         */
        public double score(int i) {
            return scores[i];
        }

        /** Number of references found. */
        public long truePositives(int i) {
            return found[i];
        }

        /** Number of wrong detections. */
        public long falsePositives(int i) {
            return wrong[i];
        }

        /** Total number of references. */
        public long references() {
            return references;
        }

        /** Index of the point for a threshold; scores greater than the threshold count. */
        public int at(double threshold) {
            int low = 0;
            int high = scores.length - 1;
            while (low < high) {
                int middle = (low + high + 1) >>> 1;
                if (scores[middle] > threshold) {
                    low = middle;
                } else {
                    high = middle - 1;
                }
            }
            return low;
        }

        /** Precision; 1 without detections. */
        public double precision(int i) {
            long detected = found[i] + wrong[i];
            return detected == 0 ? 1 : (double) found[i] / detected;
        }

        /** Recall; NaN without references. */
        public double recall(int i) {
            return references == 0 ? Double.NaN : (double) found[i] / references;
        }

        /** F1; 0 if no reference is found. */
        public double f1(int i) {
            double p = precision(i);
            double r = recall(i);
            return p + r == 0 ? 0 : 2 * p * r / (p + r);
        }

        /** Index of the point with the maximum F1; on ties, the highest threshold. */
        public int best() {
            int best = 0;
            for (int i = 1; i < scores.length; i++) {
                if (f1(i) > f1(best)) {
                    best = i;
                }
            }
            return best;
        }

        /**
         * A threshold that gives the counts of a point: halfway to the next lower score at which counts change;
         * infinity for the point without detections.
         */
        public double threshold(int i) {
            if (i == 0) {
                return Double.POSITIVE_INFINITY;
            }
            return i + 1 < scores.length && scores[i + 1] > Double.NEGATIVE_INFINITY
                    ? (scores[i] + scores[i + 1]) / 2
                    : Math.nextDown(scores[i]);
        }

        /**
         * Average precision over the distinct scores, without interpolation. For segments only; NaN without references.
         */
        public double averagePrecision() {
            double sum = 0;
            for (int i = 1; i < scores.length; i++) {
                sum += (recall(i) - recall(i - 1)) * precision(i);
            }
            return references == 0 ? Double.NaN : sum;
        }

        /**
         * Area under the ROC curve, with equal scores counted as one half. For segments only; NaN without positives or
         * without negatives.
         */
        public double auroc() {
            long negatives = wrong[scores.length - 1];
            double area = 0;
            for (int i = 1; i < scores.length; i++) {
                area += (double) (wrong[i] - wrong[i - 1]) * (found[i] + found[i - 1]) / 2;
            }
            return negatives == 0 || references == 0 ? Double.NaN : area / negatives / references;
        }
    }
}
