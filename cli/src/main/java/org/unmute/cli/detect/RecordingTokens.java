package org.unmute.cli.detect;

import java.io.IOException;
import java.nio.file.Path;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.probe.TokenData;
import org.unmute.data.provenance.RunRecord;
import org.unmute.events.detection.CachedTokens;
import org.unmute.events.detection.DetectionSettings;
import org.unmute.events.detection.DetectorSetup;
import org.unmute.options.InputPath;
import org.unmute.options.ProbeOption;
import org.unmute.probes.cache.TokenCache;
import picocli.CommandLine.Option;

/** The option that names tokens of the recordings, which are then not encoded again. */
public final class RecordingTokens {
    @InputPath
    @Option(
            names = "--cache",
            paramLabel = "DIR",
            description = "Token cache of the recordings, made with the probe's encoder: events are found in it, and"
                    + " no encoder runs. Recordings that it lacks are encoded.")
    private Path cache;

    /**
     * The tokens that were opened, if any were given.
     *
     * @param tokens null for none
     */
    public record Opened(CachedTokens tokens) implements AutoCloseable {
        /** The settings of a detection, with a note where tokens are rounded. */
        public DetectionSettings noted(DetectionSettings settings) {
            // Events found in rounded tokens are not those of the recordings.
            return tokens == null || tokens.exact()
                    ? settings
                    : settings.with(
                            "tokens", "of a cache in " + tokens.cache().key().dtype());
        }

        @Override
        public void close() {
            if (tokens != null) {
                tokens.cache().close();
            }
        }
    }

    /**
     * Opens the cache, if one is given. The caller closes it.
     *
     * @param probe  as it was named
     * @param setup  the same, opened
     * @param record receives the cache
     * @throws CommandException if no probe scores tokens, or the cache is damaged or of another encoder
     * @throws IOException if it cannot be read
     */
    public Opened open(ProbeOption probe, DetectorSetup setup, RunRecord record) throws IOException {
        if (cache == null) {
            return new Opened(null);
        }
        if (!probe.isGiven()) {
            throw CommandException.usage("--cache holds tokens, and the encoder's own head scores sound: give --probe,"
                    + " or leave --cache out");
        }
        TokenCache tokens = TokenCache.open(cache);
        try {
            TokenData.requireIntact(tokens);
            TokenData.requireSameEncoder(setup.probe(), tokens, probe.file(), cache);
            record.result("cache", cache.toString());
            return new Opened(new CachedTokens(tokens, setup.probe().probe().layers() > 0));
        } catch (RuntimeException e) {
            tokens.close();
            throw e;
        }
    }
}
