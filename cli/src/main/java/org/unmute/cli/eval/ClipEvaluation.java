package org.unmute.cli.eval;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.CommandRun;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.cli.option.LabelOptions;
import org.unmute.cli.option.PaddingOptions;
import org.unmute.cli.probe.TokenData;
import org.unmute.cli.score.ConfusionText;
import org.unmute.cli.score.ScoreFile;
import org.unmute.cli.score.Scoring;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.data.UsedClips;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.events.scoring.ProbeFiles;
import org.unmute.metrics.ScoreScale;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.train.Scorer;
import org.unmute.probes.train.TokenSource;

/** Scores clips as wholes, given trained probes and cached tokens, or a table of scores. */
public final class ClipEvaluation {
    private static final int CHUNK = 64;

    private final Scoring scoring;
    private final LabelOptions labels;
    private final List<String> splits;
    private final List<String> missing;

    private ClipEvaluation(Scoring scoring, TruthOptions given, List<String> missing) {
        this.scoring = scoring;
        this.labels = given.labels();
        this.splits = given.splits();
        this.missing = missing;
    }

    /**
     * Scores the probes of a run on cached tokens.
     *
     * @param probe  a probe's file, or the folder of a run
     * @param cached the tokens
     * @param given  the labels
     * @param seed   of the bootstrap
     * @param target folder that receives the list of clips; null for none
     * @throws CommandException if run, cache and labels do not fit together
     * @throws IOException if a file cannot be read or written
     */
    public static ClipEvaluation ofProbes(
            Path probe, ScoredTokens cached, TruthOptions given, long seed, Path target, CommandRun run)
            throws IOException {
        List<String> missing = new ArrayList<>();
        List<TrainedProbe> probes = new ArrayList<>();
        List<Path> files = ProbeFiles.all(probe);
        for (Path f : files) {
            probes.add(ProbeFiles.trainedOrPacked(f));
            ProbeFiles.remarkOnMissingDigest(f, run::tell);
            run.record().input(f);
        }
        TrainedProbe first = probes.getFirst();
        try (TokenCache tokens = cached.open(run)) {
            TokenData.requireSameEncoder(first, tokens, probe, cached.folder());
            Manifest truth = TokenData.matched(
                    given.labels().read(first.classes(), given.splits(), run.record(), run.remarks()),
                    tokens,
                    missing,
                    run::tell);
            requireKnown(truth, first.singleLabel());
            Scoring scoring = new Scoring(truth, first.singleLabel(), given.resamples(), seed);
            TokenSource clips = TokenSource.of(
                    tokens, truth.clips().stream().map(LabelledClip::file).toList());
            if (probes.stream().anyMatch(TrainedProbe::soundOnly)) {
                PaddingOptions.remarkOnUnknown(truth, tokens, run::tell);
            }
            for (int i = 0; i < files.size(); i++) {
                float[][] scores = Scorer.rawScores(probes.get(i), clips, CHUNK);
                ProbeFiles.requireNumbers(files.get(i), truth, scores);
                scoring.add(scores, probes.get(i).decisions());
            }
            if (target != null) {
                UsedClips.write(Files.createDirectories(target).resolve("eval-clips.csv"), truth, tokens, run::tell);
            }
            return new ClipEvaluation(scoring, given, missing);
        }
    }

    /**
     * Scores a table.
     *
     * @param file a CSV with a column {@code file} and one column per class
     * @throws CommandException if it names none of the clips with labels
     * @throws IOException if it cannot be read
     */
    public static ClipEvaluation ofTable(Path file, TruthOptions given, long seed, CommandRun run) throws IOException {
        run.record().input(file);
        ScoreFile table = ScoreFile.read(file);
        Manifest all = given.labels().read(table.classes(), given.splits(), run.record(), run.remarks());
        Manifest.Matched matched = LabelOptions.matched(all, table.rows().keySet());
        if (matched.manifest().clips().isEmpty()) {
            throw CommandException.input("no file of " + given.labels().source() + " is in " + file
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
        Scoring scoring = new Scoring(matched.manifest(), matched.manifest().isSingleLabel(), given.resamples(), seed);
        scoring.add(scores, logits ? ScoreScale.LOGIT : ScoreScale.PROBABILITY);
        return new ClipEvaluation(scoring, given, matched.missing());
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

    /**
     * Writes the confusion matrix as CSV.
     *
     * @throws CommandException if a clip has not exactly one class
     * @throws IOException if the file cannot be written
     */
    public void writeConfusion(Path file, CommandRun run) throws IOException {
        ConfusionText text = scoring.confusion()
                .orElseThrow(() -> CommandException.input(
                        "--confusion is for sets with one class a clip: the probe was trained for several, or a"
                                + " clip of " + labels.source() + " has not exactly one label"));
        try (OutputFolder output = run.claimFile(file)) {
            text.write(file);
            output.finish();
        }
    }

    /** All results, for JSON and the record. */
    public ObjectNode document() {
        return scoring.document().putPOJO("missing", missing);
    }

    /** Prints the results for a terminal, class by class if that is wanted. */
    public void print(PrintWriter o, boolean perClass) {
        o.println(scoring.clips() + " clips, " + scoring.absentLine());
        if (scoring.unknownLabels() > 0) {
            o.println(scoring.unknownLabels() + " labels are not known (nobody looked there) and count nowhere");
        }
        if (!missing.isEmpty()) {
            o.println(
                    missing.size() + " labelled files are missing and not scored: " + ConsoleTable.firstFive(missing));
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
