package org.unmute.cli.event;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.unmute.audio.playback.Speed;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.option.LabelOptions;
import org.unmute.cli.probe.SavedProbe;
import org.unmute.cli.probe.TokenData;
import org.unmute.data.provenance.CacheOrigin;
import org.unmute.data.provenance.JsonObject;
import org.unmute.data.provenance.RunRecord;
import org.unmute.events.encoder.KnownDigests;
import org.unmute.events.scoring.ProbeFiles;
import org.unmute.events.strong.CachedScores;
import org.unmute.events.strong.EventScores;
import org.unmute.events.strong.EventSettings;
import org.unmute.events.strong.EventTable;
import org.unmute.events.strong.PostProcessing;
import org.unmute.events.strong.ScoreFolder;
import org.unmute.files.SettingsException;
import org.unmute.metrics.Bootstrap;
import org.unmute.metrics.event.EventReference;
import org.unmute.metrics.event.FrameScores;
import org.unmute.metrics.event.SoundBox;
import org.unmute.metrics.event.SoundEvent;
import org.unmute.models.encoder.RowTimes;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.decision.Decisions;
import org.unmute.probes.decision.EventDecisions;
import org.unmute.probes.event.EventRules;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.score.FrameScorer;

/** Scores events in time, given trained probes and cached tokens, stored scores over time, or detections. */
public final class EventEvaluation {
    private final EventEvalOptions options;
    private final LabelOptions labels;
    private final List<String> splits;
    private final Bootstrap bootstrap;
    private final RunRecord record;
    private final PrintWriter err;
    private final Map<String, Object> settings = new LinkedHashMap<>();

    /**
     * @param labels    recordings to score and their classes, if given
     * @param splits    splits of the labels to score
     * @param resamples number of bootstrap resamples; 0 for no intervals
     * @param record    receives the inputs
     * @param err       receives remarks while data is read; null for none
     */
    public EventEvaluation(
            EventEvalOptions options,
            LabelOptions labels,
            List<String> splits,
            int resamples,
            long seed,
            RunRecord record,
            PrintWriter err) {
        this.options = options;
        this.labels = labels;
        this.splits = splits;
        this.bootstrap = resamples > 0 ? new Bootstrap(resamples, 0.95, seed) : null;
        this.record = record;
        this.err = err;
        EventSettings own = options.settings();
        settings.put("collarSeconds", own.collar().seconds());
        settings.put("collarOffsetShare", own.collar().offsetShare());
        settings.put("segmentSeconds", own.segmentSeconds());
        settings.put("intersections", own.intersections());
    }

    /**
     * Scores the probes of a run on cached tokens.
     *
     * @param run a probe's file, or the folder of a run
     * @param cache folder of the tokens
     * @param tokens the cache in that folder
     * @param digests hashes the encoder's file, if it must be opened
     * @throws CommandException if run, cache and reference do not fit together
     */
    public EventReport ofProbes(Path run, Path cache, TokenCache tokens, KnownDigests digests) throws IOException {
        List<TrainedProbe> probes = new ArrayList<>();
        for (Path file : ProbeFiles.all(run)) {
            probes.add(ProbeFiles.trainedOrPacked(file));
            record.input(file);
        }
        List<String> classes = probes.getFirst().classes();
        TokenData.requireIntact(tokens);
        for (TrainedProbe probe : probes) {
            TokenData.requireSameEncoder(probe, tokens, run, cache);
        }
        ReferenceData data = data(classes);
        CachedScores scores = new CachedScores(tokens, rowTimes(cache, run, digests));
        ReferenceData.Chosen chosen =
                data.among(tokens.clips().stream().map(CachedClip::id).toList(), classes, "in " + cache);
        EventReference reference = data.reference(chosen, scores.seconds(chosen.ids()), List.of());
        Map<String, Double> seconds = new LinkedHashMap<>();
        reference.files().forEach(f -> seconds.put(f, reference.duration(f)));
        List<String> remarks = new ArrayList<>(data.remarks());
        if (!data.hasLengths()) {
            boolean known = tokens.clips().stream().allMatch(CachedClip::isSoundKnown);
            remarks.add("lengths of recordings are those of their tokens, "
                    + (known ? "to a row" : "with the padding of the last window")
                    + ": --audio DIR or --durations TABLE tells the exact ones");
        }
        settings.put("frameSeconds", scores.times().rowSeconds());
        PostProcessing defaults =
                PostProcessing.of(probes.getFirst(), scores.times().speed());
        settings.put("postProcessing", described(options.postProcessing(defaults)));
        FrameScorer first = options.contexts().seconds().scorer(probes.getFirst(), scores.times(), null);
        settings.put("contextRows", first.context());
        settings.put("strideRows", first.stride());
        EventReport report = new EventReport(reference, true, bootstrap, settings, remarks);
        for (TrainedProbe probe : probes) {
            double[] thresholds = thresholds(probe);
            EventRules rules = options.postProcessing(
                            PostProcessing.of(probe, scores.times().speed()))
                    .rules(thresholds, scores.times().rowSeconds());
            FrameScorer scorer = options.contexts().seconds().scorer(probe, scores.times(), null);
            report.add(scored(reference, scores.of(scorer, seconds), rules), thresholds);
        }
        return report;
    }

    private static Map<String, Object> described(PostProcessing p) {
        return new JsonObject()
                .with("medianSeconds", p.medianSeconds())
                .with("maxGap", p.maxGap())
                .with("minDuration", p.minDuration());
    }

    /** The start times of a cache's token rows, from the cache's record or the encoder of the run. */
    private static RowTimes rowTimes(Path cache, Path run, KnownDigests digests) throws IOException {
        Optional<RowTimes> recorded = CacheOrigin.rowTimes(cache);
        if (recorded.isPresent()) {
            return recorded.get();
        }
        try {
            return SavedProbe.find(run, null)
                    .openEncoder(digests)
                    .encoder()
                    .describe()
                    .rowTimes();
        } catch (CommandException | SettingsException e) {
            throw CommandException.input(
                    cache + " does not record when its tokens begin, and the encoder cannot be asked: " + e.getMessage()
                            + "; or run 'unmute embed' again on the cache, which records it",
                    e);
        }
    }

    private ReferenceData data(List<String> classes) throws IOException {
        return ReferenceData.read(options, labels, classes, splits, record, err);
    }

    /**
     * The given threshold or, without one, the thresholds for events that the probe learned on raw scores.
     *
     * @throws CommandException if those were learned on stretches of another length
     */
    private double[] thresholds(TrainedProbe probe) {
        EventDecisions learned = options.threshold() == null ? probe.eventDecisions() : null;
        if (learned == null) {
            double one = options.threshold() == null ? Decisions.FALLBACK : options.threshold();
            settings.put("thresholds", options.threshold() == null ? "default" : "--threshold");
            return PostProcessing.threshold(one, probe.classes().size());
        }
        double context = options.contexts().seconds().contextFor(probe, Speed.NORMAL);
        if (context != learned.stretches().context()) {
            throw CommandException.usage("--context " + context + ": the thresholds of this probe were learned on"
                    + " stretches of " + learned.stretches().context() + " s: learn them again with 'unmute probe"
                    + " --context " + context + "', or give --threshold X");
        }
        settings.put("thresholds", "of the probe: " + learned);
        double[] all = new double[learned.classes().size()];
        Arrays.setAll(
                all,
                c -> learned.classes().get(c).isOff()
                        ? Double.POSITIVE_INFINITY
                        : learned.classes().get(c).threshold());
        return all;
    }

    private EventScores scored(EventReference reference, List<FrameScores> raw, EventRules rules) {
        List<SoundEvent> events = new ArrayList<>();
        List<FrameScores> filtered = new ArrayList<>();
        for (FrameScores scores : raw) {
            events.addAll(PostProcessing.events(scores, reference.classes(), rules));
            filtered.add(PostProcessing.filtered(scores, rules.medianFrames()));
        }
        return new EventScores(reference, events, filtered, options.settings());
    }

    /**
     * Scores stored scores over time in the format of sed_scores_eval.
     *
     * @throws CommandException if scores and reference do not fit together
     */
    public EventReport ofScores(Path folder) throws IOException {
        options.requireNoContexts();
        ScoreFolder stored = ScoreFolder.open(folder);
        ReferenceData data = data(stored.classes());
        ReferenceData.Chosen chosen =
                data.among(List.copyOf(stored.files().keySet()), stored.classes(), "in " + folder);
        List<FrameScores> raw = new ArrayList<>();
        Map<String, Double> ends = new LinkedHashMap<>();
        double shortest = Double.POSITIVE_INFINITY;
        for (String id : chosen.ids()) {
            FrameScores own = stored.read(id, id);
            raw.add(own);
            double[] times = own.times();
            ends.put(id, times[times.length - 1]);
            shortest = Math.min(shortest, times[1]);
        }
        EventReference reference = data.reference(chosen, ends, List.of());
        double[] thresholds = PostProcessing.threshold(
                options.threshold() == null ? Decisions.FALLBACK : options.threshold(),
                stored.classes().size());
        settings.put("thresholds", options.threshold() == null ? "default" : "--threshold");
        PostProcessing processing = options.postProcessing(PostProcessing.NONE);
        settings.put("postProcessing", described(processing));
        EventReport report = new EventReport(reference, true, bootstrap, settings, data.remarks());
        report.add(scored(reference, raw, processing.rules(thresholds, shortest)), thresholds);
        return report;
    }

    /**
     * Scores detections of any program.
     *
     * @throws CommandException if detections and reference do not fit together
     */
    public EventReport ofDetections(Path source) throws IOException {
        options.requireNoPostProcessing();
        options.requireNoContexts();
        EventTable detected = confident(options.table(source, null));
        if (Files.isRegularFile(source)) {
            record.input(source);
        }
        ReferenceData data = data(null);
        ReferenceData.Chosen chosen = data.whole();
        List<SoundBox> boxes = data.detections(detected, chosen);
        List<SoundEvent> detections = boxes.stream().map(SoundBox::event).toList();
        EventReference reference = data.reference(chosen, null, detections);
        EventScores scores = data.hasBoxes(chosen, boxes)
                ? EventScores.ofBoxes(reference, chosen.boxes(), boxes, options.settings())
                : new EventScores(reference, detections, null, options.settings());
        EventReport report = new EventReport(reference, data.hasLengths(), bootstrap, settings, data.remarks());
        report.add(scores, null);
        return report;
    }

    private EventTable confident(EventTable detected) {
        Double threshold = options.threshold();
        if (threshold == null) {
            return detected;
        }
        long without =
                detected.events().stream().filter(e -> Double.isNaN(e.score())).count();
        if (without > 0) {
            throw CommandException.input(without + " of " + detected.events().size() + " detections in "
                    + detected.source() + " have no score that --threshold " + threshold + " could be compared with");
        }
        return new EventTable(
                detected.source(),
                detected.recordings(),
                detected.events().stream().filter(e -> e.score() > threshold).toList());
    }
}
