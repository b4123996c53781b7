package org.unmute.cli.probe;

import java.io.IOException;
import java.nio.file.Path;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.option.EventLearningOptions;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.data.provenance.CacheOrigin;
import org.unmute.events.decision.EventDecisionLearner;
import org.unmute.events.decision.EventEvidence;
import org.unmute.events.decision.MedianWindow;
import org.unmute.events.decision.ValidationTruth;
import org.unmute.events.detection.ContextSeconds;
import org.unmute.events.strong.CachedScores;
import org.unmute.events.strong.PostProcessing;
import org.unmute.metrics.event.Collar;
import org.unmute.models.encoder.RowTimes;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.decision.EventDecisions;
import org.unmute.probes.decision.EventThresholdRule;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.score.FrameScorer;
import org.unmute.probes.train.CrossFit;
import org.unmute.probes.truth.RowTargets;

/** Learns the thresholds of events on validation clips and background, as detection scores them. */
public final class EventLearning {
    /** Max length of the stretches for which a probe learns thresholds by default, in seconds. */
    private static final double MAX_CONTEXT_SECONDS = 5;
    /** Long stretches have coarse edges, so they must do better by this factor than short ones. */
    private static final double CLEARLY = 1.1;

    private final EventLearningOptions options;
    private final EventThresholdRule rule;
    private final ValidationClips held;
    private final BackgroundTokens background;
    private final RowTimes times;
    private final RowTargets rows;
    private final boolean boxes;

    private EventLearning(
            EventLearningOptions options,
            ValidationClips held,
            BackgroundTokens background,
            RowTimes times,
            RowTargets rows,
            boolean boxes) {
        this.options = options;
        // Thresholds of clips with times are those of the best F1 of events.
        this.rule = rows != null && EventThresholdRule.HALF_RIGHT.equals(options.rule())
                ? EventThresholdRule.MAX_F1
                : options.rule();
        this.held = held;
        this.background = background;
        this.times = times;
        this.rows = rows;
        this.boxes = boxes;
    }

    /**
     * What can be learned from the validation clips of a cache.
     *
     * @param background null for none
     * @param rows when the classes sound in the validation clips; null if only their labels are known
     * @param boxes whether the probe is trained on boxes
     */
    public static EventLearning of(
            EventLearningOptions options,
            ValidationClips held,
            Path cache,
            BackgroundTokens background,
            RowTargets rows,
            boolean boxes)
            throws IOException {
        Optional<RowTimes> times = CacheOrigin.rowTimes(cache);
        return new EventLearning(options, held, background, times.orElse(null), rows, boxes);
    }

    /** Why no thresholds of events are learned; null if they are. */
    public String reason() {
        if (rule == null) {
            return "--event-thresholds none was given";
        }
        if (!held.any()) {
            return held.source();
        }
        return times == null
                ? "the record of the cache does not tell when its token rows begin: embed the recordings again"
                : null;
    }

    /**
     * The probe with what the clips teach about events; the same probe if nothing is learned.
     *
     * @param cross  scores the clips that it left out; null if the probe has heard none of the clips
     * @param tokens of the validation clips
     * @throws IOException if they cannot be read
     */
    public TrainedProbe taught(TrainedProbe probe, CrossFit cross, TokenCache tokens) throws IOException {
        if (reason() != null) {
            return probe;
        }
        ContextSeconds given = options.context();
        ValidationTruth truth = new ValidationTruth(
                probe.classes(), held.clips(), held.groupOfEach(), rows, boxes, Collar.DCASE, times.speed());
        ValidationTruth.Chosen chosen = truth.choose(scores(tokens, given, probe, cross), countsEvents());
        PostProcessing rules = chosen.rules();
        Scored scored = scored(probe, cross, tokens, given, truth, rules);
        if (given.context() == null && detectsAsTrained()) {
            double trained = Math.min(
                    medianSeconds(held.train(), tokens, times), times.speed().recorded(MAX_CONTEXT_SECONDS));
            if (trained > scored.context) {
                Scored longer = scored(probe, cross, tokens, new ContextSeconds(trained, given.stride()), truth, rules);
                if (longer.learner.heldOutF1() > CLEARLY * scored.learner.heldOutF1()) {
                    scored = longer;
                }
            }
        }
        return probe.withEvents(scored.learner.learn(
                new EventDecisions.Stretches(
                        scored.context,
                        scored.stride,
                        rules.medianSeconds(),
                        rules.maxGap(),
                        rules.minDuration(),
                        rules.drop()),
                held.source() + chosen.how(),
                chosen.timed()));
    }

    /** Whether thresholds of clips with times are those of the best F1 on them, with as many events as they have. */
    private boolean countsEvents() {
        return EventThresholdRule.MAX_F1.equals(rule) && Double.isNaN(options.eventsPerHour()) && background == null;
    }

    /** A learner from the scores of stretches of one length, in seconds. */
    private record Scored(EventDecisionLearner learner, double context, double stride) {}

    /** Scores of the validation clips, each by a probe that has not heard its recording. */
    private MedianWindow.Scores scores(TokenCache tokens, ContextSeconds contexts, TrainedProbe probe, CrossFit cross) {
        CachedScores cached = new CachedScores(tokens, times);
        Map<TrainedProbe, FrameScorer> scorers = new IdentityHashMap<>();
        List<LabelledClip> clips = held.clips().clips();
        return i -> {
            String id = clips.get(i).file();
            FrameScorer scorer = scorers.computeIfAbsent(
                    cross == null ? probe : cross.probe(held.groups().of(id)), p -> contexts.scorer(p, times, null));
            return cached.of(scorer, cached.seconds(List.of(id))).getFirst();
        };
    }

    private Scored scored(
            TrainedProbe probe,
            CrossFit cross,
            TokenCache tokens,
            ContextSeconds contexts,
            ValidationTruth truth,
            PostProcessing rules)
            throws IOException {
        EventEvidence evidence = truth.evidence(scores(tokens, contexts, probe, cross), rules);
        if (background != null) {
            background.addTo(evidence, contexts.scorer(probe, times, null), times);
        }
        return new Scored(
                EventDecisionLearner.of(evidence, rule, options.eventsPerHour()),
                contexts.contextFor(probe, times.speed()),
                contexts.strideFor(probe, times.speed()));
    }

    /**
     * Whether the probe has seen clips as a whole and nothing else. Its scores may then be better at their length. Rows
     * and stretches train at the length of detection, and so do the hard negatives of a background.
     */
    private boolean detectsAsTrained() {
        return rows == null && background == null && !options.trainsStretches();
    }

    /** Median length of clips, in seconds, to a tenth, since it is known in rows of tokens. */
    public static double medianSeconds(Manifest clips, TokenCache tokens, Path cache) throws IOException {
        RowTimes times = CacheOrigin.rowTimes(cache)
                .orElseThrow(() -> CommandException.input("--background: the record of the cache " + cache
                        + " does not tell how long its clips are: embed the recordings again"));
        return medianSeconds(clips, tokens, times);
    }

    private static double medianSeconds(Manifest clips, TokenCache tokens, RowTimes times) {
        double[] seconds = clips.clips().stream()
                .mapToDouble(clip ->
                        times.seconds(tokens.find(clip.file()).orElseThrow().sound()))
                .sorted()
                .toArray();
        double played = times.speed().played(seconds[seconds.length / 2]);
        return times.speed().recorded(Math.max(0.1, Math.floor(played * 10) / 10));
    }
}
