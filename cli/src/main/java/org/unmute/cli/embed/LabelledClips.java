package org.unmute.cli.embed;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.unmute.cli.option.LabelOptions;
import org.unmute.data.Manifest;
import org.unmute.data.UsedClips;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.TokenCache;

/** The table of the labelled clips that a cache holds. */
public final class LabelledClips {
    private LabelledClips() {}

    /**
     * Writes the table into the folder of a cache, which is still locked.
     *
     * @param labels of the clips that were to be embedded
     * @param tell   receives remarks
     * @throws IOException if the cache cannot be read, or the table not written
     */
    public static void write(Path folder, Manifest labels, Consumer<String> tell) throws IOException {
        try (TokenCache cache = TokenCache.open(folder)) {
            List<String> ids = cache.clips().stream().map(CachedClip::id).toList();
            UsedClips.write(
                    folder.resolve("clips.csv"),
                    LabelOptions.matched(labels, ids).manifest(),
                    cache,
                    tell);
        }
    }
}
