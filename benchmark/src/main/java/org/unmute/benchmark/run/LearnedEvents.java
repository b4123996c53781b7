package org.unmute.benchmark.run;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.unmute.audio.playback.Speed;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.events.decision.ClipLabels;
import org.unmute.events.decision.EventDecisionLearner;
import org.unmute.events.decision.EventEvidence;
import org.unmute.events.detection.ContextSeconds;
import org.unmute.events.detection.DetectionRules;
import org.unmute.events.strong.CachedScores;
import org.unmute.events.strong.PostProcessing;
import org.unmute.metrics.event.EventReference;
import org.unmute.metrics.event.FrameScores;
import org.unmute.metrics.event.SoundEvent;
import org.unmute.probes.decision.EventDecisions;
import org.unmute.probes.decision.EventThresholdRule;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.score.FrameScorer;
import org.unmute.probes.truth.RowTargets;

/**
 * Learns thresholds of events on the validation clips, as {@code unmute probe} does. If it is known when the classes
 * sound in them, a second of a clip counts as a clip, and the window of the median filter is the one with the best
 * event F1 on them.
 *
 * @param dataset of the clips
 * @param validation the clips
 * @param cached their tokens
 */
record LearnedEvents(SplitDataset dataset, Manifest validation, CachedScores cached) {
    /** Windows of the median filter, in seconds: that of detection, that of HEAR, and one between. */
    private static final double[] MEDIANS = {DetectionRules.MEDIAN_SECONDS, 0.5, 0.25};

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
     */
    Taught taught(TrainedProbe probe, RowTargets rows) throws IOException {
        FrameScorer scorer = ContextSeconds.DEFAULTS.scorer(probe, cached.times(), null);
        List<String> ids = validation.clips().stream().map(LabelledClip::file).toList();
        List<FrameScores> scores = cached.of(scorer, cached.seconds(ids));
        EventReference reference = rows == null ? null : reference(ids);
        Taught best = null;
        double bestF1 = Double.NaN;
        for (double median : MEDIANS) {
            PostProcessing rules =
                    new PostProcessing(median, DetectionRules.MAX_GAP_SECONDS, DetectionRules.MIN_DURATION_SECONDS);
            Taught taught = new Taught(probe.withEvents(decisions(probe, scores, rows, rules)), rules);
            if (reference == null) {
                return taught;
            }
            double f1 = f1(taught, scores, reference);
            if (best == null || f1 > bestF1) {
                best = taught;
                bestF1 = f1;
            }
        }
        return best;
    }

    /** The events of the clips whose events are all known; null if there are none. */
    private EventReference reference(List<String> ids) {
        Set<String> timed = new HashSet<>();
        dataset.timed().manifest().clips().forEach(clip -> timed.add(clip.file()));
        Map<String, Double> seconds = new LinkedHashMap<>(cached.seconds(ids));
        seconds.keySet().retainAll(timed);
        List<SoundEvent> events = new ArrayList<>();
        dataset.timed().events().stream()
                .filter(e -> seconds.containsKey(e.file()))
                .forEach(e -> events.add(new SoundEvent(e.file(), e.onset(), e.offset(), e.label())));
        return events.isEmpty() ? null : new EventReference(validation.labels().names(), seconds, events);
    }

    private EventDecisions decisions(
            TrainedProbe probe, List<FrameScores> scores, RowTargets rows, PostProcessing rules) {
        EventEvidence evidence = new EventEvidence(probe.classes(), rules);
        ClipLabels labels = new ClipLabels(validation, rows);
        for (int i = 0; i < scores.size(); i++) {
            labels.addTo(evidence, i, scores.get(i));
        }
        EventDecisions.Stretches stretches = new EventDecisions.Stretches(
                ContextSeconds.DEFAULTS.contextFor(probe, Speed.NORMAL),
                ContextSeconds.DEFAULTS.strideFor(probe, Speed.NORMAL),
                rules.medianSeconds(),
                rules.maxGap(),
                rules.minDuration());
        return EventDecisionLearner.of(evidence, EventThresholdRule.MAX_F1, Double.NaN)
                .learn(stretches, "validation clips" + (rows == null ? "" : ", second by second"));
    }

    private double f1(Taught taught, List<FrameScores> scores, EventReference reference) {
        List<SoundEvent> found = new ArrayList<>();
        for (FrameScores own : scores) {
            if (reference.files().contains(own.file())) {
                found.addAll(PostProcessing.events(
                        own,
                        reference.classes(),
                        taught.rules.rules(taught.thresholds(), cached.times().rowSeconds())));
            }
        }
        return dataset.collar().compare(reference, found).macro().f1();
    }
}
