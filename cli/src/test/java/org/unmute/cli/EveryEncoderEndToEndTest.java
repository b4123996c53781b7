package org.unmute.cli;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.console.ExitCode;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.kernels.contract.golden.EncoderConfig;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.SafetensorsFile;
import org.unmute.tensor.io.SafetensorsWriter;

/** Every encoder with reference numbers, through the commands that users meet it in. */
@Tag("golden")
class EveryEncoderEndToEndTest {
    @TempDir
    private Path temporary;

    private record Case(Path folder, EncoderConfig config, Path checkpoint) {
        String name() {
            return folder.getFileName().toString();
        }

        /** What the small checkpoints do not state. */
        List<Object> options() {
            List<Object> all = new ArrayList<>(List.of("--encoder", checkpoint, "--model", config.model()));
            if (config.heads() > 0) {
                all.addAll(List.of("--heads", config.heads()));
            }
            if (config.frames() > 0) {
                all.addAll(List.of("--frames", config.frames()));
            }
            config.entries().forEach((name, value) -> all.addAll(List.of("--config", name + "=" + value)));
            if (!Double.isNaN(config.mean())) {
                all.addAll(List.of("--norm-mean=" + config.mean(), "--norm-std=" + config.std()));
            }
            return all;
        }

        Path wav() {
            return ModelsGolden.require(config.wav());
        }
    }

    private static List<Case> cases() throws IOException {
        List<Case> all = new ArrayList<>();
        try (Stream<Path> folders = Files.list(ModelsGolden.require("tiny"))) {
            for (Path folder : folders.sorted().toList()) {
                EncoderConfig config = EncoderConfig.read(folder);
                try (Stream<Path> files = Files.list(folder)) {
                    Path checkpoint = files.filter(
                                    f -> f.getFileName().toString().matches("checkpoint\\..*|model\\.safetensors"))
                            .sorted()
                            .findFirst()
                            .orElse(folder.resolve("model_hf.safetensors"));
                    all.add(new Case(folder, config, checkpoint));
                }
            }
        }
        assertThat(all).hasSizeGreaterThan(15);
        return all;
    }

    /** A file that holds more than the encoder knows may be another model's: commands say so. */
    @Test
    void aTensorThatNothingUsesIsNamed() throws IOException {
        Path odd = temporary.resolve("odd.safetensors");
        SafetensorsWriter writer = new SafetensorsWriter();
        try (SafetensorsFile file = SafetensorsFile.open(ModelsGolden.require("tiny/bat/model.safetensors"))) {
            for (String name : file.names()) {
                writer.add(name, file.shape(name), file.floats(name));
            }
            writer.add("surprise.weight", Shape.of(2), new float[2]).write(odd);
        }
        Ran.unmute(
                        "features --encoder {} --heads 3 --audio {} --out {}",
                        odd,
                        ModelsGolden.require("wav/mix1p2s_16k.wav"),
                        temporary.resolve("odd.npy"))
                .fails(ExitCode.OK, "the file holds 1 tensor that bat does not use: surprise.weight");
    }

    /** From the checkpoint to a table of events: tokens, a probe on them, and detect, which opens the encoder again. */
    @TestFactory
    @FullBuild("trains a probe on the tokens of each encoder")
    List<DynamicTest> detectFindsEvents() throws IOException {
        Path recordings = TinyEncoder.recordings(temporary, 4, 0).resolve("train");
        Path labels = Files.writeString(
                temporary.resolve("labels.csv"),
                "file,labels\n000000.wav,bee\n000001.wav,crow\n000002.wav,bee\n000003.wav,crow\n");
        return cases().stream()
                .map(c -> dynamicTest(c.name(), () -> detect(c, recordings, labels)))
                .toList();
    }

    private void detect(Case c, Path recordings, Path labels) throws IOException {
        Path work = Files.createDirectories(temporary.resolve(c.name()));
        Object[] embed = {"embed", "-q", "--audio", recordings, "--out", work.resolve("cache")};
        Ran.ok(Ran.with(embed, c.options().toArray()));
        Object[] probe = {"probe", "-q", "--probe", "protobin", "--cache", work.resolve("cache"), "--labels", labels};
        Ran.ok(Ran.with(probe, "--epochs", 1, "--out", work.resolve("run")));
        Object[] detect = {"detect", "-q", "--probe", work.resolve("run"), "--audio", recordings};
        Ran.ok(Ran.with(detect, "--threshold", 0.01, "--out", work.resolve("events")));
        try (Stream<Path> tables = Files.list(work.resolve("events"))) {
            assertThat(tables.filter(f -> f.toString().endsWith(".csv")).toList())
                    .isNotEmpty()
                    .anySatisfy(table -> assertThat(Files.readAllLines(table)).hasSizeGreaterThan(4));
        }
    }

    @TestFactory
    List<DynamicTest> verifyAgrees() throws IOException {
        return cases().stream()
                .map(c -> dynamicTest(c.name(), () -> {
                    List<Object> args = new ArrayList<>(List.of("verify", "-q"));
                    args.addAll(c.options());
                    args.addAll(List.of("--reference", c.folder().resolve("expected.safetensors"), "--audio", c.wav()));
                    assertThat(Ran.ok(args.toArray()).out()).contains("agree");
                }))
                .toList();
    }
}
