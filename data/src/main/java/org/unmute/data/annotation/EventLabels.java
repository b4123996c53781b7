package org.unmute.data.annotation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.unmute.data.LabelSet;
import org.unmute.data.Manifest;

/**
 * The labels of stretches of recordings: the labels of the events that overlap a stretch by the required share.
 * Immutable.
 */
final class EventLabels implements Manifest.Stretches {
    private final Map<String, EventIndex> byFile = new HashMap<>();
    private final Map<String, SparseRecording> sparse = new HashMap<>();
    private final ShareRule rule;

    /**
     * @param events   with the recordings named as in the manifest
     * @param rule     when an event is a label of a stretch
     * @param coverage which recordings are sparse
     * @param classes  all classes
     */
    EventLabels(List<Annotation> events, ShareRule rule, Coverage coverage, LabelSet classes) {
        Map<String, List<Annotation>> all = new HashMap<>();
        events.forEach(
                e -> all.computeIfAbsent(e.file(), f -> new ArrayList<>()).add(e));
        coverage.sparse()
                .forEach(file ->
                        sparse.put(file, coverage.recording(file, all.getOrDefault(file, List.of()), classes, rule)));
        all.forEach((file, list) -> byFile.put(file, new EventIndex(list)));
        this.rule = rule;
    }

    /** Events of completely annotated recordings. */
    EventLabels(List<Annotation> events, ShareRule rule) {
        this(events, rule, Coverage.COMPLETE, null);
    }

    @Override
    public Manifest.Stretch of(String file, double start, double end) {
        if (sparse.containsKey(file)) {
            return sparse.get(file).at(start, end);
        }
        TreeSet<String> labels = new TreeSet<>();
        EventIndex events = byFile.get(file);
        if (events == null) {
            return new Manifest.Stretch(List.of(), List.of());
        }
        events.within(start, end, event -> {
            if (!event.label().isEmpty() && rule.holds(start, end, event)) {
                labels.add(event.label());
            }
        });
        return new Manifest.Stretch(List.copyOf(labels), List.of());
    }
}
