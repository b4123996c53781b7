package org.unmute.metrics.event;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Segment-based comparison as in sed_eval: time is divided into segments of equal length, and a class is active in a
 * segment if any of its events overlaps it. Segments extend to the last offset of references and detections.
 */
public final class SegmentBased {
    private SegmentBased() {}

    /**
     * Compares detections with a reference.
     *
     * @param detections detections of the reference's classes, in any recording; recordings that the reference does not
     *     name are included
     * @param resolution length of a segment in seconds, usually 1
     * @throws IllegalArgumentException if the resolution is not positive
     */
    public static EventFigures compare(EventReference reference, Collection<SoundEvent> detections, double resolution) {
        if (!(resolution > 0)) {
            throw new IllegalArgumentException("segment-based: the resolution must be positive: " + resolution + " s");
        }
        Map<String, Map<String, List<SoundEvent>>> detected = EventReference.byFile(detections);
        Set<String> files = new LinkedHashSet<>(reference.files());
        files.addAll(detected.keySet());
        int classes = reference.classes().size();
        long[] inReference = new long[classes];
        long[] inDetections = new long[classes];
        long[] inBoth = new long[classes];
        long substitutions = 0;
        for (String file : files) {
            BitSet[] ref = new BitSet[classes];
            BitSet[] det = new BitSet[classes];
            int segments = 0;
            for (int c = 0; c < classes; c++) {
                String label = reference.classes().get(c);
                ref[c] = active(reference.events(file, label), resolution);
                det[c] = active(detected.getOrDefault(file, Map.of()).getOrDefault(label, List.of()), resolution);
                segments = Math.max(segments, Math.max(ref[c].length(), det[c].length()));
                inReference[c] += ref[c].cardinality();
                inDetections[c] += det[c].cardinality();
                BitSet both = (BitSet) ref[c].clone();
                both.and(det[c]);
                inBoth[c] += both.cardinality();
            }
            for (int s = 0; s < segments; s++) {
                substitutions += substitutions(ref, det, s);
            }
        }
        List<EventFigures.ClassCounts> counts = new ArrayList<>();
        for (int c = 0; c < classes; c++) {
            counts.add(new EventFigures.ClassCounts(
                    reference.classes().get(c),
                    inReference[c],
                    inDetections[c],
                    inBoth[c],
                    inDetections[c] - inBoth[c]));
        }
        return new EventFigures(counts, substitutions, false);
    }

    /** The segments k of an event with {@code floor(onset / resolution) <= k < ceil(offset / resolution)}. */
    private static BitSet active(List<SoundEvent> events, double resolution) {
        BitSet segments = new BitSet();
        for (SoundEvent e : events) {
            int from = (int) Math.floor(e.onset() / resolution);
            int to = (int) Math.ceil(e.offset() / resolution);
            if (to > from) {
                segments.set(from, to);
            }
        }
        return segments;
    }

    private static int substitutions(BitSet[] ref, BitSet[] det, int segment) {
        int inReference = 0;
        int inDetections = 0;
        int inBoth = 0;
        for (int c = 0; c < ref.length; c++) {
            boolean r = ref[c].get(segment);
            boolean d = det[c].get(segment);
            inReference += r ? 1 : 0;
            inDetections += d ? 1 : 0;
            inBoth += r && d ? 1 : 0;
        }
        return Math.min(inReference, inDetections) - inBoth;
    }
}
