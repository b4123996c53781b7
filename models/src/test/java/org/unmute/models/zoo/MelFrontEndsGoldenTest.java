package org.unmute.models.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.unmute.audio.Wav;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.frontend.Spectrogram;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.io.SafetensorsFile;

/** The input of the network that each mel front end makes of the recording, against what the authors' made of it. */
@Tag("golden")
class MelFrontEndsGoldenTest {
    /** Mel energies of two float32 transforms differ, by parts of the range of the logarithms. */
    private static final double TOLERANCE = 1e-3;

    @TestFactory
    List<DynamicTest> spectrograms() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        try (Stream<Path> folders = Files.list(Golden.require("tiny"))) {
            for (Path folder : folders.filter(f -> Files.exists(f.resolve("config.json")))
                    .sorted()
                    .toList()) {
                GoldenEncoder golden = GoldenEncoder.read(folder);
                try (SafetensorsFile expected = SafetensorsFile.open(folder.resolve("expected.safetensors"))) {
                    if (expected.has("spec") || expected.has("mel_db")) {
                        tests.add(dynamicTest(folder.getFileName().toString(), () -> compare(golden)));
                    }
                }
            }
        }
        return Golden.cases("stored spectrograms", tests);
    }

    private static void compare(GoldenEncoder golden) throws IOException {
        Encoder encoder;
        try (Checkpoint file = Checkpoint.open(golden.checkpoints().getFirst())) {
            encoder = Encoders.build(file, golden.settings());
        }
        float[] samples = golden.recording();
        Spectrogram own = encoder.network().frontEnd().apply(samples);
        try (SafetensorsFile expected = SafetensorsFile.open(golden.folder().resolve("expected.safetensors"))) {
            float[] wanted = golden.input(expected, encoder).toFloats();
            Golden.assertClose(golden.folder() + " input", wanted, own.values(), TOLERANCE, 0);
        }
        // A device computes the same from the same samples.
        Tensor device = encoder.network().frontEnd().onDevice(List.of(samples, samples));
        if (device != null) {
            assertThat(device.shape()).isEqualTo(Shape.of(2, own.frames(), own.bins()));
            float[] both = device.toFloats();
            float[] second = new float[own.values().length];
            System.arraycopy(both, second.length, second, 0, second.length);
            Golden.assertClose(golden.folder() + " on a device", own.values(), second, TOLERANCE, 0);
        }
    }

    /** BAT's range is the whole recording's, whatever is added or left out afterwards. */
    @TestFactory
    List<DynamicTest> rangesOfBat() throws IOException {
        Path folder = Golden.require("tiny/bat");
        return List.of(dynamicTest("before padding", () -> {
            float[] samples = Wav.read(Golden.require("wav/mix1p2s_16k.wav")).samples();
            Encoder whole;
            Encoder cut;
            try (Checkpoint file = Checkpoint.open(folder.resolve("model.safetensors"))) {
                EncoderSettings heads = EncoderSettings.AUTHORS.withHeads(3);
                whole = Encoders.build(file, heads);
                cut = Encoders.build(file, heads.withFrames(96));
            }
            Spectrogram all = whole.network().frontEnd().apply(samples);
            assertThat(all.frames())
                    .as("121 frames, the last centred on the end")
                    .isEqualTo(128);
            assertThat(all.values()[120 * 128 + 5]).isNotZero();
            assertThat(all.values()[121 * 128 + 5]).isZero();
            try (SafetensorsFile expected = SafetensorsFile.open(folder.resolve("expected.safetensors"))) {
                float[] minmax = expected.floats("minmax");
                for (int t = 0; t < 121; t++) {
                    for (int b = 0; b < 128; b++) {
                        assertThat(all.values()[t * 128 + b])
                                .isCloseTo(minmax[b * 121 + t], org.assertj.core.data.Offset.offset(1e-3f));
                    }
                }
            }
            assertThat(cut.network().frontEnd().apply(samples).frames()).isEqualTo(96);
            // A silent recording has no range: zeros, no NaN.
            assertThat(whole.network().frontEnd().apply(new float[16_000]).values())
                    .containsOnly(0);
        }));
    }
}
