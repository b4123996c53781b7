package org.unmute.probes.event;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Running median in continuous time, for scores of frames of any duration: the value at or below which the signal lies
 * for half of a window around each moment. Outside the recording the signal counts as minus infinity. The result is
 * piecewise constant with its own boundaries, as in sed_scores_eval.
 */
public final class TimeMedianFilter {
    private TimeMedianFilter() {}

    /**
     * Filtered scores.
     *
     * @param times {@code [frames + 1]}, ascending, in seconds, rounded to microseconds
     * @param scores {@code [frames][classes]}
     */
    public record Filtered(double[] times, float[][] scores) {
        /** Whether the other has the same content. Numbers are compared by their bits: NaN equals NaN. */
        @Override
        public boolean equals(Object other) {
            return other instanceof Filtered that && Arrays.deepEquals(content(), that.content());
        }

        @Override
        public int hashCode() {
            return Arrays.deepHashCode(content());
        }

        private Object[] content() {
            return new Object[] {times, scores};
        }

        @Override
        public String toString() {
            return "Filtered[" + times.length + " rows]";
        }
    }

    /** The filtered signal has this value from this time on. */
    private record Step(double time, float value) {}

    /**
     * Filters scores.
     *
     * @param times {@code [frames + 1]}, ascending, in seconds
     * @param scores  {@code [frames][classes]}. Not modified.
     * @param seconds window length of each class; 0 leaves a class unfiltered, with all its boundaries
     * @throws IllegalArgumentException if a window is negative or lengths do not fit
     */
    public static Filtered apply(double[] times, float[][] scores, double[] seconds) {
        if (times.length != scores.length + 1 || scores.length == 0 || scores[0].length != seconds.length) {
            throw new IllegalArgumentException("median filter: " + scores.length + " frames, " + times.length
                    + " times and " + seconds.length + " windows do not fit");
        }
        List<List<Step>> classes = new ArrayList<>();
        for (int c = 0; c < seconds.length; c++) {
            if (!(seconds[c] >= 0)) {
                throw new IllegalArgumentException("median filter: the window must not be negative: " + seconds[c]);
            }
            float[] own = new float[scores.length];
            for (int i = 0; i < own.length; i++) {
                own[i] = scores[i][c];
            }
            classes.add(seconds[c] == 0 ? unfiltered(times, own) : filtered(times, own, seconds[c]));
        }
        TreeSet<Double> bounds = new TreeSet<>();
        for (List<Step> steps : classes) {
            steps.forEach(step -> bounds.add(Stretch.rounded(step.time)));
        }
        double end = Stretch.rounded(times[times.length - 1]);
        bounds.add(Stretch.rounded(times[0]));
        bounds.tailSet(end).clear();
        double[] grid = new double[bounds.size() + 1];
        int n = 0;
        for (double bound : bounds) {
            grid[n++] = bound;
        }
        grid[n] = end;
        float[][] values = new float[n][seconds.length];
        for (int c = 0; c < seconds.length; c++) {
            List<Step> steps = classes.get(c);
            int at = 0;
            for (int i = 0; i < n; i++) {
                while (at + 1 < steps.size() && Stretch.rounded(steps.get(at + 1).time) <= grid[i]) {
                    at++;
                }
                values[i][c] = steps.get(at).value;
            }
        }
        return new Filtered(grid, values);
    }

    private static List<Step> unfiltered(double[] times, float[] scores) {
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < scores.length; i++) {
            steps.add(new Step(times[i], scores[i]));
        }
        return steps;
    }

    /**
     * Between two moments at which an end of the window meets a boundary of the signal, the window loses time of one
     * value and gains as much time of another. So the median rises or falls in steps through the values between the
     * two.
     */
    private static List<Step> filtered(double[] times, float[] scores, double seconds) {
        double start = times[0];
        double end = times[times.length - 1];
        TreeSet<Double> moments = new TreeSet<>();
        for (double t : times) {
            for (double moment : new double[] {t - seconds / 2, t + seconds / 2}) {
                if (moment > start && moment < end) {
                    moments.add(moment);
                }
            }
        }
        moments.add(start);
        moments.add(end);
        List<Step> steps = new ArrayList<>();
        double from = Double.NaN;
        for (double to : moments) {
            if (to - from > 1e-9) {
                stretch(times, scores, seconds, from, to, steps);
                from = to;
            } else if (Double.isNaN(from)) {
                from = to;
            }
        }
        return steps;
    }

    private static void stretch(
            double[] times, float[] scores, double seconds, double from, double to, List<Step> steps) {
        double half = seconds / 2;
        TreeMap<Float, Double> weights = weights(times, scores, from - half, from + half);
        double middle = (from + to) / 2;
        float lost = value(times, scores, middle - half);
        float gained = value(times, scores, middle + half);
        weights.putIfAbsent(gained, 0.0);
        Float[] values = weights.keySet().toArray(Float[]::new);
        double[] below = new double[values.length];
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            sum += weights.get(values[i]);
            below[i] = sum;
        }
        // The share of time at or below each value, just after the start, and the moment at which it crosses one half.
        int median = 0;
        while (median < values.length - 1 && !reached(below[median], half, values[median], lost, gained)) {
            median++;
        }
        add(steps, from, values[median]);
        if (lost < gained) {
            for (int i = median; i < values.length - 1 && values[i] >= lost && values[i] < gained; i++) {
                double at = from + Math.max(0, below[i] - half);
                if (at > to - 1e-9) {
                    break;
                }
                add(steps, at, values[i + 1]);
            }
        } else if (lost > gained) {
            for (int i = median - 1; i >= 0 && values[i] >= gained && values[i] < lost; i--) {
                double at = from + Math.max(0, half - below[i]);
                if (at > to - 1e-9) {
                    break;
                }
                add(steps, at, values[i]);
            }
        }
    }

    /** Whether the signal will be at or below a value for half of the window a moment later. */
    private static boolean reached(double below, double half, float value, float lost, float gained) {
        boolean falls = value >= lost && value < gained;
        return falls ? below - half > 1e-9 : below - half > -1e-9;
    }

    private static void add(List<Step> steps, double time, float value) {
        if (!steps.isEmpty() && time - steps.getLast().time < 1e-9) {
            steps.removeLast();
        }
        if (steps.isEmpty() || steps.getLast().value != value) {
            steps.add(new Step(time, value));
        }
    }

    private static TreeMap<Float, Double> weights(double[] times, float[] scores, double from, double to) {
        TreeMap<Float, Double> weights = new TreeMap<>();
        double outside = Math.max(0, times[0] - from) + Math.max(0, to - times[times.length - 1]);
        weights.put(Float.NEGATIVE_INFINITY, outside);
        int first = Math.max(0, -Arrays.binarySearch(times, from) - 2);
        if (Arrays.binarySearch(times, from) >= 0) {
            first = Arrays.binarySearch(times, from);
        }
        for (int i = first; i < scores.length && times[i] < to; i++) {
            double shared = Math.min(to, times[i + 1]) - Math.max(from, times[i]);
            if (shared > 0) {
                weights.merge(scores[i], shared, Double::sum);
            }
        }
        return weights;
    }

    private static float value(double[] times, float[] scores, double at) {
        int i = Arrays.binarySearch(times, at);
        i = i >= 0 ? i : -i - 2;
        return i < 0 || i >= scores.length ? Float.NEGATIVE_INFINITY : scores[i];
    }
}
