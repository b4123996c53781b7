package org.unmute.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.unmute.cli.base.ComputingCommand;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.event.EventEvalOptions;
import org.unmute.cli.event.EventEvaluation;
import org.unmute.cli.event.EventReport;
import org.unmute.cli.option.LabelOptions;
import org.unmute.cli.option.MissingTokens;
import org.unmute.cli.option.PaddingOptions;
import org.unmute.cli.probe.ConfusionText;
import org.unmute.cli.probe.RetrievalScores;
import org.unmute.cli.probe.ScoreFile;
import org.unmute.cli.probe.Scoring;
import org.unmute.cli.probe.TokenData;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.data.UsedClips;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.events.scoring.ProbeFiles;
import org.unmute.files.FolderLock;
import org.unmute.metrics.ScoreScale;
import org.unmute.options.ProbeOption;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.train.Scorer;
import org.unmute.probes.train.TokenSource;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Evaluates a trained probe, or a table of scores, against labels. */
@Command(
        name = "eval",
        description = {
            "Scores a trained probe on the clips of a split, or a CSV of scores as 'tag' writes it.",
            "Prints mAP and other metrics with the standard deviation over seeds and a bootstrap interval over clips.",
            "With --events, scores events in time: PSDS, event-, segment- and intersection-based F1."
        },
        footer = {
            "",
            "Examples:",
            "  unmute eval --probe run1/ --cache cache/ --labels labels.csv --split test",
            "  unmute eval --scores scores.csv --labels labels.csv",
            "  unmute eval --retrieval --cache cache/ --labels labels.csv --split all",
            "  unmute eval --probe run1/ --cache cache/ --events annotations.tsv --audio recordings/",
            "  unmute eval --detections birdnet.csv --events raven/ --durations durations.tsv"
        })
final class EvalCommand extends ComputingCommand {
    private static final int CHUNK = 64;

    @ArgGroup(multiplicity = "1", exclusive = true)
    private Source source;

    /** The probes or scores to evaluate. */
    static final class Source {
        @Option(
                names = "--probe",
                paramLabel = "PATH",
                description = ProbeOption.DESCRIPTION + " Of a run with several seeds, all are scored.")
        private Path probe;

        /** How earlier versions named the folder of a run. */
        @Option(names = "--run", paramLabel = "PATH", hidden = true)
        private Path run;

        @Option(
                names = "--scores",
                paramLabel = "FILE",
                description = "CSV with a column 'file' and one column per class.")
        private Path scores;

        @Option(
                names = "--detections",
                paramLabel = "FILE",
                description = "Events that any program found, in a format that --events reads, or a folder of such"
                        + " files; needs --events.")
        private Path detections;

        @Option(
                names = "--frame-scores",
                paramLabel = "DIR",
                description = "Scores over time, one .tsv a recording as sed_scores_eval writes it: onset, offset and"
                        + " one column a class; needs --events.")
        private Path frameScores;

        @Option(
                names = "--retrieval",
                description =
                        "No probe: how well each clip of --cache finds those that share a label with it, ranked by"
                                + " the cosine of their mean tokens.")
        private boolean retrieval;
    }

    /** The probe or the folder of a run, however it was named; null without one. */
    private Path probe;

    @Mixin
    private EventEvalOptions events;

    @Option(
            names = "--at",
            paramLabel = "K",
            description = "The K of the precision at K of --retrieval (default: ${DEFAULT-VALUE}).")
    private int at = 10;

    @Option(
            names = "--cache",
            paramLabel = "DIR",
            description = "Token cache of the clips; needed with --probe and --retrieval.")
    private Path cache;

    @Mixin
    private MissingTokens missingTokens;

    @Mixin
    private LabelOptions labels;

    @Option(
            names = "--split",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "test",
            description =
                    "Splits to score, if the label file has a split column (default: ${DEFAULT-VALUE}; 'all' takes"
                            + " every clip).")
    private List<String> splits;

    @Option(
            names = "--bootstrap",
            paramLabel = "N",
            description = "Bootstrap resamples for the 95 %% intervals; 0 for none (default: ${DEFAULT-VALUE}).")
    private int resamples = 1000;

    @Option(
            names = "--per-class",
            description =
                    "Print the average precision of each class, and precision, recall and F1 at its learned threshold.")
    private boolean perClass;

    @Option(
            names = "--confusion",
            paramLabel = "FILE",
            description = "Write the confusion matrix of a set with one class a clip to this CSV file: a row for each"
                    + " true class, a column for each predicted one.")
    private Path confusion;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Write eval.json here (default: the folder of --probe; none if that is a file).")
    private Path out;

    @Override
    public Integer call() throws IOException {
        begin();
        record.seed(common.seed());
        probe = source.probe != null ? source.probe : source.run;
        if (events.given() && source.retrieval) {
            throw CommandException.usage("--retrieval ranks whole clips: leave --events out");
        }
        if (!events.given() && probe == null && source.scores == null && !source.retrieval) {
            throw CommandException.usage("--detections and --frame-scores need --events: what should have been found");
        }
        try (OutputFolder output = claimTarget()) {
            int ended = events.given() ? events() : source.retrieval ? retrieval() : clips();
            if (output != null) {
                output.finish();
            }
            return ended;
        }
    }

    /** Claims the folder that receives the results; null if they are only printed. */
    private OutputFolder claimTarget() throws IOException {
        return target() == null ? null : claim(target());
    }

    /** The folder that receives the results; null if they are only printed. */
    private Path target() {
        return out != null ? out : probe != null && Files.isDirectory(probe) ? probe : null;
    }

    private Integer retrieval() throws IOException {
        requireCache();
        if (at < 1) {
            throw CommandException.usage("--at must be at least 1, is " + at);
        }
        openBackend();
        try (TokenCache tokens = missingTokens.open(cache, record, this::tell)) {
            List<String> missing = new ArrayList<>();
            Manifest truth =
                    TokenData.matched(labels.read(null, splits, record, remarks()), tokens, missing, this::tell);
            RetrievalScores scores = RetrievalScores.of(truth, tokens, at);
            if (out != null) {
                record.result("cacheFolder", cache.toString()).result("retrieval", scores);
                record.writeTo(out.resolve("eval.json"));
            }
            print(scores, scores::print);
        }
        return status;
    }

    private Integer clips() throws IOException {
        List<String> missing = new ArrayList<>();
        Scoring scoring = probe != null ? scoreProbes(missing) : scoreTable(missing);
        if (confusion != null) {
            ConfusionText text = scoring.confusion()
                    .orElseThrow(() -> CommandException.input(
                            "--confusion is for sets with one class a clip: the probe was trained for several, or a"
                                    + " clip of " + labels.source() + " has not exactly one label"));
            Files.createDirectories(confusion.toAbsolutePath().getParent());
            try (FolderLock _ = FolderLock.acquireFor(confusion)) {
                text.write(confusion);
            }
        }
        Path target = target();
        ObjectNode document = scoring.document().putPOJO("missing", missing);
        if (target != null) {
            record.results(document).writeTo(target.resolve("eval.json"));
        }
        print(document, o -> print(o, scoring, missing));
        return status;
    }

    private Integer events() throws IOException {
        EventEvaluation evaluation =
                new EventEvaluation(events, labels, splits, resamples, common.seed(), record, remarks());
        EventReport report;
        if (probe != null) {
            requireCache();
            openBackend();
            for (Path f : ProbeFiles.all(probe)) {
                ProbeFiles.remarkOnMissingDigest(f, this::tell);
            }
            try (TokenCache tokens = missingTokens.open(cache, record, this::tell)) {
                report = evaluation.ofProbes(probe, cache, tokens, compute.digests());
            }
        } else if (source.scores != null) {
            throw CommandException.usage("--scores holds scores of whole clips, without times: --events takes --probe,"
                    + " --frame-scores or --detections");
        } else {
            report = source.frameScores != null
                    ? evaluation.ofScores(source.frameScores)
                    : evaluation.ofDetections(source.detections);
        }
        ObjectNode document = report.document();
        Path target = target();
        if (target != null) {
            record.results(document).writeTo(Files.createDirectories(target).resolve("eval-events.json"));
        }
        print(document, o -> report.print(o, perClass));
        return status;
    }

    private void requireCache() {
        if (cache == null) {
            throw CommandException.usage((source.retrieval ? "--retrieval" : "--probe")
                    + " needs --cache: the token cache of the clips to score");
        }
    }

    private Scoring scoreProbes(List<String> missing) throws IOException {
        requireCache();
        openBackend();
        List<TrainedProbe> probes = new ArrayList<>();
        List<Path> files = ProbeFiles.all(probe);
        for (Path f : files) {
            probes.add(ProbeFiles.trainedOrPacked(f));
            ProbeFiles.remarkOnMissingDigest(f, this::tell);
            record.input(f);
        }
        try (TokenCache tokens = missingTokens.open(cache, record, this::tell)) {
            TokenData.requireSameEncoder(probes.getFirst(), tokens, probe, cache);
            Manifest truth = TokenData.matched(
                    labels.read(probes.getFirst().classes(), splits, record, remarks()), tokens, missing, this::tell);
            requireKnown(truth, probes.getFirst().singleLabel());
            Scoring scoring = new Scoring(truth, probes.getFirst().singleLabel(), resamples, common.seed());
            TokenSource clips = TokenSource.of(
                    tokens, truth.clips().stream().map(LabelledClip::file).toList());
            if (probes.stream().anyMatch(TrainedProbe::soundOnly)) {
                PaddingOptions.remarkOnUnknown(truth, tokens, this::tell);
            }
            for (int i = 0; i < files.size(); i++) {
                float[][] scores = Scorer.rawScores(probes.get(i), clips, CHUNK);
                ProbeFiles.requireNumbers(files.get(i), truth, scores);
                scoring.add(scores, probes.get(i).decisions());
            }
            if (target() != null) {
                UsedClips.write(Files.createDirectories(target()).resolve("eval-clips.csv"), truth, tokens, this::tell);
            }
            return scoring;
        }
    }

    /** Requires that no label of a clip is unknown if each clip has one class: otherwise accuracy is undefined. */
    private static void requireKnown(Manifest truth, boolean singleLabel) {
        if (!singleLabel) {
            return;
        }
        try {
            truth.requireKnown("accuracy of a probe with one class a clip");
        } catch (IllegalArgumentException e) {
            throw CommandException.input(e.getMessage(), e);
        }
    }

    private Scoring scoreTable(List<String> missing) throws IOException {
        record.input(source.scores);
        ScoreFile table = ScoreFile.read(source.scores);
        Manifest all = labels.read(table.classes(), splits, record, remarks());
        Manifest.Matched matched = LabelOptions.matched(all, table.rows().keySet());
        missing.addAll(matched.missing());
        if (matched.manifest().clips().isEmpty()) {
            throw CommandException.input("no file of " + labels.source() + " is in " + source.scores
                    + ": are both relative to the same folder?");
        }
        float[][] scores = matched.manifest().clips().stream()
                .map(LabelledClip::file)
                .map(table.rows()::get)
                .toArray(float[][]::new);
        boolean logits = false;
        for (float[] row : scores) {
            for (float s : row) {
                logits |= s < 0 || s > 1;
            }
        }
        Scoring scoring = new Scoring(matched.manifest(), matched.manifest().isSingleLabel(), resamples, common.seed());
        scoring.add(scores, logits ? ScoreScale.LOGIT : ScoreScale.PROBABILITY);
        return scoring;
    }

    private void print(PrintWriter o, Scoring scoring, List<String> missing) {
        o.println(scoring.clips() + " clips, " + scoring.absentLine());
        if (scoring.unknownLabels() > 0) {
            o.println(scoring.unknownLabels() + " labels are not known (nobody looked there) and count nowhere");
        }
        if (!missing.isEmpty()) {
            o.println(missing.size() + " labelled files are missing and not scored: " + firstFive(missing));
        }
        o.println();
        scoring.table().print(o);
        if (perClass) {
            o.println();
            scoring.classTable().print(o);
        }
        scoring.learned().ifPresent(l -> {
            o.println();
            o.println(l.line(splits));
        });
        scoring.confusion().ifPresent(c -> {
            o.println();
            c.print(o);
        });
    }
}
