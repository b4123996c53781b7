package org.unmute.events.detection;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.util.Optional;
import java.util.function.Consumer;
import org.unmute.audio.AudioSource;
import org.unmute.audio.AudioStream;
import org.unmute.models.encoder.Features;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.event.Event;
import org.unmute.tensor.DType;

/**
 * Tokens of recordings that were embedded before: events are found in them, and no encoder runs. The recordings are
 * still read, for their lengths, their times and what is wrong with them.
 *
 * @param cache  tokens of the encoder on which the probe was trained; not closed
 * @param layers whether the probe pools the tokens of all layers
 */
public record CachedTokens(TokenCache cache, boolean layers) {
    /** Whether tokens are those that the encoder gives, not rounded to float16. */
    public boolean exact() {
        return cache.key().dtype() == DType.F32;
    }

    /** The SHA-256 of a file's bytes. */
    @FunctionalInterface
    interface Hash {
        String sha256() throws IOException;
    }

    /**
     * What was found in the tokens of a clip.
     *
     * @param sha256 of the file's bytes
     * @param read   how much of the recording was read
     */
    record Found(String sha256, ReadOutcome read) {}

    /**
     * Finds the events of a clip.
     *
     * @param hash   of the file's bytes, requested only if the cache has the clip
     * @param events receives the events
     * @return empty, with no event emitted, if it has to be encoded; the listener has the reason
     * @throws IOException if the recording or its tokens cannot be read
     */
    Optional<Found> find(
            RecordingDetector detector,
            DetectionRun.AudioOpener opener,
            AudioClip clip,
            Hash hash,
            Consumer<Event> events,
            DetectionRun.Listener listener)
            throws IOException {
        Optional<CachedClip> own = cache.find(clip.id());
        if (own.isEmpty()) {
            listener.encodes(clip, "the cache does not have it");
            return Optional.empty();
        }
        String sha256 = hash.sha256();
        if (!own.get().audioSha256().equals(sha256)) {
            listener.encodes(clip, "the cache has another version of it");
            return Optional.empty();
        }
        Features tokens = layers ? cache.readFeatures(clip.id()) : new Features(cache.read(clip.id()));
        try (SeekableByteChannel bytes = Files.newByteChannel(clip.path())) {
            AudioStream stream = opener.open(AudioSource.of(bytes, clip.path().toString()), clip.channel());
            listener.opened(clip, stream);
            Optional<ReadOutcome> read = detector.run(stream, clip.start(), clip.end(), tokens, events, listener::read);
            if (read.isEmpty()) {
                listener.encodes(
                        clip,
                        "its tokens depend on how much sound was embedded at once, or are not of all of its sound");
            }
            return read.map(outcome -> new Found(sha256, outcome));
        }
    }
}
