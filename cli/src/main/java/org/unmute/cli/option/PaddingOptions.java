package org.unmute.cli.option;

import java.util.List;
import java.util.function.Consumer;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.options.HelpTopic;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.train.TokenSource;
import picocli.CommandLine.Option;

/** Option to train a probe on token rows that represent padding. */
@HelpTopic("Encoder")
public final class PaddingOptions {
    @Option(
            names = "--keep-padding",
            description =
                    "Count the tokens behind the end of a short clip, where the encoder fills up its window, as sound,"
                            + " which is the authors' way (default: they are left out, also when the probe scores).")
    private boolean keep;

    /**
     * The tokens of training clips, without padding unless the user keeps it or the cache does not know where the
     * padding of some clips begins; the latter is reported.
     *
     * @param validation clips that the probe will score, or null
     * @param tell       receives a remark about clips whose padding is unknown
     */
    public TokenSource training(Manifest train, Manifest validation, TokenCache cache, Consumer<String> tell) {
        List<String> ids = train.clips().stream().map(LabelledClip::file).toList();
        TokenSource clips = TokenSource.of(cache, ids);
        if (keep
                || remarkOnUnknown(train, cache, tell)
                || validation != null && remarkOnUnknown(validation, cache, tell)) {
            return clips;
        }
        return clips.soundOnly();
    }

    /**
     * Reports clips whose padding the cache does not know.
     *
     * @param clips clips in the cache
     * @return whether there are such clips
     */
    public static boolean remarkOnUnknown(Manifest clips, TokenCache cache, Consumer<String> tell) {
        long unknown = clips.clips().stream()
                .filter(clip -> !cache.find(clip.file()).orElseThrow().isSoundKnown())
                .count();
        if (unknown > 0) {
            tell.accept("padding counts as sound: the token cache is of an earlier version and does not say of "
                    + unknown + " of " + clips.clips().size()
                    + " clips where their sound ends: embed them into a new folder to leave padding out");
        }
        return unknown > 0;
    }
}
