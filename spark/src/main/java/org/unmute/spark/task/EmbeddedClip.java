package org.unmute.spark.task;

import java.util.List;
import org.unmute.models.encoder.Features;
import org.unmute.spark.plan.PlannedClip;
import org.unmute.spark.table.DetectedEvent;
import org.unmute.spark.table.ScoreVectors;

/**
 * What became of a clip.
 *
 * @param clip as planned
 * @param sha256 of its file, lower-case hexadecimal; null if the file could not be read
 * @param seconds of sound; 0 if it could not be read
 * @param features its tokens; null with an error, or if nobody asked
 * @param pooled its pooled tokens, {@code [dim]}; null with an error, or if nobody asked
 * @param scores of each class; null with an error, or if nobody asked
 * @param events of a damaged recording those before the damage; empty if nobody asked
 * @param error why it could not be used, or not to its end; null if it could
 */
public record EmbeddedClip(
        PlannedClip clip,
        String sha256,
        double seconds,
        Features features,
        float[] pooled,
        ScoreVectors scores,
        List<DetectedEvent> events,
        String error) {
    /** The same of a file with this digest. */
    EmbeddedClip of(String digest) {
        return new EmbeddedClip(clip, digest, seconds, features, pooled, scores, events, error);
    }

    /** The same without results. */
    EmbeddedClip failed(String reason) {
        return new EmbeddedClip(clip, sha256, 0, null, null, null, List.of(), reason);
    }
}
