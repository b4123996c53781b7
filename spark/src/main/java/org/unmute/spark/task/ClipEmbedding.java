package org.unmute.spark.task;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.unmute.audio.UnreadableAudioException;
import org.unmute.audio.place.TimeAndPlace;
import org.unmute.events.scoring.Activation;
import org.unmute.events.scoring.ScoringHead;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.Features;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.cache.ClipPass;
import org.unmute.probes.cache.ClipSound;
import org.unmute.spark.input.HadoopAudio;
import org.unmute.spark.input.HadoopFiles;
import org.unmute.spark.plan.Kept;
import org.unmute.spark.plan.PlannedClip;
import org.unmute.spark.table.ClipOutcome;
import org.unmute.spark.table.DetectedEvent;
import org.unmute.spark.table.ScoreVectors;

/**
 * Embeds clips in their order, in batches, as {@code unmute embed} does: while one batch is computed, the next is read.
 * A clip that cannot be used is reported with the reason. One thread at a time.
 *
 * <p>Events are detected in a clip's tokens if the tokens are needed for other results too, and otherwise while the
 * clip is read as a stream. If only events are requested, clips are read only as streams, and memory does not depend on
 * their length.
 */
final class ClipEmbedding implements Closeable {
    /** Max clips, and seconds of sound, that are read and encoded together, as in {@code unmute embed}. */
    private static final ClipPass.Limits LIMITS = new ClipPass.Limits(32, 20 * 60);

    private static final ClipPass.Limits LAYERS_LIMITS = new ClipPass.Limits(4, 2 * 60);

    private final ExecutorEncoder executor;
    private final Encoder encoder;
    private final Set<Kept> kept;
    private final HashedAudio audio;
    private final StorageFailures storage = new StorageFailures();
    private final Iterator<PlannedClip> order;
    /** Which tokens are needed; null if none are. */
    private final Features.Request request;
    /** Scores clips; null if scores are not requested. */
    private final ScoringHead head;
    /** Null if only events are requested. */
    private final ReadAhead ahead;
    /** Null if events are not requested. */
    private final EventFinder events;

    private final RecordingPlaces places;

    /**
     * @param sha256 known digests of files, by URI
     * @param kept which results to compute
     * @throws IOException if a probe cannot be read
     */
    ClipEmbedding(
            List<PlannedClip> clips,
            Map<String, String> sha256,
            ExecutorEncoder executor,
            Set<Kept> kept,
            HadoopFiles files)
            throws IOException {
        this.executor = executor;
        this.encoder = executor.encoder().encoder();
        this.kept = Set.copyOf(kept);
        order = List.copyOf(clips).iterator();
        audio = new HashedAudio(files, sha256, openedOnce(clips));
        head = kept.contains(Kept.SCORES) ? executor.head() : null;
        events =
                kept.contains(Kept.EVENTS) ? new EventFinder(executor.detector().detector(), audio) : null;
        places = new RecordingPlaces(executor.options().field(), audio);
        request = request();
        boolean onlyEvents = kept.equals(Set.of(Kept.EVENTS));
        ahead = onlyEvents
                ? null
                : new ReadAhead(pass(clips.stream().map(HadoopAudio::clip).toList()));
    }

    private static Set<String> openedOnce(List<PlannedClip> clips) {
        Map<String, Long> count =
                clips.stream().collect(Collectors.groupingBy(PlannedClip::uri, Collectors.counting()));
        return count.keySet().stream().filter(uri -> count.get(uri) == 1).collect(Collectors.toSet());
    }

    private ClipPass pass(List<AudioClip> clips) {
        boolean layers = request != null && !request.layers().isEmpty();
        return new ClipPass(
                "embed",
                clips,
                audio,
                encoder.describe(),
                executor.options().resampling().kernel(),
                layers ? LAYERS_LIMITS : LIMITS);
    }

    /** The encoder outputs needed for tokens, their mean and the probe; null if none is needed. */
    private Features.Request request() {
        boolean tokens = kept.contains(Kept.TOKENS) || kept.contains(Kept.POOLED);
        boolean layers = kept.contains(Kept.TOKENS) && executor.options().layers();
        if (head != null && head.request() != null) {
            tokens = true;
            layers |= !head.request().layers().isEmpty();
        }
        if (!tokens) {
            return null;
        }
        layers |= events != null && !events.request().layers().isEmpty();
        return layers ? Features.Request.allLayers(encoder.describe().depth(), false) : Features.Request.TOKENS;
    }

    /** Whether any clips are left. */
    boolean hasNext() {
        return order.hasNext();
    }

    /**
     * Embeds the next clips, in the order of the list.
     *
     * @throws IOException if the storage of the recordings fails
     */
    List<ClipOutcome> next() throws IOException {
        if (ahead == null) {
            return List.of(detected(order.next()));
        }
        List<ClipSound> sounds = new ArrayList<>();
        for (ClipSound sound : ahead.next()) {
            AudioClip clip = sound.clip();
            sounds.add(storage.settle(sound, ClipSound::failure, () -> readAgain(clip), HadoopAudio.uri(clip.path())));
        }
        Iterator<Features> features = encode(sounds);
        List<ClipOutcome> all = new ArrayList<>();
        for (ClipSound sound : sounds) {
            PlannedClip clip = order.next();
            for (String warning : sound.warnings()) {
                System.getLogger("org.unmute").log(System.Logger.Level.WARNING, "{0}: {1}", clip.uri(), warning);
            }
            all.add(embedded(clip, sound, features));
        }
        return all;
    }

    private ClipSound readAgain(AudioClip clip) {
        try (ClipPass one = pass(List.of(clip))) {
            return one.next().getFirst();
        }
    }

    /** Processes a clip for which only events are requested. */
    private ClipOutcome detected(PlannedClip clip) throws IOException {
        TimeAndPlace place = places.of(clip);
        EventFinder.Found found = found(clip);
        return hashed(new ClipOutcome(
                clip, null, found.seconds(), null, null, -1, null, null, found.events(), found.problem(), place));
    }

    private EventFinder.Found found(PlannedClip clip) throws IOException {
        return storage.settle(events.of(clip), EventFinder.Found::failure, () -> events.of(clip), clip.uri());
    }

    /**
     * Tokens of the recordings that were read, in order; null if the encoder rejects one of them, or they do not fit
     * into memory.
     */
    private Iterator<Features> encode(List<ClipSound> sounds) {
        if (request == null) {
            return null;
        }
        List<float[]> samples =
                sounds.stream().map(ClipSound::samples).filter(Objects::nonNull).toList();
        try {
            return encoder.features(samples, request).iterator();
        } catch (IllegalArgumentException | OutOfMemoryError e) {
            return null; // encode each by itself, to find out which one it was
        }
    }

    /** @param features features of the clips from this one on; null to encode this clip by itself */
    private ClipOutcome embedded(PlannedClip clip, ClipSound sound, Iterator<Features> features) throws IOException {
        Made made = sound.failure() != null ? Made.not(reason(sound.failure())) : made(sound, features);
        String error = made.error;
        List<DetectedEvent> found = List.of();
        TimeAndPlace place = null;
        if (events != null) {
            place = places.of(clip);
            EventFinder.Found detected = made.all == null ? found(clip) : events.of(clip, sound, made.all);
            found = detected.events();
            error = error == null ? detected.problem() : error;
        }
        Features stored = made.all != null && kept.contains(Kept.TOKENS) ? stored(made.all) : null;
        return hashed(new ClipOutcome(
                clip, null, sound.seconds(), stored, null, -1, made.pooled, made.scores, found, error, place));
    }

    /** Results computed from a clip's samples. */
    private record Made(Features all, float[] pooled, ScoreVectors scores, String error) {
        static Made not(String error) {
            return new Made(null, null, null, error);
        }
    }

    private Made made(ClipSound sound, Iterator<Features> features) {
        try {
            Features all = null;
            if (request != null) {
                all = features == null ? encoder.features(sound.samples(), request) : features.next();
            }
            return new Made(
                    all,
                    kept.contains(Kept.POOLED) ? executor.options().pooling().apply(all.tokens()) : null,
                    head == null ? null : scores(sound.samples(), all),
                    null);
        } catch (IllegalArgumentException e) {
            return Made.not(reason(e));
        } catch (OutOfMemoryError e) {
            return Made.not("its tokens do not fit into the memory of this executor (" + Math.round(sound.seconds())
                    + " s of sound): cut it into shorter clips (--clip), or give executors more memory");
        }
    }

    private ScoreVectors scores(float[] samples, Features features) {
        float[] logits = head.request() == null ? head.logits(samples) : head.logits(features);
        float[] raw = Activation.trained(head).of(head, logits);
        return head.decisions() == null
                ? new ScoreVectors(raw, null)
                : new ScoreVectors(Activation.calibrated.of(head, logits), raw);
    }

    /** Features to store: without layers that only the probe uses. */
    private Features stored(Features all) {
        return executor.options().layers() || all.layers().isEmpty() ? all : new Features(all.tokens());
    }

    /**
     * Adds the digest of the clip's file. Without it, results could not be attributed to this audio, so a failure to
     * hash discards them.
     */
    private ClipOutcome hashed(ClipOutcome clip) {
        try {
            return clip.of(audio.digest(clip.clip().uri(), clip.clip().stamp()));
        } catch (IOException e) {
            return clip.error() != null ? clip : clip.failed(reason(e));
        }
    }

    /** The message why something could not be used; null if there was no failure. */
    static String reason(Exception failure) {
        return switch (failure) {
            case null -> null;
            case UnreadableAudioException e -> e.reason();
            default -> ClipSound.reason(failure);
        };
    }

    @Override
    public void close() {
        if (ahead != null) {
            ahead.close();
        }
    }
}
