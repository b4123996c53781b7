package org.unmute.data.annotation;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import org.unmute.data.LabelSet;
import org.unmute.data.Manifest;
import org.unmute.data.annotation.SparseRecording.Span;
import org.unmute.models.encoder.RowTimes;
import org.unmute.probes.truth.RowTargets;

/**
 * Targets of token rows from events in time. Overlapping events of a class in a recording are one. A clip of a
 * recording that no table names is known only as a whole; so is a class that a clip is labelled with, but no event of
 * which lies in it. In a sparse recording ({@link Coverage}) rows are known where an annotator looked. Immutable and
 * thread-safe.
 */
public final class EventRows implements RowTargets {
    private static final double ROUNDING = ClipEvents.ROUNDING;

    /** Rounding of seconds in floating point. */
    private static final double EXACT = 1e-9;

    /** What becomes of a row that an event covers in part. */
    public enum Edges {
        /** Its target is the share that is covered. */
        SHARE,
        /** It is not known. */
        OPEN,
        /**
         * It has the class if its beginning lies in the event, both ends of which belong to it, as BAT_ICML2026 labels
         * frames (paper, section 9.1): an event between the beginnings of two rows has none.
         */
        START
    }

    private final ClipEvents clips;
    private final LabelSet classes;
    private final RowTimes times;
    private final Edges edges;

    private EventRows(ClipEvents clips, Edges edges) {
        this.clips = clips;
        this.classes = clips.classes();
        this.times = clips.times();
        this.edges = edges;
    }

    /**
     * The rows of clips.
     *
     * @param tables of events, with the classes of the clips; a recording may be in several
     * @param clips  with the ids of a token cache
     * @param cached ids of all clips of the cache
     * @param rows   how many each of the clips has that are sound
     * @param times  of the encoder's rows
     * @throws IllegalArgumentException if a name of a table could be any of several recordings
     */
    public static EventRows of(
            List<LabelFile> tables,
            Manifest clips,
            Set<String> cached,
            IntUnaryOperator rows,
            RowTimes times,
            Edges edges) {
        return new EventRows(ClipEvents.of(tables, clips, cached, rows, times, true), edges);
    }

    /** How many clips have rows of which something is known. */
    public int strong() {
        return clips.strong();
    }

    /** What a user should know: what was left out, joined, cut off, or counts as a whole. */
    public List<String> remarks() {
        return List.copyOf(clips.remarks());
    }

    @Override
    public boolean read(int clip, int rows, float[] to, int at) {
        ClipEvents.Clip own = clips.clip(clip);
        if (own.recording() == null) {
            return false;
        }
        int n = classes.size();
        Arrays.fill(to, at, at + rows * n, 0);
        for (int c : own.open()) {
            for (int t = 0; t < rows; t++) {
                to[at + t * n + c] = Float.NaN;
            }
        }
        double[] begins = new double[rows + 1];
        Arrays.setAll(begins, t -> own.start() + times.seconds(t));
        if (own.recording().sparse() != null) {
            hide(own.recording().sparse(), begins, to, at);
        }
        own.recording().events().within(begins[0], begins[rows], e -> {
            if (!e.isWhole()) {
                mark(e, begins, to, at);
            }
        });
        if (edges == Edges.OPEN) {
            for (int i = at; i < at + rows * n; i++) {
                to[i] = to[i] > ROUNDING && to[i] < 1 - ROUNDING ? Float.NaN : to[i];
            }
        }
        return true;
    }

    /** Makes rows that no annotator looked at unknown, except for classes that are complete. */
    private void hide(SparseRecording sparse, double[] begins, float[] to, int at) {
        int n = classes.size();
        boolean[] complete = new boolean[n];
        for (int c = 0; c < n; c++) {
            complete[c] = sparse.isComplete(classes.names().get(c));
        }
        List<Span> known = sparse.known();
        int next = 0;
        for (int t = 0; t < begins.length - 1; t++) {
            while (next < known.size() && known.get(next).end() < begins[t + 1] - ROUNDING) {
                next++;
            }
            if (next == known.size() || known.get(next).start() > begins[t] + ROUNDING) {
                for (int c = 0; c < n; c++) {
                    to[at + t * n + c] = complete[c] ? to[at + t * n + c] : Float.NaN;
                }
            }
        }
    }

    private void mark(Annotation e, double[] begins, float[] to, int at) {
        int n = classes.size();
        int c = e.label().isEmpty() ? -1 : classes.indexOf(e.label());
        int first = Math.max(0, Math.abs(Arrays.binarySearch(begins, e.onset()) + 1) - 1);
        for (int t = first; t < begins.length - 1 && begins[t] <= e.offset() + EXACT; t++) {
            double length = begins[t + 1] - begins[t];
            double share = (Math.min(e.offset(), begins[t + 1]) - Math.max(e.onset(), begins[t])) / length;
            if (c < 0) {
                // Something unnamed sounds there.
                for (int k = 0; k < n && share > ROUNDING; k++) {
                    to[at + t * n + k] = Float.NaN;
                }
            } else if (edges == Edges.START) {
                boolean in = e.onset() <= begins[t] + EXACT && begins[t] <= e.offset() + EXACT;
                to[at + t * n + c] = in ? 1 : to[at + t * n + c];
            } else if (e.onset() == e.offset()) {
                // A point says that the class is there, not for how long.
                to[at + t * n + c] = Float.NaN;
            } else if (share > ROUNDING) {
                float sum = to[at + t * n + c] + (float) Math.min(1, share);
                to[at + t * n + c] = Float.isNaN(sum) && share > 1 - ROUNDING ? 1 : sum > 1 - ROUNDING ? 1 : sum;
            }
        }
    }

    @Override
    public String fingerprint() {
        return "events-" + clips.size() + "-" + clips.digest() + "-" + edges;
    }
}
