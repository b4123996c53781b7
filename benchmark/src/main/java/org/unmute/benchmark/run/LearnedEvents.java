package org.unmute.benchmark.run;

import java.io.IOException;
import java.util.List;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.events.decision.ClipLabels;
import org.unmute.events.decision.EventDecisionLearner;
import org.unmute.events.decision.EventEvidence;
import org.unmute.events.decision.MedianWindow;
import org.unmute.events.decision.TimedThresholds;
import org.unmute.events.detection.ContextSeconds;
import org.unmute.events.strong.CachedScores;
import org.unmute.events.strong.PostProcessing;
import org.unmute.probes.decision.EventDecisions;
import org.unmute.probes.decision.EventThresholdRule;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.score.FrameScorer;
import org.unmute.probes.truth.RowTargets;

/**
 * Learns on the validation clips what becomes an event, as {@code unmute probe} does. Where it is known when the
 * classes sound in them, a probe of rows gets what {@link TimedThresholds} chooses, and a probe of boxes the window of
 * the median filter that {@link MedianWindow} chooses.
 *
 * @param validation the clips
 * @param cached their tokens
 */
record LearnedEvents(Manifest validation, CachedScores cached) {
    /**
     * A probe with thresholds of events.
     *
     * @param rules that go with them
     */
    record Taught(TrainedProbe probe, PostProcessing rules) {
        /** The thresholds; infinity for a class that is not looked for. */
        double[] thresholds() {
            return probe.eventDecisions().classes().stream()
                    .mapToDouble(c -> c.isOff() ? Double.POSITIVE_INFINITY : c.threshold())
                    .toArray();
        }
    }

    /**
     * The probe with what the clips teach.
     *
     * @param rows when the classes sound in the clips; null if only their labels count
     * @param boxes whether the probe is trained on boxes
     */
    Taught taught(TrainedProbe probe, RowTargets rows, boolean boxes) throws IOException {
        FrameScorer scorer = ContextSeconds.DEFAULTS.scorer(probe, cached.times(), null);
        List<String> ids = validation.clips().stream().map(LabelledClip::file).toList();
        MedianWindow.Scores scores = clip ->
                cached.of(scorer, cached.seconds(List.of(ids.get(clip)))).getFirst();
        ClipLabels labels = new ClipLabels(validation, rows);
        TimedThresholds.Choice timed = rows == null || boxes
                ? null
                : new TimedThresholds(probe.classes(), ids, rows, cached.times().speed())
                        .choose(scores)
                        .orElse(null);
        PostProcessing rules = timed != null ? timed.rules() : rules(probe, labels, rows, boxes, scores);
        EventEvidence evidence = new EventEvidence(probe.classes(), rules);
        for (int i = 0; i < ids.size(); i++) {
            labels.addTo(evidence, i, scores.of(i));
        }
        String how = timed != null ? ", by events and seconds" : rows == null ? "" : ", second by second";
        EventDecisions decisions = EventDecisionLearner.of(evidence, EventThresholdRule.MAX_F1, Double.NaN)
                .learn(stretches(probe, rules), "validation clips" + how, timed);
        return new Taught(probe.withEvents(decisions), rules);
    }

    private PostProcessing rules(
            TrainedProbe probe, ClipLabels labels, RowTargets rows, boolean boxes, MedianWindow.Scores scores)
            throws IOException {
        return boxes && rows != null
                ? new MedianWindow(probe.classes(), labels, rows, cached.times().speed())
                        .choose(validation.clips().size(), scores)
                : PostProcessing.DETECT.played(cached.times().speed());
    }

    private EventDecisions.Stretches stretches(TrainedProbe probe, PostProcessing rules) {
        return new EventDecisions.Stretches(
                ContextSeconds.DEFAULTS.contextFor(probe, cached.times().speed()),
                ContextSeconds.DEFAULTS.strideFor(probe, cached.times().speed()),
                rules.medianSeconds(),
                rules.maxGap(),
                rules.minDuration(),
                rules.drop());
    }
}
