package org.unmute.data.annotation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.unmute.data.Manifest;

/** The labels of stretches of recordings: those of the events that lie in them by a share. Immutable. */
final class EventLabels implements Manifest.Stretches {
    private final Map<String, EventIndex> byFile = new HashMap<>();
    private final ShareRule rule;

    /**
     * @param events with the recordings as the clips of the manifest name them
     * @param rule   when an event is a label of a stretch
     */
    EventLabels(List<Annotation> events, ShareRule rule) {
        Map<String, List<Annotation>> all = new HashMap<>();
        events.forEach(
                e -> all.computeIfAbsent(e.file(), f -> new ArrayList<>()).add(e));
        all.forEach((file, list) -> byFile.put(file, new EventIndex(list)));
        this.rule = rule;
    }

    @Override
    public List<String> labels(String file, double start, double end) {
        EventIndex events = byFile.get(file);
        if (events == null) {
            return List.of();
        }
        TreeSet<String> labels = new TreeSet<>();
        events.within(start, end, event -> {
            if (!event.label().isEmpty() && rule.holds(start, end, event)) {
                labels.add(event.label());
            }
        });
        return List.copyOf(labels);
    }
}
