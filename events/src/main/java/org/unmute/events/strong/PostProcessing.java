package org.unmute.events.strong;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.unmute.events.detection.DetectionRules;
import org.unmute.metrics.event.FrameScores;
import org.unmute.metrics.event.SoundEvent;
import org.unmute.probes.event.EventDetector;
import org.unmute.probes.event.EventRules;
import org.unmute.probes.event.MedianFilter;

/**
 * What happens to scores over time before they are events, apart from thresholds.
 *
 * @param medianSeconds window of the median filter, of which as many frames as fit are taken, an odd number; 0 for none
 * @param maxGap        events of a class that are at most so far apart become one, in seconds
 * @param minDuration   shorter events are left out, in seconds
 */
public record PostProcessing(double medianSeconds, double maxGap, double minDuration) {
    /** What {@code unmute detect} does unless told otherwise. */
    public static final PostProcessing DETECT = new PostProcessing(
            DetectionRules.MEDIAN_SECONDS, DetectionRules.MAX_GAP_SECONDS, DetectionRules.MIN_DURATION_SECONDS);

    /** Scores as they are. */
    public static final PostProcessing NONE = new PostProcessing(0, 0, 0);

    /** @throws IllegalArgumentException if a value is negative or not finite */
    public PostProcessing {
        for (double seconds : new double[] {medianSeconds, maxGap, minDuration}) {
            if (!(seconds >= 0 && seconds < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("post-processing: seconds must not be negative: median "
                        + medianSeconds + ", gap " + maxGap + ", duration " + minDuration);
            }
        }
    }

    /** Window of the median filter in frames: as many as fit into it, an odd number. */
    public int medianFrames(double frameSeconds) {
        return MedianFilter.framesIn(medianSeconds, frameSeconds);
    }

    /** The rules of events with these thresholds. */
    public EventRules rules(double[] thresholds, double frameSeconds) {
        return new EventRules(thresholds, thresholds, medianFrames(frameSeconds), maxGap, minDuration, 0);
    }

    /** The scores after the median filter, which PSDS and other metrics without a threshold take. */
    public static FrameScores filtered(FrameScores scores, int medianFrames) {
        float[][] frames = scores.scores();
        if (medianFrames == 1 || frames.length == 0) {
            return scores;
        }
        MedianFilter filter = new MedianFilter(medianFrames, MedianFilter.Edges.REFLECT);
        float[][] out = new float[frames.length][frames[0].length];
        float[] column = new float[frames.length];
        for (int c = 0; c < frames[0].length; c++) {
            for (int i = 0; i < column.length; i++) {
                column[i] = frames[i][c];
            }
            float[] median = filter.apply(column);
            for (int i = 0; i < column.length; i++) {
                out[i][c] = median[i];
            }
        }
        return new FrameScores(scores.file(), scores.times(), out);
    }

    /** The events of scores that were not filtered. */
    public static List<SoundEvent> events(FrameScores scores, List<String> classes, EventRules rules) {
        List<SoundEvent> events = new ArrayList<>();
        EventDetector detector = new EventDetector(
                rules,
                (label, onset, offset, _, _) ->
                        events.add(new SoundEvent(scores.file(), onset, offset, classes.get(label))));
        double[] times = scores.times();
        for (int i = 0; i < scores.scores().length; i++) {
            detector.accept(times[i], times[i + 1], scores.scores()[i]);
        }
        detector.finish();
        return events;
    }

    /** The same threshold for each of so many classes. */
    public static double[] threshold(double threshold, int classes) {
        double[] all = new double[classes];
        Arrays.fill(all, threshold);
        return all;
    }
}
