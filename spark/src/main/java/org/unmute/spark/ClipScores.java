package org.unmute.spark;

import org.unmute.spark.task.EmbeddedClip;

/**
 * A clip's scores by a probe, with the bits that {@code unmute tag} and the library give, or logits by an encoder's own
 * head. A bean for Spark.
 */
public final class ClipScores extends ClipResult {
    private static final long serialVersionUID = 1L;

    private float[] scores;
    private float[] rawScores;

    /** For Spark. */
    public ClipScores() {}

    ClipScores(EmbeddedClip from) {
        super(from);
        if (from.scores() != null) {
            scores = from.scores().scores();
            rawScores = from.scores().raw() == null ? scores : from.scores().raw();
        }
    }

    /**
     * One a class, in the order of {@link UnmuteSpark#classes}: a probe's in [0, 1], calibrated if it learned a
     * calibration, else raw; logits of an encoder's own head. Null with an error.
     */
    public float[] getScores() {
        return scores;
    }

    public void setScores(float[] scores) {
        this.scores = scores;
    }

    /**
     * The same before calibration, those of {@code unmute tag --scores}, on which learned thresholds decide. Equal to
     * the scores if the probe learned no calibration. Null with an error.
     */
    public float[] getRawScores() {
        return rawScores;
    }

    public void setRawScores(float[] rawScores) {
        this.rawScores = rawScores;
    }
}
