package org.unmute.probes.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.AudioStream;
import org.unmute.audio.Resampler;
import org.unmute.audio.UnreadableAudioException;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderNetwork;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Features;
import org.unmute.models.frontend.FrontEnd;
import org.unmute.models.frontend.MelBands;
import org.unmute.models.frontend.Spectrogram;
import org.unmute.models.vit.Trace;
import org.unmute.tensor.DType;
import org.unmute.tensor.Tensor;

/** Clips that prove unusable late, and the amount of sound held at once. */
class EmbeddingTest {
    private static final int RATE = 100;

    /** Values of the first sample for which the encoder gives tokens that cannot be stored; 9 is rejected. */
    private static final float NAN = -1;

    private static final float INFINITE = -2;
    /** A value of the first sample for which the encoder runs out of memory. */
    private static final float HEAP = -3;

    /** Its tokens equal the first sample. */
    private static final class FirstSample implements EncoderNetwork, FrontEnd {
        @Override
        public EncoderSpec spec() {
            return new EncoderSpec(
                    "first-sample",
                    "first sample",
                    new EncoderSpec.Input(RATE, WHOLE_RECORDING, 1, WHOLE_RECORDING, "none", Map.of(), null),
                    new EncoderSpec.Grid(1, 1, 10, EncoderSpec.TokenOrder.TIME_MAJOR, 0),
                    2,
                    3,
                    List.of());
        }

        @Override
        public FrontEnd frontEnd() {
            return this;
        }

        @Override
        public Spectrogram apply(float[] samples) {
            float first = samples[0];
            if (first == 9) {
                throw new IllegalArgumentException("first-sample: nine is too much");
            }
            if (first == HEAP) {
                throw new OutOfMemoryError("Java heap space");
            }
            float value = first == NAN ? Float.NaN : first == INFINITE ? Float.POSITIVE_INFINITY : first;
            return new Spectrogram(1, 1, new float[] {value});
        }

        @Override
        public Tensor forward(Tensor input, Trace trace) {
            float first = input.toFloats()[0];
            for (int block = 0; block < 3; block++) {
                trace.accept("block." + block, Tensor.of(new float[] {first, 100 + block}, 1, 1, 2));
            }
            return Tensor.of(new float[] {first, 1}, 1, 1, 2);
        }

        @Override
        public int sampleRate() {
            return RATE;
        }

        @Override
        public int windowSamples() {
            return WHOLE_RECORDING;
        }

        @Override
        public int frameSamples() {
            return 1;
        }

        @Override
        public int frameShift() {
            return 1;
        }

        @Override
        public MelBands bands() {
            return null;
        }

        @Override
        public String describe() {
            return "none";
        }

        @Override
        public Map<String, Object> settings() {
            return Map.of();
        }
    }

    /** Records the outcome of each clip, and the number of recordings opened between two outcomes. */
    private final class Told implements Embedding.Listener {
        final List<String> lines = new ArrayList<>();
        final List<Integer> batches = new ArrayList<>();

        @Override
        public void stored(AudioClip clip, boolean before) {
            add(clip.id() + (before ? " present" : " stored"));
        }

        @Override
        public void skipped(AudioClip clip, String reason) {
            add(clip.id() + " skipped");
        }

        private void add(String line) {
            int read = reads.getAndSet(0);
            if (read > 0) {
                batches.add(read);
            }
            lines.add(line);
        }
    }

    @TempDir
    Path temp;

    private final Encoder encoder = new Encoder(new FirstSample());
    private final AtomicInteger reads = new AtomicInteger();
    private final Told told = new Told();
    private Path cache;

    @BeforeEach
    void name() {
        cache = temp.resolve("cache");
    }

    /** Clips whose files hold their first sample and their length as text. */
    private List<AudioClip> clips(int samples, float... first) throws IOException {
        List<AudioClip> clips = new ArrayList<>();
        for (int i = 0; i < first.length; i++) {
            Path file = Files.writeString(temp.resolve("clip" + i), first[i] + " " + samples + " " + i);
            clips.add(new AudioClip("clip" + i, file));
        }
        return clips;
    }

    private AudioStream open(Path file, int channel) throws IOException {
        reads.incrementAndGet();
        String[] parts = Files.readString(file).split(" ");
        float[] samples = new float[Integer.parseInt(parts[1])];
        samples[0] = Float.parseFloat(parts[0]);
        return new SampleStream(samples, RATE, new SampleStream.Counts());
    }

    private Embedding.Outcome run(List<AudioClip> clips, DType dtype, boolean strict) throws IOException {
        return run(clips, CacheSamples.key("first", dtype), strict);
    }

    private Embedding.Outcome run(List<AudioClip> clips, CacheKey key, boolean strict) throws IOException {
        try (TokenCacheWriter writer = TokenCacheWriter.open(cache, key, CacheOptions.DEFAULT)) {
            return new Embedding(encoder, this::open, Resampler.Kernel.HANN, strict).run(clips, writer, told);
        }
    }

    @Test
    void clipsThatCannotBeEncodedOrStoredAreNamedAndSkipped() throws IOException {
        List<AudioClip> clips = clips(10, 1, 9, 70000, NAN, 2);
        Embedding.Outcome outcome = run(clips, DType.F16, false);
        assertThat(outcome.embedded()).isEqualTo(2);
        assertThat(outcome.skipped()).extracting(Embedding.Skipped::clip).containsExactly("clip1", "clip2", "clip3");
        assertThat(outcome.skipped().get(0).reason()).isEqualTo("first-sample: nine is too much");
        assertThat(outcome.skipped().get(1).reason()).contains("clip 'clip2'", "70000", "--dtype f32");
        assertThat(outcome.skipped().get(2).reason()).contains("clip 'clip3'", "NaN", "no finite number");
        assertThat(told.lines)
                .containsExactly("clip0 stored", "clip1 skipped", "clip2 skipped", "clip3 skipped", "clip4 stored");
        try (TokenCache tokens = TokenCache.open(cache)) {
            assertThat(tokens.clips()).extracting(CachedClip::id).containsExactly("clip0", "clip4");
            assertThat(tokens.read("clip4").tokens()).containsExactly(2, 1);
        }
        assertThat(run(clips, DType.F16, false).present()).isEqualTo(2);
    }

    /** A later run may be able to read a file whose device failed; a damaged file stays damaged. */
    @Test
    void filesThatCouldNotBeReadAreToldFromUnusableRecordings() throws IOException {
        List<AudioClip> clips = clips(10, 1, 9, 2, 3);
        AudioReader failing = (file, channel) -> {
            if (file.endsWith("clip2")) {
                throw new IOException("Input/output error");
            }
            if (file.endsWith("clip3")) {
                throw new UnreadableAudioException(file.toString(), "damaged");
            }
            return open(file, channel);
        };
        try (TokenCacheWriter writer =
                TokenCacheWriter.open(cache, CacheSamples.key("first", DType.F16), CacheOptions.DEFAULT)) {
            Embedding.Outcome outcome =
                    new Embedding(encoder, failing, Resampler.Kernel.HANN, false).run(clips, writer, told);
            assertThat(outcome.skipped())
                    .extracting(Embedding.Skipped::clip)
                    .containsExactly("clip1", "clip2", "clip3");
            assertThat(outcome.unread()).containsExactly(new Embedding.Skipped("clip2", "Input/output error"));
        }
    }

    @Test
    void float32HoldsLargeValuesButNoNan() throws IOException {
        Embedding.Outcome outcome = run(clips(10, 70000, INFINITE), DType.F32, false);
        assertThat(outcome.embedded()).isEqualTo(1);
        assertThat(outcome.skipped()).extracting(Embedding.Skipped::clip).containsExactly("clip1");
    }

    @Test
    void aStrictRunStopsAtTheFirstOfThem() throws IOException {
        for (float bad : new float[] {9, 70000, NAN}) {
            List<AudioClip> clips = clips(10, 1, bad, 2);
            assertThatThrownBy(() -> run(clips, DType.F16, true))
                    .isInstanceOf(Embedding.UnusableClipException.class)
                    .hasMessageContaining("clip 'clip1' cannot be used");
            try (TokenCache tokens = TokenCache.open(cache)) {
                assertThat(tokens.clips()).extracting(CachedClip::id).containsExactly("clip0");
            }
        }
    }

    @Test
    void aCacheOfLayersGetsThemAll() throws IOException {
        CacheKey key = CacheSamples.key("first", DType.F16);
        List<AudioClip> clips = clips(10, 1, 9, 2, 3, 4, 5);
        assertThat(run(clips, key.withLayers(3), false).embedded()).isEqualTo(5);
        assertThat(told.batches).as("fewer at a time").containsExactly(4, 2);
        try (TokenCache tokens = TokenCache.open(cache)) {
            Features features = tokens.readFeatures("clip3");
            assertThat(features.tokens().tokens()).containsExactly(3, 1);
            assertThat(features.layers()).extracting(l -> l.tokens()[1]).containsExactly(100f, 101f, 102f);
        }
        assertThat(run(clips, key.withLayers(3), false).present()).isEqualTo(5);
        cache = temp.resolve("cache-other");
        assertThatThrownBy(() -> run(clips, key.withLayers(2), false))
                .hasMessageContainingAll("tokens of 2 layers", "first-sample has 3 blocks");
    }

    @Test
    void longRecordingsAreHeldFewAtATime() throws IOException {
        float[] first = new float[40];
        for (int i = 0; i < first.length; i++) {
            first[i] = i % 9;
        }
        run(clips(10, first), DType.F16, false);
        assertThat(told.batches).as("short clips").containsExactly(32, 8);
        told.batches.clear();
        cache = temp.resolve("cache-long");
        List<AudioClip> tenMinutes = clips(10 * 60 * RATE, Arrays.copyOf(first, 9));
        run(tenMinutes, DType.F16, false);
        assertThat(told.batches).as("opened once, to learn their lengths").containsExactly(9);
        try (TokenCache tokens = TokenCache.open(cache)) {
            for (int i = 0; i < tenMinutes.size(); i++) {
                assertThat(tokens.clips().get(i).id()).isEqualTo("clip" + i);
                assertThat(tokens.read("clip" + i).tokens()[0]).isEqualTo(i);
            }
        }
    }

    /** Ten windows of one second each. */
    private static List<AudioClip> windows(Path file) {
        return IntStream.range(0, 10)
                .mapToObj(i -> new AudioClip("day.wav#" + i, file, i, i + 1))
                .toList();
    }

    private static SampleStream seconds(SampleStream.Counts counts) {
        float[] samples = new float[10 * RATE];
        IntStream.range(0, samples.length).forEach(i -> samples[i] = 10 + i / RATE);
        return new SampleStream(samples, RATE, counts);
    }

    @Test
    void aRunContinuesInTheMiddleOfAFile() throws IOException {
        Path file = Files.writeString(temp.resolve("day"), "for the hash");
        SampleStream.Counts counts = new SampleStream.Counts();
        CacheKey key = CacheSamples.key("first", DType.F16);
        List<AudioClip> windows = windows(file);
        List<Embedding.Outcome> outcomes = new ArrayList<>();
        for (List<AudioClip> some : List.of(windows.subList(0, 4), windows, windows)) {
            try (TokenCacheWriter writer = TokenCacheWriter.open(cache, key, CacheOptions.DEFAULT)) {
                outcomes.add(new Embedding(encoder, (_, _) -> seconds(counts), Resampler.Kernel.HANN, false)
                        .run(some, writer, told));
            }
            assertThat(counts.decoded).as("samples, each once").isEqualTo(Math.max(4, some.size()) * RATE);
        }
        assertThat(outcomes).extracting(Embedding.Outcome::embedded).containsExactly(4, 6, 0);
        assertThat(outcomes).extracting(Embedding.Outcome::present).containsExactly(0, 4, 10);
        assertThat(counts.opened).as("not opened where all is present").isEqualTo(2);
        assertThat(counts.seeks).isEqualTo(1);
        try (TokenCache tokens = TokenCache.open(cache)) {
            for (int i = 0; i < 10; i++) {
                assertThat(tokens.clips().get(i).id()).isEqualTo("day.wav#" + i);
                assertThat(tokens.read("day.wav#" + i).tokens()[0]).isEqualTo(10 + i);
            }
        }
    }

    @Test
    void damageInTheMiddleOfAFileLeavesOutTheClipsThatMeetIt() throws IOException {
        Path file = Files.writeString(temp.resolve("day"), "for the hash");
        List<AudioClip> windows = new ArrayList<>(windows(file));
        windows.add(new AudioClip("day.wav#20", file, 20, 21));
        try (TokenCacheWriter writer =
                TokenCacheWriter.open(cache, CacheSamples.key("first", DType.F16), CacheOptions.DEFAULT)) {
            AudioReader reader = (_, _) -> seconds(new SampleStream.Counts()).damaged(450, 590);
            Embedding.Outcome outcome =
                    new Embedding(encoder, reader, Resampler.Kernel.HANN, false).run(windows, writer, told);
            assertThat(outcome.embedded()).isEqualTo(8);
            assertThat(outcome.skipped())
                    .extracting(Embedding.Skipped::clip)
                    .containsExactly("day.wav#4", "day.wav#5", "day.wav#20");
            assertThat(outcome.skipped().get(0).reason()).contains("damaged at frame 450");
            assertThat(outcome.skipped().get(2).reason())
                    .contains("begins at 20.0 s, but the recording ends at 10.0 s");
        }
    }

    @Test
    void anEncoderThatNeedsTooMuchMemoryForAClipLosesThatClip() throws IOException {
        Embedding.Outcome outcome = run(clips(10, 1, HEAP, 2), DType.F16, false);
        assertThat(outcome.embedded()).isEqualTo(2);
        assertThat(outcome.skipped()).singleElement().satisfies(s -> {
            assertThat(s.clip()).isEqualTo("clip1");
            assertThat(s.reason()).contains("do not fit into the memory", "cut it into shorter clips");
        });
    }
}
