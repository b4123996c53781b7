package org.unmute.cli.option;

import java.util.List;
import java.util.function.Consumer;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.train.TokenSource;
import picocli.CommandLine.Option;

/** Whether a probe is trained on the rows of tokens that stand for padding. */
public final class PaddingOptions {
    @Option(
            names = "--keep-padding",
            description =
                    "Count the tokens behind the end of a short clip, where the encoder fills up its window, as sound,"
                            + " which is the authors' way (default: they are left out, also when the probe scores).")
    private boolean keep;

    /**
     * The tokens of training clips: without padding, unless it is kept or the cache does not say of all clips where it
     * begins, which is said.
     *
     * @param validation clips that the probe will score, or null
     * @param tell receives a remark about clips of which padding is not known
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
     * Says so if the cache does not know where the padding of some clips begins; whether that is so.
     *
     * @param clips that are in the cache
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
