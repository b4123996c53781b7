package org.unmute.metrics.event;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Event-based comparison: a detection matches a reference of its class if its onset is at most one collar away and,
 * unless only onsets count, its offset is at most the collar or a share of the reference's length away, whichever is
 * larger. Each reference and each detection is matched at most once, by maximum bipartite matching.
 *
 * @param seconds     collar in seconds, usually 0.2
 * @param offsetShare tolerance of the offset as a share of the reference's length, 0.2 in DCASE and 0.5 by default in
 *     sed_eval; NaN to compare onsets only
 * @param rounded     whether differences are rounded to a microsecond before comparison, as in sed_scores_eval;
 *     sed_eval compares raw doubles and so loses pairs exactly at the collar
 */
public record Collar(double seconds, double offsetShare, boolean rounded) implements EventCriterion {
    /** 0.2 s, 20 % of the length. */
    public static final Collar DCASE = new Collar(0.2, 0.2, true);

    public Collar {
        if (!(seconds >= 0 && seconds < Double.POSITIVE_INFINITY) || offsetShare < 0) {
            throw new IllegalArgumentException(
                    "event-based: the collar and the share must not be negative: " + seconds + " s, " + offsetShare);
        }
    }

    /** The same collar for onsets alone. */
    public Collar onsetOnly() {
        return new Collar(seconds, Double.NaN, rounded);
    }

    boolean matches(SoundEvent reference, SoundEvent detection) {
        return within(detection.onset() - reference.onset(), seconds)
                && (Double.isNaN(offsetShare)
                        || within(
                                detection.offset() - reference.offset(),
                                Math.max(seconds, offsetShare * reference.length())));
    }

    private boolean within(double difference, double collar) {
        return rounded ? SoundEvent.rounded(Math.abs(difference) - collar) <= 0 : Math.abs(difference) <= collar;
    }

    /**
     * Compares detections with a reference. Recordings that the reference does not name are included.
     *
     * @param detections detections of the reference's classes
     */
    public EventFigures compare(EventReference reference, Collection<SoundEvent> detections) {
        Map<String, Map<String, List<SoundEvent>>> detected = EventReference.byFile(detections);
        Set<String> files = new LinkedHashSet<>(reference.files());
        files.addAll(detected.keySet());
        int classes = reference.classes().size();
        long[][] counts = new long[classes][3];
        long substitutions = 0;
        for (String file : files) {
            List<SoundEvent> missed = new ArrayList<>();
            List<SoundEvent> wrong = new ArrayList<>();
            for (int c = 0; c < classes; c++) {
                String label = reference.classes().get(c);
                List<SoundEvent> ref = reference.events(file, label);
                List<SoundEvent> det = detected.getOrDefault(file, Map.of()).getOrDefault(label, List.of());
                int[] match = matching(ref, det);
                boolean[] used = new boolean[det.size()];
                for (int r = 0; r < ref.size(); r++) {
                    if (match[r] >= 0) {
                        used[match[r]] = true;
                        counts[c][2]++;
                    } else {
                        missed.add(ref.get(r));
                    }
                }
                for (int d = 0; d < used.length; d++) {
                    if (!used[d]) {
                        wrong.add(det.get(d));
                    }
                }
                counts[c][0] += ref.size();
                counts[c][1] += det.size();
            }
            substitutions += substitutions(missed, wrong);
        }
        List<EventFigures.ClassCounts> all = new ArrayList<>();
        for (int c = 0; c < classes; c++) {
            long[] k = counts[c];
            all.add(new EventFigures.ClassCounts(reference.classes().get(c), k[0], k[1], k[2], k[1] - k[2]));
        }
        return new EventFigures(all, substitutions, false);
    }

    /** The detection that a maximum matching assigns to each reference, or -1. */
    int[] matching(List<SoundEvent> references, List<SoundEvent> detections) {
        int[][] candidates = new int[references.size()][];
        for (int r = 0; r < candidates.length; r++) {
            SoundEvent reference = references.get(r);
            int[] found = new int[detections.size()];
            int n = 0;
            for (int d = 0; d < found.length; d++) {
                if (matches(reference, detections.get(d))) {
                    found[n++] = d;
                }
            }
            candidates[r] = Arrays.copyOf(found, n);
        }
        return Matching.maximum(candidates, detections.size());
    }

    /** Assigns each unmatched reference the first unmatched detection, of any class, that fits in time. */
    private long substitutions(List<SoundEvent> missed, List<SoundEvent> wrong) {
        long n = 0;
        boolean[] used = new boolean[wrong.size()];
        for (SoundEvent reference : missed) {
            for (int d = 0; d < used.length; d++) {
                if (!used[d] && matches(reference, wrong.get(d))) {
                    used[d] = true;
                    n++;
                    break;
                }
            }
        }
        return n;
    }

    @Override
    public FileCounter counter(List<SoundEvent> references, List<List<SoundEvent>> others) {
        return new CollarCounter(this, references);
    }
}
