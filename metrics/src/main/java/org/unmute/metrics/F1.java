package org.unmute.metrics;

/**
 * F1 = 2 TP / (2 TP + FP + FN), 0 if that denominator is 0, for one decision rule.
 *
 * @param macro mean over all classes; a class without positives counts as 0
 * @param micro from the counts of all classes together
 * @param macroPresent mean over classes with at least one positive; NaN without any
 */
public record F1(double macro, double micro, double macroPresent) {

    static double of(long hits, long predicted, long positives) {
        return predicted + positives == 0 ? 0 : 2.0 * hits / (predicted + positives);
    }
}
