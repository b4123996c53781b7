package org.unmute.probes.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;
import static org.unmute.probes.event.StreamingTaggerTest.CLASSES;
import static org.unmute.probes.event.StreamingTaggerTest.RATE;
import static org.unmute.probes.event.StreamingTaggerTest.probe;
import static org.unmute.probes.event.StreamingTaggerTest.streamed;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.audio.Wav;
import org.unmute.kernels.contract.golden.RealData;
import org.unmute.models.checkpoint.RecipeCheckpoint;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.score.FrameScorer;
import org.unmute.tensor.Shape;

/** Encoders that differ from the embedded one, and probes that read the class token. */
class StreamingTaggerEncodersTest {

    /** One threshold per class, which about a third of the rows exceed. */
    private static EventRules rules(float[][] scores, int median) {
        double[] high = new double[CLASSES.size()];
        for (int c = 0; c < high.length; c++) {
            int own = c;
            high[c] =
                    Arrays.stream(scores).mapToDouble(row -> row[own]).sorted().toArray()[scores.length * 2 / 3];
        }
        return new EventRules(high, high, median, 0, 0, 0);
    }

    /** The events of these scores, found row by row, with this band. */
    private static List<Event> detections(
            EncoderSpec spec, float[][] scores, EventRules rules, int samples, Band band) {
        List<Event> all = new ArrayList<>();
        double end = samples / (double) RATE;
        EventDetector detector = new EventDetector(
                rules,
                (label, onset, offset, score, peak) ->
                        all.add(new Event(label, onset, Math.min(end, offset), score, Math.min(end, peak), band)));
        for (int t = 0; t < scores.length && spec.rowStart(t) < samples; t++) {
            detector.accept(spec.rowStart(t) / (double) RATE, spec.rowStart(t + 1) / (double) RATE, scores[t]);
        }
        detector.finish();
        return all;
    }

    /** KWT-1: one column, and windows of 16,000 samples that are slightly longer than their 98 rows. */
    @ParameterizedTest
    @ValueSource(strings = {"protobin", "mhca"})
    void theKeywordTransformerHearsTimeAlone(String name) throws IOException {
        Encoder encoder = Encoders.open(RealData.require("kwt1/kwt1_v2_12.safetensors"));
        float[] x = real("1-100032-A-0.wav", "1-26143-A-5.wav", "1-21935-A-4.wav");
        FrameScorer scorer = FrameScorer.of(probe(name, encoder.describe()), encoder.describe(), null);
        float[][] scores = scorer.scores(encoder.encode(x));
        EventRules rules = rules(scores, 21);
        List<Event> expected = detections(encoder.describe(), scores, rules, x.length, new Band(0, 8000, true));
        assertThat(expected).hasSizeGreaterThan(5);
        for (int block : new int[] {997, 300_000}) {
            List<Event> found = streamed(encoder, scorer, rules, x, block);
            assertThat(found).isEqualTo(expected);
        }
        // The 98th row of the last window ends with the recording: times do not drift.
        assertThat(encoder.describe().rowStart(15 * 98)).isEqualTo(x.length);
    }

    private static float[] real(String... names) throws IOException {
        float[] all = new float[0];
        for (String name : names) {
            Path file = RealData.require("esc10/audio/" + name);
            float[] x = Arrays.copyOf(Wav.read(file).samples(), 5 * RATE);
            all = Arrays.copyOf(all, all.length + x.length);
            System.arraycopy(x, 0, all, all.length - x.length, x.length);
        }
        return all;
    }

    /** Dasheng with small random weights: pieces of 25 rows of 640 samples. */
    static Encoder withoutWindows() {
        int dim = 16;
        Map<String, Shape> shapes = new LinkedHashMap<>();
        for (String part : List.of("weight", "bias", "running_mean", "running_var")) {
            shapes.put("init_bn.1." + part, Shape.of(64));
        }
        shapes.put("patch_embed.proj.weight", Shape.of(dim, 1, 64, 4));
        shapes.put("patch_embed.proj.bias", Shape.of(dim));
        shapes.put("time_pos_embed", Shape.of(1, dim, 1, 25));
        shapes.put("freq_pos_embed", Shape.of(1, dim, 1, 1));
        linearAndNorm(shapes, "blocks.0.", dim);
        shapes.put("norm.weight", Shape.of(dim));
        shapes.put("norm.bias", Shape.of(dim));
        return Encoders.build(
                RecipeCheckpoint.of("dasheng", false, 3, shapes, Map.of()), EncoderSettings.AUTHORS.withHeads(2));
    }

    private static void linearAndNorm(Map<String, Shape> shapes, String block, int dim) {
        Map<String, Integer> outputs = new LinkedHashMap<>();
        outputs.put("attn.qkv", 3 * dim);
        outputs.put("attn.proj", dim);
        outputs.put("mlp.fc1", 4 * dim);
        outputs.put("mlp.fc2", dim);
        outputs.forEach((name, out) -> {
            shapes.put(block + name + ".weight", Shape.of(out, name.equals("mlp.fc2") ? 4 * dim : dim));
            shapes.put(block + name + ".bias", Shape.of(out));
        });
        for (String norm : List.of("norm1.", "norm2.")) {
            shapes.put(block + norm + "weight", Shape.of(dim));
            shapes.put(block + norm + "bias", Shape.of(dim));
        }
    }

    static float[] noise(int samples) {
        SplittableRandom random = new SplittableRandom(5);
        float[] x = new float[samples];
        for (int i = 0; i < samples; i++) {
            double loud = i / 7000 % 3 == 0 ? 0.3 : 0.003;
            x[i] = (float) (loud * random.nextGaussian());
        }
        return x;
    }

    /** An encoder that takes recordings as a whole receives a stream in contiguous pieces, each encoded on its own. */
    @Test
    void anEncoderWithoutWindowsHearsPieces() {
        Encoder encoder = withoutWindows();
        EncoderSpec spec = encoder.describe();
        assertThat(spec.isWhole()).isTrue();
        int piece = 25 * 640;
        float[] x = noise(7 * piece + 9000);
        FrameScorer scorer = new FrameScorer(probe("protobin", spec), 1, 1, null);
        List<float[]> alone = new ArrayList<>();
        for (int at = 0; at < x.length; at += piece) {
            TokenMap map = encoder.encode(Arrays.copyOfRange(x, at, Math.min(x.length, at + piece)));
            float[][] scores = scorer.scores(map);
            alone.addAll(Arrays.asList(scores).subList(0, Math.min(25, scores.length)));
        }
        float[][] scores = alone.toArray(float[][]::new);
        EventRules rules = rules(scores, 1);
        List<Event> expected = detections(spec, scores, rules, x.length, new BandFinder(scorer.probe(), spec).full());
        assertThat(expected).hasSizeGreaterThan(10);
        for (int block : new int[] {700, 40_000, 1_000_000}) {
            List<Event> found = streamed(encoder, scorer, rules, x, block);
            assertThat(found).isEqualTo(expected);
        }
        // Not bit-identical to the whole recording, where frames at the seams depend on both sides.
        float[][] whole = scorer.scores(encoder.encode(x));
        assertThat(whole.length).isBetween(scores.length - 1, scores.length + 1);
        assertThat(Arrays.deepEquals(Arrays.copyOf(whole, 25), Arrays.copyOf(scores, 25)))
                .isFalse();
    }

    /** A probe on the class token scores each window once, so its events begin and end with windows. */
    @Test
    void aProbeOfTheClassTokenHearsWindows() {
        Encoder encoder = Encoders.embedded();
        EncoderSpec spec = encoder.describe();
        TrainedProbe probe = probe("linear", spec);
        FrameScorer scorer = FrameScorer.of(probe, spec, null);
        int hop = 37 * 1280;
        float[] x = noise(12 * hop);
        List<float[]> rows = new ArrayList<>();
        for (int at = 0; at < x.length; at += hop) {
            // A window has 240 samples more than its rows.
            float[] window = Arrays.copyOfRange(x, at, Math.min(x.length, at + spec.windowSamples()));
            rows.addAll(Collections.nCopies(37, probe.scores(encoder.encode(window))));
        }
        float[][] scores = rows.toArray(float[][]::new);
        EventRules rules = rules(scores, 1);
        List<Event> expected = detections(spec, scores, rules, x.length, new BandFinder(scorer.probe(), spec).full());
        List<Event> found = streamed(encoder, scorer, rules, x, 50_000);
        assertThat(found).hasSizeGreaterThan(3);
        assertThat(found).isEqualTo(expected);
        assertThat(found)
                .extracting(e -> e.onset() / 2.96)
                .allSatisfy(
                        windowsBefore -> assertThat(windowsBefore).isCloseTo(Math.rint(windowsBefore), offset(1e-9)));
    }
}
