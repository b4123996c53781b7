package org.unmute.probes.cache;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.unmute.models.audio.ClipTooShortException;
import org.unmute.models.audio.Recording;
import org.unmute.models.audio.Resampler;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Features;

/**
 * Fills a token cache: reads recordings, encodes them, appends their token maps in the order of the list. Clips that
 * the cache holds already are left alone, so the same call goes on after an interruption. Recordings that cannot be
 * used (not readable, too short, of which the encoder makes numbers that cannot be stored) are reported with the reason
 * and skipped, or stop the run if it is strict; nothing else is lost.
 */
public final class Embedding {
    /** Clips read and encoded together: as many as this, unless their sound is longer than the limit below. */
    private static final int CHUNK = 32;
    /** The same where tokens of all layers are kept, which take many times the memory. */
    private static final int LAYERS_CHUNK = 4;
    /** Seconds of sound held at once; one recording alone may be longer. */
    private static final int CHUNK_SECONDS = 20 * 60;

    private static final int LAYERS_CHUNK_SECONDS = 2 * 60;
    /** Clips read together as long as nothing is known of their length. */
    private static final int FIRST_READ = 4;

    private final Encoder encoder;
    private final AudioReader reader;
    private final Resampler.Kernel kernel;
    private final boolean strict;

    /** Decodes a recording. Called from several threads. */
    @FunctionalInterface
    public interface AudioReader {
        /** @throws IOException with the reason in words if it cannot be read */
        Recording read(Path file) throws IOException;
    }

    /** Told what happens, in the order of the list. */
    public interface Listener {
        /** A clip is in the cache now; {@code before}: it already was. */
        void stored(AudioClip clip, boolean before);

        /** A clip was left out. */
        void skipped(AudioClip clip, String reason);
    }

    /**
     * What came of a run.
     *
     * @param embedded clips encoded now
     * @param present clips that the cache held already
     * @param skipped clips left out, with reasons
     */
    public record Outcome(int embedded, int present, List<Skipped> skipped) {}

    /** A clip left out and why. */
    public record Skipped(String clip, String reason) {}

    /** A recording that cannot be used, in a strict run. */
    public static final class UnusableClipException extends IOException {
        private static final long serialVersionUID = 1;

        UnusableClipException(String clip, String reason) {
            super("embed: clip '" + clip + "' cannot be used: " + reason
                    + ": remove it, or run without --strict to skip such clips");
        }
    }

    private record Loaded(AudioClip clip, String hash, boolean present, float[] samples, String reason) {
        long length() {
            return samples == null ? 0 : samples.length;
        }
    }

    private record Encoded(Loaded loaded, Features features, String reason) {}

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
     * Embeds all clips that the cache does not hold; with the tokens of all blocks where the cache is one of layers.
     *
     * @throws IllegalArgumentException if the cache holds another number of layers than the encoder has blocks
     * @throws UnusableClipException in a strict run, at the first recording that cannot be used
     * @throws IOException if the cache cannot be written
     */
    public Outcome run(List<AudioClip> clips, TokenCacheWriter writer, Listener listener) throws IOException {
        Features.Request wanted = wanted(writer.key());
        int embedded = 0;
        int present = 0;
        List<Skipped> skipped = new ArrayList<>();
        int at = 0;
        while (at < clips.size()) {
            List<Loaded> chunk = chunk(clips, at, writer);
            at += chunk.size();
            for (Encoded e : encoded(chunk, wanted)) {
                AudioClip clip = e.loaded().clip();
                String reason = e.reason() != null || e.loaded().present() ? e.reason() : store(e, writer);
                if (reason != null) {
                    if (strict) {
                        throw new UnusableClipException(clip.id(), reason);
                    }
                    skipped.add(new Skipped(clip.id(), reason));
                    listener.skipped(clip, reason);
                    continue;
                }
                if (e.loaded().present()) {
                    present++;
                } else {
                    embedded++;
                }
                listener.stored(clip, e.loaded().present());
            }
        }
        return new Outcome(embedded, present, List.copyOf(skipped));
    }

    private Features.Request wanted(CacheKey key) {
        int depth = encoder.describe().depth();
        if (key.layers() != 0 && key.layers() != depth) {
            throw new IllegalArgumentException("embed: the cache holds tokens of " + key.layers() + " layers, "
                    + encoder.describe().name() + " has " + depth + " blocks: choose a cache of " + depth
                    + " layers, or of none");
        }
        return key.layers() == 0
                ? Features.Request.TOKENS
                : new Features.Request(IntStream.range(0, depth).boxed().toList(), false);
    }

    /**
     * The next clips, read: so many that their sound stays within the limit as far as the length of those before tells.
     * Which clips these are depends on the recordings alone, not on the machine.
     */
    private List<Loaded> chunk(List<AudioClip> clips, int from, TokenCacheWriter writer) {
        boolean layers = writer.key().layers() > 0;
        long limit = (long) (layers ? LAYERS_CHUNK_SECONDS : CHUNK_SECONDS)
                * encoder.describe().sampleRate();
        int most = layers ? LAYERS_CHUNK : CHUNK;
        long held = 0;
        int group = FIRST_READ;
        List<Loaded> chunk = new ArrayList<>();
        while (group > 0 && from + chunk.size() < clips.size()) {
            int at = from + chunk.size();
            List<Loaded> read = clips.subList(at, Math.min(clips.size(), at + group)).stream()
                    .parallel()
                    .map(c -> load(c, writer))
                    .toList();
            chunk.addAll(read);
            held += read.stream().mapToLong(Loaded::length).sum();
            long longest =
                    Math.max(1, read.stream().mapToLong(Loaded::length).max().orElse(1));
            group = Math.clamp((limit - held) / longest, 0, most - chunk.size());
        }
        return chunk;
    }

    /** The chunk with its token maps; where the encoder refuses one recording, the others are encoded without it. */
    private List<Encoded> encoded(List<Loaded> chunk, Features.Request wanted) {
        List<float[]> recordings = chunk.stream()
                .filter(l -> l.samples() != null)
                .map(Loaded::samples)
                .toList();
        Iterator<Features> features = null;
        try {
            features = encoder.features(recordings, wanted).iterator();
        } catch (IllegalArgumentException e) {
            // One by one below, to find out which it was.
        }
        List<Encoded> all = new ArrayList<>();
        for (Loaded l : chunk) {
            if (l.samples() == null) {
                all.add(new Encoded(l, null, l.reason()));
            } else if (features != null) {
                all.add(new Encoded(l, features.next(), null));
            } else {
                all.add(encodedAlone(l, wanted));
            }
        }
        return all;
    }

    private Encoded encodedAlone(Loaded l, Features.Request wanted) {
        try {
            return new Encoded(l, encoder.features(l.samples(), wanted), null);
        } catch (IllegalArgumentException e) {
            return new Encoded(l, null, reason(e));
        }
    }

    /** Appends a token map; the reason if that cannot be, or null. */
    private static String store(Encoded e, TokenCacheWriter writer) throws IOException {
        try {
            writer.append(e.loaded().clip().id(), e.loaded().hash(), CachedTokens.of(e.features()));
            return null;
        } catch (IllegalArgumentException x) {
            return reason(x);
        }
    }

    private Loaded load(AudioClip clip, TokenCacheWriter writer) {
        String hash;
        try {
            hash = sha256(clip.path());
        } catch (IOException e) {
            return new Loaded(
                    clip,
                    null,
                    false,
                    null,
                    Files.exists(clip.path()) ? reason(e) : "the file does not exist: " + clip.path());
        }
        if (writer.status(clip.id(), hash) == ClipStatus.PRESENT) {
            return new Loaded(clip, hash, true, null, null);
        }
        try {
            float[] samples = clip.cut(reader.read(clip.path()))
                    .resampled(encoder.describe().sampleRate(), kernel)
                    .samples();
            EncoderSpec spec = encoder.describe();
            if (samples.length < spec.frameSamples()) {
                throw new ClipTooShortException("embed", samples.length, spec.frameSamples(), spec.sampleRate());
            }
            return new Loaded(clip, hash, false, samples, null);
        } catch (IllegalArgumentException | IOException e) {
            return new Loaded(clip, hash, false, null, reason(e));
        }
    }

    private static String reason(Exception e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    /** SHA-256 of a file's bytes, in lower-case hexadecimal. */
    public static String sha256(Path file) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            try (var in = Files.newInputStream(file)) {
                byte[] buffer = new byte[1 << 16];
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    digest.update(buffer, 0, n);
                }
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
