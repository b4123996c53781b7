package org.unmute.models.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.models.vit.FreshWeights;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;

class SpectralShapeTest {
    private static final SmallVit.Settings TINY = new SmallVit.Settings(16_000, 32, 32, 8, 16, 24, 2, 3, -5, 4);
    private static final int WIDTH = 24;
    private static final int OF_PATCH = 16;
    private static final int CHANNELS = 48;

    @TempDir
    Path folder;

    private static List<float[]> noises(int count) {
        SplittableRandom random = new SplittableRandom(3);
        List<float[]> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            float[] clip = new float[TINY.frontEnd().windowSamples()];
            double loudness = Math.pow(10, -3 * random.nextDouble());
            for (int t = 0; t < clip.length; t++) {
                clip[t] = (float) (loudness * random.nextDouble(-1, 1) * (1 + Math.sin(t / 300.0 * (1 + i % 3))) / 2);
            }
            all.add(clip);
        }
        return all;
    }

    private Encoder encoder(List<float[]> clips) throws IOException {
        FreshWeights weights = new FreshWeights(1);
        new SmallVit(TINY, weights);
        Map<String, Tensor> tensors = new LinkedHashMap<>(weights.parameters());
        tensors.putAll(SmallVit.spectralShape(TINY, clips));
        Path file = folder.resolve("shape.safetensors");
        SmallVit.write(file, TINY, tensors, Map.of());
        return Encoders.open(file);
    }

    /** The definition: sums of products of cosines, token by token, up to the scale of the channel. */
    @Test
    void channelsAreCosineCoefficientsOfPatchAndRow() throws IOException {
        List<float[]> clips = noises(40);
        Encoder encoder = encoder(clips);
        assertThat(encoder.describe().dim()).isEqualTo(WIDTH + CHANNELS);
        List<double[]> wanted = new ArrayList<>();
        List<double[]> found = new ArrayList<>();
        for (float[] clip : clips.subList(0, 3)) {
            TokenMap map = encoder.encode(clip);
            float[] input;
            try (TensorScope _ = new TensorScope()) {
                input = TINY.frontEnd().apply(List.of(clip)).toFloats();
            }
            for (int token = 0; token < map.count(); token++) {
                wanted.add(new double[CHANNELS]);
                found.add(new double[CHANNELS]);
                for (int c = 0; c < CHANNELS; c++) {
                    boolean own = c < OF_PATCH;
                    int band = own ? token % map.freq() : 0;
                    int order = own ? c / 4 : (c - OF_PATCH) / 16;
                    int over = own ? c % 4 : (c - OF_PATCH) % 16;
                    wanted.getLast()[c] = coefficient(input, token / map.freq(), band, own ? 16 : 32, order, over);
                    found.getLast()[c] = map.tokens()[token * map.dim() + WIDTH + c];
                }
            }
        }
        for (int c = 0; c < CHANNELS; c++) {
            double product = 0;
            double square = 0;
            for (int i = 0; i < found.size(); i++) {
                product += wanted.get(i)[c] * found.get(i)[c];
                square += wanted.get(i)[c] * wanted.get(i)[c];
            }
            for (int i = 0; i < found.size(); i++) {
                // The weights are stored in float16.
                assertThat(found.get(i)[c])
                        .as("channel %d", c)
                        .isCloseTo(product / square * wanted.get(i)[c], within(1e-2));
            }
        }
    }

    private static double coefficient(float[] input, int row, int band, int bins, int order, int over) {
        double sum = 0;
        for (int t = 0; t < 8; t++) {
            for (int f = 0; f < bins; f++) {
                sum += input[(8 * row + t) * 32 + 16 * band + f]
                        * Math.cos(Math.PI * order * (t + 0.5) / 8)
                        * Math.cos(Math.PI * over * (f + 0.5) / bins);
            }
        }
        return sum / (8 * bins);
    }

    @Test
    void channelsHaveEqualDeviationsAndTheClassTokenTheirMean() throws IOException {
        List<float[]> clips = noises(40);
        Encoder encoder = encoder(clips);
        double[] sum = new double[CHANNELS];
        double[] square = new double[CHANNELS];
        int n = 0;
        for (TokenMap map : encoder.encode(clips)) {
            double[] mean = new double[CHANNELS];
            for (int token = 0; token < map.count(); token++, n++) {
                for (int c = 0; c < CHANNELS; c++) {
                    float x = map.tokens()[token * map.dim() + WIDTH + c];
                    mean[c] += x / map.count();
                    sum[c] += x;
                    square[c] += x * x;
                }
            }
            for (int c = 0; c < CHANNELS; c++) {
                assertThat((double) map.cls()[WIDTH + c]).isCloseTo(mean[c], within(1e-4));
            }
        }
        for (int c = 0; c < CHANNELS; c++) {
            double mean = sum[c] / n;
            assertThat(Math.sqrt(square[c] / n - mean * mean)).isCloseTo(0.75, within(0.01));
        }
    }

    @Test
    void tokensOfBlocksHaveTheChannelsToo() throws IOException {
        Encoder encoder = encoder(noises(40));
        Features features = encoder.features(noises(1).getFirst(), new Features.Request(List.of(0, 1), false));
        for (TokenMap layer : features.layers()) {
            assertThat(layer.dim()).isEqualTo(WIDTH + CHANNELS);
            for (int i = 0; i < layer.tokens().length; i++) {
                if (i % layer.dim() >= WIDTH) {
                    assertThat(layer.tokens()[i]).isEqualTo(features.tokens().tokens()[i]);
                }
            }
        }
    }
}
