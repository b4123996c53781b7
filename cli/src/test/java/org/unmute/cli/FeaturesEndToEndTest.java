package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.console.ExitCode;
import org.unmute.models.audio.Wav;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.Npy;
import org.unmute.tensor.io.SafetensorsFile;
import org.unmute.tensor.io.StoredTensor;

/** {@code features}: files for other programs. */
@Tag("golden")
class FeaturesEndToEndTest {
    @TempDir
    static Path folder;

    private static Path eat;
    private static Path wav;

    @BeforeAll
    static void find() {
        eat = ModelsGolden.require("tiny/eat/model.safetensors");
        wav = ModelsGolden.require("wav/mix1p2s_16k.wav");
    }

    private static Ran features(Path audio, Path out, Object... more) {
        Object[] args = {
            "features", "-q", "--encoder", eat, "--heads", 3, "--frames", 128, "--audio", audio, "--out", out
        };
        Object[] all = java.util.Arrays.copyOf(args, args.length + more.length);
        System.arraycopy(more, 0, all, args.length, more.length);
        return Ran.unmute(all);
    }

    @Test
    void oneRecordingWithLayersAndAttention() throws IOException {
        Path out = folder.resolve("one.safetensors");
        assertThat(features(wav, out, "--layers", "all", "--attention")
                        .endsWith(ExitCode.OK)
                        .out())
                .contains("8 x 8 tokens of 48 (time x freq)");
        try (SafetensorsFile file = SafetensorsFile.open(out);
                SafetensorsFile expected =
                        SafetensorsFile.open(ModelsGolden.require("tiny/eat/expected.safetensors"))) {
            assertThat(file.names())
                    .containsExactlyInAnyOrder(
                            "token_map", "cls", "layer.0", "layer.0.cls", "layer.1", "layer.1.cls", "attention");
            assertThat(file.shape("token_map")).isEqualTo(Shape.of(8, 8, 48));
            assertThat(file.shape("attention")).isEqualTo(Shape.of(3, 8, 8));
            org.unmute.kernels.contract.golden.Golden.assertClose(
                    "token map", expected.floats("token_map"), file.floats("token_map"), 2e-3, 0);
            org.unmute.kernels.contract.golden.Golden.assertClose(
                    "cls", expected.floats("cls"), file.floats("cls"), 2e-3, 0);
            assertThat(file.floats("layer.1")).isEqualTo(file.floats("token_map"));
            assertThat(file.floats("layer.0")).isNotEqualTo(file.floats("token_map"));
            assertThat(file.metadata())
                    .containsEntry("recording", "mix1p2s_16k.wav")
                    .containsKeys("encoder_sha256", "recording_sha256");
            assertThat(file.metadata().get("front_end")).contains("128 frames").contains("resampling hann");
        }
        assertThat(new ObjectMapper()
                        .readTree(folder.resolve("one.safetensors.run.json").toFile())
                        .at("/results/encoderSettings/frontEnd/std")
                        .asDouble())
                .isEqualTo(4.569);
        // The other command reads what this one writes.
        assertThat(Ran.unmute(
                                "verify",
                                "-q",
                                "--encoder",
                                eat,
                                "--heads",
                                3,
                                "--frames",
                                128,
                                "--reference",
                                out,
                                "--audio",
                                wav)
                        .endsWith(ExitCode.OK)
                        .out())
                .contains("layer.0")
                .contains("not compared")
                .contains("attention");
    }

    @Test
    void npyHoldsTheTokenMap() throws IOException {
        Path out = folder.resolve("one.npy");
        features(wav, out).endsWith(ExitCode.OK);
        StoredTensor map = Npy.read(out);
        assertThat(map.shape()).isEqualTo(Shape.of(8, 8, 48));
        assertThat(features(wav, out, "--attention").endsWith(ExitCode.USAGE).err())
                .contains("one array")
                .contains(".safetensors");
    }

    @Test
    void aFolderOfRecordings() throws IOException {
        Path recordings = Files.createDirectories(folder.resolve("in/sub"));
        Files.copy(wav, recordings.resolve("a.wav"));
        Files.copy(wav, recordings.resolveSibling("b.wav"));
        Wav.write(recordings.resolve("short.wav"), new float[100], 16_000);
        Path out = folder.resolve("out");
        Ran ran = features(folder.resolve("in"), out, "--layers", "1").endsWith(ExitCode.OK);
        assertThat(ran.out()).contains("skipped sub/short.wav");
        assertThat(out.resolve("b.wav.safetensors")).exists();
        assertThat(out.resolve("run.json")).exists();
        try (SafetensorsFile file = SafetensorsFile.open(out.resolve("sub/a.wav.safetensors"))) {
            assertThat(file.names()).contains("layer.1").doesNotContain("layer.0");
        }
        assertThat(features(folder.resolve("in"), folder.resolve("x.npy"))
                        .endsWith(ExitCode.USAGE)
                        .err())
                .contains("3 recordings")
                .contains("give a folder");
        assertThat(features(folder.resolve("in"), out, "--strict")
                        .endsWith(ExitCode.INPUT)
                        .err())
                .contains("sub/short.wav");
    }

    @Test
    void layersThatAreNotThere() {
        for (String bad : new String[] {"2", "0,0", "x", "-1", ""}) {
            assertThat(features(wav, folder.resolve("y.safetensors"), "--layers", bad)
                            .endsWith(ExitCode.USAGE)
                            .err())
                    .as(bad)
                    .contains("numbers from 0 to 1");
        }
    }
}
