package org.unmute.events.scoring;

import org.unmute.probes.pool.Probabilities;

/** Functions applied to logits, by their names in options and records. */
public enum Activation {
    /** Logits, unchanged. */
    none,
    /** Probabilities of independent classes. */
    sigmoid,
    /** Probabilities of exclusive classes. */
    softmax,
    /** A probe's scores, calibrated on validation clips. */
    calibrated;

    /**
     * The function for which the outputs of a head were trained: {@link #none} if the head does not say whether its
     * classes are mutually exclusive.
     */
    public static Activation trained(ScoringHead head) {
        if (head.exclusive() == null) {
            return none;
        }
        return head.exclusive() ? softmax : sigmoid;
    }

    /**
     * Scores of a recording, {@code [classes]}. If this is the function for which a probe was trained, the probe's own
     * function is used, so that the bits are the same as elsewhere.
     *
     * @param logits {@link ScoringHead#logits} of this head
     */
    public float[] of(ScoringHead head, float[] logits) {
        return switch (this) {
            case none -> logits;
            case calibrated -> head.decisions().calibration().apply(head.rawScores(logits));
            case sigmoid -> trained(head) == sigmoid ? head.rawScores(logits) : Probabilities.sigmoid(logits);
            case softmax -> trained(head) == softmax ? head.rawScores(logits) : Probabilities.softmax(logits);
        };
    }
}
