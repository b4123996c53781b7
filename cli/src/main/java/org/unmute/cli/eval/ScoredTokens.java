package org.unmute.cli.eval;

import java.io.IOException;
import java.nio.file.Path;
import org.unmute.cli.console.CommandRun;
import org.unmute.cli.option.MissingTokens;
import org.unmute.options.InputPath;
import org.unmute.probes.cache.TokenCache;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of the tokens that are scored. */
public final class ScoredTokens {
    @InputPath
    @Option(
            names = "--cache",
            paramLabel = "DIR",
            description = "Token cache of the clips; needed with --probe and --retrieval.")
    private Path cache;

    @Mixin
    private MissingTokens missingTokens;

    /** The folder of the cache; null if none was given. */
    public Path folder() {
        return cache;
    }

    /**
     * Opens the cache. The caller closes it.
     *
     * @param run receives the clips that the cache has lost, if it may be used nevertheless
     * @throws org.unmute.files.InputException if clips are missing and may not be
     * @throws IOException if the cache cannot be read
     */
    public TokenCache open(CommandRun run) throws IOException {
        return missingTokens.open(cache, run.record(), run::tell);
    }
}
