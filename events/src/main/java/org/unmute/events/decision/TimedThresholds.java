package org.unmute.events.decision;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.unmute.audio.playback.Speed;
import org.unmute.events.detection.DetectionRules;
import org.unmute.events.strong.PostProcessing;
import org.unmute.metrics.event.Collar;
import org.unmute.metrics.event.FrameScores;
import org.unmute.metrics.event.SoundEvent;
import org.unmute.probes.decision.Logit;
import org.unmute.probes.truth.RowTargets;

/**
 * Chooses how scores become events on clips whose classes are known over time: the window of the median filter, the
 * threshold of each class, and how far below it an event lasts. They are judged as {@code detect} is: by the mean of
 * the F1 of events, which must begin and, unless onsets alone count, end within a collar, and of the F1 of seconds. F1
 * of events alone is noisier, and would give up what is found but not cut exactly.
 *
 * <p>The best threshold of few events is a matter of chance. On logits, a threshold is therefore
 * {@code (n * own + k * shared) / (n + k)} with n events of the class. Window, drop and k are those with the best mean
 * over classes on recordings that were left out of the choice of thresholds.
 */
public final class TimedThresholds {
    /** Windows in seconds. The default comes first, and of equally good ones the first is taken. */
    private static final double[] SECONDS = {DetectionRules.MEDIAN_SECONDS, 0.25, 0.5, 2, 4};
    /** How far below its threshold, on logits, a score may be while an event lasts. */
    private static final double[] DROPS = {0, 1, 2, 3};

    private static final double[] SHRINKAGES = {Double.POSITIVE_INFINITY, 64, 32, 16, 8, 0};
    private static final int FOLDS = 8;

    private final List<String> classes;
    private final List<String> recordings;
    private final RowTargets rows;
    private final Collar right;
    private final Speed speed;

    /**
     * What was chosen.
     *
     * @param rules      how scores become events
     * @param thresholds of each class, in (0, 1); NaN for classes that sound in none of the clips
     * @param shrinkage  as many events of a class as weigh as much as the threshold that all classes share; infinite
     *                   where all have the shared one
     * @param leftOut    thresholds for the recordings whose times are known, learned without them
     */
    public record Choice(PostProcessing rules, double[] thresholds, double shrinkage, Map<String, double[]> leftOut) {}

    /**
     * @param classes    of the probe
     * @param recordings recording of each clip, or its block of a single one, in the order of the rows' targets
     * @param rows       when the classes sound in the clips
     * @param right      when an event is right
     * @param speed      at which recordings are played to the encoder; windows and collars are in seconds of that
     */
    public TimedThresholds(List<String> classes, List<String> recordings, RowTargets rows, Collar right, Speed speed) {
        this.classes = List.copyOf(classes);
        this.recordings = List.copyOf(recordings);
        this.rows = rows;
        this.right = right;
        this.speed = speed;
    }

    /**
     * The best window and thresholds.
     *
     * @param scores of the clips; those of each are requested once
     * @return empty if fewer than two recordings have known times of a class, or no class sounds in them
     * @throws IOException if scores cannot be read
     */
    public Optional<Choice> choose(MedianWindow.Scores scores) throws IOException {
        List<LevelCounts> all = new ArrayList<>();
        for (double median : SECONDS) {
            for (double drop : DROPS) {
                PostProcessing rules = new PostProcessing(
                        median, DetectionRules.MAX_GAP_SECONDS, DetectionRules.MIN_DURATION_SECONDS, drop);
                all.add(new LevelCounts(classes.size(), FOLDS, rules.played(speed), right, speed));
            }
        }
        Map<String, Integer> timed = new LinkedHashMap<>();
        for (int i = 0; i < recordings.size(); i++) {
            FrameScores own = scores.of(i);
            float[] targets = new float[own.scores().length * classes.size()];
            if (own.scores().length > 0 && rows.read(i, own.scores().length, targets, 0)) {
                int number = timed.computeIfAbsent(recordings.get(i), _ -> timed.size());
                add(all, number % FOLDS, own, targets);
            }
        }
        int[] sounding = IntStream.range(0, classes.size())
                .filter(c -> all.getFirst().events(c, -1) > 0)
                .toArray();
        return timed.size() < 2 || sounding.length == 0 ? Optional.empty() : Optional.of(best(all, sounding, timed));
    }

    private void add(List<LevelCounts> all, int fold, FrameScores own, float[] targets) {
        List<List<SoundEvent>> truth = new ArrayList<>();
        for (int c = 0; c < classes.size(); c++) {
            truth.add(events(own, targets, c));
        }
        double row = own.times()[1] - own.times()[0];
        IntStream.range(0, SECONDS.length).parallel().forEach(m -> {
            List<LevelCounts> alike = all.subList(m * DROPS.length, (m + 1) * DROPS.length);
            FrameScores filtered =
                    PostProcessing.filtered(own, alike.getFirst().rules().medianFrames(row));
            for (int c = 0; c < classes.size(); c++) {
                for (LevelCounts counts : truth.get(c) == null ? List.<LevelCounts>of() : alike) {
                    counts.add(c, fold, filtered, truth.get(c));
                }
            }
        });
    }

    /** Runs of rows that a class covers for the most part; null if it is not known of all rows. */
    private List<SoundEvent> events(FrameScores own, float[] targets, int c) {
        List<SoundEvent> events = new ArrayList<>();
        int count = own.scores().length;
        int from = -1;
        for (int t = 0; t <= count; t++) {
            float target = t < count ? targets[t * classes.size() + c] : 0;
            if (Float.isNaN(target)) {
                return null;
            }
            if (target > 0.5 && from < 0) {
                from = t;
            } else if (!(target > 0.5) && from >= 0) {
                events.add(new SoundEvent(own.file(), own.times()[from], own.times()[t], classes.get(c)));
                from = -1;
            }
        }
        return events;
    }

    private Choice best(List<LevelCounts> all, int[] sounding, Map<String, Integer> timed) {
        LevelCounts best = null;
        double bestK = Double.NaN;
        double most = Double.NEGATIVE_INFINITY;
        for (LevelCounts counts : all) {
            double[] merits = heldOut(counts, sounding);
            for (int i = 0; i < merits.length; i++) {
                if (merits[i] > most) {
                    most = merits[i];
                    best = counts;
                    bestK = SHRINKAGES[i];
                }
            }
        }
        Map<String, double[]> leftOut = new HashMap<>();
        for (Map.Entry<String, Integer> recording : timed.entrySet()) {
            leftOut.put(recording.getKey(), thresholds(best, sounding, bestK, recording.getValue() % FOLDS));
        }
        return new Choice(best.rules(), thresholds(best, sounding, bestK, -1), bestK, leftOut);
    }

    private double[] thresholds(LevelCounts counts, int[] sounding, double k, int without) {
        double[] thresholds = new double[classes.size()];
        Arrays.fill(thresholds, Double.NaN);
        double[] logits = Levels.of(counts, sounding, without).blended(k);
        for (int i = 0; i < sounding.length; i++) {
            thresholds[sounding[i]] = Logit.toScore(logits[i]);
        }
        return thresholds;
    }

    /** For each shrinkage the mean over classes on recordings that had no part in the thresholds. */
    private static double[] heldOut(LevelCounts counts, int[] sounding) {
        int[][][] found = new int[SHRINKAGES.length][sounding.length][];
        for (int[][] one : found) {
            Arrays.setAll(one, _ -> LevelCounts.none());
        }
        for (int fold = 0; fold < FOLDS; fold++) {
            Levels levels = Levels.of(counts, sounding, fold);
            for (int i = 0; i < SHRINKAGES.length; i++) {
                double[] logits = levels.blended(SHRINKAGES[i]);
                for (int j = 0; j < sounding.length; j++) {
                    counts.addTo(found[i][j], sounding[j], LevelCounts.nearest(logits[j]), fold);
                }
            }
        }
        double[] means = new double[SHRINKAGES.length];
        Arrays.setAll(
                means,
                i -> Arrays.stream(found[i])
                        .mapToDouble(LevelCounts::merit)
                        .average()
                        .orElseThrow());
        return means;
    }

    /**
     * The best levels of some classes on all folds but one.
     *
     * @param own    of each class
     * @param shared of all of them
     * @param events of each class
     */
    private record Levels(int[] own, int shared, int[] events) {
        static Levels of(LevelCounts counts, int[] classes, int without) {
            double[] sum = new double[LevelCounts.LEVELS];
            int[] own = new int[classes.length];
            int[] events = new int[classes.length];
            for (int i = 0; i < classes.length; i++) {
                double[] merits = counts.merits(classes[i], without);
                Arrays.setAll(sum, level -> sum[level] + merits[level]);
                own[i] = best(merits);
                events[i] = counts.events(classes[i], without);
            }
            return new Levels(own, best(sum), events);
        }

        /** In the middle of the best ones that follow each other, where some are equal. */
        private static int best(double[] merits) {
            int from = 0;
            for (int i = 1; i < merits.length; i++) {
                from = merits[i] > merits[from] ? i : from;
            }
            int to = from;
            while (to + 1 < merits.length && merits[to + 1] == merits[from]) {
                to++;
            }
            return (from + to) / 2;
        }

        /** The thresholds, as logits. */
        double[] blended(double k) {
            double[] logits = new double[own.length];
            Arrays.setAll(logits, i -> {
                double share = Double.isInfinite(k) || events[i] == 0 ? 1 : k / (events[i] + k);
                return (1 - share) * LevelCounts.logit(own[i]) + share * LevelCounts.logit(shared);
            });
            return logits;
        }
    }
}
