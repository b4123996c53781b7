package org.unmute.spark;

import org.unmute.spark.task.EmbeddedClip;

/**
 * Scores of a clip from a probe, bit for bit those of {@code unmute tag} and the library, or logits from the encoder's
 * own head. A bean for Spark.
 */
public final class ClipScores extends ClipResult {
    private static final long serialVersionUID = 1L;

    private float[] scores;
    private float[] rawScores;

    /** For Spark's bean encoder. */
    public ClipScores() {}

    ClipScores(EmbeddedClip from) {
        super(from);
        if (from.scores() != null) {
            scores = from.scores().scores();
            rawScores = from.scores().raw() == null ? scores : from.scores().raw();
        }
    }

    /**
     * One score for each class, in the order of {@link UnmuteSpark#classes}. A probe's scores are in [0, 1], calibrated
     * if it learned a calibration, else raw; the encoder's own head gives logits. Null if there was an error.
     */
    public float[] getScores() {
        return scores;
    }

    public void setScores(float[] scores) {
        this.scores = scores;
    }

    /**
     * The scores before calibration, as in {@code unmute tag --scores}; learned thresholds apply to these. Equal to the
     * scores if the probe learned no calibration. Null if there was an error.
     */
    public float[] getRawScores() {
        return rawScores;
    }

    public void setRawScores(float[] rawScores) {
        this.rawScores = rawScores;
    }
}
