package org.unmute.probes.event;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Detects events while scores arrive, frame by frame, in constant memory. An event is delivered as soon as later frames
 * cannot change it: half the median window plus the max gap after its end. Not thread-safe.
 */
public final class EventDetector {
    private final EventRules rules;
    private final double[] high;
    private final double[] low;
    private final Taker events;
    private final Track[] tracks;
    private final int half;
    /** Ring buffer of the last frames, large enough for a median window. */
    private final float[][] scores;

    private final double[] starts;
    private final double[] ends;
    private final long first;
    private long arrived;
    private long filtered;
    private boolean finished;

    /** Receives events as their times are known. */
    @FunctionalInterface
    public interface Taker {
        /**
         * Receives an event. The arguments have the meaning and units of {@link Event}; times are boundaries of frames.
         */
        void accept(int label, double onset, double offset, float score, double peak);
    }

    /** A run of frames in which a class exceeds the low threshold. */
    private static final class Run {
        private final double onset;
        private double offset;
        private boolean exceeded;
        private float score = Float.NEGATIVE_INFINITY;
        private double peak;

        Run(double onset) {
            this.onset = onset;
        }

        /** Appends a later run. */
        void join(Run next) {
            offset = next.offset;
            if (next.score > score) {
                score = next.score;
                peak = next.peak;
            }
        }
    }

    /** The state of one class. */
    private static final class Track {
        /** The current run; null if the last frame is below the low threshold. */
        private @Nullable Run open;
        /** A finished event that a later one may still join. */
        private @Nullable Run waiting;
    }

    /** @param events receives each event once, by onset within each class */
    public EventDetector(EventRules rules, Taker events) {
        this(rules, events, TaggerState.START, 0);
    }

    /**
     * A detector that resumes from a state.
     *
     * @param first number of the first frame that it will receive: {@link #firstFrameFor} the state's frame, or earlier
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

    /** The first frame on which the medians from {@code frame} on depend. */
    static long firstFrameFor(EventRules rules, long frame) {
        return Math.max(0, frame - rules.medianFrames() / 2);
    }

    /** Number of frames whose medians are known. */
    long filtered() {
        return filtered;
    }

    /** The events that have not been delivered yet, without bands. */
    List<TaggerState.Pending> pending() {
        List<TaggerState.Pending> all = new ArrayList<>();
        for (int c = 0; c < tracks.length; c++) {
            add(c, tracks[c].waiting, false, all);
            add(c, tracks[c].open, true, all);
        }
        return all;
    }

    private static void add(int c, @Nullable Run run, boolean open, List<TaggerState.Pending> to) {
        if (run != null) {
            Event event = new Event(c, run.onset, run.offset, run.score, run.peak, null);
            to.add(new TaggerState.Pending(event, open, run.exceeded));
        }
    }

    /**
     * Processes the next frame.
     *
     * @param start in seconds, equal to the end of the previous frame
     * @param end in seconds, above {@code start}
     * @param frame {@code [classes]}. Copied, not modified.
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

    /** Ends the recording and delivers the remaining events. */
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

    /** Times of the max scores so far of the events not delivered yet, as in {@link Event#peak}. */
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

    /** Frame that a mirrored index stands for, as in {@link MedianFilter.Edges#REFLECT}. */
    private long mirrored(long i) {
        if (i >= 0 && i < arrived) {
            return i;
        }
        // Until the end is known, only the start is mirrored: the window extends no further than the frames received.
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
        if (t.waiting != null && rounded(end - t.waiting.offset) > rules.maxGap()) {
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
        if (t.waiting != null && rounded(now.onset - t.waiting.offset) <= rules.maxGap()) {
            t.waiting.join(now);
            return;
        }
        give(c);
        t.waiting = now;
    }

    private void give(int c) {
        Run event = tracks[c].waiting;
        tracks[c].waiting = null;
        if (event != null && rounded(event.offset - event.onset) >= rules.minDuration()) {
            events.accept(c, event.onset, event.offset, event.score, event.peak);
        }
    }

    /** Rounded to microseconds, so that 0.4 - 0.3 is 0.1. */
    static double rounded(double seconds) {
        return Math.rint(seconds * 1e6) / 1e6;
    }
}
