package org.unmute.spark;

import org.unmute.spark.task.EmbeddedClip;

/**
 * A clip's raw scores by a probe, those of {@code unmute tag --scores}, or logits by an encoder's own head. A bean for
 * Spark.
 */
public final class ClipScores extends ClipResult {
    private static final long serialVersionUID = 1L;

    private float[] scores;

    /** For Spark. */
    public ClipScores() {}

    ClipScores(EmbeddedClip from) {
        super(from);
        scores = from.scores();
    }

    /**
     * One a class, in the order of {@link UnmuteSpark#classes}: a probe's in [0, 1], as it was trained; logits of an
     * encoder's own head. Null with an error.
     */
    public float[] getScores() {
        return scores;
    }

    public void setScores(float[] scores) {
        this.scores = scores;
    }
}
