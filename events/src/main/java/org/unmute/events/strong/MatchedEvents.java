package org.unmute.events.strong;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.unmute.data.ClipId;
import org.unmute.data.MalformedTableException;
import org.unmute.data.RecordingNames;
import org.unmute.data.annotation.Annotation;
import org.unmute.metrics.event.SoundBox;
import org.unmute.metrics.event.SoundEvent;

/**
 * The events of a table that belong to given recordings and classes, and an account of the others. If a recording is a
 * part of a file ({@code a.wav#10-20}), events are cut to it and times count from the start of the part.
 *
 * @param boxes      events of the recordings and classes, under the recordings' ids, with their bands
 * @param recordings ids that appear in the table, in the order of the ids
 * @param missing    recordings of the table that are not among the ids, with their number of events
 * @param unknown    labels that are not among the classes, with their number of events
 * @param unlabelled events without a label
 */
public record MatchedEvents(
        List<SoundBox> boxes,
        List<String> recordings,
        Map<String, Integer> missing,
        Map<String, Integer> unknown,
        int unlabelled) {
    private static final Set<String> NO_LABEL = Set.of("", "none");

    /**
     * Matches a table with recordings.
     *
     * @param ids     ids of the recordings
     * @param classes class names; null to accept every label
     * @throws IllegalArgumentException if a recording of the table is ambiguous, or two of them are the same recording
     */
    public static MatchedEvents of(EventTable table, Collection<String> ids, Collection<String> classes) {
        Map<String, List<String>> parts = new LinkedHashMap<>();
        for (String id : ids) {
            parts.computeIfAbsent(fileOf(id), f -> new ArrayList<>()).add(id);
        }
        Map<String, List<String>> byName = byName(table, parts);
        Map<String, Integer> missing = new LinkedHashMap<>();
        Set<String> named = new LinkedHashSet<>();
        byName.forEach((name, own) -> {
            named.addAll(own);
            if (own.isEmpty()) {
                missing.put(name, 0);
            }
        });
        Set<String> known = classes == null ? null : Set.copyOf(classes);
        Map<String, Integer> unknown = new TreeMap<>();
        List<SoundBox> events = new ArrayList<>();
        int unlabelled = 0;
        for (Annotation a : table.events()) {
            List<String> own = byName.get(a.file());
            if (own.isEmpty()) {
                missing.merge(a.file(), 1, Integer::sum);
            } else if (NO_LABEL.contains(a.label().strip())) {
                unlabelled++;
            } else if (known != null && !known.contains(a.label())) {
                unknown.merge(a.label(), 1, Integer::sum);
            } else {
                own.forEach(id -> within(id, a).ifPresent(events::add));
            }
        }
        List<String> recordings = ids.stream().filter(named::contains).toList();
        return new MatchedEvents(events, recordings, missing, unknown, unlabelled);
    }

    /** The ids that each recording of the table matches; none if it matches no id. */
    private static Map<String, List<String>> byName(EventTable table, Map<String, List<String>> parts) {
        RecordingNames names = new RecordingNames(parts.keySet());
        Map<String, List<String>> byName = new LinkedHashMap<>();
        Map<String, String> nameOf = new HashMap<>();
        for (String name : table.recordings()) {
            List<String> siblings = parts.getOrDefault(fileOf(name), List.of());
            // A table may name the part itself.
            boolean isPart = siblings.contains(name);
            Optional<String> file = isPart ? Optional.of(name) : names.find(name);
            String before = file.map(f -> nameOf.putIfAbsent(f, name)).orElse(null);
            if (before != null) {
                throw new IllegalArgumentException(table.source() + ": recordings "
                        + MalformedTableException.quote(before) + " and " + MalformedTableException.quote(name)
                        + " are both " + MalformedTableException.quote(file.get()) + ": write them alike");
            }
            byName.put(name, isPart ? List.of(name) : file.map(parts::get).orElse(List.of()));
        }
        return byName;
    }

    private static String fileOf(String id) {
        return ClipId.recording(id);
    }

    /** The part of an event that lies in a recording, which may be a part of a file. */
    private static Optional<SoundBox> within(String id, Annotation a) {
        Optional<ClipId.Part> part = a.file().equals(id) ? Optional.empty() : ClipId.part(id);
        if (part.isEmpty()) {
            return Optional.of(box(id, a.onset(), a.offset(), a));
        }
        double from = Math.max(a.onset(), part.get().start()) - part.get().start();
        double to = Math.min(a.offset(), part.get().end()) - part.get().start();
        boolean inside = to > from || to == from && a.onset() == a.offset();
        return inside ? Optional.of(box(id, from, to, a)) : Optional.empty();
    }

    private static SoundBox box(String id, double from, double to, Annotation a) {
        return new SoundBox(new SoundEvent(id, from, to, a.label()), a.low(), a.high(), a.score());
    }

    /** The same without their bands. */
    public List<SoundEvent> events() {
        return boxes.stream().map(SoundBox::event).toList();
    }

    /** Number of events in recordings that are not among the ids. */
    public int eventsMissing() {
        return missing.values().stream().mapToInt(n -> n).sum();
    }
}
