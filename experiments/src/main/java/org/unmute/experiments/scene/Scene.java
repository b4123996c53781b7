package org.unmute.experiments.scene;

import java.util.List;
import java.util.Objects;

/**
 * A mono clip with several labelled events.
 *
 * @param samples the waveform in [-1, 1]; not copied
 * @param sampleRate samples per second
 * @param events its events, the reference event (gain 0 dB) first
 */
public record Scene(float[] samples, int sampleRate, List<Event> events) {

    /**
     * One event in a scene.
     *
     * @param label its class
     * @param source its origin: a recording's id or a synthesizer seed
     * @param gainDb its RMS level relative to the scene's first event, in dB
     * @param offsetSeconds where it starts in the scene, in seconds
     */
    public record Event(String label, String source, double gainDb, double offsetSeconds) {
        public Event {
            Objects.requireNonNull(label, "label");
            Objects.requireNonNull(source, "source");
        }
    }

    public Scene {
        Objects.requireNonNull(samples, "samples");
        events = List.copyOf(events);
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
