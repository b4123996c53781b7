package org.unmute.data.scene;

import java.util.List;
import java.util.Objects;

/**
 * A mono clip with several labelled events.
 *
 * @param samples the waveform in [-1, 1]; not copied
 * @param sampleRate samples per second
 * @param events its events, the reference event (gain 0 dB) first
 * @param stems one waveform per event, in the order of the events, each as long as the scene, with the event at its
 *     level and position in the scene; their sum is the scene. Empty if not requested. Not copied.
 */
public record Scene(float[] samples, int sampleRate, List<Event> events, List<float[]> stems) {

    /**
     * One event in a scene.
     *
     * @param label its class
     * @param source its origin: the id of a recording or a synthesizer seed
     * @param gainDb its RMS level relative to the scene's first event, in dB
     * @param offsetSeconds position of its samples in the scene, in seconds
     * @param onset time at which it becomes audible, in seconds from the start of the scene: the first sample that is
     *     at most 60 dB below the peak of its recording
     * @param end time at which it ceases to be audible, in seconds, greater than {@code onset}
     * @param low lower edge of its band in Hz; NaN if it was not measured
     * @param high upper edge of its band in Hz; NaN if it was not measured
     */
    public record Event(
            String label,
            String source,
            double gainDb,
            double offsetSeconds,
            double onset,
            double end,
            double low,
            double high) {
        /** @throws IllegalArgumentException if the times are not {@code 0 <= onset < end} */
        public Event {
            Objects.requireNonNull(label, "label");
            Objects.requireNonNull(source, "source");
            if (!(onset >= 0 && end > onset)) {
                throw new IllegalArgumentException("scene: an event must be audible for some time: " + label + " from "
                        + onset + " to " + end + " s");
            }
        }

        /** An event whose band was not measured. */
        public Event(String label, String source, double gainDb, double offsetSeconds, double onset, double end) {
            this(label, source, gainDb, offsetSeconds, onset, end, Double.NaN, Double.NaN);
        }
    }

    public Scene {
        Objects.requireNonNull(samples, "samples");
        events = List.copyOf(events);
        stems = List.copyOf(stems);
        if (!stems.isEmpty() && stems.size() != events.size()) {
            throw new IllegalArgumentException("scene: " + stems.size() + " stems of " + events.size() + " events");
        }
    }

    /** A scene without stems. */
    public Scene(float[] samples, int sampleRate, List<Event> events) {
        this(samples, sampleRate, events, List.of());
    }

    /** The distinct labels, in the order of the events. */
    public List<String> labels() {
        return events.stream().map(Event::label).distinct().toList();
    }

    /** Length in seconds. */
    public double seconds() {
        return samples.length / (double) sampleRate;
    }
}
