package org.unmute.cli.eval;

import java.io.IOException;
import java.nio.file.Path;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.CommandRun;
import org.unmute.cli.event.EventEvalOptions;
import org.unmute.cli.event.EventEvaluation;
import org.unmute.cli.event.EventReport;
import org.unmute.events.encoder.KnownDigests;
import org.unmute.events.scoring.ProbeFiles;
import org.unmute.probes.cache.TokenCache;

/** Scores events in time of whichever source was given. */
public final class EventScoring {
    private final EvaluatedSource source;
    private final EventEvaluation evaluation;
    private final CommandRun run;

    /**
     * @param truth recordings to score and their classes, if given
     * @param seed  of the bootstrap
     * @throws CommandException if the criteria of events contradict each other
     */
    public EventScoring(
            EvaluatedSource source, EventEvalOptions events, TruthOptions truth, long seed, CommandRun run) {
        this.source = source;
        this.evaluation = new EventEvaluation(
                events, truth.labels(), truth.splits(), truth.resamples(), seed, run.record(), run.remarks());
        this.run = run;
    }

    /**
     * Scores the probes that were given on cached tokens.
     *
     * @param digests hashes the encoder's file, if it must be opened
     * @throws CommandException if probes, cache and reference do not fit together
     * @throws IOException if a file cannot be read
     */
    public EventReport ofProbes(ScoredTokens cached, KnownDigests digests) throws IOException {
        Path probe = source.probe();
        for (Path f : ProbeFiles.all(probe)) {
            ProbeFiles.remarkOnMissingDigest(f, run::tell);
        }
        try (TokenCache tokens = cached.open(run)) {
            return evaluation.ofProbes(probe, cached.folder(), tokens, digests);
        }
    }

    /**
     * Scores stored scores over time, or the detections of any program, whichever were given.
     *
     * @throws CommandException if the source has no times, or does not fit the reference
     * @throws IOException if a file cannot be read
     */
    public EventReport ofFiles() throws IOException {
        if (source.scores() != null) {
            throw CommandException.usage("--scores holds scores of whole clips, without times: --events takes --probe,"
                    + " --frame-scores or --detections");
        }
        return source.frameScores() != null
                ? evaluation.ofScores(source.frameScores())
                : evaluation.ofDetections(source.detections());
    }
}
