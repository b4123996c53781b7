package org.unmute.experiments.benchmark;

import java.io.Serializable;
import java.util.List;
import java.util.stream.Stream;
import org.unmute.probes.cache.Embedding;

/**
 * What came of embedding clips.
 *
 * @param embedded clips encoded now
 * @param present clips that were in the cache already
 * @param skipped clips left out, with reasons
 * @param unread those of them whose files are there and could not be read: another run may find them readable
 */
public record EmbeddedClips(int embedded, int present, List<Left> skipped, List<Left> unread) implements Serializable {
    /** Of no clips. */
    static final EmbeddedClips NONE = new EmbeddedClips(0, 0, List.of(), List.of());

    public EmbeddedClips {
        skipped = List.copyOf(skipped);
        unread = List.copyOf(unread);
    }

    /** A clip that was left out, with the reason. */
    public record Left(String clip, String reason) implements Serializable {}

    static EmbeddedClips of(Embedding.Outcome outcome) {
        return new EmbeddedClips(
                outcome.embedded(), outcome.present(), left(outcome.skipped()), left(outcome.unread()));
    }

    private static List<Left> left(List<Embedding.Skipped> clips) {
        return clips.stream().map(c -> new Left(c.clip(), c.reason())).toList();
    }

    /** These and others, in this order. */
    EmbeddedClips and(EmbeddedClips others) {
        return new EmbeddedClips(
                embedded + others.embedded,
                present + others.present,
                Stream.concat(skipped.stream(), others.skipped.stream()).toList(),
                Stream.concat(unread.stream(), others.unread.stream()).toList());
    }
}
