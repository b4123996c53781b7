package org.unmute.events.search;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.unmute.audio.AudioFiles;
import org.unmute.audio.AudioStream;
import org.unmute.audio.Resampler;
import org.unmute.data.ClipId;
import org.unmute.data.RecordingNames;
import org.unmute.files.InputException;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.RowTimes;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.TokenCache;

/** Finds the tokens of examples: in the cache, else by the encoder of the cache in an audio file. */
public final class ExampleReader {
    /** Longest example that is read from an audio file, in seconds. */
    public static final double MAX_SECONDS = 600;

    private static final double END = 1e-6;

    private final TokenCache cache;
    private final RowTimes times;
    private final EncoderSource encoder;
    private final RecordingNames names;
    private final Map<String, List<CachedClip>> recordings = new LinkedHashMap<>();

    /** Opens the encoder of the cache when it is first needed. */
    @FunctionalInterface
    public interface EncoderSource {
        /** The encoder with the resampling filter of the cache. */
        Opened open() throws IOException;
    }

    /**
     * An encoder as the cache was made with it.
     *
     * @param kernel resampling filter
     */
    public record Opened(Encoder encoder, Resampler.Kernel kernel) {}

    /** @param times of the rows of the cache */
    public ExampleReader(TokenCache cache, RowTimes times, EncoderSource encoder) {
        this.cache = cache;
        this.times = times;
        this.encoder = encoder;
        for (CachedClip clip : cache.clips()) {
            recordings
                    .computeIfAbsent(ClipId.recording(clip.id()), _ -> new ArrayList<>())
                    .add(clip);
        }
        names = new RecordingNames(recordings.keySet());
    }

    /** The recordings of the cache with their clips. */
    Map<String, List<CachedClip>> recordings() {
        return recordings;
    }

    /**
     * The recording of the cache that a name stands for.
     *
     * @throws InputException if it may be several
     */
    public Optional<String> recording(String name) {
        try {
            return names.find(name);
        } catch (IllegalArgumentException e) {
            throw new InputException("search: " + e.getMessage(), e);
        }
    }

    /**
     * The tokens of an example.
     *
     * @throws InputException if it is neither in the cache nor an audio file, or holds no token
     * @throws IOException if tokens or audio cannot be read
     */
    ExampleTokens read(Example example) throws IOException {
        Optional<String> id = recording(example.recording());
        if (id.isPresent()) {
            return cached(new Example(id.get(), example.start(), example.end(), example.low(), example.high()));
        }
        Path file;
        try {
            file = Path.of(example.recording());
        } catch (InvalidPathException e) {
            file = Path.of("");
        }
        if (!Files.isRegularFile(file)) {
            throw new InputException("search: example " + example + ": there is no such recording in the cache ("
                    + recordings.size() + " recordings), and no such file");
        }
        return encoded(example, file);
    }

    private ExampleTokens cached(Example example) throws IOException {
        CachedClip best = null;
        double most = 0;
        for (CachedClip clip : recordings.get(example.recording())) {
            double start = start(clip);
            double common =
                    Math.min(example.end(), start + times.seconds(clip.sound())) - Math.max(example.start(), start);
            if (common > most) {
                most = common;
                best = clip;
            }
        }
        if (best == null) {
            throw new InputException("search: example " + example + ": the cache has no tokens of that stretch");
        }
        int[] rows = rows(example, start(best), best.sound());
        return tokens(example, cache.readRows(best.id(), rows[0], rows[0] + rows[1]));
    }

    /** Where a clip begins in its recording. */
    static double start(CachedClip clip) {
        return ClipId.part(clip.id()).map(ClipId.Part::start).orElse(0.0);
    }

    /** First row and number of rows of an example in tokens that begin at some second. */
    private int[] rows(Example example, double start, int sound) {
        double[] lower = new double[sound];
        Arrays.setAll(lower, i -> start + times.seconds(i));
        double[] upper = new double[sound];
        Arrays.setAll(upper, i -> start + times.seconds(i + 1L));
        int[] rows = ExampleTokens.covered(lower, upper, example.start(), example.end());
        if (rows == null) {
            throw new InputException("search: example " + example + " holds no token: make it longer");
        }
        return rows;
    }

    /** Tokens of an audio file, with as much sound around the example as an encoder's window has. */
    private ExampleTokens encoded(Example example, Path file) throws IOException {
        Opened opened = encoder.open();
        EncoderSpec spec = opened.encoder().describe();
        try (AudioStream stream = AudioFiles.open(file)) {
            double end = Math.min(example.end(), stream.seconds());
            if (!(end - example.start() <= MAX_SECONDS)) {
                throw new InputException("search: example " + example + " is longer than " + MAX_SECONDS
                        + " s: give a stretch, as " + file + "@12.5-14");
            }
            double window = spec.isWhole() ? 0 : (double) spec.windowSamples() / spec.sampleRate();
            double around = Math.max(0, window - (end - example.start())) / 2;
            double from = Math.max(0, example.start() - around);
            double to = example.isWhole() ? Double.POSITIVE_INFINITY : Math.max(end + around, from + window) + END;
            float[] samples = new AudioClip(file.toString(), file, from, to)
                    .read(stream)
                    .resampled(spec.sampleRate(), opened.kernel())
                    .samples();
            TokenMap map = opened.encoder().encode(samples);
            int sound = spec.rowTimes().sound(map.time(), samples.length);
            int[] rows = rows(example, from, sound);
            return tokens(example, map.rows(rows[0], rows[0] + rows[1]));
        } catch (IllegalArgumentException e) {
            throw new InputException("search: example " + example + ": " + e.getMessage(), e);
        }
    }

    private ExampleTokens tokens(Example example, TokenMap rows) throws IOException {
        if (!example.isBox()) {
            return new ExampleTokens(example, rows, 0, rows.freq());
        }
        EncoderSpec spec = encoder.open().encoder().describe();
        if (spec.freq() < 2 || spec.input().bands() == null || spec.freq() != rows.freq()) {
            throw new InputException("search: example " + example + ": encoder " + spec.name() + " has one band of"
                    + " tokens, so that a box says no more than its stretch: leave the frequencies out");
        }
        int[] columns = ExampleTokens.covered(
                IntStream.range(0, spec.freq())
                        .mapToDouble(f -> spec.place(0, f).lowHz())
                        .toArray(),
                IntStream.range(0, spec.freq())
                        .mapToDouble(f -> spec.place(0, f).highHz())
                        .toArray(),
                example.low(),
                example.high());
        if (columns == null) {
            throw new InputException(
                    "search: example " + example + ": its band lies outside of what the encoder hears, "
                            + Math.round(spec.input().bands().lowHz()) + " to "
                            + Math.round(spec.input().bands().highHz()) + " Hz");
        }
        return new ExampleTokens(example, rows, columns[0], columns[1]);
    }
}
