package org.unmute.spark.table;

import java.io.Serializable;
import org.unmute.spark.plan.ClipOrigin;
import org.unmute.spark.plan.PlannedClip;

/**
 * A row of the index, which describes a clip and its results.
 *
 * @param origin where the clip's sound is
 * @param sha256 digest of the file, in lower-case hexadecimal; null if the file could not be read
 * @param tokens where the clip's tokens are
 * @param pooled pooled tokens of the clip, {@code [dim]}; null if not kept
 * @param scores scores from the probe or the encoder's own head; null if not kept
 * @param error why the clip could not be used; null if it could
 * @param where when and where it was recorded, to the end of what was read; known in jobs that find events
 * @param oddities what is odd about time and place, in words; null if nothing is
 */
public record ClipRow(
        ClipOrigin origin,
        String sha256,
        StoredTokens tokens,
        float[] pooled,
        ScoreVectors scores,
        String error,
        WhenAndWhere where,
        String oddities)
        implements Serializable {
    /** A row without stored tokens. */
    public ClipRow(ClipOrigin origin, String sha256, float[] pooled, ScoreVectors scores, String error) {
        this(origin, sha256, StoredTokens.NONE, pooled, scores, error, WhenAndWhere.NONE, null);
    }

    /** Returns a copy with when and where the clip was recorded. */
    public ClipRow with(WhenAndWhere placed, String odd) {
        return new ClipRow(origin, sha256, tokens, pooled, scores, error, placed, odd);
    }

    /** The clip's id. */
    public String clip() {
        return origin.clip();
    }

    /** Returns a copy with the place and shape of the clip's tokens. */
    public ClipRow with(StoredTokens stored) {
        return new ClipRow(origin, sha256, stored, pooled, scores, error, where, oddities);
    }

    /** Returns a copy without results, with this error. */
    public ClipRow failed(String reason) {
        return new ClipRow(origin, sha256, StoredTokens.NONE, null, null, reason, where, oddities);
    }

    /**
     * Returns a copy with this error and without the place of its tokens, for a clip whose tokens or events were lost.
     */
    public ClipRow lost(String reason) {
        return new ClipRow(origin, sha256, tokens.lost(), pooled, scores, reason, where, oddities);
    }

    /**
     * Returns a copy updated from a plan ({@link ClipOrigin#revised}).
     *
     * @param plan the plan; null to change nothing
     */
    public ClipRow revised(PlannedClip plan) {
        return new ClipRow(origin.revised(plan), sha256, tokens, pooled, scores, error, where, oddities);
    }
}
