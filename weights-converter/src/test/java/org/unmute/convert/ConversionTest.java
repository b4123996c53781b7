package org.unmute.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.models.checkpoint.KeyMatch;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.SafetensorsFile;
import org.unmute.tensor.io.SafetensorsWriter;
import org.unmute.tensor.io.StoredType;

/**
 * Converts a checkpoint with EAT's tensor names as used by Hugging Face, with a prefix, and with extra tensors that no
 * encoder needs.
 */
class ConversionTest {
    private static final String CLS = "modality_encoders.IMAGE.extra_tokens";
    private static final List<String> BLOCK =
            List.of(("attn.qkv.weight attn.qkv.bias attn.proj.weight attn.proj.bias mlp.fc1.weight mlp.fc1.bias "
                            + "mlp.fc2.weight mlp.fc2.bias norm1.weight norm1.bias norm2.weight norm2.bias")
                    .split(" "));

    @TempDir
    Path folder;

    private Path source;
    private Path target;

    @BeforeEach
    void files() {
        source = folder.resolve("source.safetensors");
        target = folder.resolve("target.safetensors");
    }

    /** All tensors except the class token, in arbitrary sizes. */
    private static SafetensorsWriter eat() {
        SafetensorsWriter writer =
                new SafetensorsWriter().metadata("author", "somebody").metadata("format", "flax");
        for (String name :
                List.of(("local_encoder.proj.weight local_encoder.proj.bias fixed_positional_encoder.positions "
                                + "pre_norm.weight pre_norm.bias")
                        .split(" "))) {
            writer.add("model." + name, Shape.of(2), new float[] {0.5f, -0.25f});
        }
        BLOCK.forEach(name -> writer.add("model.blocks.0." + name, Shape.of(1), new float[] {1}));
        return writer.add("steps", Shape.of(2), new long[] {3, Long.MAX_VALUE})
                .add("optimizer.wide", Shape.of(1), new double[] {1e300});
    }

    private void write(float... cls) throws IOException {
        eat().add("model.extra_tokens", Shape.of(cls.length), cls).write(source);
    }

    private ConversionReport run() throws IOException {
        return Conversion.run(source, target, Conversion.Options.KEEP, false);
    }

    @Test
    void writesTheEncoderUnderTheAuthorsNamesByteForByte() throws IOException {
        write(1, -2, -0.0f);
        ConversionReport report = run();
        try (SafetensorsFile file = SafetensorsFile.open(target)) {
            assertThat(file.names())
                    .hasSize(6 + 12)
                    .contains(CLS, "blocks.0.attn.qkv.weight")
                    .doesNotContain("steps", "optimizer.wide");
            assertThat(file.floats(CLS)).containsExactly(1, -2, -0.0f);
            assertThat(file.entry(CLS).type()).isEqualTo(StoredType.F32);
            assertThat(file.metadata())
                    .containsEntry("author", "somebody")
                    .containsEntry("format", "flax")
                    .containsEntry(KeyMatch.ENCODER, "eat")
                    .containsEntry(KeyMatch.NAMING, "eat/hugging-face")
                    .containsEntry(Conversion.SOURCE_FILE, "source.safetensors")
                    .containsEntry(Conversion.SOURCE_SHA256, report.sha256())
                    .containsEntry(Conversion.DROPPED, "2");
        }
        assertThat(report.encoder()).isEqualTo("eat");
        assertThat(report.recognizedBy()).isEqualTo(ConversionReport.RecognizedBy.TENSORS);
        assertThat(report.container()).isEqualTo("safetensors");
        assertThat(report.complete()).isTrue();
        assertThat(report.parameters()).isEqualTo(3 + 5 * 2 + 12);
        assertThat(report.bytes()).isEqualTo(Files.size(source));
        assertThat(report.sha256()).matches("[0-9a-f]{64}");
        assertThat(report.count(ConversionReport.Fate.RENAMED)).isEqualTo(18);
        assertThat(report.tensors())
                .contains(
                        new ConversionReport.Line(
                                ConversionReport.Fate.RENAMED,
                                "model.extra_tokens",
                                CLS,
                                null,
                                Shape.of(3),
                                StoredType.F32),
                        new ConversionReport.Line(
                                ConversionReport.Fate.DROPPED,
                                "optimizer.wide",
                                null,
                                "state of the optimizer",
                                Shape.of(1),
                                StoredType.F64));
    }

    @Test
    void aConvertedFileConvertsToTheSameTensorsAndKeepsItsHistory() throws IOException {
        write(1, -2, 3);
        run();
        Path again = folder.resolve("again.safetensors");
        ConversionReport report = Conversion.run(target, again, Conversion.Options.KEEP, false);
        assertThat(report.recognizedBy()).isEqualTo(ConversionReport.RecognizedBy.METADATA);
        assertThat(report.count(ConversionReport.Fate.KEPT)).isEqualTo(18);
        assertThat(report.tensors()).hasSize(18);
        try (SafetensorsFile a = SafetensorsFile.open(target);
                SafetensorsFile b = SafetensorsFile.open(again)) {
            assertThat(b.names()).isEqualTo(a.names());
            assertThat(b.metadata())
                    .containsEntry(KeyMatch.NAMING, "eat/hugging-face")
                    .containsEntry(Conversion.SOURCE_FILE, "target.safetensors");
        }
    }

    @Test
    void roundsFloatingTensorsToTheTypeAskedFor() throws IOException {
        eat().add("model.extra_tokens", Shape.of(2), new double[] {1 / 3.0, -65504})
                .write(source);
        for (StoredType type : new StoredType[] {StoredType.F64, StoredType.F32, StoredType.F16, StoredType.BF16}) {
            Conversion.run(source, target, new Conversion.Options("", Optional.of(type)), true);
            try (SafetensorsFile file = SafetensorsFile.open(target)) {
                assertThat(file.names()).allMatch(name -> file.entry(name).type() == type);
                double third = switch (type) {
                    case F64 -> 1 / 3.0;
                    case F32 -> (float) (1 / 3.0);
                    case F16 -> 0x1.554p-2;
                    default -> 0x1.56p-2;
                };
                assertThat(file.doubles(CLS)[0]).as(type.name()).isEqualTo(third);
                assertThat(file.floats("modality_encoders.IMAGE.local_encoder.proj.bias"))
                        .containsExactly(0.5f, -0.25f);
            }
        }
    }

    @Test
    void numbersThatAreNotFiniteAreReportedAndRefused() throws IOException {
        Files.writeString(target, "what was there");
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            write(1, bad);
            try (Conversion conversion = Conversion.open(source, Conversion.Options.KEEP)) {
                assertThat(conversion.report().flaws()).hasSize(1);
                assertThat(conversion.report().flaws().getFirst())
                        .contains("'model.extra_tokens'")
                        .contains("" + bad)
                        .contains("element 1");
                assertThatThrownBy(() -> conversion.writeTo(target, true))
                        .isInstanceOf(ConversionException.class)
                        .hasMessageContainingAll("'model.extra_tokens'", "source.safetensors");
            }
        }
        // A tensor that is dropped may contain any numbers.
        eat().add("model.extra_tokens", Shape.of(1), new float[1])
                .add("criterion.best", Shape.of(1), new float[] {Float.NaN})
                .write(source);
        assertThat(Conversion.run(source, folder.resolve("other.safetensors"), Conversion.Options.KEEP, false)
                        .flaws())
                .isEmpty();
        assertThat(target).hasContent("what was there");
    }

    @Test
    void numbersBeyondTheTypeAreAnErrorAndTheTargetStays() throws IOException {
        Files.writeString(target, "what was there");
        write(1, 70_000);
        refuses(StoredType.F16, "'model.extra_tokens'", "70000", "element 1", "BF16");
        write(1, Float.MAX_VALUE);
        refuses(StoredType.BF16, "BF16");
        eat().add("model.extra_tokens", Shape.of(1), new double[] {1e300}).write(source);
        refuses(StoredType.F32, "1.0E300", "F32");
        assertThat(target).hasContent("what was there");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactlyInAnyOrder(source, target);
        }
    }

    private void refuses(StoredType type, String... said) {
        assertThatThrownBy(() -> Conversion.run(source, target, new Conversion.Options("", Optional.of(type)), true))
                .isInstanceOf(ConversionException.class)
                .message()
                .contains(said);
    }

    @Test
    void theStatedModelMustBeInTheFile() throws IOException {
        write(1);
        ConversionReport report =
                Conversion.run(source, target, new Conversion.Options("sslam", Optional.empty()), false);
        assertThat(report.recognizedBy()).isEqualTo(ConversionReport.RecognizedBy.STATED);
        assertThat(report.encoder()).isEqualTo("eat");
        assertThatThrownBy(() -> Conversion.open(source, new Conversion.Options("kwt", Optional.empty())))
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessageContaining("no 'kwt' checkpoint");
        assertThatThrownBy(() -> Conversion.open(source, new Conversion.Options("wav2vec", Optional.empty())))
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessageContaining("no encoder is called 'wav2vec'");
    }

    @Test
    void onlyFloatingTypesAreAccepted() {
        assertThatThrownBy(() -> new Conversion.Options("", Optional.of(StoredType.I8)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("I8");
    }
}
