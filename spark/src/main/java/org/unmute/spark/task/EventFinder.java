package org.unmute.spark.task;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.unmute.audio.AudioStream;
import org.unmute.events.detection.ReadOutcome;
import org.unmute.events.detection.RecordingDetector;
import org.unmute.models.encoder.Features;
import org.unmute.probes.cache.ClipSound;
import org.unmute.probes.event.Event;
import org.unmute.spark.input.HadoopAudio;
import org.unmute.spark.plan.PlannedClip;
import org.unmute.spark.table.DetectedEvent;

/**
 * Detects events in clips as {@code unmute detect} does: each clip is read as a separate stream, in memory that does
 * not depend on its length.
 */
final class EventFinder {
    private static final String TOO_LARGE =
            "its events do not fit into the memory of this executor: give executors more";

    private final RecordingDetector detector;
    private final HashedAudio audio;

    EventFinder(RecordingDetector detector, HashedAudio audio) {
        this.detector = detector;
        this.audio = audio;
    }

    /**
     * The outcome for a clip.
     *
     * @param seconds seconds of sound that were read
     * @param events events in the order in which they were decided
     * @param problem why the clip was not read, or not to its end; null if it was
     * @param failure the exception, if nothing was read because of one; null otherwise
     */
    record Found(double seconds, List<DetectedEvent> events, String problem, Exception failure) {
        private static Found none(String problem, Exception failure) {
            return new Found(0, List.of(), problem, failure);
        }
    }

    /** Detects the events of a clip. */
    Found of(PlannedClip clip) {
        List<DetectedEvent> found = new ArrayList<>();
        try (AudioStream stream = audio.open(HadoopAudio.path(clip.uri()), clip.channel())) {
            ReadOutcome read = detector.run(stream, clip.start(), clip.end(), event -> found.add(row(event)), _ -> {});
            for (String warning : read.warnings()) {
                System.getLogger("org.unmute").log(System.Logger.Level.WARNING, "{0}: {1}", clip.uri(), warning);
            }
            return read.usable()
                    ? new Found(read.seconds(), List.copyOf(found), read.problem(), null)
                    : Found.none(read.problem(), null);
        } catch (IOException | IllegalArgumentException e) {
            return Found.none(ClipEmbedding.reason(e), e);
        } catch (OutOfMemoryError e) {
            return Found.none(TOO_LARGE, null);
        }
    }

    /** The encoder outputs that the detector needs to find events in tokens. */
    Features.Request request() {
        return detector.request();
    }

    /**
     * Detects the events of a clip that has been encoded. Falls back to the clip's stream if a stream would give
     * different tokens.
     *
     * @param features at least the features of {@link #request}
     */
    Found of(PlannedClip clip, ClipSound sound, Features features) {
        List<DetectedEvent> found = new ArrayList<>();
        try {
            boolean done = detector.run(features, sound, event -> found.add(row(event)));
            return done ? new Found(sound.seconds(), List.copyOf(found), null, null) : of(clip);
        } catch (IllegalArgumentException e) {
            return Found.none(ClipEmbedding.reason(e), null);
        } catch (OutOfMemoryError e) {
            return Found.none(TOO_LARGE, null);
        }
    }

    private DetectedEvent row(Event event) {
        return new DetectedEvent(
                detector.classes().get(event.label()),
                event.onset(),
                event.offset(),
                event.band().low(),
                event.band().high(),
                event.score(),
                event.peak());
    }
}
