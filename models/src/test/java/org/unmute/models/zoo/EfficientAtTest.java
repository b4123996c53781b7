package org.unmute.models.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.TokenMap;
import org.unmute.models.frontend.Spectrogram;
import org.unmute.models.vit.Trace;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.io.SafetensorsFile;

/** EfficientAT: its numbers against plain loops and, where the authors' file is, against their own; what is refused. */
class EfficientAtTest {
    private static final int CLASSES = 5;
    /** Pieces of recordings with the authors' numbers, and the class that scores highest. */
    private static final Map<String, String> TOP =
            Map.of("1-100032-A-0@1s.", "Bark", "1-17367-A-1@0s.", "Rain", "1-26806-A-8@0s.", "Fowl");

    /** Tokens of a stage. */
    private static EncoderSettings tokensOf(String stage) {
        return EncoderSettings.AUTHORS.withConfig(Map.of("tokens", stage));
    }

    private static Map<String, Tensor> trace(Encoder encoder, Tensor input) {
        Map<String, Tensor> seen = new LinkedHashMap<>();
        seen.put("tokens", encoder.network().forward(input, (Trace) seen::put));
        return seen;
    }

    @Test
    void agreesWithPlainLoops() {
        EfficientAtLoops loops = new EfficientAtLoops(7);
        Encoder encoder = Encoders.build(loops.checkpoint(), EncoderSettings.AUTHORS);
        int frames = 37;
        float[] input = new float[frames * 128];
        for (int i = 0; i < input.length; i++) {
            input[i] = (float) (Math.sin(0.37 * i) + Math.cos(0.0013 * i * i));
        }
        try (TensorScope _ = new TensorScope()) {
            Map<String, Tensor> seen = trace(encoder, Tensor.of(input, 1, frames, 128));
            List<double[]> maps = loops.maps(input, frames);
            for (int i = 0; i < maps.size(); i++) {
                Tensor map = seen.get("features." + i).select(0, 0).permute(2, 1, 0);
                Golden.assertClose("features." + i, maps.get(i), map.toDoubles(), 1e-4, 1e-5);
            }
            Golden.assertClose(
                    "logits",
                    loops.logits(maps.getLast()),
                    encoder.network().classify(seen.get("tokens")).toDoubles(),
                    1e-4,
                    1e-5);
        }
    }

    @Test
    void windowsAreTenSecondsAndAShortClipIsNotPadded() {
        Encoder encoder = Encoders.build(new EfficientAtLoops(3).checkpoint(), EncoderSettings.AUTHORS);
        EncoderSpec spec = encoder.describe();
        assertThat(spec.windowSamples()).isEqualTo(320_000);
        assertThat(spec.time()).isEqualTo(32);
        assertThat(spec.freq()).isEqualTo(4);
        assertThat(spec.grid().rowSamples()).isEqualTo(10_240);
        assertThat(spec.classes()).hasSize(CLASSES);
        assertThat(spec.place(0, 1).lowHz()).isGreaterThan(spec.place(0, 0).lowHz());
        float[] sound = TokenBits.sound(1, 420_000);
        TokenMap map = encoder.encode(sound);
        assertThat(map.time()).isEqualTo(32 + 10);
        assertThat(spec.rowStart(32)).isEqualTo(320_000);
        // A window alone, and beside others.
        float[] first = Arrays.copyOf(sound, 320_000);
        float[] rest = Arrays.copyOfRange(sound, 320_000, sound.length);
        assertThat(map.rows(0, 32).tokens()).isEqualTo(encoder.encode(first).tokens());
        assertThat(map.rows(32, 42).tokens()).isEqualTo(encoder.encode(rest).tokens());
        List<TokenMap> together = encoder.encode(List.of(first, TokenBits.sound(2, 320_000), first));
        assertThat(together.getFirst().tokens()).isEqualTo(map.rows(0, 32).tokens());
        assertThat(together.getLast().tokens()).isEqualTo(map.rows(0, 32).tokens());
    }

    /** The head continues from the map that gave the tokens. */
    @Test
    void tokensOfAnEarlierStage() {
        EfficientAtLoops loops = new EfficientAtLoops(5);
        float[] sound = TokenBits.sound(3, 100_000);
        float[] logits =
                Encoders.build(loops.checkpoint(), EncoderSettings.AUTHORS).scores(sound);
        Encoder earlier = Encoders.build(loops.checkpoint(), tokensOf("features.12"));
        assertThat(earlier.describe().freq()).isEqualTo(8);
        assertThat(earlier.describe().time()).isEqualTo(63);
        assertThat(earlier.describe().grid().rowSamples()).isEqualTo(5_120);
        assertThat(earlier.encode(sound).time()).isEqualTo(20);
        assertThat(earlier.scores(sound)).isEqualTo(logits);
        Encoder first = Encoders.build(loops.checkpoint(), tokensOf("features.0"));
        assertThat(first.encode(sound).sizes())
                .startsWith(List.of(157, 64, loops.channels(0)).toString());
        assertThat(first.scores(sound)).isEqualTo(logits);
    }

    @Test
    void whatCannotBeSetIsRefused() {
        MadeCheckpoint made = new EfficientAtLoops(3).checkpoint();
        assertThatThrownBy(() -> Encoders.build(made, tokensOf("features.17")))
                .hasMessage("efficientat: tokens=features.17: there is no such stage: features.0 to features.16 are"
                        + " possible");
        assertThatThrownBy(() -> Encoders.build(made, EncoderSettings.AUTHORS.withHeads(2)))
                .hasMessageContaining("no attention");
        assertThatThrownBy(() -> Encoders.build(made, EncoderSettings.AUTHORS.withFrames(1)))
                .hasMessageContaining("at least 2 frames");
        assertThatThrownBy(() -> Encoders.build(made, EncoderSettings.AUTHORS.withSampleRate(16_000)))
                .hasMessageContaining("always 32000 Hz");
        Encoder encoder = Encoders.build(made, EncoderSettings.AUTHORS);
        assertThatThrownBy(() -> encoder.encode(new float[513])).hasMessageContaining("514");
        assertThat(encoder.encode(new float[514]).time()).isEqualTo(1);
    }

    @Test
    void otherNetworksAreRefused() {
        MadeCheckpoint pictures = new EfficientAtLoops(3).checkpoint();
        pictures.add("features.0.0.weight", 3, 3, 3, 3);
        assertThatThrownBy(() -> Encoders.build(pictures, EncoderSettings.AUTHORS))
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessageContaining("is for 3 channels, a spectrogram has one");
        MadeCheckpoint bins = new EfficientAtLoops(3).checkpoint().from("mn10_as_mels_64_mAP_461.pt");
        assertThatThrownBy(() -> Encoders.build(bins, EncoderSettings.AUTHORS))
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessageStartingWith(
                        "mn10_as_mels_64_mAP_461.pt: by its name it was trained on another spectrogram");
        MadeCheckpoint damaged = new EfficientAtLoops(3).checkpoint();
        damaged.without("features.7.block.1.1.running_var");
        assertThatThrownBy(() -> Encoders.build(damaged, EncoderSettings.AUTHORS))
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessageContaining("'features.7.block.1.1.running_var' is missing");
    }

    /** The authors' file, which is not in the repository: it lies in a folder {@code shared} beside it. */
    private static Path shared(String name) {
        Path at = Path.of("").toAbsolutePath();
        while (at != null && !Files.exists(at.resolve("shared").resolve(name))) {
            at = at.getParent();
        }
        assumeTrue(at != null, "skipped: " + name + " is in no folder 'shared' beside the repository");
        return at.resolve("shared").resolve(name);
    }

    @Test
    @Tag("golden")
    void agreesWithTheAuthors() throws IOException {
        Encoder encoder = Encoders.open(shared("data/graphs/mn04_as_mAP_432.pt"));
        List<String> classes = encoder.describe().classes();
        try (SafetensorsFile golden = SafetensorsFile.open(shared("golden/graphs/efficientat_mn04.safetensors"))) {
            for (Map.Entry<String, String> expected : TOP.entrySet()) {
                String piece = expected.getKey();
                float[] samples = golden.floats(piece + "samples");
                float[] logits = golden.floats(piece + "logits");
                float[] mel = golden.floats(piece + "mel");
                int frames = mel.length / 128;
                Spectrogram own = encoder.network().frontEnd().apply(samples);
                try (TensorScope _ = new TensorScope()) {
                    Tensor input = Tensor.of(mel, 128, frames).transpose(0, 1).copy();
                    Golden.assertClose(piece + "mel", input.toFloats(), own.values(), 1e-3, 0);
                    Map<String, Tensor> seen = trace(encoder, input.insert(0));
                    seen.put("map", seen.get("features.16"));
                    for (String name : List.of("features.0", "features.3", "features.6", "features.12", "map")) {
                        float[] map =
                                seen.get(name).select(0, 0).permute(2, 1, 0).toFloats();
                        Golden.assertClose(piece + name, golden.floats(piece + name), map, 1e-4, 0);
                    }
                    float[] scores =
                            encoder.network().classify(seen.get("tokens")).toFloats();
                    Golden.assertClose(piece + "logits", logits, scores, 1e-4, 0);
                }
                float[] scores = encoder.scores(samples);
                Golden.assertClose(piece + "logits from the recording", logits, scores, 2e-3, 0);
                int best = 0;
                for (int i = 0; i < scores.length; i++) {
                    best = scores[i] > scores[best] ? i : best;
                }
                assertThat(classes.get(best)).isEqualTo(expected.getValue());
            }
        }
    }
}
