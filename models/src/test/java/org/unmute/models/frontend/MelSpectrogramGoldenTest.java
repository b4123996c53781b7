package org.unmute.models.frontend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.unmute.audio.Wav;
import org.unmute.kernels.contract.golden.ChosenBackend;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.io.SafetensorsFile;

/** Dasheng's front end: 16 kHz, FFT size 512, hop 160, 0 to 8000 Hz, 120 dB. */
@Tag("golden")
class MelSpectrogramGoldenTest {
    private static final String BATCH = "batch_";

    @TestFactory
    List<DynamicTest> decibels() throws IOException {
        Optional<List<DynamicTest>> skipped = ChosenBackend.skipped();
        if (skipped.isPresent()) {
            return skipped.get();
        }
        Path path = Golden.require("fbank/dasheng_frontend.safetensors");
        List<DynamicTest> tests = new ArrayList<>();
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            for (String name : file.names()) {
                if (!name.endsWith("/mel_db")) {
                    continue;
                }
                String stem = name.substring(0, name.indexOf('/'));
                float[] expected = file.floats(name);
                int bands = file.shape(name).dim(-2);
                tests.add(dynamicTest(name, () -> compare(name, expected, inputs(stem), bands)));
            }
        }
        return Golden.cases("fbank/dasheng_frontend.safetensors", tests);
    }

    /** One clip, or the clips of a batch: the first input for each name prefix, cut to the shortest length. */
    private static List<float[]> inputs(String stem) throws IOException {
        if (!stem.startsWith(BATCH)) {
            return List.of(GoldenFbank.input(stem).samples());
        }
        List<float[]> clips = new ArrayList<>();
        for (String part : stem.substring(BATCH.length()).split("_and_")) {
            List<Path> found = GoldenFbank.inputs(part);
            assertThat(found).as("inputs that start with " + part).isNotEmpty();
            clips.add(Wav.read(found.getFirst()).samples());
        }
        int shortest = clips.stream().mapToInt(c -> c.length).min().orElseThrow();
        clips.replaceAll(c -> Arrays.copyOf(c, shortest));
        return clips;
    }

    private static void compare(String name, float[] expected, List<float[]> clips, int bands) {
        MelOptions options = new MelOptions(16_000, 512, 160, bands, 0, 8000);
        MelSpectrogram spectrogram = new MelSpectrogram(options);
        float[] all = new float[expected.length];
        int at = 0;
        for (float[] clip : clips) {
            float[] power = compute(spectrogram, clip);
            assertThat(at + power.length).as(name + ": size").isLessThanOrEqualTo(all.length);
            System.arraycopy(GoldenFbank.transposed(power, power.length / bands, bands), 0, all, at, power.length);
            at += power.length;
        }
        assertThat(at).as(name + ": size").isEqualTo(all.length);
        // The lower bound of the original is that of the whole batch, so the clips are converted together here.
        decibels(all);
        int frames = expected.length / bands / clips.size();
        for (int i = 0; i < expected.length; i++) {
            double loudest = Double.NEGATIVE_INFINITY;
            int clip = i / (bands * frames);
            for (int b = 0; b < bands; b++) {
                loudest = Math.max(loudest, expected[(clip * bands + b) * frames + i % frames]);
            }
            // A float32 FFT errs by a few 2^-24 of the frame's loudest amplitude; 1e-4 dB allows for weights and
            // logarithms.
            double relative = 4 * 0x1p-24 * Math.pow(10, (loudest - expected[i]) / 20);
            double allowed = 20 / Math.log(10) * relative + 1e-4;
            assertThat((double) all[i])
                    .as(name + "[" + i + "]")
                    .isBetween(expected[i] - allowed, expected[i] + allowed);
        }
    }

    /** Computed by the backend if it is a device. */
    private static float[] compute(MelSpectrogram spectrogram, float[] clip) {
        if (!Backends.current().isDevice()) {
            return spectrogram.compute(clip);
        }
        try (TensorScope _ = new TensorScope()) {
            return spectrogram.compute(Tensor.of(clip, 1, clip.length)).toFloats();
        }
    }

    private static void decibels(float[] power) {
        AmplitudeToDb scale = new AmplitudeToDb(120);
        if (!Backends.current().isDevice()) {
            scale.apply(power);
            return;
        }
        try (TensorScope _ = new TensorScope()) {
            float[] made = scale.apply(Tensor.of(power, 1, 1, power.length)).toFloats();
            System.arraycopy(made, 0, power, 0, made.length);
        }
    }
}
