package org.unmute.cli.eval;

import java.io.IOException;
import java.util.ArrayList;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.CommandRun;
import org.unmute.cli.probe.TokenData;
import org.unmute.data.Manifest;
import org.unmute.probes.cache.TokenCache;
import picocli.CommandLine.Option;

/** The option of how clips that were found are scored, where clips are ranked without a probe. */
public final class RetrievalOptions {
    @Option(
            names = "--at",
            paramLabel = "K",
            description = "The K of the precision at K of --retrieval (default: ${DEFAULT-VALUE}).")
    private int at = 10;

    /** @throws CommandException if K is below 1 */
    public void requireValid() {
        if (at < 1) {
            throw CommandException.usage("--at must be at least 1, is " + at);
        }
    }

    /**
     * Ranks the labelled clips that are in a cache.
     *
     * @throws CommandException if cache and labels do not fit together
     * @throws IOException if a file cannot be read
     */
    public RetrievalScores scores(ScoredTokens cached, TruthOptions truth, CommandRun run) throws IOException {
        try (TokenCache tokens = cached.open(run)) {
            Manifest labelled = TokenData.matched(
                    truth.labels().read(null, truth.splits(), run.record(), run.remarks()),
                    tokens,
                    new ArrayList<>(),
                    run::tell);
            return RetrievalScores.of(labelled, tokens, at);
        }
    }
}
