package org.unmute.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.unmute.cli.base.ComputingCommand;
import org.unmute.cli.eval.ClipEvaluation;
import org.unmute.cli.eval.EvaluatedSource;
import org.unmute.cli.eval.EventScoring;
import org.unmute.cli.eval.RetrievalOptions;
import org.unmute.cli.eval.RetrievalScores;
import org.unmute.cli.eval.ScoreOutput;
import org.unmute.cli.eval.ScoredTokens;
import org.unmute.cli.eval.TruthOptions;
import org.unmute.cli.event.EventEvalOptions;
import org.unmute.cli.event.EventReport;
import org.unmute.cli.option.OverwriteOption;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.options.MainOptions;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Evaluates a trained probe, or a table of scores, against labels. */
@MainOptions("--probe --cache --labels --split --scores --events --detections --retrieval"
        + " --per-class --bootstrap --out --dataset --root --frame-scores")
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

    @Mixin
    private RetrievalOptions ranking;

    @Mixin
    private ScoredTokens tokens;

    @Mixin
    private TruthOptions truth;

    @Mixin
    private ScoreOutput shown;

    @Mixin
    private OverwriteOption overwrite;

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
        Path target = target();
        if (target != null && source.isFolder(target)) {
            return OutputFolder.claimShared(target, line()); // the folder of the run is the usual place
        }
        return target == null ? null : claim(target);
    }

    /** The folder that receives the results; null if they are only printed. */
    private Path target() {
        return shown.target(source);
    }

    private void retrieval() throws IOException {
        source.requireCache(tokens.folder());
        ranking.requireValid();
        openBackend();
        RetrievalScores scores = ranking.scores(tokens, truth, this);
        if (shown.out() != null) {
            record.result("cacheFolder", tokens.folder().toString()).result("retrieval", scores);
            record.writeTo(shown.out().resolve("eval.json"));
        }
        print(scores, scores::print);
    }

    private void clips() throws IOException {
        ClipEvaluation evaluation;
        if (source.probe() != null) {
            source.requireCache(tokens.folder());
            openBackend();
            evaluation = ClipEvaluation.ofProbes(source.probe(), tokens, truth, common.seed(), target(), this);
        } else {
            evaluation = ClipEvaluation.ofTable(source.scores(), truth, common.seed(), this);
        }
        shown.confuse(evaluation, this);
        ObjectNode document = evaluation.document();
        if (target() != null) {
            record.results(document).writeTo(target().resolve("eval.json"));
        }
        print(document, o -> evaluation.print(o, shown.perClass()));
    }

    private void events() throws IOException {
        EventScoring scoring = new EventScoring(source, events, truth, common.seed(), this);
        EventReport report;
        if (source.probe() != null) {
            source.requireCache(tokens.folder());
            openBackend();
            report = scoring.ofProbes(tokens, compute.digests());
        } else {
            report = scoring.ofFiles();
        }
        ObjectNode document = report.document();
        Path target = target();
        if (target != null) {
            record.results(document).writeTo(Files.createDirectories(target).resolve("eval-events.json"));
        }
        print(document, o -> report.print(o, shown.perClass()));
    }
}
