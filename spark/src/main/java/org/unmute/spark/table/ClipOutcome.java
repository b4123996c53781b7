package org.unmute.spark.table;

import java.util.List;
import org.unmute.audio.place.TimeAndPlace;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.spark.plan.PlannedClip;

/**
 * The results of a clip, of which a row is made.
 *
 * @param clip the clip as planned
 * @param sha256 digest of the clip's file, in lower-case hexadecimal; null if the file could not be read
 * @param seconds seconds of sound; 0 if the clip could not be read
 * @param features tokens of the clip; null if there was an error or they were not requested
 * @param shard name of the shard with the tokens; null if they are not stored
 * @param offset offset of the tokens' record in the shard, in bytes
 * @param pooled pooled tokens, {@code [dim]}; null if there was an error or they were not requested
 * @param scores score of each class; null if there was an error or they were not requested
 * @param events events in the clip, for a damaged recording those before the damage; empty if not requested
 * @param error why the clip could not be used, or not to its end; null if there was no problem
 * @param place when and where the clip's file begins; null if events were not requested
 */
public record ClipOutcome(
        PlannedClip clip,
        String sha256,
        double seconds,
        Features features,
        String shard,
        long offset,
        float[] pooled,
        ScoreVectors scores,
        List<DetectedEvent> events,
        String error,
        TimeAndPlace place) {
    /** A clip that could not be used. */
    public static ClipOutcome failed(PlannedClip clip, String error, TimeAndPlace place) {
        return new ClipOutcome(clip, null, 0, null, null, -1, null, null, List.of(), error, place);
    }

    /** The token map; null if there are no tokens. */
    public TokenMap tokens() {
        return features == null ? null : features.tokens();
    }

    /** Returns a copy with this digest of the file. */
    public ClipOutcome of(String digest) {
        return new ClipOutcome(clip, digest, seconds, features, shard, offset, pooled, scores, events, error, place);
    }

    /** Returns a copy whose tokens are stored in this place. */
    public ClipOutcome storedIn(String file, long at) {
        return new ClipOutcome(clip, sha256, seconds, features, file, at, pooled, scores, events, error, place);
    }

    /** Returns a copy without results, with this error. */
    public ClipOutcome failed(String reason) {
        return new ClipOutcome(clip, sha256, 0, null, null, -1, null, null, List.of(), reason, place);
    }
}
