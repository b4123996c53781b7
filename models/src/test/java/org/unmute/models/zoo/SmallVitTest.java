package org.unmute.models.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.TokenMap;
import org.unmute.models.frontend.Spectrogram;
import org.unmute.models.vit.FreshWeights;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.io.SafetensorsFile;
import org.unmute.tensor.optim.AdamW;
import org.unmute.tensor.optim.Gradients;
import org.unmute.tensor.optim.ParameterGroup;
import org.unmute.tensor.optim.Schedule;

class SmallVitTest {
    private static final SmallVit.Settings TINY = new SmallVit.Settings(16_000, 32, 32, 8, 16, 24, 2, 3, -5, 4);

    private static float[] noise(int samples, long seed) {
        SplittableRandom r = new SplittableRandom(seed);
        float[] x = new float[samples];
        for (int i = 0; i < samples; i++) {
            x[i] = (float) (0.1 * r.nextGaussian() * Math.sin(i * 0.001 * (1 + seed % 5)));
        }
        return x;
    }

    @Test
    void writesAndReadsItself(@TempDir Path folder) throws Exception {
        FreshWeights weights = new FreshWeights(3);
        Encoder made = new Encoder(new SmallVit(TINY, weights));
        Path file = folder.resolve("small.safetensors");
        SmallVit.write(file, TINY, weights.parameters(), Map.of("license", "CC0-1.0"));
        Encoder read = Encoders.open(file);
        assertThat(read.describe()).isEqualTo(made.describe());
        try (SafetensorsFile f = SafetensorsFile.open(file)) {
            assertThat(f.metadata()).containsEntry("license", "CC0-1.0");
        }
        // Weights are stored in float16, so the two agree to about three digits.
        TokenMap a = made.encode(noise(4000, 1));
        TokenMap b = read.encode(noise(4000, 1));
        for (int i = 0; i < a.tokens().length; i++) {
            assertThat(b.tokens()[i]).isCloseTo(a.tokens()[i], org.assertj.core.data.Offset.offset(0.02f));
        }
    }

    /** A single flipped bit in a weight would change every token a little, with no hint at the cause. */
    @Test
    void weightsThatChangedOnDiskAreRefused(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("small.safetensors");
        FreshWeights weights = new FreshWeights(3);
        SmallVit vit = new SmallVit(TINY, weights);
        SmallVit.write(file, vit.settings(), weights.parameters(), Map.of());
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= (byte) 0x80;
        Files.write(file, bytes);
        assertThatThrownBy(() -> Encoders.open(file))
                .isInstanceOf(org.unmute.files.MalformedFileException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContainingAll("digest-mismatch", "train it again");
    }

    @Test
    void aClipDoesNotDependOnItsNeighbours() {
        Encoder vit = new Encoder(new SmallVit(TINY, new FreshWeights(4)));
        List<float[]> clips = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            clips.add(noise(3000 + 700 * i, i));
        }
        List<TokenMap> together = vit.encode(clips);
        for (int i = 0; i < clips.size(); i++) {
            TokenMap alone = vit.encode(clips.get(i));
            assertThat(together.get(i).tokens()).isEqualTo(alone.tokens());
            assertThat(together.get(i).cls()).isEqualTo(alone.cls());
        }
    }

    @Test
    void longRecordingsBecomeJoinedWindows() {
        Encoder vit = new Encoder(new SmallVit(TINY, new FreshWeights(5)));
        int window = vit.describe().windowSamples();
        int hop = vit.describe().input().hopSamples();
        float[] two = noise(hop + window, 6);
        TokenMap map = vit.encode(two);
        assertThat(map.time()).isEqualTo(2 * TINY.rows());
        TokenMap second = vit.encode(java.util.Arrays.copyOfRange(two, hop, hop + window));
        assertThat(java.util.Arrays.copyOfRange(map.tokens(), map.tokens().length / 2, map.tokens().length))
                .isEqualTo(second.tokens());
    }

    @Test
    void refusesAFileThatIsNoEncoder(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("other.safetensors");
        new org.unmute.tensor.io.SafetensorsWriter()
                .add("x", org.unmute.tensor.Shape.of(1), new float[1])
                .write(file);
        assertFails(IllegalArgumentException.class, () -> Encoders.open(file), "no known encoder");
        Path text = Files.writeString(folder.resolve("text.safetensors"), "hello");
        assertThatThrownBy(() -> Encoders.open(text)).isInstanceOf(org.unmute.files.MalformedFileException.class);
    }

    @Test
    void maskedPreTrainingLowersTheLoss() {
        FreshWeights weights = new FreshWeights(7);
        MaskedAutoencoder model = new MaskedAutoencoder(TINY, 0.5, weights);
        List<Spectrogram> batch = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            batch.add(model.encoder().frontEnd().apply(noise(5000, i)));
        }
        AdamW optimizer = new AdamW(List.of(new ParameterGroup(weights.parameters(), 3e-3, 0)), Schedule.constant());
        double first = 0;
        double last = 0;
        for (int step = 0; step < 40; step++) {
            Tensor loss = model.loss(batch, new SplittableRandom(step % 2));
            last = loss.item();
            first = step == 0 ? last : first;
            optimizer.step(Gradients.of(loss, weights.parameters()));
        }
        assertThat(last).isLessThan(0.9 * first);
    }

    @Test
    void everyEncoderParameterIsTrained() {
        FreshWeights weights = new FreshWeights(8);
        MaskedAutoencoder model = new MaskedAutoencoder(TINY, 0.5, weights);
        Tensor loss = model.loss(List.of(model.encoder().frontEnd().apply(noise(5000, 1))), new SplittableRandom(1));
        Grad grad = Grad.of(loss);
        weights.parameters().forEach((name, t) -> {
            double norm = grad.wrt(t).times(grad.wrt(t)).sum().item();
            assertThat(norm).as(name).isGreaterThan(0);
        });
    }
}
