package org.unmute.probes.cache;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.unmute.audio.ClipTooShortException;
import org.unmute.audio.Recording;
import org.unmute.audio.Resampler;
import org.unmute.audio.UnreadableAudioException;
import org.unmute.models.encoder.EncoderSpec;

/**
 * Reads clips in the order of a list, several at a time, at an encoder's rate. Clips of one file that are close to each
 * other in the list share a stream, which decodes overlaps once and seeks over gaps. Files are read in parallel. The
 * samples of a clip do not depend on how the list is divided: each clip is cut at the file's rate at the nearest
 * samples, then resampled on its own.
 *
 * <p>{@link Limits} bound the memory, however long the files are, unless a single clip exceeds them.
 */
public final class ClipPass implements Closeable {
    /** The share of the limit that a clip of unknown length is assumed to take. */
    private static final double UNKNOWN_SHARE = 0.25;

    private final String operation;
    private final List<AudioClip> clips;
    private final AudioReader reader;
    private final EncoderSpec encoder;
    private final Resampler.Kernel kernel;
    private final Limits limits;
    private final Map<Sound, SharedFile> files = new HashMap<>();
    private final Map<Integer, Resampler> resamplers = new ConcurrentHashMap<>();
    private int at;

    /**
     * Limits on the amount read at a time.
     *
     * @param clips max clips, at least 1
     * @param seconds max seconds of sound, as it is played to the encoder; a single longer clip is still read
     */
    public record Limits(int clips, double seconds) {
        /** @throws IllegalArgumentException if a limit is not positive */
        public Limits {
            if (clips < 1 || !(seconds > 0)) {
                throw new IllegalArgumentException("clips are read some at a time: " + clips + ", " + seconds + " s");
            }
        }
    }

    /** Decides which clips are read. Called from several threads, but never concurrently for clips of the same file. */
    @FunctionalInterface
    public interface Choice {
        /** @throws IOException if the clip cannot be used; recorded as the clip's failure */
        boolean read(AudioClip clip) throws IOException;
    }

    /** A channel of a file, or the mean of its channels. */
    private record Sound(Path path, int channel) {
        static Sound of(AudioClip clip) {
            return new Sound(clip.path(), clip.channel());
        }
    }

    private record Candidate(
            AudioClip clip,
            boolean wanted,
            double seconds,
            @Nullable Exception failure) {}

    /**
     * @param operation verb for messages, such as {@code embed}
     * @param encoder determines the rate and the min length of a clip
     * @param kernel resampling kernel for recordings at other rates
     */
    public ClipPass(
            String operation,
            List<AudioClip> clips,
            AudioReader reader,
            EncoderSpec encoder,
            Resampler.Kernel kernel,
            Limits limits) {
        this.operation = operation;
        this.clips = clips;
        this.reader = reader;
        this.encoder = encoder;
        this.kernel = kernel;
        this.limits = limits;
    }

    /** Whether clips remain. */
    public boolean hasNext() {
        return at < clips.size();
    }

    /** Reads the next clips without leaving any out. */
    public List<ClipSound> next() {
        return next(_ -> true);
    }

    /**
     * Reads the next clips, as many as stay within the limits. How many depends only on the recordings, not on the
     * machine.
     *
     * @param choice selects the clips to read; the others are not decoded
     * @return one entry for each clip, in the order of the list
     */
    public List<ClipSound> next(Choice choice) {
        List<AudioClip> ahead = clips.subList(at, Math.min(clips.size(), at + limits.clips()));
        Map<AudioClip, Candidate> measured =
                inOrder(ahead, perFile(ahead, (file, clip) -> measure(file, clip, choice)));
        double held = 0;
        int count = 0;
        for (AudioClip clip : ahead) {
            double seconds = measured.get(clip).seconds();
            if (count > 0 && held + seconds > limits.seconds()) {
                break;
            }
            held += seconds;
            count++;
        }
        List<AudioClip> chosen = ahead.subList(0, count);
        boolean oneFile = chosen.stream().map(Sound::of).distinct().limit(2).count() == 1;
        List<CompletableFuture<ClipSound>> sounds =
                perFile(chosen, (file, clip) -> read(file, measured.get(clip), oneFile));
        List<ClipSound> result = sounds.stream().map(CompletableFuture::join).toList();
        at += count;
        closeAllBut(clips.subList(at, Math.min(clips.size(), at + limits.clips())));
        return result;
    }

    private static Map<AudioClip, Candidate> inOrder(List<AudioClip> ahead, List<Candidate> candidates) {
        Map<AudioClip, Candidate> map = new HashMap<>();
        IntStream.range(0, ahead.size()).forEach(i -> map.put(ahead.get(i), candidates.get(i)));
        return map;
    }

    @FunctionalInterface
    private interface Work<R> {
        R on(@Nullable SharedFile file, AudioClip clip);
    }

    /** Processes files in parallel, and the clips of one file in order. */
    private <R> List<R> perFile(List<AudioClip> some, Work<R> work) {
        Map<Sound, List<Integer>> byFile = new LinkedHashMap<>();
        for (int i = 0; i < some.size(); i++) {
            byFile.computeIfAbsent(Sound.of(some.get(i)), _ -> new ArrayList<>())
                    .add(i);
        }
        byFile.keySet().forEach(one -> files.computeIfAbsent(one, s -> new SharedFile(s.path(), s.channel(), reader)));
        Map<Integer, R> results = new ConcurrentHashMap<>();
        byFile.entrySet().parallelStream().forEach(file -> {
            SharedFile shared = files.get(file.getKey());
            file.getValue().forEach(i -> results.put(i, work.on(shared, some.get(i))));
        });
        return IntStream.range(0, some.size()).mapToObj(results::get).toList();
    }

    private Candidate measure(@Nullable SharedFile file, AudioClip clip, Choice choice) {
        try {
            if (!choice.read(clip)) {
                return new Candidate(clip, false, 0, null);
            }
            double seconds = file.seconds(clip);
            double held = Double.isNaN(seconds)
                    ? UNKNOWN_SHARE * limits.seconds()
                    : encoder.speed().played(seconds);
            return new Candidate(clip, true, held, null);
        } catch (IOException | IllegalArgumentException e) {
            return new Candidate(clip, true, 0, e);
        } catch (OutOfMemoryError e) {
            return new Candidate(clip, true, 0, tooLarge(clip, e));
        }
    }

    /** Reads a clip and resamples it; if {@code aside}, in the background while the next clip is read. */
    private CompletableFuture<ClipSound> read(@Nullable SharedFile file, @Nullable Candidate candidate, boolean aside) {
        AudioClip clip = candidate.clip();
        if (!candidate.wanted() || candidate.failure() != null) {
            return CompletableFuture.completedFuture(
                    candidate.wanted() ? ClipSound.failed(clip, candidate.failure()) : ClipSound.unasked(clip));
        }
        try {
            SharedFile.Cut cut = file.read(clip, encoder, kernel);
            List<String> warnings = file.newWarnings();
            return aside && !isReady(cut)
                    ? CompletableFuture.supplyAsync(() -> resampled(clip, cut, warnings))
                    : CompletableFuture.completedFuture(resampled(clip, cut, warnings));
        } catch (IOException | IllegalArgumentException e) {
            return CompletableFuture.completedFuture(ClipSound.failed(clip, e));
        } catch (OutOfMemoryError e) {
            return CompletableFuture.completedFuture(ClipSound.failed(clip, tooLarge(clip, e)));
        }
    }

    private static Exception tooLarge(AudioClip clip, OutOfMemoryError e) {
        Exception failure = new UnreadableAudioException(
                clip.path().toString(),
                "too large for the memory of this program: cut it into shorter clips, or allow more with -Xmx");
        failure.initCause(e);
        return failure;
    }

    private boolean isReady(SharedFile.Cut cut) {
        return cut.resampled() || encoder.speed().isNormal() && cut.recording().sampleRate() == encoder.sampleRate();
    }

    private ClipSound resampled(AudioClip clip, SharedFile.Cut cut, List<String> warnings) {
        try {
            Recording recording = cut.recording();
            int rate = recording.sampleRate();
            float[] samples = isReady(cut)
                    ? recording.samples()
                    : resamplers
                            .computeIfAbsent(rate, r -> new Resampler(r, encoder.speed(), encoder.sampleRate(), kernel))
                            .apply(recording.samples());
            if (samples.length < encoder.frameSamples()) {
                throw new ClipTooShortException(
                        operation, samples.length, encoder.frameSamples(), encoder.sampleRate());
            }
            return new ClipSound(clip, samples, cut.seconds(), cut.rate(), null, warnings);
        } catch (IllegalArgumentException e) {
            return ClipSound.failed(clip, e);
        }
    }

    private void closeAllBut(List<AudioClip> needed) {
        Set<Sound> keep = needed.stream().map(Sound::of).collect(Collectors.toCollection(HashSet::new));
        files.entrySet().removeIf(e -> {
            if (keep.contains(e.getKey())) {
                return false;
            }
            closeQuietly(e.getValue());
            return true;
        });
    }

    /** Ignores errors: all clips of the file have been read. */
    private static void closeQuietly(SharedFile file) {
        try {
            file.close();
        } catch (IOException e) {
            System.getLogger("org.unmute").log(System.Logger.Level.DEBUG, "a file could not be closed", e);
        }
    }

    @Override
    public void close() {
        files.values().forEach(ClipPass::closeQuietly);
        files.clear();
    }
}
