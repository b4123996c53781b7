package org.unmute.events.decision;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import org.unmute.metrics.interval.Rate;
import org.unmute.probes.decision.EventThresholdRule;
import org.unmute.probes.decision.Logit;

/**
 * Clips found against alarms, for one class or several together, as the threshold falls. The number of alarms can
 * decrease when events merge, so the alarms at a threshold are the max over that and all higher thresholds.
 */
final class Tradeoff {
    private static final double CONFIDENCE = 0.95;
    /** Distance of a threshold above the highest score, on logits, if no level lies above it. */
    private static final double MARGIN = 0.05;

    /** The level below which each clip with the class is found, falling. */
    private final float[] found;
    /** Levels at which the number of alarms increases, falling. */
    private final float[] levels;
    /** Max number of alarms at this and all higher levels, {@code [levels]}. */
    private final int[] alarms;

    private final double hours;

    private Tradeoff(float[] found, float[] levels, int[] alarms, double hours) {
        this.found = found;
        this.levels = levels;
        this.alarms = alarms;
        this.hours = hours;
    }

    /**
     * The tradeoff of one class.
     *
     * @param counts which recordings count
     */
    static Tradeoff of(EventEvidence evidence, int c, IntPredicate counts) {
        return of(evidence, c, counts, false);
    }

    /** As {@link #of(EventEvidence, int, IntPredicate)}, but counts alarms in the background only. */
    static Tradeoff ofBackground(EventEvidence evidence, int c, IntPredicate counts) {
        return of(evidence, c, counts, true);
    }

    private static Tradeoff of(EventEvidence evidence, int c, IntPredicate recordings, boolean backgroundOnly) {
        List<EventEvidence.Clip> clips = evidence.clips();
        float[] found = new float[clips.size()];
        int positives = 0;
        double seconds = 0;
        for (EventEvidence.Clip clip : clips) {
            if (!recordings.test(clip.recording())) {
                continue;
            }
            if (clip.states()[c] == EventEvidence.State.PRESENT) {
                found[positives++] = clip.highest()[c];
            } else if (clip.states()[c] == EventEvidence.State.ABSENT && (!backgroundOnly || clip.background())) {
                seconds += clip.seconds();
            }
        }
        EventEvidence.Steps steps = evidence.steps(c);
        float[] levels = new float[steps.size()];
        int[] alarms = new int[steps.size()];
        int size = 0;
        int now = 0;
        int most = 0;
        for (int i = 0; i < steps.size(); i++) {
            EventEvidence.Clip clip = clips.get(steps.clip(i));
            if (!recordings.test(clip.recording()) || backgroundOnly && !clip.background()) {
                continue;
            }
            now += steps.change(i);
            if (now > most) {
                most = now;
                boolean same = size > 0 && levels[size - 1] == steps.level(i);
                size += same ? 0 : 1;
                levels[size - 1] = steps.level(i);
                alarms[size - 1] = most;
            }
        }
        return new Tradeoff(
                falling(Arrays.copyOf(found, positives)),
                Arrays.copyOf(levels, size),
                Arrays.copyOf(alarms, size),
                seconds / 3600);
    }

    /** The tradeoff of several classes with a common threshold. */
    static Tradeoff together(List<Tradeoff> all) {
        int positives = all.stream().mapToInt(t -> t.found.length).sum();
        int size = all.stream().mapToInt(t -> t.levels.length).sum();
        float[] found = new float[positives];
        long[] order = new long[size];
        int[] increase = new int[size];
        int p = 0;
        int n = 0;
        for (Tradeoff one : all) {
            System.arraycopy(one.found, 0, found, p, one.found.length);
            p += one.found.length;
            for (int i = 0; i < one.levels.length; i++) {
                increase[n] = one.alarms[i] - (i == 0 ? 0 : one.alarms[i - 1]);
                order[n] = (long) ~Float.floatToIntBits(one.levels[i] + 0f) << 32 | n;
                n++;
            }
        }
        Arrays.sort(order);
        float[] levels = new float[size];
        int[] alarms = new int[size];
        int sum = 0;
        for (int i = 0; i < size; i++) {
            sum += increase[(int) order[i]];
            levels[i] = Float.intBitsToFloat((int) ~(order[i] >> 32));
            alarms[i] = sum;
        }
        return new Tradeoff(
                falling(found),
                levels,
                alarms,
                all.stream().mapToDouble(t -> t.hours).sum());
    }

    private static float[] falling(float[] values) {
        Arrays.sort(values);
        float[] falling = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            falling[i] = values[values.length - 1 - i];
        }
        return falling;
    }

    int positives() {
        return found.length;
    }

    /** Hours of sound in which the class is known to be absent. */
    double hours() {
        return hours;
    }

    /** Number of clips with an event at a threshold. */
    int found(double threshold) {
        return above(found, threshold);
    }

    /** Max number of alarms at this and all higher thresholds. */
    int alarms(double threshold) {
        int i = above(levels, threshold);
        return i == 0 ? 0 : alarms[i - 1];
    }

    /** Number of elements above a threshold, in a falling array. */
    private static int above(float[] falling, double threshold) {
        int low = 0;
        int high = falling.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (falling[middle] > threshold) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /**
     * A chosen threshold.
     *
     * @param isShown whether the measurements show that it meets the rule
     */
    record Choice(double threshold, boolean isShown) {}

    /**
     * Chooses the threshold for a rule.
     *
     * @param eventsPerHour events of a class per hour, for computing precision
     * @return null if the rule needs clips with the class and there are none
     */
    Choice choose(EventThresholdRule rule, double eventsPerHour) {
        return switch (rule.goal()) {
            case ALARMS -> ofAlarms(rule.value());
            case RECALL -> found.length == 0 ? null : ofRecall(rule.value());
            case F1, HALF -> found.length == 0 ? null : ofF1(eventsPerHour);
            case PRECISION -> found.length == 0 ? null : ofPrecision(rule.value(), eventsPerHour);
        };
    }

    /** The lowest threshold at and above which the upper bound of alarms per hour stays within a limit. */
    private Choice ofAlarms(double limit) {
        int allowed = -1;
        while (hours > 0 && allowed < Integer.MAX_VALUE - 1 && Rate.upper(allowed + 1, hours, CONFIDENCE) <= limit) {
            allowed++;
        }
        int i = 0;
        while (i < levels.length && alarms[i] <= Math.max(0, allowed)) {
            i++;
        }
        if (i < levels.length) {
            return new Choice(justAbove(levels[i]), allowed >= 0);
        }
        // No threshold has too many alarms: choose one just below everything that was found or measured.
        float lowest = Math.min(
                found.length == 0 ? Float.POSITIVE_INFINITY : lowestFinite(),
                levels.length == 0 ? Float.POSITIVE_INFINITY : levels[levels.length - 1]);
        return new Choice(lowest > 1 ? 1 : justBelow(lowest), allowed >= 0);
    }

    private float lowestFinite() {
        int i = found.length - 1;
        while (i > 0 && found[i] == Float.NEGATIVE_INFINITY) {
            i--;
        }
        return found[i] == Float.NEGATIVE_INFINITY ? Float.POSITIVE_INFINITY : found[i];
    }

    private Choice ofRecall(double wanted) {
        int needed = (int) Math.ceil(wanted * found.length - 1e-9);
        float level = found[Math.max(0, needed - 1)];
        return level == Float.NEGATIVE_INFINITY
                ? new Choice(justBelow(lowestOr(1)), false)
                : new Choice(justBelow(level), true);
    }

    private float lowestOr(float other) {
        float lowest = lowestFinite();
        return lowest > 1 ? other : lowest;
    }

    private Choice ofF1(double eventsPerHour) {
        double best = -1;
        double threshold = 1;
        for (float level : found) {
            double t = level == Float.NEGATIVE_INFINITY ? 1 : justBelow(level);
            double f1 = f1(t, eventsPerHour);
            if (f1 > best) {
                best = f1;
                threshold = t;
            }
        }
        return new Choice(threshold, true);
    }

    private Choice ofPrecision(double wanted, double eventsPerHour) {
        Choice best = null;
        double most = -1;
        double strictest = 1;
        for (float level : found) {
            double t = level == Float.NEGATIVE_INFINITY ? 1 : justBelow(level);
            double precision = precision(t, eventsPerHour);
            if (precision >= wanted) {
                best = new Choice(t, true);
            }
            if (precision > most) {
                most = precision;
                strictest = t;
            }
        }
        return best == null ? new Choice(strictest, false) : best;
    }

    /** Share of correct events, given the number of events of the class per hour; 0 if nothing is found. */
    double precision(double threshold, double eventsPerHour) {
        double right = eventsPerHour * recall(threshold);
        double wrong = hours == 0 ? 0 : alarms(threshold) / hours;
        return right == 0 ? 0 : right / (right + wrong);
    }

    /** Share of the clips with the class that are found. */
    double recall(double threshold) {
        return found.length == 0 ? 0 : (double) found(threshold) / found.length;
    }

    /** F1 of precision and recall. */
    double f1(double threshold, double eventsPerHour) {
        double p = precision(threshold, eventsPerHour);
        double r = recall(threshold);
        return p + r == 0 ? 0 : 2 * p * r / (p + r);
    }

    /** Half way, on logits, between a level and the next one above. */
    private double justAbove(float level) {
        double next = Math.min(next(levels, level), next(found, level));
        double z = Logit.of(level);
        return Logit.toScore(next > 1 ? z + MARGIN : (z + Logit.of(next)) / 2);
    }

    private static double next(float[] falling, float level) {
        int i = above(falling, level);
        return i == 0 ? Double.POSITIVE_INFINITY : falling[i - 1];
    }

    /** Half way, on logits, between a level and the next one below. */
    private double justBelow(float level) {
        double next = Math.max(below(levels, level), below(found, level));
        double z = Logit.of(level);
        return Logit.toScore(next < 0 ? z - MARGIN : (z + Logit.of(next)) / 2);
    }

    private static double below(float[] falling, float level) {
        int i = above(falling, level);
        while (i < falling.length && falling[i] == level) {
            i++;
        }
        return i == falling.length ? Double.NEGATIVE_INFINITY : falling[i];
    }
}
