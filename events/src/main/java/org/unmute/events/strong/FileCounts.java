package org.unmute.events.strong;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.unmute.metrics.event.EventFigures;
import org.unmute.metrics.event.EventReference;
import org.unmute.metrics.event.SoundEvent;

/** Counts of one kind of comparison, kept per recording, so that recordings can be resampled. */
final class FileCounts {
    private final List<String> classes;
    /** {@code [recordings][classes]}: references, detections, true positives, false positives. */
    private final long[][][] counts;

    private final double[] substitutions;

    private FileCounts(List<String> classes, int files) {
        this.classes = classes;
        counts = new long[files][classes.size()][4];
        substitutions = new double[files];
    }

    /**
     * Compares each recording separately.
     *
     * @param detections for the recordings of the reference
     * @param comparison compares the reference of one recording with its detections
     */
    static FileCounts of(
            EventReference reference,
            Collection<SoundEvent> detections,
            BiFunction<EventReference, List<SoundEvent>, EventFigures> comparison) {
        List<String> files = reference.files();
        Map<String, List<SoundEvent>> detected = byFile(detections);
        Map<String, List<SoundEvent>> annotated = byFile(reference.events());
        FileCounts all = new FileCounts(reference.classes(), files.size());
        for (int f = 0; f < files.size(); f++) {
            String file = files.get(f);
            EventReference own = new EventReference(
                    reference.classes(),
                    Map.of(file, reference.duration(file)),
                    annotated.getOrDefault(file, List.of()));
            EventFigures figures = comparison.apply(own, detected.getOrDefault(file, List.of()));
            for (int c = 0; c < all.classes.size(); c++) {
                EventFigures.ClassCounts k = figures.classes().get(c);
                all.counts[f][c] = new long[] {k.references(), k.detections(), k.truePositives(), k.falsePositives()};
            }
            all.substitutions[f] = figures.substitutions();
        }
        return all;
    }

    /** Counts references and detections of a recording that overlap one of the other kind, of the same class. */
    static EventFigures overlapping(EventReference reference, List<SoundEvent> detections) {
        Map<String, List<SoundEvent>> wanted = byLabel(reference.events());
        Map<String, List<SoundEvent>> found = byLabel(detections);
        List<EventFigures.ClassCounts> all = new ArrayList<>();
        for (String label : reference.classes()) {
            List<SoundEvent> references = wanted.getOrDefault(label, List.of());
            List<SoundEvent> own = found.getOrDefault(label, List.of());
            all.add(new EventFigures.ClassCounts(
                    label,
                    references.size(),
                    own.size(),
                    overlapping(references, own),
                    own.size() - overlapping(own, references)));
        }
        return new EventFigures(all, Double.NaN, true);
    }

    private static Map<String, List<SoundEvent>> byLabel(List<SoundEvent> events) {
        return events.stream().collect(Collectors.groupingBy(SoundEvent::label));
    }

    /** How many of some events overlap one of the others. */
    private static long overlapping(List<SoundEvent> events, List<SoundEvent> others) {
        TreeMap<Double, Double> latestEnds = new TreeMap<>();
        double end = Double.NEGATIVE_INFINITY;
        List<SoundEvent> sorted = new ArrayList<>(others);
        sorted.sort(Comparator.comparingDouble(SoundEvent::onset));
        for (SoundEvent other : sorted) {
            end = Math.max(end, other.offset());
            latestEnds.put(other.onset(), end);
        }
        return events.stream()
                .filter(e -> {
                    Map.Entry<Double, Double> before = latestEnds.lowerEntry(e.offset());
                    return before != null && before.getValue() > e.onset();
                })
                .count();
    }

    private static Map<String, List<SoundEvent>> byFile(Collection<SoundEvent> events) {
        Map<String, List<SoundEvent>> files = new HashMap<>();
        events.forEach(
                e -> files.computeIfAbsent(e.file(), f -> new ArrayList<>()).add(e));
        return files;
    }

    /**
     * Computes the metrics over all recordings.
     *
     * @param draws how often each recording counts; null if each counts once
     */
    EventFigures figures(int[] draws) {
        long[][] sums = new long[classes.size()][4];
        double substituted = 0;
        for (int f = 0; f < counts.length; f++) {
            int weight = draws == null ? 1 : draws[f];
            if (weight == 0) {
                continue;
            }
            substituted += weight * substitutions[f];
            for (int c = 0; c < sums.length; c++) {
                for (int k = 0; k < sums[c].length; k++) {
                    sums[c][k] += weight * counts[f][c][k];
                }
            }
        }
        List<EventFigures.ClassCounts> all = new ArrayList<>();
        for (int c = 0; c < sums.length; c++) {
            all.add(new EventFigures.ClassCounts(classes.get(c), sums[c][0], sums[c][1], sums[c][2], sums[c][3]));
        }
        return new EventFigures(all, substituted, true);
    }
}
