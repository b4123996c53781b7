package org.unmute.metrics;

/**
 * A decision threshold and its F1.
 *
 * @param f1 in [0, 1]; NaN without positives
 * @param value positive if score ≥ value, on the scale of the scores (a logit for logits); NaN if undefined
 */
public record Threshold(double f1, double value) {
    static final Threshold UNDEFINED = new Threshold(Double.NaN, Double.NaN);
}
