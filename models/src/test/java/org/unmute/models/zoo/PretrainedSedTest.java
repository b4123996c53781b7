package org.unmute.models.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unmute.files.Sha256;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.models.encoder.AudioSetLabels;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.FrameHead;
import org.unmute.models.encoder.TokenMap;
import org.unmute.models.frontend.ScaledMelFrontEnd;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.SafetensorsFile;

/** The frame-level detectors of PretrainedSED on recordings of one and of several windows. */
class PretrainedSedTest {
    private static final List<String> FOLDERS = List.of("beats_strong", "asit_strong", "atst_strong", "m2d_strong");

    private static Encoder open(GoldenEncoder golden) throws IOException {
        try (Checkpoint file = Checkpoint.open(golden.checkpoints().getFirst())) {
            return Encoders.build(file, golden.settings());
        }
    }

    /** From the recordings: ten seconds, and twelve and a half, whose last window is padded with silence. */
    @TestFactory
    @Tag("golden")
    List<DynamicTest> logitsOfRecordings() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (String name : FOLDERS) {
            GoldenEncoder golden = GoldenEncoder.read(Golden.require("tiny/" + name));
            tests.add(dynamicTest(name, () -> {
                Encoder scores = open(golden).withHead();
                float[] samples = golden.recording();
                float[] longer = Arrays.copyOf(samples, 200_000);
                System.arraycopy(samples, 0, longer, 160_000, 40_000);
                try (SafetensorsFile expected =
                        SafetensorsFile.open(golden.folder().resolve("expected.safetensors"))) {
                    close(name, expected.floats("strong_logits"), scores.encode(samples), 250);
                    close(name + " long", expected.floats("long.strong_logits"), scores.encode(longer), 500);
                }
                assertThat(scores.describe().rowStart(251)).isEqualTo(251 * 640);
                assertThat(scores.encode(longer).sound()).as("rows of sound").isEqualTo(313);
            }));
        }
        return Golden.cases("detectors", tests);
    }

    private static void close(String name, float[] expected, TokenMap logits, int frames) {
        assertThat(logits.sizes()).isEqualTo("[" + frames + ", 1, 5] without cls");
        float[] turned = new float[expected.length];
        for (int c = 0; c < 5; c++) {
            for (int t = 0; t < frames; t++) {
                turned[t * 5 + c] = expected[c * frames + t];
            }
        }
        Golden.assertClose(name, turned, logits.tokens(), 2e-3, 0);
    }

    /** ATST-Frame's further bound, which does not bite on the reference's recording: on a quiet one it does. */
    @Test
    void nothingLiesBelowMinus50Decibels() {
        ScaledMelFrontEnd bounded = AtstFrame.frontEnd(16_000, -50);
        ScaledMelFrontEnd plain = AtstFrame.frontEnd(16_000, Double.NEGATIVE_INFINITY);
        float[] quiet = TokenBits.sound(1, 16_000);
        for (int i = 0; i < quiet.length; i++) {
            quiet[i] *= 1e-5f;
        }
        float lowest = (float) (2 * (-50 + 79.6482) / (50.6842 + 79.6482) - 1);
        float[] bound = bounded.apply(quiet).values();
        float[] free = plain.apply(quiet).values();
        int bitten = 0;
        for (int i = 0; i < bound.length; i++) {
            assertThat(bound[i]).isEqualTo(Math.max(free[i], lowest));
            bitten += free[i] < lowest ? 1 : 0;
        }
        assertThat(bitten).isGreaterThan(100);
    }

    @Test
    void classesHaveTheirNames() {
        List<String> names = AudioSetLabels.strongNames();
        assertThat(names)
                .hasSize(AudioSetLabels.STRONG_COUNT)
                .doesNotHaveDuplicates()
                .isSorted();
        assertThat(Sha256.of(String.join("\n", names).getBytes(StandardCharsets.UTF_8)))
                .isEqualTo("db048a1f22e917e33a2a4a131f3549edb8af6b49d019efa32388daa524b44c15");
    }

    private static MadeCheckpoint asit(int classes) {
        return MadeCheckpoint.vit(16, 1, 32, 297)
                .under("model.")
                .and(new MadeCheckpoint().linear("strong_head", classes, 16).linear("weak_head", classes, 16));
    }

    @Test
    void filesAreReadStrictly() {
        EncoderSettings settings = EncoderSettings.AUTHORS.withHeads(2);
        Encoders.Recognized known = Encoders.recognize(asit(447).add("odd", 3), "");
        assertThat(known.provider().name()).isEqualTo("pretrained-sed");
        assertThat(known.match().dropped().keySet())
                .containsExactlyInAnyOrder("weak_head.weight", "weak_head.bias", "odd");
        FrameHead head = Encoders.build(asit(447), settings).frameHead().orElseThrow();
        assertThat(head.classes()).startsWith("Accelerating, revving, vroom").endsWith("Zipper (clothing)");
        assertThat(head.medianFrames()).isEqualTo(9);
        assertThatThrownBy(() -> Encoders.build(asit(5).without("strong_head.bias"), settings))
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessageContaining("'strong_head.bias' is missing");
        assertThatThrownBy(() -> Encoders.build(asit(5).without("model.norm.bias"), settings))
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessageContaining("'model.norm.bias' is missing");
        assertThatThrownBy(() ->
                        Encoders.build(asit(5).put("strong_head.weight", new float[5 * 17], Shape.of(5, 17)), settings))
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessageContaining("'strong_head.weight' is [5, 17], expected [5, 16]");
        assertThatThrownBy(() -> Encoders.build(asit(5).add("seq_model.gru.weight", 3, 3), settings))
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessageContaining("'seq_model.gru.weight' is there: a recurrent layer");
        assertThatThrownBy(() -> Encoders.build(asit(5), settings.withFrames(512)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("windows are always 10 s");
    }

    /** A head for clips scores whole windows; without any there is none. */
    @Test
    @Tag("golden")
    void aHeadForClipsScoresWindows() throws IOException {
        Path folder = Golden.require("tiny/eat_ft");
        Encoder encoder = open(GoldenEncoder.read(folder));
        FrameHead head = encoder.frameHead().orElseThrow();
        assertThat(head.frames()).isEqualTo(1);
        int hop = encoder.describe().input().hopSamples();
        assertThat(head.frameSamples()).isEqualTo(hop);
        float[] sound = TokenBits.sound(1, 2 * hop + 5000);
        TokenMap scores = encoder.withHead().encode(sound);
        assertThat(scores.time()).isEqualTo(3);
        int window = encoder.describe().windowSamples();
        for (int i = 0; i < 2; i++) {
            float[] alone = encoder.scores(Arrays.copyOfRange(sound, i * hop, i * hop + window));
            assertThat(Arrays.copyOfRange(scores.tokens(), i * alone.length, (i + 1) * alone.length))
                    .isEqualTo(alone);
        }
        assertThat(Encoders.embedded().frameHead()).isEmpty();
        assertFails(
                UnsupportedOperationException.class, () -> Encoders.embedded().withHead(), "no head");
    }
}
