package org.unmute.metrics;

/** The scale of the scores given to a metric. Thresholds at 0.5 and calibration depend on it. */
public enum ScoreScale {
    /** Values in [0, 1]. */
    PROBABILITY,
    /**
     * Finite or infinite numbers, which the sigmoid (multi-label) or the softmax (single-label) turns into
     * probabilities. Rankings use logits or log-probabilities, so confident scores that would all round to 1 keep their
     * order.
     */
    LOGIT
}
