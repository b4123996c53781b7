package org.unmute.benchmark.run;

import java.io.IOException;
import java.util.List;
import org.unmute.data.ClipId;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.events.decision.EventDecisionLearner;
import org.unmute.events.decision.EventEvidence;
import org.unmute.events.decision.MedianWindow;
import org.unmute.events.decision.ValidationTruth;
import org.unmute.events.detection.ContextSeconds;
import org.unmute.events.strong.CachedScores;
import org.unmute.events.strong.PostProcessing;
import org.unmute.metrics.event.Collar;
import org.unmute.probes.decision.EventDecisions;
import org.unmute.probes.decision.EventThresholdRule;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.score.FrameScorer;
import org.unmute.probes.truth.RowTargets;

/**
 * Learns on the validation clips what becomes an event, as {@code unmute probe} does ({@link ValidationTruth#choose}),
 * except that an event is right if the evaluation of the data set says so.
 *
 * @param validation the clips
 * @param cached their tokens
 * @param right when an event is right
 */
record LearnedEvents(Manifest validation, CachedScores cached, Collar right) {
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
        ValidationTruth truth = new ValidationTruth(
                probe.classes(),
                validation,
                ids.stream().map(ClipId::recording).toList(),
                rows,
                boxes,
                right,
                cached.times().speed());
        ValidationTruth.Chosen chosen = truth.choose(scores, true);
        EventEvidence evidence = truth.evidence(scores, chosen.rules());
        EventDecisions decisions = EventDecisionLearner.of(evidence, EventThresholdRule.MAX_F1, Double.NaN)
                .learn(stretches(probe, chosen.rules()), "validation clips" + chosen.how(), chosen.timed());
        return new Taught(probe.withEvents(decisions), chosen.rules());
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
