package org.unmute.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.unmute.cli.base.ComputingCommand;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.eval.ClipEvaluation;
import org.unmute.cli.eval.EvaluatedSource;
import org.unmute.cli.eval.RetrievalScores;
import org.unmute.cli.eval.TruthOptions;
import org.unmute.cli.event.EventEvalOptions;
import org.unmute.cli.event.EventEvaluation;
import org.unmute.cli.event.EventReport;
import org.unmute.cli.option.MissingTokens;
import org.unmute.cli.probe.TokenData;
import org.unmute.data.Manifest;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.events.scoring.ProbeFiles;
import org.unmute.probes.cache.TokenCache;
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
    @ArgGroup(multiplicity = "1", exclusive = true)
    private EvaluatedSource source;

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
    private TruthOptions truth;

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
        source.requireValid(events.given());
        try (OutputFolder output = claimTarget()) {
            if (events.given()) {
                events();
            } else if (source.isRetrieval()) {
                retrieval();
            } else {
                clips();
            }
            if (output != null) {
                output.finish();
            }
        }
        return status;
    }

    /** Claims the folder that receives the results; null if they are only printed. */
    private OutputFolder claimTarget() throws IOException {
        return target() == null ? null : claim(target());
    }

    /** The folder that receives the results; null if they are only printed. */
    private Path target() {
        return out != null ? out : source.probe() != null && Files.isDirectory(source.probe()) ? source.probe() : null;
    }

    private void retrieval() throws IOException {
        source.requireCache(cache);
        if (at < 1) {
            throw CommandException.usage("--at must be at least 1, is " + at);
        }
        openBackend();
        try (TokenCache tokens = missingTokens.open(cache, record, this::tell)) {
            List<String> missing = new ArrayList<>();
            Manifest labelled = TokenData.matched(
                    truth.labels().read(null, truth.splits(), record, remarks()), tokens, missing, this::tell);
            RetrievalScores scores = RetrievalScores.of(labelled, tokens, at);
            if (out != null) {
                record.result("cacheFolder", cache.toString()).result("retrieval", scores);
                record.writeTo(out.resolve("eval.json"));
            }
            print(scores, scores::print);
        }
    }

    private void clips() throws IOException {
        ClipEvaluation evaluation;
        if (source.probe() != null) {
            source.requireCache(cache);
            openBackend();
            evaluation =
                    ClipEvaluation.ofProbes(source.probe(), cache, missingTokens, truth, common.seed(), target(), this);
        } else {
            evaluation = ClipEvaluation.ofTable(source.scores(), truth, common.seed(), this);
        }
        if (confusion != null) {
            evaluation.writeConfusion(confusion);
        }
        ObjectNode document = evaluation.document();
        if (target() != null) {
            record.results(document).writeTo(target().resolve("eval.json"));
        }
        print(document, o -> evaluation.print(o, perClass));
    }

    private void events() throws IOException {
        EventEvaluation evaluation = new EventEvaluation(
                events, truth.labels(), truth.splits(), truth.resamples(), common.seed(), record, remarks());
        Path probe = source.probe();
        EventReport report;
        if (probe != null) {
            source.requireCache(cache);
            openBackend();
            for (Path f : ProbeFiles.all(probe)) {
                ProbeFiles.remarkOnMissingDigest(f, this::tell);
            }
            try (TokenCache tokens = missingTokens.open(cache, record, this::tell)) {
                report = evaluation.ofProbes(probe, cache, tokens, compute.digests());
            }
        } else if (source.scores() != null) {
            throw CommandException.usage("--scores holds scores of whole clips, without times: --events takes --probe,"
                    + " --frame-scores or --detections");
        } else {
            report = source.frameScores() != null
                    ? evaluation.ofScores(source.frameScores())
                    : evaluation.ofDetections(source.detections());
        }
        ObjectNode document = report.document();
        Path target = target();
        if (target != null) {
            record.results(document).writeTo(Files.createDirectories(target).resolve("eval-events.json"));
        }
        print(document, o -> report.print(o, perClass));
    }
}
