package org.unmute.probes.decision;

import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;

/**
 * The criterion by which the thresholds of events are chosen.
 *
 * @param goal the quantity to reach
 * @param value the required precision or recall in (0, 1], or the max number of alarms per hour, above 0; 0 for {@link
 *     Goal#F1} and {@link Goal#HALF}
 */
public record EventThresholdRule(Goal goal, double value) {
    /** At most one alarm per hour and class. */
    public static final EventThresholdRule ONE_ALARM = new EventThresholdRule(Goal.ALARMS, 1);
    /** Maximum F1. */
    public static final EventThresholdRule MAX_F1 = new EventThresholdRule(Goal.F1, 0);

    /** Half of the events right, or max F1. */
    public static final EventThresholdRule HALF_RIGHT = new EventThresholdRule(Goal.HALF, 0);

    private static final String PER_HOUR = "/h";

    /** The quantity that a threshold must reach. */
    public enum Goal {
        /** The max F1 of events. */
        F1("f1"),
        /**
         * Half of the events right, where that finds at least half of what the max F1 finds on recordings that
         * thresholds were not learned from; else the max F1. Learning takes one of the two.
         */
        HALF("half"),
        /** The lowest threshold that reaches a given precision. */
        PRECISION("precision"),
        /** The highest threshold that reaches a given recall. */
        RECALL("recall"),
        /** The lowest threshold at which the rate of alarms is shown to be within the limit. */
        ALARMS("alarms");

        private final String word;

        Goal(String word) {
            this.word = word;
        }
    }

    /** @throws IllegalArgumentException if the value is out of range */
    public EventThresholdRule {
        Objects.requireNonNull(goal);
        boolean fits = switch (goal) {
            case F1, HALF -> value == 0;
            case PRECISION, RECALL -> value > 0 && value <= 1;
            case ALARMS -> value > 0 && value < Double.POSITIVE_INFINITY;
        };
        if (!fits) {
            throw new IllegalArgumentException("event thresholds: " + goal.word + "=" + value
                    + " is out of range: a precision or recall is above 0 and at most 1, alarms an hour are above 0");
        }
    }

    /**
     * Reads a rule as {@link #toString} writes it: {@code half}, {@code f1}, {@code precision=0.9}, {@code recall=0.8}
     * or {@code alarms=1/h}.
     *
     * @throws IllegalArgumentException if it is none of these
     */
    public static EventThresholdRule parse(String text) {
        String t = text.strip().toLowerCase(Locale.ROOT);
        int at = t.indexOf('=');
        String word = at < 0 ? t : t.substring(0, at);
        Goal goal = Arrays.stream(Goal.values())
                .filter(g -> g.word.equals(word))
                .findFirst()
                .orElseThrow(() -> unknown(text));
        if ((goal == Goal.F1 || goal == Goal.HALF) && at < 0) {
            return new EventThresholdRule(goal, 0);
        }
        String number = t.substring(at + 1);
        if (goal == Goal.ALARMS && number.endsWith(PER_HOUR)) {
            number = number.substring(0, number.length() - PER_HOUR.length());
        }
        double value;
        try {
            value = Double.parseDouble(number);
        } catch (NumberFormatException e) {
            throw unknown(text);
        }
        if (goal == Goal.F1 || goal == Goal.HALF || at < 0) {
            throw unknown(text);
        }
        return new EventThresholdRule(goal, value);
    }

    private static IllegalArgumentException unknown(String text) {
        return new IllegalArgumentException("event thresholds: '" + text + "' is no rule: give half, f1, precision=X or"
                + " recall=X with X in (0, 1], or alarms=N/h, such as alarms=1/h");
    }

    /** A description: {@code max F1}, {@code precision 0.9}, {@code at most 1 alarm an hour and class}. */
    public String inWords() {
        return switch (goal) {
            case F1 -> "max F1";
            case HALF -> "half of the events right, or max F1";
            case PRECISION, RECALL -> goal.word + " " + value;
            case ALARMS -> "at most " + plain() + (value == 1 ? " alarm" : " alarms") + " an hour and class";
        };
    }

    private String plain() {
        return value == Math.rint(value) && value < 1e9 ? Long.toString((long) value) : Double.toString(value);
    }

    @Override
    public String toString() {
        return switch (goal) {
            case F1, HALF -> goal.word;
            case PRECISION, RECALL -> goal.word + "=" + value;
            case ALARMS -> goal.word + "=" + plain() + PER_HOUR;
        };
    }
}
