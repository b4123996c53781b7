package org.unmute.events.strong;

import java.util.List;
import org.unmute.metrics.event.Collar;

/**
 * Conditions under which an event counts as found.
 *
 * @param collar          tolerance of event-based metrics
 * @param segmentSeconds  segment length of segment-based metrics
 * @param intersections   tolerances of intersection-based F1, each in (0, 1]
 */
public record EventSettings(Collar collar, double segmentSeconds, List<Double> intersections) {
    /** The settings of DCASE: 0.2 s and 20 % of the length, segments of 1 s, intersections of 0.5 and 0.7. */
    public static final EventSettings DCASE = new EventSettings(Collar.DCASE, 1, List.of(0.5, 0.7));

    /** The same with another collar. */
    public EventSettings with(Collar other) {
        return new EventSettings(other, segmentSeconds, intersections);
    }

    /** @throws IllegalArgumentException if the segment length is not positive */
    public EventSettings {
        intersections = List.copyOf(intersections);
        if (!(segmentSeconds > 0 && segmentSeconds < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "event metrics: a segment must have a positive length: " + segmentSeconds + " s");
        }
    }
}
