package org.unmute.spark.task;

import java.util.List;
import org.unmute.audio.place.TimeAndPlace;
import org.unmute.models.encoder.Features;
import org.unmute.spark.plan.PlannedClip;
import org.unmute.spark.table.DetectedEvent;
import org.unmute.spark.table.ScoreVectors;

/**
 * The results of a clip.
 *
 * @param clip the clip as planned
 * @param sha256 digest of the clip's file, in lower-case hexadecimal; null if the file could not be read
 * @param seconds seconds of sound; 0 if the clip could not be read
 * @param features tokens of the clip; null if there was an error or they were not requested
 * @param pooled pooled tokens, {@code [dim]}; null if there was an error or they were not requested
 * @param scores score of each class; null if there was an error or they were not requested
 * @param events events in the clip, for a damaged recording those before the damage; empty if not requested
 * @param error why the clip could not be used, or not to its end; null if there was no problem
 * @param place when and where the clip's file begins; {@link TimeAndPlace#UNKNOWN} if events were not requested
 */
public record EmbeddedClip(
        PlannedClip clip,
        String sha256,
        double seconds,
        Features features,
        float[] pooled,
        ScoreVectors scores,
        List<DetectedEvent> events,
        String error,
        TimeAndPlace place) {
    /** Returns a copy with this digest of the file. */
    EmbeddedClip of(String digest) {
        return new EmbeddedClip(clip, digest, seconds, features, pooled, scores, events, error, place);
    }

    /** Returns a copy without results, with this error. */
    EmbeddedClip failed(String reason) {
        return new EmbeddedClip(clip, sha256, 0, null, null, null, List.of(), reason, place);
    }
}
