package org.unmute.options;

import org.unmute.events.encoder.TokenType;
import picocli.CommandLine.Option;

/** Options that set which tokens are stored, and in which type. */
@HelpTopic("Tokens")
public final class TokenOptions {
    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            description = "How tokens are stored: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private TokenType type = TokenType.f16;

    @Option(
            names = "--layers",
            description =
                    "Also store the tokens after each block of the encoder, which the probes cgp, linear-layers and"
                            + " head2toe look at. The cache becomes larger by as many times as there are blocks; other"
                            + " probes work with it as with one without.")
    private boolean layers;

    /** The type in which tokens are stored. */
    public TokenType type() {
        return type;
    }

    /** Whether tokens are stored after each block instead of only after the last. */
    public boolean layers() {
        return layers;
    }
}
