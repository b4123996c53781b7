package org.unmute.probes.event;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds events while scores arrive, frame after frame, in memory that does not grow. An event is given as soon as
 * nothing that follows can change it: half of the median window and the max gap after its end. Not thread-safe.
 */
public final class EventDetector {
    private final EventRules rules;
    private final double[] high;
    private final double[] low;
    private final Taker events;
    private final Track[] tracks;
    private final int half;
    /** The last frames, as a ring: enough for a median window. */
    private final float[][] scores;

    private final double[] starts;
    private final double[] ends;
    private final long first;
    private long arrived;
    private long filtered;
    private boolean finished;

    /** Takes events, of which the times are known. */
    @FunctionalInterface
    public interface Taker {
        /** Takes an event, with the meaning and the units of {@link Event}; times are those of the frames. */
        void accept(int label, double onset, double offset, float score, double peak);
    }

    /** Frames of a class that exceed the low threshold. */
    private static final class Run {
        private final double onset;
        private double offset;
        private boolean exceeded;
        private float score = Float.NEGATIVE_INFINITY;
        private double peak;

        Run(double onset) {
            this.onset = onset;
        }

        /** Takes a later run. */
        void join(Run next) {
            offset = next.offset;
            if (next.score > score) {
                score = next.score;
                peak = next.peak;
            }
        }
    }

    /** What is known of one class. */
    private static final class Track {
        /** Null where the last frame is below the low threshold. */
        private Run open;
        /** A finished event that the next one may still join. */
        private Run waiting;
    }

    /**
     * @param events takes each event once, for each class by onset
     */
    public EventDetector(EventRules rules, Taker events) {
        this(rules, events, TaggerState.START, 0);
    }

    /**
     * A detector that goes on.
     *
     * @param first number of the first frame that it takes, {@link #firstFrameFor} that of the state or an earlier one
     * @throws IllegalArgumentException if the state has other classes
     */
    EventDetector(EventRules rules, Taker events, TaggerState from, long first) {
        this.rules = rules;
        this.events = events;
        high = rules.high();
        low = rules.low();
        half = rules.medianFrames() / 2;
        scores = new float[rules.medianFrames()][rules.classes()];
        starts = new double[scores.length];
        ends = new double[scores.length];
        tracks = new Track[rules.classes()];
        Arrays.setAll(tracks, c -> new Track());
        this.first = first;
        arrived = first;
        filtered = from.decided();
        for (TaggerState.Pending p : from.pending()) {
            Event e = p.event();
            if (e.label() < 0 || e.label() >= tracks.length) {
                throw new IllegalArgumentException(
                        "event detector: an event of class " + e.label() + " of " + tracks.length);
            }
            Run run = new Run(e.onset());
            run.offset = e.offset();
            run.exceeded = p.exceeded();
            run.score = e.score();
            run.peak = e.peak();
            Track t = tracks[e.label()];
            if (p.open()) {
                t.open = run;
            } else {
                t.waiting = run;
            }
        }
    }

    /** The first frame that the medians from a frame on depend on. */
    static long firstFrameFor(EventRules rules, long frame) {
        return Math.max(0, frame - rules.medianFrames() / 2);
    }

    /** Frames whose medians are known. */
    long filtered() {
        return filtered;
    }

    /** The events that may still be given, without bands. */
    List<TaggerState.Pending> pending() {
        List<TaggerState.Pending> all = new ArrayList<>();
        for (int c = 0; c < tracks.length; c++) {
            add(c, tracks[c].waiting, false, all);
            add(c, tracks[c].open, true, all);
        }
        return all;
    }

    private static void add(int c, Run run, boolean open, List<TaggerState.Pending> to) {
        if (run != null) {
            Event event = new Event(c, run.onset, run.offset, run.score, run.peak, null);
            to.add(new TaggerState.Pending(event, open, run.exceeded));
        }
    }

    /**
     * Takes the next frame.
     *
     * @param start in seconds, where the frame before it ended
     * @param end   in seconds, greater
     * @param frame {@code [classes]}. Not modified, copied.
     * @throws IllegalArgumentException if the number of scores or the times do not fit, or a score is NaN
     */
    public void accept(double start, double end, float[] frame) {
        if (finished) {
            throw new IllegalStateException("event detector: a frame came after the end");
        }
        double last = arrived == first ? start : ends[slot(arrived - 1)];
        if (frame.length != tracks.length || !(end > start) || Math.abs(start - last) > 1e-6) {
            throw new IllegalArgumentException("event detector: a frame of " + frame.length + " scores from " + start
                    + " to " + end + " s does not follow frames of " + tracks.length + " scores up to " + last + " s");
        }
        for (int c = 0; c < frame.length; c++) {
            if (Float.isNaN(frame[c])) {
                throw new IllegalArgumentException(
                        "event detector: the score of class " + c + " from " + start + " s on is NaN");
            }
        }
        int slot = slot(arrived++);
        System.arraycopy(frame, 0, scores[slot], 0, frame.length);
        starts[slot] = start;
        ends[slot] = end;
        if (arrived - half > filtered) {
            filter(filtered);
        }
    }

    /** Says that no frame follows, and gives the events that were waiting. */
    public void finish() {
        if (finished) {
            return;
        }
        finished = true;
        while (filtered < arrived) {
            filter(filtered);
        }
        for (int c = 0; c < tracks.length; c++) {
            close(c);
            give(c);
        }
    }

    /** Where the events that may still be given have their max score so far, as {@link Event#peak} says it. */
    Set<Double> pendingPeaks() {
        Set<Double> peaks = new HashSet<>();
        for (Track t : tracks) {
            if (t.open != null) {
                peaks.add(t.open.peak);
            }
            if (t.waiting != null) {
                peaks.add(t.waiting.peak);
            }
        }
        return peaks;
    }

    private int slot(long frame) {
        return (int) (frame % scores.length);
    }

    /** The median of each class around a frame, mirrored at the ends of the recording. */
    private void filter(long frame) {
        filtered = frame + 1;
        float[] median = new float[tracks.length];
        float[] window = new float[scores.length];
        for (int c = 0; c < median.length; c++) {
            for (int k = 0; k < window.length; k++) {
                window[k] = scores[slot(mirrored(frame + k - half))][c];
            }
            Arrays.sort(window);
            median[c] = window[half];
        }
        double start = starts[slot(frame)];
        double end = ends[slot(frame)];
        double limit = limit(median);
        for (int c = 0; c < median.length; c++) {
            step(c, start, end, median[c] >= limit ? median[c] : Float.NEGATIVE_INFINITY);
        }
    }

    /** Frame of a mirrored index, as {@link MedianFilter.Edges#REFLECT} has it. */
    private long mirrored(long i) {
        if (i >= 0 && i < arrived) {
            return i;
        }
        // Until the end is known, only the start is mirrored: the window reaches no further than what has arrived.
        long period = Math.floorMod(i, 2 * arrived);
        return period < arrived ? period : 2 * arrived - 1 - period;
    }

    private double limit(float[] median) {
        if (rules.topK() == 0 || rules.topK() >= median.length) {
            return Double.NEGATIVE_INFINITY;
        }
        float[] sorted = median.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length - rules.topK()];
    }

    private void step(int c, double start, double end, float score) {
        Track t = tracks[c];
        if (score > low[c]) {
            t.open = t.open == null ? new Run(start) : t.open;
            t.open.exceeded |= score > high[c];
            t.open.offset = end;
            if (score > t.open.score) {
                t.open.score = score;
                t.open.peak = (start + end) / 2;
            }
            return;
        }
        close(c);
        if (t.waiting != null && Stretch.rounded(end - t.waiting.offset) > rules.maxGap()) {
            give(c);
        }
    }

    private void close(int c) {
        Track t = tracks[c];
        Run now = t.open;
        t.open = null;
        if (now == null || !now.exceeded) {
            return;
        }
        if (t.waiting != null && Stretch.rounded(now.onset - t.waiting.offset) <= rules.maxGap()) {
            t.waiting.join(now);
            return;
        }
        give(c);
        t.waiting = now;
    }

    private void give(int c) {
        Run event = tracks[c].waiting;
        tracks[c].waiting = null;
        if (event != null && Stretch.rounded(event.offset - event.onset) >= rules.minDuration()) {
            events.accept(c, event.onset, event.offset, event.score, event.peak);
        }
    }
}
