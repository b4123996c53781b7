package org.unmute.experiments.metric;

/**
 * The F1 reached by a decision threshold.
 *
 * @param f1 in [0, 1]; NaN where there is no positive
 * @param value positive if score ≥ value, in the unit of the scores given (a logit for logits); NaN where undefined
 */
public record Threshold(double f1, double value) {
    static final Threshold UNDEFINED = new Threshold(Double.NaN, Double.NaN);
}
