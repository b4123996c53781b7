package org.unmute.probes.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.audio.AudioStream;
import org.unmute.audio.ClipTooShortException;
import org.unmute.audio.Recording;
import org.unmute.audio.Resampler;
import org.unmute.audio.Wav;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TokenLayout;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.score.FrameScorer;
import org.unmute.tensor.backend.Backends;

/** Events of the embedded encoder and probes with random weights. */
class StreamingTaggerTest {
    static final int RATE = 16_000;
    private static final int ROW = 1280;
    static final List<String> CLASSES = List.of("a", "b", "c");

    @TempDir
    Path folder;

    Encoder encoder(int hopRows) throws IOException {
        Path file = Files.write(folder.resolve("encoder.safetensors"), Encoders.embeddedBytes());
        return Encoders.open(file, EncoderSettings.AUTHORS.withHop(hopRows * ROW / (double) RATE));
    }

    static TrainedProbe probe(String name, EncoderSpec spec) {
        int layers = name.equals("cgp") ? spec.depth() : 0;
        ProbeOptions options =
                name.equals("cgp") ? ProbeOptions.parse("total=9", "middle=mean") : ProbeOptions.DEFAULTS;
        Probe probe = Probes.create(
                Backends.current(),
                name,
                new TokenLayout(spec.dim(), spec.freq(), spec.hasCls(), layers),
                CLASSES.size(),
                options,
                11);
        return new TrainedProbe(probe, CLASSES, spec.hasCls(), false, null, "", "");
    }

    /** Noise in which tones of random pitch and length come and go. */
    static float[] sound(int samples) {
        SplittableRandom random = new SplittableRandom(samples);
        float[] x = new float[samples];
        double hertz = 0;
        int until = 0;
        for (int i = 0; i < samples; i++) {
            if (i == until) {
                until += 2000 + random.nextInt(16_000);
                hertz = random.nextBoolean() ? 0 : 200 + random.nextInt(6000);
            }
            double tone = hertz > 0 ? 0.3 * Math.sin(2 * Math.PI * hertz * i / RATE) : 0;
            x[i] = (float) (0.02 * random.nextGaussian() + tone);
        }
        return x;
    }

    static Features whole(Encoder encoder, TrainedProbe probe, float[] samples) {
        List<Integer> layers =
                IntStream.range(0, probe.probe().layers()).boxed().toList();
        Features features = encoder.features(samples, new Features.Request(layers, false));
        int rows = Math.min(features.tokens().time(), Math.ceilDiv(samples.length, ROW));
        return features.rows(0, rows);
    }

    /** Thresholds that are exceeded part of the time. */
    static EventRules rules(float[][] scores, int median, double gap, double duration) {
        double[] high = new double[CLASSES.size()];
        double[] low = new double[CLASSES.size()];
        for (int c = 0; c < high.length; c++) {
            int own = c;
            double[] sorted =
                    Arrays.stream(scores).mapToDouble(row -> row[own]).sorted().toArray();
            high[c] = sorted[sorted.length * 7 / 10];
            low[c] = sorted[sorted.length / 2];
        }
        return new EventRules(high, low, median, gap, duration, 0);
    }

    /** The events of the whole recording encoded at once, with their bands. */
    private static List<Event> atOnce(Encoder encoder, FrameScorer scorer, EventRules rules, float[] samples) {
        TrainedProbe probe = scorer.probe();
        Features features = whole(encoder, probe, samples);
        BandFinder bands = new BandFinder(probe, encoder.describe());
        List<Event> all = new ArrayList<>();
        EventDetector detector = new EventDetector(rules, (label, onset, offset, score, peak) -> {
            int row = (int) (peak * RATE / ROW);
            double end = samples.length / (double) RATE;
            FrameScorer.Context behind = scorer.contextOf(row, features.tokens().time());
            Features context = features.rows((int) behind.from(), (int) behind.to());
            all.add(new Event(
                    label, onset, Math.min(end, offset), score, Math.min(end, peak), bands.of(context, label)));
        });
        float[][] scores = scorer.scores(features);
        for (int t = 0; t < scores.length; t++) {
            detector.accept(t * ROW / (double) RATE, (t + 1) * ROW / (double) RATE, scores[t]);
        }
        detector.finish();
        return all;
    }

    /** The events of samples in blocks of random lengths. */
    static List<Event> streamed(Encoder encoder, FrameScorer scorer, EventRules rules, float[] x, int maxBlock) {
        List<Event> events = new ArrayList<>();
        StreamingTagger tagger = new StreamingTagger(encoder, scorer, rules, events::add);
        SplittableRandom random = new SplittableRandom(maxBlock);
        for (int at = 0; at < x.length; ) {
            int n = Math.min(x.length - at, 1 + random.nextInt(maxBlock));
            tagger.accept(x, at, n);
            at += n;
        }
        tagger.finish();
        return events;
    }

    /** The events of the tokens of the whole recording, which is one window. */
    private static List<Event> ofTokens(Encoder encoder, FrameScorer scorer, EventRules rules, float[] x) {
        int layers = scorer.probe().probe().layers();
        Features features =
                encoder.features(x, layers == 0 ? Features.Request.TOKENS : Features.Request.allLayers(layers, false));
        List<Event> events = new ArrayList<>();
        StreamingTagger tagger = new StreamingTagger(encoder, scorer, rules, events::add);
        assertThat(tagger.takes(features.tokens())).isTrue();
        tagger.run(features, x.length);
        return events;
    }

    @ParameterizedTest
    @CsvSource({"protobin, 13, 10, 5, 0.3, 0.2", "mhca, 7, 20, 7, 0.5, 0.3", "cgp, 1, 37, 3, 0.1, 0"})
    void blocksGiveTheEventsOfTheWholeRecording(
            String name, int context, int hop, int median, double gap, double duration) throws IOException {
        compareBlocks(name, context, hop, median, gap, duration);
    }

    @FullBuild("scores sound for seconds with each probe")
    @ParameterizedTest
    @CsvSource({
        "protobin, 1, 37, 1, 0, 0",
        "protobin, 7, 37, 1, 0, 0",
        "proto, 7, 37, 3, 0.3, 0.2",
        "linear-mean, 7, 37, 3, 0.2, 0.1",
        "cgp, 5, 37, 3, 0.1, 0"
    })
    void blocksGiveThoseOfOtherProbesToo(String name, int context, int hop, int median, double gap, double duration)
            throws IOException {
        compareBlocks(name, context, hop, median, gap, duration);
    }

    private void compareBlocks(String name, int context, int hop, int median, double gap, double duration)
            throws IOException {
        Encoder encoder = encoder(hop);
        FrameScorer scorer = new FrameScorer(probe(name, encoder.describe()), context, 2, null);
        int events = 0;
        for (int samples : new int[] {9000, 45_000, 100_000, 30 * RATE + 17}) {
            float[] x = sound(samples);
            float[][] scores = scorer.scores(whole(encoder, scorer.probe(), x));
            EventRules rules = rules(scores, median, gap, duration);
            List<Event> expected = atOnce(encoder, scorer, rules, x);
            for (int block : new int[] {997, 50_000, 2_000_000}) {
                assertThat(streamed(encoder, scorer, rules, x, block))
                        .as("%d samples in blocks of up to %d", samples, block)
                        .isEqualTo(expected);
            }
            if (samples < encoder.describe().windowSamples()) {
                assertThat(ofTokens(encoder, scorer, rules, x)).isEqualTo(expected);
            }
            events += expected.size();
            assertThat(expected).allMatch(e -> e.offset() <= samples / (double) RATE);
        }
        assertThat(events).isGreaterThan(10);
    }

    @Test
    void aRowThatBeginsAfterTheEndIsNoEvent() throws IOException {
        Encoder encoder = encoder(37);
        FrameScorer scorer = new FrameScorer(probe("protobin", encoder.describe()), 1, 1, null);
        EventRules rules = EventRules.threshold(CLASSES.size(), 0);
        List<Event> found = streamed(encoder, scorer, rules, sound(10_000), 300);
        assertThat(found).hasSize(CLASSES.size());
        assertThat(found).allMatch(e -> e.onset() == 0 && e.offset() == 0.625);
    }

    @Test
    void anEventIsGivenWithinTheStatedTime() throws IOException {
        for (String name : List.of("protobin", "linear-mean")) {
            Encoder encoder = encoder(5);
            FrameScorer scorer = new FrameScorer(probe(name, encoder.describe()), 9, 3, null);
            float[] x = sound(60 * RATE);
            double[] high = rules(scorer.scores(whole(encoder, scorer.probe(), x)), 1, 0, 0)
                    .high();
            // Without hysteresis, scores never stay undecided for long.
            EventRules rules = new EventRules(high, high, 5, 0.16, 0, 0);
            List<Double> delays = new ArrayList<>();
            int[] given = {0};
            StreamingTagger tagger =
                    new StreamingTagger(encoder, scorer, rules, e -> delays.add(given[0] / (double) RATE - e.offset()));
            for (int at = 0; at < x.length; at += 160) {
                given[0] += 160;
                tagger.accept(x, at, 160);
            }
            double latency = tagger.latencySeconds();
            assertThat(delays.size()).isGreaterThan(20);
            double max = delays.stream().mapToDouble(d -> d).max().orElseThrow();
            // Up to one block more than the sample that decides.
            assertThat(max).as(name).isLessThanOrEqualTo(latency + 0.01).isGreaterThan(latency - 0.5);
        }
    }

    @Test
    void latencyAddsUp() throws IOException {
        Encoder encoder = encoder(37);
        FrameScorer rows = new FrameScorer(probe("protobin", encoder.describe()), 1, 1, null);
        double[] t = {0.5, 0.5, 0.5};
        // The frame after the event is in a new window.
        assertThat(new StreamingTagger(encoder, rows, new EventRules(t, t, 1, 0, 0, 0), e -> {}).latencySeconds())
                .isEqualTo(47_600.0 / RATE);
        FrameScorer around = new FrameScorer(probe("protobin", encoder.describe()), 13, 1, null);
        // 6 rows of context, 3 of the median, 4 until the gap of 0.24 s is exceeded.
        assertThat(new StreamingTagger(encoder, around, new EventRules(t, t, 7, 0.24, 0, 0), e -> {}).latencySeconds())
                .isEqualTo((47_600.0 + 12 * ROW) / RATE);
    }

    @ParameterizedTest
    @CsvSource({"protobin, 1", "protobin, 13", "linear-mean, 13"})
    void memoryDoesNotGrow(String name, int context) throws IOException {
        Encoder encoder = encoder(37);
        FrameScorer scorer = new FrameScorer(probe(name, encoder.describe()), context, 1, null);
        float[] x = sound(60 * RATE);
        // The events of the first class last as long as the recording, so their peaks must be kept.
        EventRules some = rules(scorer.scores(whole(encoder, scorer.probe(), x)), 5, 0.2, 0);
        double[] high = some.high();
        double[] low = some.low();
        high[0] = 0;
        low[0] = 0;
        List<Event> found = new ArrayList<>();
        StreamingTagger tagger =
                new StreamingTagger(encoder, scorer, new EventRules(high, low, 5, 0.2, 0, 0), found::add);
        int max = 0;
        for (int minute = 0; minute < 4; minute++) {
            for (int at = 0; at < x.length; at += 8000) {
                tagger.accept(x, at, 8000);
                max = Math.max(max, tagger.rowsHeld());
            }
        }
        tagger.finish();
        assertThat(max).as(name).isPositive().isLessThanOrEqualTo(tagger.maxRowsHeld());
        assertThat(tagger.maxRowsHeld()).isLessThan(220);
        assertThat(found).anyMatch(e -> e.label() == 0 && e.offset() == 240);
    }

    @Test
    void aStreamOfAnotherRateIsResampled() throws IOException {
        Encoder encoder = encoder(37);
        FrameScorer scorer = new FrameScorer(probe("protobin", encoder.describe()), 1, 1, null);
        for (int rate : new int[] {RATE, 22_050}) {
            Path file = folder.resolve(rate + ".wav");
            Wav.write(file, sound(20 * rate), rate);
            Recording recording = Wav.read(file);
            float[] x = encoder.samples(recording);
            EventRules rules = rules(scorer.scores(whole(encoder, scorer.probe(), x)), 3, 0.1, 0.1);
            List<Event> expected = atOnce(encoder, scorer, rules, x);
            List<Event> found = new ArrayList<>();
            try (AudioStream stream = AudioStream.open(file)) {
                new StreamingTagger(encoder, scorer, rules, found::add).run(stream, Resampler.Kernel.HANN);
            }
            assertThat(found).hasSizeGreaterThan(5).isEqualTo(expected);
        }
    }

    @Test
    void whatDoesNotFitIsRefused() throws IOException {
        Encoder encoder = encoder(37);
        FrameScorer scorer = new FrameScorer(probe("protobin", encoder.describe()), 1, 1, null);
        assertThatThrownBy(() -> new StreamingTagger(encoder, scorer, EventRules.threshold(2, 0.5), e -> {}))
                .hasMessageContainingAll("3 classes", "for 2");
        StreamingTagger tagger = new StreamingTagger(encoder, scorer, EventRules.threshold(3, 0.5), e -> {});
        assertThatThrownBy(() -> tagger.accept(new float[] {Float.NaN}, 0, 1)).hasMessageContaining("sample 0 is NaN");
        tagger.accept(new float[20], 0, 20);
        assertThatThrownBy(tagger::finish).isInstanceOf(ClipTooShortException.class);
    }

    /**
     * The class token of several windows is their mean, which is unknown while a recording is arriving, to a probe that
     * reads it.
     */
    @Test
    void classTokensOfSeveralWindowsAreRefused() throws IOException {
        Encoder encoder = encoder(37);
        EncoderSpec spec = encoder.describe();
        FrameScorer scorer = new FrameScorer(probe("linear", spec), 1, 1, null);
        StreamingTagger tagger = new StreamingTagger(encoder, scorer, EventRules.threshold(3, 0.5), _ -> {});
        FrameScorer other = new FrameScorer(probe("protobin", spec), 1, 1, null);
        for (int windows : new int[] {1, 2}) {
            int rows = windows * spec.time();
            TokenMap map = new TokenMap(
                    rows, spec.freq(), spec.dim(), new float[rows * spec.freq() * spec.dim()], new float[spec.dim()]);
            assertThat(tagger.takes(map)).isEqualTo(windows == 1);
            assertThat(new StreamingTagger(encoder, other, EventRules.threshold(3, 0.5), _ -> {}).takes(map))
                    .as("a probe that does not read it")
                    .isTrue();
            if (windows > 1) {
                assertThatThrownBy(() -> tagger.run(new Features(map), (long) rows * ROW))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("give its samples");
            }
        }
    }
}
