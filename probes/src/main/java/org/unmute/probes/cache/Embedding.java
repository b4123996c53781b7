package org.unmute.probes.cache;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.unmute.models.audio.ClipTooShortException;
import org.unmute.models.audio.Recording;
import org.unmute.models.audio.Resampler;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Features;
import org.unmute.tensor.io.Sha256;

/**
 * Fills a token cache: reads recordings, encodes them and appends their token maps in the order of the list. Clips that
 * are in the cache already are skipped, so the same call resumes an interrupted run. Recordings that cannot be used
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
    /** Clips that are read together before their length is known. */
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

    /** Receives the outcome of each clip, in the order of the list. */
    public interface Listener {
        /** A clip is in the cache; {@code before}: it already was. */
        void stored(AudioClip clip, boolean before);

        /** A clip was left out. */
        void skipped(AudioClip clip, String reason);
    }

    /**
     * The outcome of a run.
     *
     * @param embedded clips encoded now
     * @param present clips that were in the cache already
     * @param skipped clips left out, with reasons
     */
    public record Outcome(int embedded, int present, List<Skipped> skipped) {}

    /** A clip that was left out, with the reason. */
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
        int embedded = 0;
        int present = 0;
        List<Skipped> skipped = new ArrayList<>();
        int at = 0;
        while (at < clips.size()) {
            List<Loaded> chunk = chunk(clips, at, writer);
            at += chunk.size();
            Iterator<Features> features = encode(chunk, request);
            for (Loaded l : chunk) {
                String reason = l.samples() == null ? l.reason() : store(l, features, request, writer);
                if (reason != null) {
                    if (strict) {
                        throw new UnusableClipException(l.clip().id(), reason);
                    }
                    skipped.add(new Skipped(l.clip().id(), reason));
                    listener.skipped(l.clip(), reason);
                    continue;
                }
                if (l.present()) {
                    present++;
                } else {
                    embedded++;
                }
                listener.stored(l.clip(), l.present());
            }
        }
        return new Outcome(embedded, present, List.copyOf(skipped));
    }

    private Features.Request request(CacheKey key) {
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
     * Reads the next clips: as many as stay within the limit, judged by the length of those already read. The choice
     * depends on the recordings only, not on the machine.
     */
    private List<Loaded> chunk(List<AudioClip> clips, int from, TokenCacheWriter writer) {
        boolean layers = writer.key().layers() > 0;
        long limit = (long) (layers ? LAYERS_CHUNK_SECONDS : CHUNK_SECONDS)
                * encoder.describe().sampleRate();
        int max = layers ? LAYERS_CHUNK : CHUNK;
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
            group = Math.clamp((limit - held) / longest, 0, max - chunk.size());
        }
        return chunk;
    }

    /** What the encoder makes of the chunk's recordings, in order; null where it refuses one of them. */
    private Iterator<Features> encode(List<Loaded> chunk, Features.Request request) {
        List<float[]> recordings =
                chunk.stream().map(Loaded::samples).filter(Objects::nonNull).toList();
        try {
            return encoder.features(recordings, request).iterator();
        } catch (IllegalArgumentException e) {
            return null; // each by itself, to find out which it was
        }
    }

    /** Appends what the encoder makes of a clip; gives the reason if that cannot be, else null. */
    private String store(Loaded l, Iterator<Features> features, Features.Request request, TokenCacheWriter writer)
            throws IOException {
        try {
            Features made = features == null ? encoder.features(l.samples(), request) : features.next();
            writer.append(l.clip().id(), l.hash(), made);
            return null;
        } catch (IllegalArgumentException e) {
            return reason(e);
        }
    }

    private Loaded load(AudioClip clip, TokenCacheWriter writer) {
        String hash;
        try {
            hash = Sha256.of(clip.path());
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
}
