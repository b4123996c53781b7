package org.unmute.probes.decision;

import java.util.Locale;

/**
 * The criterion by which a threshold is chosen: maximum F1, or a required precision.
 *
 * @param precision the required precision in (0, 1]; NaN for maximum F1
 */
public record ThresholdRule(double precision) {
    /** Maximum F1. */
    public static final ThresholdRule MAX_F1 = new ThresholdRule(Double.NaN);

    private static final String F1 = "f1";
    private static final String PRECISION = "precision=";

    /** @throws IllegalArgumentException if the precision is out of range */
    public ThresholdRule {
        if (!Double.isNaN(precision) && !(precision > 0 && precision <= 1)) {
            throw new IllegalArgumentException("thresholds: the wanted precision must be in (0, 1]: " + precision);
        }
    }

    /**
     * Reads a rule as {@link #toString} writes it: {@code f1}, or {@code precision=0.9}.
     *
     * @throws IllegalArgumentException if it is neither
     */
    public static ThresholdRule parse(String text) {
        String t = text.strip().toLowerCase(Locale.ROOT);
        if (t.equals(F1)) {
            return MAX_F1;
        }
        if (t.startsWith(PRECISION)) {
            try {
                double precision = Double.parseDouble(t.substring(PRECISION.length()));
                if (!Double.isNaN(precision)) {
                    return new ThresholdRule(precision);
                }
            } catch (NumberFormatException e) {
                // falls through to the message below
            }
        }
        throw new IllegalArgumentException(
                "thresholds: '" + text + "' is no rule: give f1, or precision=X with X in (0, 1], as precision=0.9");
    }

    /**
     * Chooses thresholds by this rule, {@code [classes]}; NaN for a class without a positive clip.
     *
     * @param scores {@code [clips][classes]}, not NaN. Not modified.
     * @param labels {@code [clips][classes]}. Not modified.
     */
    public double[] choose(float[][] scores, boolean[][] labels) {
        return Double.isNaN(precision)
                ? Thresholds.ofMaxF1(scores, labels)
                : Thresholds.ofPrecision(scores, labels, precision);
    }

    /** A description: {@code max F1}, or {@code precision 0.9}. */
    public String inWords() {
        return Double.isNaN(precision) ? "max F1" : "precision " + precision;
    }

    @Override
    public String toString() {
        return Double.isNaN(precision) ? F1 : PRECISION + precision;
    }
}
