package org.unmute.models.zoo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;

/** Bit-exact comparisons, and the encoders and recordings for them. */
final class TokenBits {
    private TokenBits() {}

    /**
     * An encoder to test.
     *
     * @param name name of its folder and file
     * @param golden its folder, or null for the encoder in the jar
     * @param checkpoint its file, or null for the encoder in the jar
     */
    record Case(String name, GoldenEncoder golden, Path checkpoint) {
        Encoder open() throws IOException {
            return golden == null ? Encoders.embedded() : open(golden.settings());
        }

        Encoder open(EncoderSettings settings) throws IOException {
            try (Checkpoint file = Checkpoint.open(checkpoint)) {
                return Encoders.build(file, settings);
            }
        }
    }

    /** One checkpoint of every encoder with reference numbers; all files in a folder hold the same weights. */
    static List<Case> golden() throws IOException {
        List<Case> cases = new ArrayList<>();
        Optional<Path> root = Golden.folder("tiny");
        if (root.isEmpty()) {
            return cases;
        }
        try (Stream<Path> folders = Files.list(root.get())) {
            for (Path folder : folders.filter(f -> Files.exists(f.resolve("config.json")))
                    .sorted()
                    .toList()) {
                GoldenEncoder golden = GoldenEncoder.read(folder);
                golden.requireKnown();
                cases.add(new Case(
                        folder.getFileName().toString(),
                        golden,
                        golden.checkpoints().getLast()));
            }
        }
        return cases;
    }

    /** Chirps in noise, so that every part of a recording is different. */
    static float[] sound(long seed, int samples) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] x = new float[samples];
        for (int i = 0; i < samples; i++) {
            double t = i / 16_000.0;
            x[i] = (float) (0.3 * Math.sin(2 * Math.PI * (200 + 90 * seed) * t * (1 + 0.3 * t))
                    + 0.05 * random.nextGaussian());
        }
        return x;
    }

    static boolean hearsWholes(EncoderSpec spec) {
        return spec.windowSamples() == EncoderSpec.WHOLE_RECORDING;
    }

    /** Samples of a window or, if recordings are encoded in one piece, of the tokens that attend to each other. */
    static int unit(EncoderSpec spec) {
        return hearsWholes(spec) ? spec.time() * spec.grid().rowSamples() : spec.windowSamples();
    }

    /**
     * Recordings of the relevant lengths: a part of a window, one window, several with and without a remainder, and the
     * shortest.
     */
    static List<float[]> recordings(EncoderSpec spec) {
        int window = unit(spec);
        List<float[]> all = new ArrayList<>();
        for (int length : new int[] {
            window,
            window / 2,
            2 * window + window / 3,
            Math.max(spec.frameSamples(), window / 10),
            2 * window,
            window - 1
        }) {
            all.add(sound(all.size() + 1, length));
        }
        return all;
    }

    static void assertSame(String what, TokenMap expected, TokenMap actual) {
        assertThat(List.of(actual.time(), actual.freq(), actual.dim()))
                .as(what)
                .isEqualTo(List.of(expected.time(), expected.freq(), expected.dim()));
        assertSame(what + " tokens", expected.tokens(), actual.tokens());
        assertSame(what + " cls", expected.cls(), actual.cls());
    }

    static void assertSame(String what, Features expected, Features actual) {
        assertSame(what, expected.tokens(), actual.tokens());
        assertThat(actual.layers()).as(what).hasSameSizeAs(expected.layers());
        for (int i = 0; i < expected.layers().size(); i++) {
            assertSame(
                    what + " layer " + i,
                    expected.layers().get(i),
                    actual.layers().get(i));
        }
        assertSame(what + " attention", expected.attention(), actual.attention());
    }

    static void assertSame(String what, float[] expected, float[] actual) {
        assertThat(actual == null).as(what).isEqualTo(expected == null);
        if (expected == null) {
            return;
        }
        assertThat(actual).as(what).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            if (Float.floatToRawIntBits(expected[i]) != Float.floatToRawIntBits(actual[i])) {
                throw new AssertionError(what + ": number " + i + " of " + expected.length + " is " + actual[i]
                        + ", should be " + expected[i]);
            }
        }
    }
}
