package org.unmute.data.annotation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.unmute.data.LabelSet;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;

/** A recording that was annotated at its marks and around them, and perhaps completely for some classes. Immutable. */
final class SparseRecording {
    /** Tolerance for rounding of times, in seconds. */
    static final double ROUNDING = 1e-6;

    /**
     * A stretch of time in seconds.
     *
     * @param end above {@code start}
     */
    record Span(double start, double end) {}

    private final List<Annotation> marks;
    private final EventIndex index;
    private final Set<String> complete;
    private final LabelSet classes;
    private final ShareRule rule;
    /** The spans that an annotator looked at: disjoint and sorted. */
    private final List<Span> known;

    private final double[] starts;
    /** Shares equal lists, since there may be as many names as classes and as many clips as seconds. */
    private final Map<List<String>, List<String>> same = new ConcurrentHashMap<>();

    /**
     * @param margin   annotated margin on both sides of a mark, in seconds
     * @param complete classes of which every event is marked
     * @param rule     decides when a mark is a label of a stretch
     */
    SparseRecording(List<Annotation> marks, double margin, Set<String> complete, LabelSet classes, ShareRule rule) {
        this.marks = List.copyOf(marks);
        this.complete = Set.copyOf(complete);
        this.classes = classes;
        this.rule = rule;
        index = new EventIndex(marks);
        known = joined(marks.stream()
                .filter(mark -> !mark.isWhole())
                .map(mark -> new Span(mark.onset() - margin, mark.offset() + margin))
                .toList());
        starts = known.stream().mapToDouble(Span::start).toArray();
    }

    /** The union of spans as disjoint spans that do not touch, sorted. */
    static List<Span> joined(List<Span> spans) {
        List<Span> all = new ArrayList<>();
        for (Span span :
                spans.stream().sorted(Comparator.comparingDouble(Span::start)).toList()) {
            Span before = all.isEmpty() ? null : all.getLast();
            if (before != null && span.start <= before.end) {
                all.set(all.size() - 1, new Span(before.start, Math.max(before.end, span.end)));
            } else {
                all.add(span);
            }
        }
        return all;
    }

    /** The marks, in any order. */
    List<Annotation> marks() {
        return marks;
    }

    /** The spans that an annotator looked at; may begin before the recording and end after it. */
    List<Span> known() {
        return known;
    }

    /** Whether something may be known at any time: a complete class, or a label of the whole recording. */
    boolean isKnownThroughout() {
        return !complete.isEmpty() || marks.stream().anyMatch(Annotation::isWhole);
    }

    /** Whether every event of a class is marked. */
    boolean isComplete(String label) {
        return complete.contains(label);
    }

    /** Number of seconds, among the first {@code seconds} of the recording, in which every class is unknown. */
    double unknownOf(double seconds) {
        double left = seconds;
        for (Span span : isKnownThroughout() ? List.of(new Span(0, seconds)) : known) {
            left -= Math.max(0, Math.min(seconds, span.end) - Math.max(0, span.start));
        }
        return Math.max(0, left);
    }

    private boolean covers(double start, double end) {
        int at = Arrays.binarySearch(starts, start + ROUNDING);
        int before = at >= 0 ? at : -at - 2;
        return before >= 0 && known.get(before).end >= end - ROUNDING;
    }

    /**
     * The labels of a stretch: those of the marks that share enough of it. A class whose marks only overlap it is
     * unknown. Every other class is unknown if the stretch contains a mark without a label, or if it extends beyond the
     * annotated spans and the class is not complete.
     *
     * @param end in seconds; infinite for the end of the recording
     */
    Manifest.Stretch at(double start, double end) {
        Set<String> labels = new TreeSet<>();
        Set<String> touched = new TreeSet<>();
        boolean[] unnamed = {false};
        index.within(start, end, mark -> {
            boolean holds = rule.holds(start, end, mark);
            if (!holds && Math.min(end, mark.offset()) - Math.max(start, mark.onset()) <= ROUNDING) {
                return;
            }
            if (mark.label().isEmpty()) {
                unnamed[0] = true;
            } else {
                (holds ? labels : touched).add(mark.label());
            }
        });
        touched.removeAll(labels);
        List<String> unknown = List.copyOf(touched);
        if (unnamed[0]) {
            unknown = LabelledClip.OTHERS;
        } else if (!covers(start, end)) {
            unknown = complete.isEmpty()
                    ? LabelledClip.OTHERS
                    : classes.names().stream()
                            .filter(c -> !labels.contains(c) && (!complete.contains(c) || touched.contains(c)))
                            .toList();
        }
        int others = classes.size() - labels.size();
        unknown = others == 0 ? List.of() : unknown.size() == others ? LabelledClip.OTHERS : unknown;
        return new Manifest.Stretch(List.copyOf(labels), same.computeIfAbsent(unknown, List::copyOf));
    }
}
