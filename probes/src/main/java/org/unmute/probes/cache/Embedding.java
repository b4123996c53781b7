package org.unmute.probes.cache;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.unmute.audio.Resampler;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.Features;

/**
 * Fills a token cache: reads recordings, encodes them and appends their token maps in the order of the list. A file is
 * hashed once, and read once for all its clips ({@link ClipPass}). Clips that are in the cache already are skipped and
 * not decoded, so the same call resumes an interrupted run. Recordings that cannot be used
 * (unreadable, too short, or with token values that cannot be stored) are reported with the reason and skipped, or stop
 * the run if it is strict; other clips are not affected.
 */
public final class Embedding {
    /** Max clips that are read and encoded together. */
    private static final int CHUNK = 32;
    /** The same where tokens of all layers are stored, which take many times the memory. */
    private static final int LAYERS_CHUNK = 4;
    /** Max seconds of sound in memory; a single recording may be longer. */
    private static final int CHUNK_SECONDS = 20 * 60;

    private static final int LAYERS_CHUNK_SECONDS = 2 * 60;

    private final Encoder encoder;
    private final AudioReader reader;
    private final Resampler.Kernel kernel;
    private final boolean strict;

    /** Receives the outcome of each clip, in the order of the list; closed by who opens it. */
    public interface Listener extends AutoCloseable {
        /** A clip is in the cache; {@code before}: it already was. */
        void stored(AudioClip clip, boolean before);

        /** A clip was left out. */
        void skipped(AudioClip clip, String reason);

        /**
         * A clip's file is odd but is read nevertheless: reported once, before the clip's outcome. Goes
         * to the {@link System.Logger} {@code org.unmute}.
         */
        default void warned(AudioClip clip, String warning) {
            System.getLogger("org.unmute").log(System.Logger.Level.WARNING, "{0}: {1}", clip.path(), warning);
        }

        @Override
        default void close() {}
    }

    /**
     * The outcome of a run.
     *
     * @param embedded clips encoded now
     * @param present clips that were in the cache already
     * @param skipped clips left out, with reasons
     * @param unread those of them whose files exist and could not be read: another run may find them readable
     */
    public record Outcome(int embedded, int present, List<Skipped> skipped, List<Skipped> unread)
            implements Serializable {
        /** Of no clips. */
        public static final Outcome NONE = new Outcome(0, 0, List.of(), List.of());

        public Outcome {
            skipped = List.copyOf(skipped);
            unread = List.copyOf(unread);
        }

        /** This outcome and that of other clips, in this order. */
        public Outcome and(Outcome others) {
            return new Outcome(
                    embedded + others.embedded,
                    present + others.present,
                    Stream.concat(skipped.stream(), others.skipped.stream()).toList(),
                    Stream.concat(unread.stream(), others.unread.stream()).toList());
        }
    }

    /** A clip that was left out, with the reason. */
    public record Skipped(String clip, String reason) implements Serializable {}

    /** A recording that cannot be used, in a strict run. */
    public static final class UnusableClipException extends IOException {
        private static final long serialVersionUID = 1;

        UnusableClipException(String clip, String reason) {
            super("embed: clip '" + clip + "' cannot be used: " + reason
                    + ": remove it, or run without --strict to skip such clips");
        }
    }

    /**
     * @param kernel how recordings of another rate are resampled
     * @param strict whether an unusable recording stops the run
     */
    public Embedding(Encoder encoder, AudioReader reader, Resampler.Kernel kernel, boolean strict) {
        this.encoder = encoder;
        this.reader = reader;
        this.kernel = kernel;
        this.strict = strict;
    }

    /**
     * Embeds all clips that are not in the cache; with the tokens of all blocks if the cache holds layers.
     *
     * @throws IllegalArgumentException if the cache holds another number of layers than the encoder has blocks
     * @throws UnusableClipException in a strict run, at the first recording that cannot be used
     * @throws IOException if the cache cannot be written
     */
    public Outcome run(List<AudioClip> clips, TokenCacheWriter writer, Listener listener) throws IOException {
        Features.Request request = request(writer.key());
        boolean layers = writer.key().layers() > 0;
        ClipPass.Limits limits = layers
                ? new ClipPass.Limits(LAYERS_CHUNK, LAYERS_CHUNK_SECONDS)
                : new ClipPass.Limits(CHUNK, CHUNK_SECONDS);
        int embedded = 0;
        int present = 0;
        List<Skipped> skipped = new ArrayList<>();
        List<Skipped> unread = new ArrayList<>();
        FileHashes hashes = new FileHashes();
        try (ClipPass pass = new ClipPass("embed", clips, reader, encoder.describe(), kernel, limits)) {
            while (pass.hasNext()) {
                List<ClipSound> chunk =
                        pass.next(c -> writer.status(c.id(), hashes.of(c.path())) != ClipStatus.PRESENT);
                Iterator<Features> features = encode(chunk, request);
                for (ClipSound sound : chunk) {
                    AudioClip clip = sound.clip();
                    sound.warnings().forEach(w -> listener.warned(clip, w));
                    String reason = sound.samples() == null
                            ? sound.reason()
                            : store(sound, hashes.last(clip.path()), features, request, writer);
                    boolean before = sound.samples() == null;
                    if (reason != null) {
                        if (strict) {
                            throw new UnusableClipException(clip.id(), reason);
                        }
                        skipped.add(new Skipped(clip.id(), reason));
                        if (AudioReader.mayPass(sound.failure())) {
                            unread.add(skipped.getLast());
                        }
                        listener.skipped(clip, reason);
                        continue;
                    }
                    present += before ? 1 : 0;
                    embedded += before ? 0 : 1;
                    listener.stored(clip, before);
                }
            }
        }
        return new Outcome(embedded, present, skipped, unread);
    }

    private Features.Request request(CacheKey key) {
        int depth = encoder.describe().depth();
        if (key.layers() != 0 && key.layers() != depth) {
            throw new IllegalArgumentException("embed: the cache holds tokens of " + key.layers() + " layers, "
                    + encoder.describe().name() + " has " + depth + " blocks: choose a cache of " + depth
                    + " layers, or of none");
        }
        return key.layers() == 0 ? Features.Request.TOKENS : Features.Request.allLayers(depth, false);
    }

    /** What the encoder makes of the chunk's recordings, in order; null where it refuses one, or they are too many. */
    private @Nullable Iterator<Features> encode(List<ClipSound> chunk, Features.Request request) {
        List<float[]> recordings =
                chunk.stream().map(ClipSound::samples).filter(Objects::nonNull).toList();
        try {
            return encoder.features(recordings, request).iterator();
        } catch (IllegalArgumentException | OutOfMemoryError e) {
            return null; // each by itself, to find out which it was
        }
    }

    /** Appends what the encoder makes of a clip; gives the reason if that cannot be, else null. */
    private @Nullable String store(
            ClipSound sound,
            @Nullable String hash,
            @Nullable Iterator<Features> features,
            Features.Request request,
            TokenCacheWriter writer)
            throws IOException {
        try {
            Features made = features == null ? encoder.features(sound.samples(), request) : features.next();
            writer.append(sound.clip().id(), hash, made);
            return null;
        } catch (IllegalArgumentException e) {
            return ClipSound.reason(e);
        } catch (OutOfMemoryError e) {
            return String.format(
                    Locale.ROOT,
                    "its tokens do not fit into the memory of this program (%.0f s of sound): cut it into shorter"
                            + " clips, or allow more with -Xmx",
                    sound.seconds());
        }
    }
}
