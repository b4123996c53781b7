package org.unmute.events.strong;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.unmute.audio.playback.Speed;
import org.unmute.events.detection.DetectionRules;
import org.unmute.metrics.event.FrameScores;
import org.unmute.metrics.event.SoundEvent;
import org.unmute.probes.decision.EventDecisions;
import org.unmute.probes.event.EventDetector;
import org.unmute.probes.event.EventRules;
import org.unmute.probes.event.MedianFilter;
import org.unmute.probes.pool.TrainedProbe;

/**
 * Processing of scores over time before they become events, apart from thresholds.
 *
 * @param medianSeconds window of the median filter, rounded down to an odd number of frames; 0 for none
 * @param maxGap        events of a class with at most this gap between them become one, in seconds
 * @param minDuration   shorter events are dropped, in seconds
 * @param drop          how far below its threshold, on logits, a score may be while an event lasts; 0: not at all
 */
public record PostProcessing(double medianSeconds, double maxGap, double minDuration, double drop) {
    /** The defaults of {@code unmute detect} for a probe that learned nothing about events. */
    public static final PostProcessing DETECT = new PostProcessing(
            DetectionRules.MEDIAN_SECONDS, DetectionRules.MAX_GAP_SECONDS, DetectionRules.MIN_DURATION_SECONDS);

    /** Leaves scores unchanged. */
    public static final PostProcessing NONE = new PostProcessing(0, 0, 0);

    /** @throws IllegalArgumentException if a value is negative or not finite */
    public PostProcessing {
        for (double seconds : new double[] {medianSeconds, maxGap, minDuration, drop}) {
            if (!(seconds >= 0 && seconds < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("post-processing: seconds must not be negative: median "
                        + medianSeconds + ", gap " + maxGap + ", duration " + minDuration + ", nor the drop " + drop);
            }
        }
    }

    /** Events last as long as the score exceeds the threshold. */
    public PostProcessing(double medianSeconds, double maxGap, double minDuration) {
        this(medianSeconds, maxGap, minDuration, 0);
    }

    /**
     * What {@code unmute detect} does by default with the scores of a probe: as it learned, else {@link #DETECT}.
     *
     * @param speed at which recordings are played to the encoder
     */
    public static PostProcessing of(TrainedProbe probe, Speed speed) {
        EventDecisions learned = probe.eventDecisions();
        return learned == null
                ? DETECT.played(speed)
                : new PostProcessing(
                        learned.stretches().median(),
                        learned.stretches().maxGap(),
                        learned.stretches().minDuration(),
                        learned.stretches().drop());
    }

    /** The same with seconds of what is played to an encoder, in seconds of the recordings. */
    public PostProcessing played(Speed speed) {
        return new PostProcessing(
                speed.recorded(medianSeconds), speed.recorded(maxGap), speed.recorded(minDuration), drop);
    }

    /** Window of the median filter in frames, rounded down to an odd number. */
    public int medianFrames(double frameSeconds) {
        return MedianFilter.framesIn(medianSeconds, frameSeconds);
    }

    /** The rules of events for these thresholds, which are on raw scores; infinite for classes that are off. */
    public EventRules rules(double[] thresholds, double frameSeconds) {
        double[] low = Arrays.stream(thresholds)
                .map(t -> Double.isInfinite(t) ? t : EventDecisions.low(t, drop))
                .toArray();
        return new EventRules(thresholds, low, medianFrames(frameSeconds), maxGap, minDuration, 0);
    }

    /** The scores after the median filter, as used by PSDS and other metrics without a threshold. */
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

    /** The events in unfiltered scores. */
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

    /** Repeats a threshold for each class. */
    public static double[] threshold(double threshold, int classes) {
        double[] all = new double[classes];
        Arrays.fill(all, threshold);
        return all;
    }
}
