package org.unmute.metrics.event;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Intersection-based comparison (Bilen et al., <i>A framework for the robust evaluation of sound event detection</i>,
 * ICASSP 2020), with times rounded to a microsecond as in sed_scores_eval. True positives count references, false
 * positives count detections; a second relevant detection of a reference is not penalized.
 *
 * @param detectionTolerance share of a detection that must lie on references of its class for it to be relevant (DTC)
 * @param referenceTolerance share of a reference that relevant detections must cover for it to be found (GTC)
 * @param crossTriggerTolerance share of an irrelevant detection that must lie on references of another class for it to
 *     be a cross trigger of that class (CTTC); NaN if cross triggers are not counted
 */
public record Intersection(double detectionTolerance, double referenceTolerance, double crossTriggerTolerance)
        implements EventCriterion {
    public Intersection {
        requireShare("detection tolerance", detectionTolerance);
        requireShare("reference tolerance", referenceTolerance);
        if (!Double.isNaN(crossTriggerTolerance)) {
            requireShare("cross-trigger tolerance", crossTriggerTolerance);
        }
    }

    private static void requireShare(String name, double share) {
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("intersection-based: the " + name + " must be in (0, 1]: " + share);
        }
    }

    /** The same tolerance for detections and references, without cross triggers, as used for F1. */
    public static Intersection of(double share) {
        return new Intersection(share, share, Double.NaN);
    }

    /**
     * Counts of event lists. Detections of zero length are ignored; recordings that the reference does not name are
     * included.
     *
     * @param crossTriggers {@code [classes][classes]}, number of wrong detections of the first class on events of the
     *     second; null if not counted
     */
    public record Counts(EventFigures figures, long @Nullable [][] crossTriggers) {
        /** Whether the other has the same content. Numbers are compared by their bits: NaN equals NaN. */
        @Override
        public boolean equals(Object other) {
            return other instanceof Counts that && Arrays.deepEquals(content(), that.content());
        }

        @Override
        public int hashCode() {
            return Arrays.deepHashCode(content());
        }

        private Object[] content() {
            return new Object[] {figures, crossTriggers};
        }

        @Override
        public String toString() {
            return "Counts[figures=" + figures + ", crossTriggers=" + Arrays.deepToString(crossTriggers) + "]";
        }
    }

    /**
     * Compares detections with a reference.
     *
     * @param detections detections of the reference's classes
     */
    public Counts compare(EventReference reference, Collection<SoundEvent> detections) {
        Map<String, Map<String, List<SoundEvent>>> detected = EventReference.byFile(detections);
        Set<String> files = new LinkedHashSet<>(reference.files());
        files.addAll(detected.keySet());
        List<String> classes = reference.classes();
        long[][] cross = Double.isNaN(crossTriggerTolerance) ? null : new long[classes.size()][classes.size()];
        List<EventFigures.ClassCounts> counts = new ArrayList<>();
        for (int c = 0; c < classes.size(); c++) {
            long n = 0;
            long tp = 0;
            long fp = 0;
            for (String file : files) {
                FileCounter counter = counter(reference, file, c);
                List<SoundEvent> events = detected.getOrDefault(file, Map.of()).getOrDefault(classes.get(c), List.of());
                int id = 0;
                for (SoundEvent e : events) {
                    if (e.length() > 0) {
                        counter.add(id++, e.onset(), e.offset());
                    }
                }
                n += id;
                tp += counter.truePositives();
                fp += counter.falsePositives();
                if (cross != null) {
                    int[] others = counter.crossTriggers();
                    for (int o = 0; o < others.length; o++) {
                        cross[c][o < c ? o : o + 1] += others[o];
                    }
                }
            }
            String label = classes.get(c);
            counts.add(new EventFigures.ClassCounts(label, reference.count(label), n, tp, fp));
        }
        return new Counts(new EventFigures(counts, Double.NaN, false), cross);
    }

    @Override
    public FileCounter counter(List<SoundEvent> references, List<List<SoundEvent>> others) {
        return new IntersectionCounter(this, references, others);
    }
}
