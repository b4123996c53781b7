package org.unmute.spark.table;

import java.io.Serializable;
import org.unmute.spark.plan.ClipOrigin;
import org.unmute.spark.plan.PlannedClip;

/**
 * What the index says of a clip.
 *
 * @param origin where its sound is
 * @param sha256 of the file's bytes, lower-case hexadecimal; null if it could not be read
 * @param tokens where its tokens are
 * @param pooled its pooled tokens, {@code [dim]}; null if not kept
 * @param scores of the probe, or of the encoder's own head; null if not kept
 * @param error why it could not be used; null if it could
 */
public record ClipRow(
        ClipOrigin origin, String sha256, StoredTokens tokens, float[] pooled, ScoreVectors scores, String error)
        implements Serializable {
    /** A row of which no tokens are stored. */
    public ClipRow(ClipOrigin origin, String sha256, float[] pooled, ScoreVectors scores, String error) {
        this(origin, sha256, StoredTokens.NONE, pooled, scores, error);
    }

    /** The clip's id. */
    public String clip() {
        return origin.clip();
    }

    /** The same with the place and the shape of its tokens. */
    public ClipRow with(StoredTokens stored) {
        return new ClipRow(origin, sha256, stored, pooled, scores, error);
    }

    /** The same without results. */
    public ClipRow failed(String reason) {
        return new ClipRow(origin, sha256, null, null, reason);
    }

    /** The same without the place of its tokens, which are gone, or with events that are. */
    public ClipRow lost(String reason) {
        return new ClipRow(origin, sha256, tokens.lost(), pooled, scores, reason);
    }

    /**
     * The same with what a plan says of it now ({@link ClipOrigin#revised}).
     *
     * @param plan null for none
     */
    public ClipRow revised(PlannedClip plan) {
        return new ClipRow(origin.revised(plan), sha256, tokens, pooled, scores, error);
    }
}
