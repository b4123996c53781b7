package org.unmute.events.scoring;

import org.unmute.probes.pool.Probabilities;

/** What becomes of logits, by the names that options and records have for it. */
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
     * What the outputs of a head were trained for: logits as they are of a head that does not say whether its classes
     * exclude each other.
     */
    public static Activation trained(ScoringHead head) {
        if (head.exclusive() == null) {
            return none;
        }
        return head.exclusive() ? softmax : sigmoid;
    }

    /**
     * Scores of a recording, {@code [classes]}. What a probe was trained for is its own function, with the bits that it
     * has everywhere.
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
