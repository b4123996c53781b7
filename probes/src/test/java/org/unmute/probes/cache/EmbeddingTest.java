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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.models.audio.Recording;
import org.unmute.models.audio.Resampler;
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

/** Clips that prove unusable late, and how much sound is held at once. */
class EmbeddingTest {
    private static final int RATE = 100;

    /** A first sample of these gives tokens that cannot be stored; 9 is refused. */
    private static final float NAN = -1;

    private static final float INFINITE = -2;

    /** Tokens tell the first sample. */
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

    /** What is said of each clip, and how many recordings are read before the next is said. */
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

    /** Files that hold their first sample and their length as text. */
    private List<AudioClip> clips(int samples, float... first) throws IOException {
        List<AudioClip> clips = new ArrayList<>();
        for (int i = 0; i < first.length; i++) {
            Path file = Files.writeString(temp.resolve("clip" + i), first[i] + " " + samples + " " + i);
            clips.add(new AudioClip("clip" + i, file));
        }
        return clips;
    }

    private Recording read(Path file) throws IOException {
        reads.incrementAndGet();
        String[] parts = Files.readString(file).split(" ");
        float[] samples = new float[Integer.parseInt(parts[1])];
        samples[0] = Float.parseFloat(parts[0]);
        return new Recording(samples, RATE, 1);
    }

    private Embedding.Outcome run(List<AudioClip> clips, DType dtype, boolean strict) throws IOException {
        return run(clips, CacheSamples.key("first", dtype), strict);
    }

    private Embedding.Outcome run(List<AudioClip> clips, CacheKey key, boolean strict) throws IOException {
        try (TokenCacheWriter writer = TokenCacheWriter.open(cache, key, CacheOptions.DEFAULT)) {
            return new Embedding(encoder, this::read, Resampler.Kernel.HANN, strict).run(clips, writer, told);
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
        assertThat(told.batches).as("fewer at a time").startsWith(4);
        try (TokenCache tokens = TokenCache.open(cache)) {
            Features features = tokens.readFeatures("clip3");
            assertThat(features.tokens().tokens()).containsExactly(3, 1);
            assertThat(features.layers()).extracting(l -> l.tokens()[1]).containsExactly(100f, 101f, 102f);
        }
        assertThat(run(clips, key.withLayers(3), false).present()).isEqualTo(5);
        cache = temp.resolve("cache-other");
        assertThatThrownBy(() -> run(clips, key.withLayers(2), false))
                .hasMessageContaining("tokens of 2 layers")
                .hasMessageContaining("first-sample has 3 blocks");
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
        assertThat(told.batches).as("ten minutes each").containsExactly(4, 4, 1);
        try (TokenCache tokens = TokenCache.open(cache)) {
            for (int i = 0; i < tenMinutes.size(); i++) {
                assertThat(tokens.clips().get(i).id()).isEqualTo("clip" + i);
                assertThat(tokens.read("clip" + i).tokens()[0]).isEqualTo(i);
            }
        }
    }
}
