package org.unmute.metrics.event;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The ground truth: recordings with their lengths, classes, and the annotated events. Immutable. */
public final class EventReference {
    private final List<String> classes;
    private final Map<String, Double> durations;
    private final Map<String, Map<String, List<SoundEvent>>> events;
    private final List<SoundEvent> all;

    /**
     * @param classes   in the order of the score columns, without duplicates
     * @param durations length of each recording in seconds, positive; the iteration order is the order of the
     *     recordings
     * @param events    events of these classes in these recordings, in any order; they may overlap
     * @throws IllegalArgumentException if an event names another class or recording, or a length is not positive
     */
    public EventReference(List<String> classes, Map<String, Double> durations, Collection<SoundEvent> events) {
        this.classes = List.copyOf(classes);
        this.durations = new LinkedHashMap<>(durations);
        this.events = byFile(events);
        this.all = List.copyOf(events);
        if (this.classes.stream().distinct().count() < this.classes.size()) {
            throw new IllegalArgumentException("reference: a class is named twice: " + this.classes);
        }
        durations.forEach((file, seconds) -> {
            if (!(seconds > 0 && seconds < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "reference: the length of " + file + " must be a positive number of seconds: " + seconds);
            }
        });
        for (SoundEvent event : events) {
            if (!durations.containsKey(event.file()) || !this.classes.contains(event.label())) {
                throw new IllegalArgumentException("reference: event " + event + " belongs to "
                        + (durations.containsKey(event.file()) ? "none of the classes" : "none of the recordings"));
            }
        }
    }

    /** Events by recording and class, sorted by onset. */
    static Map<String, Map<String, List<SoundEvent>>> byFile(Collection<SoundEvent> events) {
        Map<String, Map<String, List<SoundEvent>>> files = new HashMap<>();
        events.stream()
                .sorted(Comparator.comparingDouble(SoundEvent::onset).thenComparingDouble(SoundEvent::offset))
                .forEach(event -> files.computeIfAbsent(event.file(), f -> new HashMap<>())
                        .computeIfAbsent(event.label(), c -> new ArrayList<>())
                        .add(event));
        return files;
    }

    /** The classes, in order. */
    public List<String> classes() {
        return classes;
    }

    /** The recordings, in order. */
    public List<String> files() {
        return List.copyOf(durations.keySet());
    }

    /**
     * Length of a recording in seconds.
     *
     * @throws IllegalArgumentException if it is not one of {@link #files()}
     */
    public double duration(String file) {
        Double seconds = durations.get(file);
        if (seconds == null) {
            throw new IllegalArgumentException("reference: unknown recording " + file);
        }
        return seconds;
    }

    /** All events, in the order given. */
    public List<SoundEvent> events() {
        return all;
    }

    /** Events of a class in a recording, sorted by onset; empty for an unknown recording or class. */
    public List<SoundEvent> events(String file, String label) {
        return events.getOrDefault(file, Map.of()).getOrDefault(label, List.of());
    }

    /** Number of events of a class. */
    public int count(String label) {
        return (int) all.stream().filter(e -> e.label().equals(label)).count();
    }
}
