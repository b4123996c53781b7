package org.unmute.models.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.StreamingEncoder;
import org.unmute.models.encoder.TokenMap;
import org.unmute.models.frontend.Spectrogram;
import org.unmute.models.vit.LayerNorm;
import org.unmute.models.vit.Trace;
import org.unmute.models.vit.Trunk;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;

/** Properties of every encoder on the shared network with pre-norm blocks. */
class VitTest {
    private static final int DIM = 24;
    private static final int HEADS = 3;
    private static final int HIDDEN = 72;
    private static final int DEPTH = 2;

    /** Checkpoints with positions for 64 frames. */
    private static Map<String, MadeCheckpoint> checkpoints() {
        Map<String, MadeCheckpoint> all = new LinkedHashMap<>();
        all.put("audiomae", MadeCheckpoint.vit(DIM, DEPTH, HIDDEN, 33));
        all.put("birdmae", MadeCheckpoint.vit(DIM, DEPTH, HIDDEN, 33).under("state_dict.encoder."));
        all.put("asit", MadeCheckpoint.vit(DIM, DEPTH, HIDDEN, 33).under("teacher.backbone."));
        all.put("ast", AstTest.checkpoint(DIM, DEPTH, HIDDEN, 12 * 5, 7));
        return all;
    }

    private static Encoder open(String model, int frames) {
        return Encoders.build(
                checkpoints().get(model),
                EncoderSettings.AUTHORS.withModel(model).withHeads(HEADS).withFrames(frames));
    }

    private static List<DynamicTest> forEach(int frames, Consumer<Encoder> test) {
        return checkpoints().keySet().stream()
                .map(model -> dynamicTest(model, () -> test.accept(open(model, frames))))
                .toList();
    }

    /** A hop of 2560 samples, where a remainder of less than 3279 is dropped even if it completes a window. */
    @Test
    void aHopBelowTheMinRemainderStreamsTheRowsOfTheWholeRecording() {
        Encoder encoder = Encoders.build(
                MadeCheckpoint.vit(DIM, 1, HIDDEN, 1025),
                EncoderSettings.AUTHORS.withModel("audiomae").withHeads(HEADS).withHop(0.16));
        EncoderSpec spec = encoder.describe();
        int hop = spec.input().hopSamples();
        assertThat(spec.windowSamples() / 100).isGreaterThan(hop);
        for (int more : new int[] {0, hop, hop + 800, 3 * hop + 500, 3 * hop + 800}) {
            float[] x = noise(spec.windowSamples() + more, 5);
            List<Float> rows = new ArrayList<>();
            StreamingEncoder stream = new StreamingEncoder(encoder, Features.Request.TOKENS, f -> {
                for (float value : f.tokens().tokens()) {
                    rows.add(value);
                }
            });
            for (int at = 0; at < x.length; at += 2000) {
                stream.accept(x, at, Math.min(2000, x.length - at));
            }
            stream.finish();
            float[] whole = encoder.encode(x).tokens();
            assertThat(rows.size()).as("values of %d samples more", more).isEqualTo(whole.length);
            for (int i = 0; i < whole.length; i++) {
                assertThat(rows.get(i)).isEqualTo(whole[i]);
            }
        }
    }

    static float[] noise(int samples, long seed) {
        SplittableRandom r = new SplittableRandom(seed);
        float[] x = new float[samples];
        for (int i = 0; i < samples; i++) {
            x[i] = (float) (0.1 * r.nextGaussian() * Math.sin(i * 0.001 * (1 + seed % 5)));
        }
        return x;
    }

    @TestFactory
    List<DynamicTest> aClipDoesNotDependOnItsNeighbours() {
        return forEach(64, encoder -> {
            int window = encoder.describe().windowSamples();
            List<float[]> clips = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                clips.add(noise(window * (i + 1) / 4, i));
            }
            List<TokenMap> together = encoder.encode(clips);
            for (int i = 0; i < clips.size(); i++) {
                TokenMap alone = encoder.encode(clips.get(i));
                assertThat(together.get(i).tokens()).isEqualTo(alone.tokens());
                assertThat(together.get(i).cls()).isEqualTo(alone.cls());
            }
        });
    }

    @TestFactory
    List<DynamicTest> attentionSumsToOneOverAllTokens() {
        return forEach(64, encoder -> {
            EncoderSpec spec = encoder.describe();
            Map<String, Tensor> seen = new LinkedHashMap<>();
            Trace all = new Trace() {
                @Override
                public void accept(String name, Tensor tensor) {
                    seen.put(name, tensor);
                }

                @Override
                public boolean wants(String name) {
                    return true;
                }
            };
            float[] samples = noise(spec.windowSamples(), 3);
            Tensor out = Grad.withoutRecording(() -> encoder.network()
                    .forward(
                            Spectrogram.batch(
                                    List.of(encoder.network().frontEnd().apply(samples))),
                            all));
            for (int layer = 0; layer < spec.depth(); layer++) {
                Tensor attention = seen.get(Trunk.attentionName(layer));
                assertThat(attention.shape().toArray()).containsExactly(1, HEADS, out.size(1));
                Golden.assertClose(
                        "attention", new float[] {1, 1, 1}, attention.sum(-1).toFloats(), 1e-5, 0);
            }
            Features features = encoder.features(samples, new Features.Request(List.of(), true));
            float[] last = seen.get(Trunk.attentionName(spec.depth() - 1)).toFloats();
            float[] map = features.attention();
            assertThat(map).hasSize(HEADS * spec.time() * spec.freq());
            int extra = spec.grid().extraTokens();
            boolean frequencyMajor = spec.grid().order() == EncoderSpec.TokenOrder.FREQUENCY_MAJOR;
            int token = frequencyMajor ? spec.time() + 2 : 2 * spec.freq() + 1;
            assertThat(map[2 * spec.freq() + 1]).as("time 2, band 1").isEqualTo(last[extra + token]);
        });
    }

    @TestFactory
    List<DynamicTest> theLastLayerThroughTheFinalNormIsTheTokenMap() {
        return forEach(64, encoder -> {
            EncoderSpec spec = encoder.describe();
            MadeCheckpoint c = MadeCheckpoint.vit(DIM, DEPTH, HIDDEN, 33);
            LayerNorm norm =
                    new LayerNorm(Tensor.of(c.floats("norm.weight"), DIM), Tensor.of(c.floats("norm.bias"), DIM), 1e-6);
            Features features = encoder.features(
                    noise(spec.windowSamples(), 4), new Features.Request(List.of(0, spec.depth() - 1), false));
            float[] last = features.layers().getLast().tokens();
            Golden.assertClose(
                    spec.name(),
                    features.tokens().tokens(),
                    norm.apply(Tensor.of(last, last.length / DIM, DIM)).toFloats(),
                    1e-6,
                    0);
            assertThat(features.layers().getFirst().tokens()).isNotEqualTo(last);
        });
    }

    @TestFactory
    List<DynamicTest> everyLengthFromOnePatchUp() {
        List<DynamicTest> tests = new ArrayList<>();
        for (String model : checkpoints().keySet()) {
            for (int frames : List.of(16, 17, 25, 26, 31, 32, 48, 63, 64)) {
                tests.add(dynamicTest(model + " " + frames + " frames", () -> {
                    Encoder encoder = open(model, frames);
                    EncoderSpec spec = encoder.describe();
                    int steps = model.equals("ast") ? (frames - 16) / 10 + 1 : frames / 16;
                    assertThat(spec.time()).isEqualTo(steps);
                    TokenMap map = encoder.encode(noise(spec.windowSamples(), 5));
                    assertThat(map.time()).isEqualTo(steps);
                    assertThat(map.count()).isEqualTo(steps * spec.freq());
                    // A single frame is padded to a window.
                    TokenMap least = encoder.encode(noise(spec.frameSamples(), 5));
                    assertThat(least.count()).isEqualTo(map.count());
                    assertThat(least.tokens()).isNotEqualTo(map.tokens()).doesNotContain(Float.NaN);
                }));
            }
            tests.add(dynamicTest(
                    model + " 15 frames",
                    () -> assertThatThrownBy(() -> open(model, 15))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining(model + ": a window of 15 frames holds no patch")));
            tests.add(dynamicTest(
                    model + " endless",
                    () -> assertThatThrownBy(() -> open(model, Integer.MAX_VALUE))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining(model + ": a window of 2147483647 frames is too long")));
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> theWindowIsAsLongAsTheStoredPositions() {
        return checkpoints().entrySet().stream()
                .map(e -> dynamicTest(e.getKey(), () -> {
                    EncoderSpec spec = Encoders.build(e.getValue(), EncoderSettings.AUTHORS.withHeads(HEADS))
                            .describe();
                    assertThat(spec.name()).isEqualTo(e.getKey());
                    assertThat(spec.time()).isEqualTo(e.getKey().equals("ast") ? 5 : 4);
                    assertThat(spec.frontEnd()).contains(e.getKey().equals("ast") ? "56 frames" : "64 frames");
                    assertThat(spec.description())
                            .contains("ViT 24 x 2, 3 heads")
                            .doesNotContain("interpolated", "fitted");
                }))
                .toList();
    }

    @Tag("golden")
    @TestFactory
    List<DynamicTest> theAuthorsOwnFilesAreRecognised() {
        Map<String, String> prefixes = Map.of(
                "audiomae", "model.", "birdmae", "state_dict.encoder.", "asit", "teacher.backbone.", "ast", "module.");
        return prefixes.entrySet().stream()
                .map(e -> dynamicTest(e.getKey(), () -> {
                    for (Path file : GoldenEncoder.read(Golden.require("tiny/" + e.getKey()))
                            .checkpoints()) {
                        if (!file.getFileName().toString().startsWith("checkpoint.")) {
                            continue;
                        }
                        try (Checkpoint checkpoint = Checkpoint.open(file)) {
                            Encoders.Recognized known = Encoders.recognize(checkpoint, "");
                            assertThat(known.provider().name()).isEqualTo(e.getKey());
                            assertThat(known.match().prefix()).isEqualTo(e.getValue());
                            assertThat(known.match().missing()).isEmpty();
                            assertThat(known.match().dropped().values()).doesNotContain("not used by this model");
                        }
                    }
                }))
                .toList();
    }

    @TestFactory
    List<DynamicTest> longRecordingsBecomeJoinedWindows() {
        return forEach(64, encoder -> {
            int window = encoder.describe().windowSamples();
            int hop = encoder.describe().input().hopSamples();
            float[] two = noise(hop + window, 6);
            TokenMap map = encoder.encode(two);
            assertThat(map.time()).isEqualTo(2 * encoder.describe().time());
            TokenMap second = encoder.encode(java.util.Arrays.copyOfRange(two, hop, hop + window));
            int half = map.tokens().length / 2;
            assertThat(java.util.Arrays.copyOfRange(map.tokens(), half, 2 * half))
                    .isEqualTo(second.tokens());
        });
    }
}
