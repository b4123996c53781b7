package org.unmute.benchmark.run;

import java.io.IOException;
import java.util.List;
import org.unmute.audio.playback.Speed;
import org.unmute.data.Manifest;
import org.unmute.events.decision.ClipLabels;
import org.unmute.events.decision.EventDecisionLearner;
import org.unmute.events.decision.EventEvidence;
import org.unmute.events.decision.MedianWindow;
import org.unmute.events.detection.ContextSeconds;
import org.unmute.events.strong.CachedScores;
import org.unmute.events.strong.PostProcessing;
import org.unmute.probes.decision.EventDecisions;
import org.unmute.probes.decision.EventThresholdRule;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.score.FrameScorer;
import org.unmute.probes.truth.RowTargets;

/**
 * Learns thresholds of events of a probe of boxes on the validation clips, as {@code unmute probe --boxes} does: the
 * window of the median filter is the one with the best F1 of events that overlap by half, where it is known when the
 * classes sound.
 *
 * @param validation the clips
 * @param cached their tokens
 */
record LearnedBoxes(Manifest validation, CachedScores cached) {
    /**
     * The probe with what the clips teach.
     *
     * @param rows when the classes sound in the clips; null if only their labels count
     */
    LearnedEvents.Taught taught(TrainedProbe probe, RowTargets rows) throws IOException {
        FrameScorer scorer = ContextSeconds.DEFAULTS.scorer(probe, cached.times(), null);
        ClipLabels labels = new ClipLabels(validation, rows);
        MedianWindow.Scores scores = clip -> cached.of(
                        scorer,
                        cached.seconds(List.of(validation.clips().get(clip).file())))
                .getFirst();
        int count = validation.clips().size();
        PostProcessing rules = rows == null
                ? PostProcessing.DETECT.played(cached.times().speed())
                : new MedianWindow(probe.classes(), labels, rows, cached.times().speed()).choose(count, scores);
        EventEvidence evidence = new EventEvidence(probe.classes(), rules);
        for (int i = 0; i < count; i++) {
            labels.addTo(evidence, i, scores.of(i));
        }
        EventDecisions decisions = EventDecisionLearner.of(evidence, EventThresholdRule.MAX_F1, Double.NaN)
                .learn(
                        new EventDecisions.Stretches(
                                ContextSeconds.DEFAULTS.contextFor(probe, Speed.NORMAL),
                                ContextSeconds.DEFAULTS.strideFor(probe, Speed.NORMAL),
                                rules.medianSeconds(),
                                rules.maxGap(),
                                rules.minDuration()),
                        "validation clips" + (rows == null ? "" : ", second by second"));
        return new LearnedEvents.Taught(probe.withEvents(decisions), rules);
    }
}
