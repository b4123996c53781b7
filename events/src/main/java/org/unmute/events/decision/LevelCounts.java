package org.unmute.events.decision;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.unmute.audio.playback.Speed;
import org.unmute.events.strong.PostProcessing;
import org.unmute.metrics.event.Collar;
import org.unmute.metrics.event.EventCriterion.FileCounter;
import org.unmute.metrics.event.FrameScores;
import org.unmute.metrics.event.SoundEvent;
import org.unmute.probes.decision.Logit;

/**
 * Events and seconds that are found with each of a few thresholds, and those that are right, for one way to process
 * scores. Thresholds are logits in equal steps. Counts are kept by class and by fold, so that thresholds from some
 * recordings can be judged on others.
 */
final class LevelCounts {
    /** The lowest threshold, as a logit: the share of a class that sounds for a second in six hours. */
    static final double LOWEST = -10;

    static final double STEP = 0.25;
    /** Number of thresholds. */
    static final int LEVELS = 65;

    /** Numbers of each level: true events, found ones, those that match, and the same of seconds. */
    private static final int NUMBERS = 6;

    private static final float[] THRESHOLDS = new float[LEVELS];

    static {
        for (int i = 0; i < LEVELS; i++) {
            THRESHOLDS[i] = (float) Logit.toScore(logit(i));
        }
    }

    private final PostProcessing rules;
    private final Collar collar;
    private final double second;
    /** What scores must exceed throughout an event, {@code [level]}. */
    private final float[] lows = new float[LEVELS];
    /** {@code [class][fold][level * NUMBERS + number]}. */
    private final int[][][] counts;

    /**
     * @param rules to process scores
     * @param right when an event is right
     * @param speed at which recordings are played to the encoder; collars and seconds are of what is played
     */
    LevelCounts(int classes, int folds, PostProcessing rules, Collar right, Speed speed) {
        this.rules = rules;
        collar = new Collar(speed.recorded(right.seconds()), right.offsetShare(), right.rounded());
        second = speed.recorded(1);
        for (int i = 0; i < LEVELS; i++) {
            lows[i] = (float) Logit.toScore(logit(i) - rules.drop());
        }
        counts = new int[classes][folds][LEVELS * NUMBERS];
    }

    /** The threshold of a level, as a logit. */
    static double logit(int level) {
        return LOWEST + STEP * level;
    }

    /** The level next to a logit. */
    static int nearest(double logit) {
        return Math.clamp(Math.round((logit - LOWEST) / STEP), 0, LEVELS - 1);
    }

    PostProcessing rules() {
        return rules;
    }

    /**
     * Adds a class in a clip.
     *
     * @param filtered scores after the median filter of the rules
     * @param truth events of the class in the clip, by onset
     */
    void add(int c, int fold, FrameScores filtered, List<SoundEvent> truth) {
        int frames = filtered.scores().length;
        float[] scores = new float[frames];
        float lowest = Float.POSITIVE_INFINITY;
        float highest = 0;
        for (int i = 0; i < frames; i++) {
            scores[i] = filtered.scores()[i][c];
            lowest = Math.min(lowest, scores[i]);
            highest = Math.max(highest, scores[i]);
        }
        BitSet sounding = new BitSet();
        truth.forEach(e -> mark(sounding, e.onset(), e.offset()));
        int[] to = counts[c][fold];
        int[] found = null;
        for (int level = 0; level < LEVELS; level++) {
            // Below all scores the events are the same.
            if (found == null || lowest <= THRESHOLDS[level] && !(highest <= THRESHOLDS[level - 1])) {
                found = found(scores, filtered.times(), level, truth, sounding);
            }
            for (int n = 0; n < NUMBERS; n++) {
                to[level * NUMBERS + n] += found[n];
            }
        }
    }

    /** As {@link org.unmute.probes.event.EventDetector} finds them. */
    private int[] found(float[] scores, double[] times, int level, List<SoundEvent> truth, BitSet sounding) {
        FileCounter right = collar.counter(truth, List.of());
        BitSet active = new BitSet();
        int events = 0;
        double onset = Double.NaN;
        double offset = Double.NaN;
        for (int i = 0; i < scores.length; i++) {
            int from = i;
            boolean exceeded = false;
            while (i < scores.length && scores[i] > lows[level]) {
                exceeded |= scores[i++] > THRESHOLDS[level];
            }
            if (!exceeded) {
                continue;
            }
            if (!(rounded(times[from] - offset) <= rules.maxGap())) {
                events += taken(onset, offset, events, right, active);
                onset = times[from];
            }
            offset = times[i];
        }
        events += taken(onset, offset, events, right, active);
        int seconds = active.cardinality();
        active.and(sounding);
        return new int[] {
            truth.size(), events, right.truePositives(), sounding.cardinality(), seconds, active.cardinality()
        };
    }

    /** 1 if an event is long enough, or 0. */
    private int taken(double onset, double offset, int id, FileCounter right, BitSet active) {
        if (!(rounded(offset - onset) >= rules.minDuration())) {
            return 0;
        }
        right.add(id, onset, offset);
        mark(active, onset, offset);
        return 1;
    }

    private void mark(BitSet seconds, double onset, double offset) {
        seconds.set((int) Math.floor(onset / second), (int) Math.ceil(offset / second));
    }

    private static double rounded(double seconds) {
        return Math.rint(seconds * 1e6) / 1e6;
    }

    /** Number of true events of a class in all folds but one. */
    int events(int c, int without) {
        return sum(c, 0, without, true)[0];
    }

    /** Of each level the mean of the F1 of events and of seconds, in all folds but one; -1 for all folds. */
    double[] merits(int c, int without) {
        double[] merits = new double[LEVELS];
        Arrays.setAll(merits, level -> merit(sum(c, level, without, true)));
        return merits;
    }

    /** Adds the numbers of a level in one fold. */
    void addTo(int[] numbers, int c, int level, int fold) {
        int[] own = sum(c, level, fold, false);
        Arrays.setAll(numbers, n -> numbers[n] + own[n]);
    }

    private int[] sum(int c, int level, int fold, boolean others) {
        int[] sum = new int[NUMBERS];
        for (int f = 0; f < counts[c].length; f++) {
            if (others == (f != fold)) {
                for (int n = 0; n < NUMBERS; n++) {
                    sum[n] += counts[c][f][level * NUMBERS + n];
                }
            }
        }
        return sum;
    }

    /** Room for what {@link #addTo} adds. */
    static int[] none() {
        return new int[NUMBERS];
    }

    /** The mean of the F1 of events and of seconds, in [0, 1]. */
    static double merit(int[] numbers) {
        return (f1(numbers, 0) + f1(numbers, 3)) / 2;
    }

    private static double f1(int[] numbers, int at) {
        int both = numbers[at] + numbers[at + 1];
        return both == 0 ? 0 : 2.0 * numbers[at + 2] / both;
    }
}
