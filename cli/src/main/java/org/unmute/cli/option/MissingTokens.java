package org.unmute.cli.option;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.unmute.data.provenance.RunRecord;
import org.unmute.data.provenance.WholeCache;
import org.unmute.options.HelpTopic;
import org.unmute.probes.cache.TokenCache;
import picocli.CommandLine.Option;

/** Option to continue with a token cache that has lost some of its clips. */
@HelpTopic("Tokens")
public final class MissingTokens {
    @Option(
            names = "--allow-missing",
            description = "Go on without clips that the token cache should hold and has lost; otherwise it is refused.")
    private boolean allowed;

    /** Whether clips may be missing. */
    public boolean allowed() {
        return allowed;
    }

    /**
     * Opens a cache. The caller closes it.
     *
     * @param record receives the missing clips, if they are allowed
     * @param tell   receives the same as text
     * @throws org.unmute.files.InputException if clips are missing and not allowed; the message names them
     * @throws IOException if the cache cannot be read
     */
    public TokenCache open(Path cache, RunRecord record, Consumer<String> tell) throws IOException {
        return WholeCache.open(cache, allowed, lack -> {
            record.result("missingTokens", lack);
            tell.accept(lack);
        });
    }
}
