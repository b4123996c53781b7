package org.unmute.models.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.unmute.audio.ClipTooShortException;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.TokenMap;
import org.unmute.models.frontend.BioFoundationFrontEnd;
import org.unmute.models.frontend.Spectrogram;

/** Compares BioFoundation's front end with its definition, written out step by step in float64. */
class BioFoundationFrontEndTest {
    private static final int MEL = 128;
    private static final double MEAN = -4.268;
    private static final double STD = 4.569;

    /** The whole recipe: returns {@code [frames, 128]} after normalisation. */
    private static double[] straightforward(float[] samples, int frames) {
        int n = samples.length;
        double mean = 0;
        for (float s : samples) {
            mean += s / (double) n;
        }
        double[] x = new double[n];
        for (int i = 0; i < n; i++) {
            x[i] = samples[i] - mean - (i > 0 ? 0.97 * (samples[i - 1] - mean) : 0);
        }
        double[][] bands = bands();
        double[] out = new double[frames * MEL];
        for (int f = 0; f < frames; f++) {
            double[] power = f <= n / 160 ? power(x, f) : null;
            for (int b = 0; b < MEL; b++) {
                double log = 0;
                if (power != null) {
                    double sum = 0;
                    for (int k = 0; k < 257; k++) {
                        sum += power[k] * bands[b][k];
                    }
                    log = Math.log(sum + 1e-6);
                }
                out[f * MEL + b] = (log - MEAN) / (2 * STD);
            }
        }
        return out;
    }

    /** |DFT|² of the frame that is centred on sample 160 f, computed from the definition. */
    private static double[] power(double[] x, int f) {
        double[] frame = new double[512];
        for (int i = 0; i < 400; i++) {
            int at = f * 160 - 256 + 56 + i;
            int mirrored = at < 0 ? -at : at >= x.length ? 2 * (x.length - 1) - at : at;
            frame[56 + i] = x[mirrored] * (0.5 - 0.5 * Math.cos(2 * Math.PI * i / 400));
        }
        double[] power = new double[257];
        for (int k = 0; k < 257; k++) {
            double re = 0;
            double im = 0;
            for (int i = 56; i < 456; i++) {
                re += frame[i] * Math.cos(2 * Math.PI * (k * i % 512) / 512);
                im += frame[i] * Math.sin(2 * Math.PI * (k * i % 512) / 512);
            }
            power[k] = re * re + im * im;
        }
        return power;
    }

    private static double[][] bands() {
        double[] edges = new double[MEL + 2];
        double low = 2595 * Math.log10(1 + 20 / 700.0);
        double high = 2595 * Math.log10(1 + 8000 / 700.0);
        for (int i = 0; i < edges.length; i++) {
            edges[i] = 700 * (Math.pow(10, (low + (high - low) * i / (MEL + 1)) / 2595) - 1);
        }
        double[][] bands = new double[MEL][257];
        for (int b = 0; b < MEL; b++) {
            for (int k = 0; k < 257; k++) {
                double hertz = k * 16_000 / 512.0;
                bands[b][k] = Math.max(
                        0,
                        Math.min(
                                (hertz - edges[b]) / (edges[b + 1] - edges[b]),
                                (edges[b + 2] - hertz) / (edges[b + 2] - edges[b + 1])));
            }
        }
        return bands;
    }

    private static float[] noise(int n, double offset) {
        Random random = new Random(7);
        float[] samples = new float[n];
        for (int i = 0; i < n; i++) {
            samples[i] =
                    (float) (offset + 0.2 * random.nextGaussian() + 0.3 * Math.sin(2 * Math.PI * 440 * i / 16_000.0));
        }
        return samples;
    }

    @Test
    void isItsDefinition() {
        BioFoundationFrontEnd frontEnd = new BioFoundationFrontEnd(16_000, MEL, 48, MEAN, STD);
        for (int n : new int[] {257, 400, 1601, 6000, 7680}) {
            float[] samples = noise(n, 0.1);
            Spectrogram made = frontEnd.apply(samples);
            assertThat(made.frames()).isEqualTo(48);
            double[] wide = new double[made.values().length];
            Arrays.setAll(wide, i -> made.values()[i]);
            // The mel weights are float32, as in the original: errors of up to 2^-13 mel, in bands only a few bins
            // wide.
            Golden.assertClose(n + " samples", straightforward(samples, 48), wide, 1e-4, 0);
        }
    }

    @Test
    void moreThanAWindowIsCutOff() {
        BioFoundationFrontEnd frontEnd = new BioFoundationFrontEnd(16_000, MEL, 16, MEAN, STD);
        float[] longer = noise(5000, 0);
        assertThat(frontEnd.apply(longer).values())
                .isEqualTo(frontEnd.apply(Arrays.copyOf(longer, frontEnd.windowSamples()))
                        .values());
        assertThatThrownBy(() -> frontEnd.apply(new float[256])).isInstanceOf(ClipTooShortException.class);
        frontEnd.apply(new float[frontEnd.frameSamples()]);
    }

    private static Encoder open(GoldenEncoder golden, EncoderSettings.FrontEndSource source) throws IOException {
        try (Checkpoint file = Checkpoint.open(golden.checkpoints().getFirst())) {
            return Encoders.build(file, golden.settings().withFrontEnd(source));
        }
    }

    @Test
    @Tag("golden")
    void eatAndAudioMaeTakeIt() throws IOException {
        for (String name : List.of("eat", "audiomae")) {
            GoldenEncoder golden = GoldenEncoder.read(Golden.require("tiny/" + name));
            Encoder authors = open(golden, EncoderSettings.FrontEndSource.AUTHORS);
            Encoder other = open(golden, EncoderSettings.FrontEndSource.BIOFOUNDATION);
            EncoderSpec spec = other.describe();
            assertThat(spec.input().settings())
                    .as(name)
                    .containsEntry("kind", "biofoundation-mel")
                    .containsEntry("mean", authors.describe().input().settings().get("mean"));
            assertThat(spec.frontEnd())
                    .isNotEqualTo(authors.describe().frontEnd())
                    .contains("BioFoundation");
            float[] samples = Arrays.copyOf(golden.recording(), spec.windowSamples());
            TokenMap map = other.encode(samples);
            assertThat(map.time()).as(name).isEqualTo(spec.time());
            assertThat(map.tokens())
                    .as(name)
                    .isNotEqualTo(authors.encode(samples).tokens());
            // A recording of two windows: both are encoded, and there is no gap between them.
            assertThat(other.encode(Arrays.copyOf(samples, 2 * spec.windowSamples()))
                            .time())
                    .as(name)
                    .isEqualTo(2 * spec.time());
        }
    }

    @Test
    @Tag("golden")
    void asitRefusesIt() throws IOException {
        GoldenEncoder golden = GoldenEncoder.read(Golden.require("tiny/asit"));
        assertThatThrownBy(() -> open(golden, EncoderSettings.FrontEndSource.BIOFOUNDATION))
                .hasMessageContaining("asit: BioFoundation's front end exists for EAT");
    }

    @Test
    void theEmbeddedEncoderRefusesIt() throws IOException {
        try (Checkpoint small =
                Checkpoint.of(org.unmute.tensor.io.SafetensorsFile.of("small", Encoders.embeddedBytes()))) {
            assertThatThrownBy(() -> Encoders.build(
                            small, EncoderSettings.AUTHORS.withFrontEnd(EncoderSettings.FrontEndSource.BIOFOUNDATION)))
                    .hasMessageContainingAll("small-vit", "EAT, SSLAM and Audio-MAE only");
        }
    }
}
