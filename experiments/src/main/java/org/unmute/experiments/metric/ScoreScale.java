package org.unmute.experiments.metric;

/** What the scores given to a metric are. Thresholds at one half and calibration need to know. */
public enum ScoreScale {
    /** Values in [0, 1]. */
    PROBABILITY,
    /**
     * Any finite or infinite numbers; the sigmoid (multi-label) or the softmax (single-label) makes them probabilities.
     * Clips are ranked before that squashing, so confident scores that would all round to 1 keep their order.
     */
    LOGIT
}
